"""Truncated gradients: the same sum over (t, k) with some of its terms left out. Two meanings, never mixed.

sliding: every loss step reaches back exactly K steps, the terms with t − k < K.
chunked: terms with t and k in the same chunk of K steps; what detach() every K steps does.

`truncated_gradients` takes the terms apart that `per_loss_adjoints` found, for one sequence. `truncated_sweep` does a training step's
work: the same gradient of a whole batch, without keeping the terms.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array, BoolArray, IntArray, Weights
from app.engine.backward.bptt import backpropagate, counted_steps, output_adjoint, parameter_gradients
from app.engine.backward.per_loss_adjoints import NUMBERS_AT_A_TIME, PerLossAdjoints, TermsByLag
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.model.weights import RECURRENT
from app.engine.numerics.euclidean_norms import LARGEST_SAFE_SQUARE, SMALLEST_SAFE_SQUARE, euclidean_norm, norms
from app.engine.numerics.products import product, summed_outer_products

# A sum of terms smaller than this may have lost digits, or be zero, because their factors' products were below float64.
SMALLEST_SAFE_NORM, LARGEST_SAFE_NORM = SMALLEST_SAFE_SQUARE**0.5, LARGEST_SAFE_SQUARE**0.5


@dataclass(frozen=True)
class GradientByLag:
    """∂L/∂W by lag ℓ = t − k, and every sliding truncation of it.

    Attributes
    ----------
    norm, log10_norm, cosine : Array
        (T,), row ℓ: the sum of the terms of that lag; its cosine is with the full gradient.
    truncated_norm, relative_bias, truncated_cosine : Array
        (T,), row K−1: the running sum over ℓ < K, which is the gradient that a sliding window K gives.
    parameter_norms : dict
        By parameter, (T,), row K−1: the norm of its gradient in a sliding window K. Clipping by norm needs no more.
    """

    norm: Array
    log10_norm: Array
    cosine: Array
    truncated_norm: Array
    relative_bias: Array
    truncated_cosine: Array
    parameter_norms: dict[str, Array]


def gradient_by_lag(trace: Trace, per_loss: PerLossAdjoints, full: Array) -> GradientByLag:
    """Sum the terms of the gradient lag by lag; the running sums answer every sliding truncation at once.

    Parameters
    ----------
    full : Array
        ∂L/∂W without truncation, (P, H).

    Returns
    -------
    GradientByLag
        log10_norm is −inf where the terms of a lag are exactly zero. A cosine is NaN where one of the two gradients is zero.
    """
    length, parameters = trace.length, trace.network.parameters
    of_cell = sorted((weight.name for weight in trace.network.cell.weights), key=lambda name: name != RECURRENT)  # that one first
    sizes = {name: parameters[name].size for name in of_cell}
    numbers_per_lag = max(sum(sizes.values()), len(per_loss.steps) * (trace.s.shape[-1] + trace.state.shape[-1] + trace.x.shape[-1]))
    together = min(length, max(1, NUMBERS_AT_A_TIME // numbers_per_lag))
    terms, sums = np.zeros((2, together, sum(sizes.values())))  # one row per lag, the parameters side by side
    ends = np.cumsum(list(sizes.values())).tolist()
    columns = {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}
    log10_norm, cosine, inner, bias = np.empty((4, length))
    norms_of = {name: np.empty(length) for name in sizes}
    full_norm = np.float64(euclidean_norm(full))
    with np.errstate(all="ignore"):
        direction = full.ravel() / full_norm
        of_lags, initial = per_loss.by_lag(together), np.zeros((length, trace.state.shape[-1]))
        for start in range(0, length, together):
            checkpoint()
            block = slice(start, min(length, start + together))
            term, total = terms[: block.stop - start], sums[: block.stop - start]
            by_name = {name: term[:, part] for name, part in columns.items()}
            log10_scale = _fill_terms(by_name, trace, found := next(of_lags, None))
            if found is not None:
                initial[per_loss.steps[found.arrived] - 1] = _plain_initial(found)
            of_W = term[:, columns[RECURRENT]]
            term_norm = norms(of_W)
            log10_norm[block] = np.log10(term_norm) + log10_scale
            cosine[block] = of_W @ direction / term_norm
            unsafe = ~((term_norm > SMALLEST_SAFE_NORM) & (term_norm < LARGEST_SAFE_NORM))
            if found is not None:
                for row in np.flatnonzero(unsafe[: len(found.lags)]).tolist():
                    unit, log10_norm[start + row] = _term_of_lag(trace, found, row)
                    cosine[start + row] = unit @ direction if unit.any() else np.nan
            term *= (10.0**log10_scale)[:, None]
            running = sums[-1]
            for row in range(len(term)):  # np.cumsum along the first axis takes five times as long
                running = np.add(running, term[row], out=total[row])
            sums[-1] = running
            for name, part in columns.items():
                norms_of[name][block] = norms(total[:, part])
            inner[block] = total[:, columns[RECURRENT]] @ direction
            bias[block] = norms(np.subtract(total[:, columns[RECURRENT]], full.ravel(), out=of_W)) / full_norm
        return GradientByLag(
            norm=10.0**log10_norm,
            log10_norm=log10_norm,
            cosine=np.clip(cosine, -1.0, 1.0),
            truncated_norm=norms_of[RECURRENT],
            relative_bias=bias,
            truncated_cosine=np.clip(inner / norms_of[RECURRENT], -1.0, 1.0),
            parameter_norms={**norms_of, **_norms_apart(trace, per_loss, initial)},
        )


def _fill_terms(terms: dict[str, Array], trace: Trace, found: TermsByLag | None) -> Array:
    """For every lag Σ over loss steps t of the term at k = t − lag, as one flat row per parameter; returns their log10 scales."""
    for term in terms.values():
        term[:] = 0.0
    log10_scale = np.zeros(len(terms[RECURRENT]))
    if found is None:  # these lags are longer than any loss step is late
        return log10_scale
    count = len(found.lags)
    pivot = found.log10_scale.max(axis=1)
    pivot = np.where(np.isfinite(pivot), pivot, 0.0)
    local = found.local * (10.0 ** (found.log10_scale - pivot[:, None]))[..., None]
    for name, gradients in trace.linear.gradients_at(found.rows, local).items():
        terms[name][:count] = gradients.reshape(count, -1)
    log10_scale[:count] = pivot
    return log10_scale


def _plain_initial(found: TermsByLag) -> Array:
    """∂L_t/∂state_0 of the loss steps that have arrived there."""
    return np.asarray((10.0**found.initial_log10_scale)[:, None] * found.initial)


def _term_of_lag(trace: Trace, found: TermsByLag, index: int) -> tuple[Array, Array]:
    """The sum of the terms of one lag as a unit vector and log10 of its norm, where a factor or a product may be out of float64's range."""
    exists = found.exists[index]
    return trace.linear.scaled_recurrent_gradient(found.rows[index, exists], found.local[index, exists], found.log10_scale[index, exists])


def _norms_apart(trace: Trace, per_loss: PerLossAdjoints, initial: Array) -> dict[str, Array]:
    """Norms of what has no lag of its own: V and b_z keep theirs; the initial state has one term for every window that holds step 1."""
    size, counted = trace.network.hidden_size, counted_steps(per_loss.dL_dz)
    outputs = per_loss.plain_dL_dz[:counted]
    constant = {
        "V": euclidean_norm(summed_outer_products(outputs, trace.state[1 : counted + 1, :size])),
        "b_z": euclidean_norm(outputs.sum(axis=0)),
    }
    return {
        **{name: np.full(trace.length, norm) for name, norm in constant.items()},
        **{name: norms(terms) for name, terms in trace.network.initial_state(np.cumsum(initial, axis=0)).items()},
    }


def truncated_gradients(trace: Trace, per_loss: PerLossAdjoints, mode: str, length: int) -> Weights:
    """Every parameter's gradient with only the terms that the truncation keeps.

    Parameters
    ----------
    mode : str
        "sliding" or "chunked".
    length : int
        K ≥ 1, steps.

    Notes
    -----
    ∂L_t/∂h_0 goes with k = 1: it is kept where the window still holds step 1. V and b_z have lag 0 only, and no
    truncation touches them.
    """
    local, initial = np.zeros_like(trace.s), np.zeros_like(trace.state[0])
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        # No row comes twice among those of one lag, nor among those of one loss step.
        for found in per_loss.by_lag(length if len(per_loss.steps) == 1 else 1, window=length):
            k = found.rows + 1
            weights = 10.0**found.log10_scale
            if mode == "chunked":
                weights = np.where(is_kept(k + found.lags[:, None], k, mode, length), weights, 0.0)
            local[found.rows.ravel()] += (weights[..., None] * found.local).reshape(-1, local.shape[-1])
            first_kept = is_kept(per_loss.steps[found.arrived], np.array(1), mode, length)
            initial += _plain_initial(found)[first_kept].sum(axis=0)
        return parameter_gradients(trace, local, per_loss.plain_dL_dz, initial)


def is_kept(t: IntArray, k: IntArray, mode: str, truncation: int) -> BoolArray:
    """Which terms (t, k) stay.

    static/js/math/truncation.js (isCut) decides the same; tests/cases/truncation.json tests both.

    >>> is_kept(np.array(4), np.arange(1, 5), "sliding", 3).astype(int)
    array([0, 1, 1, 1])
    >>> is_kept(np.array(4), np.arange(1, 5), "chunked", 3).astype(int)
    array([0, 0, 0, 1])
    """
    window = t - k < truncation if mode == "sliding" else (t - 1) // truncation == (k - 1) // truncation
    return np.asarray((k <= t) & window)


def truncated_sweep(trace: Trace, target: Array, loss_weights: Array, mode: str, length: int) -> Weights:
    """Every parameter's truncated gradient, summed over time and batch, by backward sweeps in plain float64.

    Parameters
    ----------
    trace : Trace
        With or without a batch axis.
    target : Array
        (T, ..., O).
    loss_weights : Array
        m, (T,).
    mode : str
        A name in SWEEPS.
    length : int
        K ≥ 1, steps; from T on it is the full gradient.
    """
    if length >= trace.length:
        return backpropagate(trace, target, loss_weights).gradients
    return SWEEPS[mode](trace, target, loss_weights, length)


def _sliding_sweep(trace: Trace, target: Array, loss_weights: Array, length: int) -> Weights:
    """All loss steps side by side, each with an adjoint of its own, take K steps back together: one matrix product per lag."""
    network = trace.network
    dL_dz = output_adjoint(trace, target, loss_weights)
    loss_rows = np.flatnonzero(loss_weights)
    adjoint = np.zeros((len(loss_rows), *trace.state.shape[1:]))
    adjoint[..., : network.hidden_size] = product(dL_dz[loss_rows], network.parameters["V"])
    local = np.zeros(trace.s.shape)
    initial = np.zeros_like(trace.state[0])
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for lag in range(min(length, loss_rows.max(initial=-1) + 1)):
            checkpoint()
            rows = _as_slice(loss_rows[loss_rows >= lag] - lag)  # where the adjoints stand now
            step, adjoint = trace.linear.step_back(rows, adjoint)
            local[rows] += step  # no row twice: the loss steps differ, and so do the rows
            if lag in loss_rows:  # the first adjoint has arrived at the initial state
                initial, adjoint = initial + adjoint[0], adjoint[1:]
        return parameter_gradients(trace, local, dL_dz, initial)


def _as_slice(rows: IntArray) -> slice | IntArray:
    """Rows that follow each other as a slice, which picks them without a copy."""
    return slice(rows[0], rows[-1] + 1) if rows[-1] - rows[0] == len(rows) - 1 else rows


def _chunked_sweep(trace: Trace, target: Array, loss_weights: Array, length: int) -> Weights:
    return backpropagate(trace, target, loss_weights, chunk=length).gradients


SWEEPS: dict[str, Callable[[Trace, Array, Array, int], Weights]] = {"sliding": _sliding_sweep, "chunked": _chunked_sweep}
TRUNCATION_MODES = tuple(SWEEPS)
