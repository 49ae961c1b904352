"""Truncated gradients: the same sum over (t, k) with some of its terms left out. Two meanings, never mixed.

sliding: every loss step reaches back exactly K steps, the terms with t − k < K.
chunked: terms with t and k in the same chunk of K steps; what detach() every K steps does.

`truncated_gradients` takes the terms apart that `itemise` found, for one sequence. `truncated_sweep` does a training step's
work: the same gradient of a whole batch, without keeping the terms.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.engine.activations import Array, IntArray
from app.engine.bptt import Itemised, backpropagate, output_adjoint, parameter_gradients
from app.engine.initializers import Parameters
from app.engine.network import Trace


@dataclass(frozen=True)
class GradientByLag:
    """∂L/∂W by lag ℓ = t − k, and every sliding truncation of it.

    Attributes
    ----------
    norm, log10_norm, cosine : Array
        (T,), row ℓ: the sum of the terms of that lag; its cosine is with the full gradient.
    truncated_norm, relative_bias, truncated_cosine : Array
        (T,), row K−1: the running sum over ℓ < K, which is the gradient that a sliding window K gives.
    """

    norm: Array
    log10_norm: Array
    cosine: Array
    truncated_norm: Array
    relative_bias: Array
    truncated_cosine: Array


def gradient_by_lag(trace: Trace, itemised: Itemised, full: Array) -> GradientByLag:
    """Sum the terms of ∂L/∂W lag by lag; the running sums answer every sliding truncation at once.

    Parameters
    ----------
    full : Array
        ∂L/∂W without truncation, (gates·H, H).

    Returns
    -------
    GradientByLag
        A cosine is NaN where one of the two gradients is zero.
    """
    lags = np.empty((trace.length, 3))  # log10 norm, <lag, full>/‖lag‖, and the scale they share is folded in
    sums = np.empty((trace.length, 3))  # ‖running‖, ‖running − full‖, <running, full>
    running = np.zeros_like(full)
    with np.errstate(all="ignore"):
        for lag in range(trace.length):
            term, scale = _lag_term(trace, itemised, lag)
            norm = np.linalg.norm(term)
            lags[lag] = np.log10(norm) + scale, np.vdot(term, full) / norm, norm * 10.0**scale
            running += term * 10.0**scale
            sums[lag] = np.linalg.norm(running), np.linalg.norm(running - full), np.vdot(running, full)
        full_norm = np.linalg.norm(full)
        return GradientByLag(
            norm=lags[:, 2],
            log10_norm=lags[:, 0],
            cosine=np.clip(lags[:, 1] / full_norm, -1.0, 1.0),
            truncated_norm=sums[:, 0],
            relative_bias=sums[:, 1] / full_norm,
            truncated_cosine=np.clip(sums[:, 2] / (sums[:, 0] * full_norm), -1.0, 1.0),
        )


def _lag_term(trace: Trace, itemised: Itemised, lag: int) -> tuple[Array, np.float64]:
    """Σ over loss steps t of the term at k = t − lag, as a matrix and a log10 scale; one matrix product."""
    steps = itemised.steps[itemised.steps > lag]  # descending, so these are the first rows
    if not len(steps):
        return np.zeros((itemised.local.shape[-1], trace.network.hidden_size)), np.float64(0.0)
    rows = steps - lag - 1
    loss = np.arange(len(steps))
    scales = itemised.log10_scale[loss, rows]
    pivot = scales.max() if np.isfinite(scales.max()) else np.float64(0.0)  # NumPy's float: 10**pivot may overflow to inf
    local = itemised.local[loss, rows] * (10.0 ** (scales - pivot))[:, None]
    return trace.network.cell.recurrent_gradients(trace.state, trace.linear, rows, local), pivot


def truncated_gradients(trace: Trace, itemised: Itemised, mode: str, length: int) -> Parameters:
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
    kept = kept_terms(itemised.steps, trace.length, mode, length)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        weights = np.where(kept, 10.0**itemised.log10_scale, 0.0)
        local = np.einsum("rt,rtg->tg", weights, itemised.local)
        initial = np.where(kept[:, 0], 10.0**itemised.initial_log10_scale, 0.0) @ itemised.initial
        return parameter_gradients(trace, local, itemised.dL_dz, initial)


def kept_terms(loss_steps: IntArray, length: int, mode: str, truncation: int) -> Array:
    """Which terms (t, k) stay, (R, T) bool, for the loss steps t (rows) and k = 1..T (columns).

    >>> kept_terms(np.array([4]), 4, "sliding", 3).astype(int)
    array([[0, 1, 1, 1]])
    >>> kept_terms(np.array([4]), 4, "chunked", 3).astype(int)
    array([[0, 0, 0, 1]])
    """
    t, k = loss_steps[:, None], np.arange(1, length + 1)[None, :]
    window = t - k < truncation if mode == "sliding" else (t - 1) // truncation == (k - 1) // truncation
    return np.asarray((k <= t) & window)


def truncated_sweep(trace: Trace, target: Array, loss_weights: Array, mode: str, length: int) -> Parameters:
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


def _sliding_sweep(trace: Trace, target: Array, loss_weights: Array, length: int) -> Parameters:
    """All loss steps side by side, each with an adjoint of its own, take K steps back together: one matrix product per lag."""
    network, linear = trace.network, trace.linear
    dL_dz = output_adjoint(trace, target, loss_weights)
    rows = np.flatnonzero(loss_weights)  # where each adjoint stands; all move one step back per lag
    adjoint = np.zeros((len(rows), *trace.state.shape[1:]))
    adjoint[..., : network.hidden_size] = dL_dz[rows] @ network.parameters["V"]
    local = np.zeros((*trace.s.shape[:-1], network.cell.gates * network.hidden_size))
    initial = np.zeros_like(trace.state[0])
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for _ in range(length):
            step, previous = network.cell.step_backward(network.parameters, linear, rows, adjoint)
            scale = 10.0 ** linear.log10_scale[rows].reshape(-1, *[1] * (step.ndim - 1))
            local[rows] += step * scale  # no row twice: the loss steps differ, and so do the rows
            adjoint = previous * scale
            arrived = rows == 0
            initial += adjoint[arrived].sum(axis=0)
            rows, adjoint = rows[~arrived] - 1, adjoint[~arrived]
        return parameter_gradients(trace, local, dL_dz, initial)


def _chunked_sweep(trace: Trace, target: Array, loss_weights: Array, length: int) -> Parameters:
    return backpropagate(trace, target, loss_weights, chunk=length).gradients


SWEEPS: dict[str, Callable[[Trace, Array, Array, int], Parameters]] = {"sliding": _sliding_sweep, "chunked": _chunked_sweep}
TRUNCATION_MODES = tuple(SWEEPS)
