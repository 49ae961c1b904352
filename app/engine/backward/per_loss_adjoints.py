"""The sum that backpropagation through time is, taken apart: the adjoint of every loss step for itself, a_{t,k} = ∂L_t/∂h_k.

The same sum can then be taken by lag, or only over the terms that a truncation keeps (`truncation.py`). R loss steps, T steps
and H units make R·T·H numbers: they are computed lag by lag, and none is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.engine.arrays import Array, BoolArray, IntArray
from app.engine.backward.bptt import is_safe, scaled_output_adjoint, sweep
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.numerics.euclidean_norms import log10_norms, unit_vectors

# Adjoints that are carried beside a scale are brought back to unit norm when they leave this range.
SMALLEST_SAFE_ROW = 1e-30
LARGEST_SAFE_ROW = 1e30
# Lags are taken together while their terms have no more numbers than this, half a megabyte.
NUMBERS_AT_A_TIME = 2**16


@dataclass(frozen=True)
class TermsByLag:
    """The adjoints of all loss steps t, apart from each other, at some lags ℓ = t − k; of R loss steps some n are later than the lags.

    ∂L_t/∂s_k is local[i, r]·10^log10_scale[i, r], where lags[i] = t − k and the r-th loss step is t.

    Attributes
    ----------
    lags : IntArray
        (m,), ascending.
    rows : IntArray
        (m, n), the step row k − 1; 0 where there is no such step.
    exists : BoolArray
        (m, n), whether there is one.
    local : Array
        (m, n, P), zero where there is none.
    log10_scale : Array
        (m, n), −inf where there is none.
    arrived : slice
        The loss steps t whose last term this is, k = 1.
    initial, initial_log10_scale : Array
        (·, S) and (·,): ∂L_t/∂state_0 of those.
    """

    lags: IntArray
    rows: IntArray
    exists: BoolArray
    local: Array
    log10_scale: Array
    arrived: slice
    initial: Array
    initial_log10_scale: Array


@dataclass(frozen=True)
class PerLossAdjoints:
    """The adjoint of every loss step, a_{t,k} = ∂L_t/∂h_k, apart from the others: computed lag by lag, and forgotten.

    Attributes
    ----------
    trace : Trace
        Without a batch axis.
    steps : IntArray
        (R,), the loss steps t, descending.
    dL_dz, log10_scale : Array
        (T, O) and (T,): ∂L/∂z_t = dL_dz[t−1]·10^log10_scale[t−1].
    """

    trace: Trace
    steps: IntArray
    dL_dz: Array
    log10_scale: Array

    def by_lag(self, together: int = 1, window: int | None = None) -> Iterator[TermsByLag]:
        """The terms of so many lags at a time, from lag 0 on; those of lags below `window`, if it is given.

        O(R T H²) work and O(R H) memory for each lag of those that are taken together. Adjoints are carried near unit norm beside a
        scale, so none under- or overflows.
        """
        stop = min(int(self.steps[0]), window or self.trace.length)
        alone = self._alone if len(self.steps) == 1 and not self.log10_scale.any() else None
        return self._from_one_sweep(alone, together, stop) if alone else self._side_by_side(together, stop)

    @property
    def plain_dL_dz(self) -> Array:
        """∂L/∂z_t in plain float64, (T, O): zero where it is below that."""
        return self.dL_dz * (10.0**self.log10_scale)[:, None] if self.log10_scale.any() else self.dL_dz

    @cached_property
    def _alone(self) -> tuple[Array, Array] | None:
        """A single loss step's adjoint is that of the whole loss: one plain sweep, unless it leaves the safe range."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            adjoint, local = sweep(self.trace, self.dL_dz, self.trace.length)
            counted = self.steps[0]
            # ∂L/∂s_k may end where ∂L/∂state_k doesn't: in a cell that passes an adjoint back beside a saturated f.
            safe = is_safe(log10_norms(adjoint[: counted + 1])) and is_safe(log10_norms(local[:counted]))
            return (adjoint, local) if safe else None

    def _from_one_sweep(self, swept: tuple[Array, Array], together: int, stop: int) -> Iterator[TermsByLag]:
        adjoint, local = swept
        for start in range(0, stop, together):
            lags, rows, exists = self._places(start, min(start + together, stop))
            first, last = int(rows[0, 0]), int(rows[-1, 0])
            backwards = local[last : first + 1][::-1, None]
            arrived = slice(0, int(last == 0))
            yield TermsByLag(lags, rows, exists, backwards, np.zeros(rows.shape), arrived, adjoint[:1][arrived], np.zeros(1)[arrived])

    def _places(self, start: int, stop: int) -> tuple[IntArray, IntArray, BoolArray]:
        lags = np.arange(start, stop)
        rows = self.steps[: self._reaching(start)] - 1 - lags[:, None]
        exists = rows >= 0
        return lags, np.where(exists, rows, 0), exists

    def _reaching(self, lag: int) -> int:
        """How many loss steps are later than this lag."""
        return int(np.searchsorted(-self.steps, -lag))

    def _side_by_side(self, together: int, stop: int) -> Iterator[TermsByLag]:
        """The adjoints of all loss steps take each step back together, every one from where it stands: one matrix product per lag."""
        network = self.trace.network
        adjoint = np.zeros((len(self.steps), self.trace.state.shape[-1]))
        adjoint[:, : network.hidden_size] = self.dL_dz[self.steps - 1] @ network.parameters["V"]
        adjoint, scale = _normalised_rows(adjoint, self.log10_scale[self.steps - 1])
        for start in range(0, stop, together):
            lags, rows, exists = self._places(start, min(start + together, stop))
            local = np.zeros((*rows.shape, self.trace.s.shape[-1]))
            log10_scale = np.full(rows.shape, -np.inf)
            for index, lag in enumerate(lags.tolist()):
                checkpoint()
                count = self._reaching(lag)
                adjoint[:count], scale[:count] = _one_step_back(
                    self.trace, rows[index, :count], adjoint[:count], scale[:count], local[index, :count], log10_scale[index, :count]
                )
            arrived = slice(self._reaching(lag + 1), rows.shape[1])
            yield TermsByLag(lags, rows, exists, local, log10_scale, arrived, *_normalised_rows(adjoint[arrived], scale[arrived]))


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def _one_step_back(trace: Trace, rows: IntArray, adjoint: Array, scale: Array, local: Array, log10_scale: Array) -> tuple[Array, Array]:
    """Fill in ∂L_t/∂s_k and its scale; gives ∂L_t/∂state_{k−1} and its scale, back near unit norm where it has left it."""
    backwards = slice(rows[0], rows[-1] - 1 if rows[-1] else None, -1)  # rows that follow each other are picked without a copy
    step = backwards if rows[0] - rows[-1] == len(rows) - 1 else rows
    local[:], previous, log10_of_local, log10_of_previous = trace.linear.scaled_step_back(step, adjoint)
    log10_scale[:] = scale + log10_of_local
    scale = scale + log10_of_previous
    squares = np.vecdot(previous, previous)
    if ((squares < SMALLEST_SAFE_ROW**2) | (squares > LARGEST_SAFE_ROW**2)).any():
        return _normalised_rows(previous, scale)
    return previous, scale


def per_loss_adjoints(trace: Trace, target: Array, loss_weights: Array) -> PerLossAdjoints:
    """The adjoints of all loss steps, apart from each other.

    Parameters
    ----------
    trace : Trace
        Without a batch axis.
    target : Array
        (T, O).
    loss_weights : Array
        m, (T,); R of them are not zero.
    """
    steps = np.flatnonzero(loss_weights)[::-1] + 1
    return PerLossAdjoints(trace, steps, *scaled_output_adjoint(trace, target, loss_weights))


def _normalised_rows(rows: Array, scale: Array) -> tuple[Array, Array]:
    """Each row as a unit vector and its scale, which grows by log10 of the norm; zero rows get −inf."""
    rows, log10_norm = unit_vectors(rows)
    return rows, scale + log10_norm


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def contributions(trace: Trace, per_loss: PerLossAdjoints) -> Array:
    """log10 ‖(a_{t,k} ∘ f'(s_k)) h_{k-1}ᵀ‖_F for every loss step t and step k.

    Returns
    -------
    Array
        (T, T), row t−1 and column k−1; −inf where the term is exactly zero, NaN for k > t and for steps without a loss.
    """
    length = trace.length
    result = np.full((length, length), np.nan)
    together = max(1, NUMBERS_AT_A_TIME // (len(per_loss.steps) * trace.s.shape[-1]))
    for terms in per_loss.by_lag(together):
        rows, lags = terms.rows[terms.exists], np.broadcast_to(terms.lags[:, None], terms.rows.shape)[terms.exists]
        log10_norm = trace.linear.log10_recurrent_term_norms(rows, terms.local[terms.exists])
        result[rows + lags, rows] = log10_norm + terms.log10_scale[terms.exists]
    return result
