"""Finds the entries of a flow matrix that float64's range has spoilt, confirms true zeros, and computes the others again."""

import numpy as np

from app.engine.arrays import Array, BoolArray, IntArray
from app.engine.flow.jacobian_norms import wide_factor
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.numerics.euclidean_norms import LOG10_2
from app.engine.numerics.extended_range import WideMatrix, wide_product, widened
from app.engine.numerics.matrix_norms import squared_norms

# If the decades between the entries and norms of all factors sum to less than this, nothing can have underflowed, and a computed zero is
# exact: the squares are 280 decades apart at most, and float64 holds 308.
MOST_DECADES_WITHOUT_UNDERFLOW = 140.0
ENTRIES_AT_A_TIME = 2**18  # of products with exponents of their own, which take a dozen arrays of this size


def recompute_doubtful_entries(trace: Trace, flow: Array, doubtful: BoolArray) -> None:
    """Decide which zeros are true, and compute again whatever else underflow may have touched.

    Parameters
    ----------
    flow : Array
        (t+1, t+1), log10 norms without log10_scale between the known steps 0..t; its doubtful entries are corrected.
    doubtful : BoolArray
        Of the same shape, true only below the diagonal; what has been decided becomes false.
    """
    if doubtful.any():
        _accept_true_zeros(trace, flow, doubtful)
    if doubtful.any():
        _recompute(trace, flow, doubtful)


def _accept_true_zeros(trace: Trace, flow: Array, doubtful: BoolArray) -> None:
    decades = np.concatenate([[0.0], np.cumsum(_decades_between_entries(trace, len(flow) - 1))])
    for t in np.flatnonzero(doubtful.any(axis=1)):
        zeros = np.flatnonzero(np.isneginf(flow[t, :t]))
        if len(zeros) and decades[t] - decades[zeros[-1]] < MOST_DECADES_WITHOUT_UNDERFLOW:
            # Nothing can have underflowed on the way to this zero, and what is zero stays zero further back.
            flow[t, : zeros[-1] + 1], doubtful[t, : zeros[-1] + 1] = -np.inf, False


def _decades_between_entries(trace: Trace, known: int) -> Array:
    """Per step, how many decades the smallest entry of J_t that is not zero lies below a bound of its spectral norm."""
    size = trace.state.shape[-1]
    decades, jacobian = np.zeros(known), np.empty((1, size, size))
    for step in range(known):
        checkpoint()
        sizes = np.abs(trace.linear.state_jacobians(step, step + 1, jacobian)[0])
        if sizes.any():
            largest = sizes.max()
            scaled = sizes / largest
            bound = np.log10(scaled.sum(axis=0).max()) / 2.0 + np.log10(scaled.sum(axis=1).max()) / 2.0 + np.log10(largest)
            decades[step] = bound - np.log10(sizes[sizes > 0.0].min())
    decades[trace.linear.underflowed[:known]] += 2.0 * MOST_DECADES_WITHOUT_UNDERFLOW
    return decades


def _recompute(trace: Trace, flow: Array, doubtful: BoolArray) -> None:
    """Fill the doubtful entries of the flow matrix, losing nothing; as many rows at once as memory should hold."""
    wanted = np.flatnonzero(doubtful.any(axis=1))
    together = max(1, ENTRIES_AT_A_TIME // trace.state.shape[-1] ** 2)
    for stop in range(len(wanted), 0, -together):
        _recompute_rows(trace, flow, doubtful, wanted[max(0, stop - together) : stop])


def _recompute_rows(trace: Trace, flow: Array, doubtful: BoolArray, wanted: IntArray) -> None:
    size = trace.state.shape[-1]
    jacobian, start = np.empty((1, size, size)), widened(np.eye(size))
    steps: list[int] = []  # the rows t of the flow matrix that have been entered
    rows = WideMatrix(np.empty((0, size)), np.empty((0, 1), dtype=np.int64))  # their ∂h_t/∂h_k, one below the other
    for k in range(int(wanted[-1]) - 1, int(np.flatnonzero(doubtful[wanted].any(axis=0))[0]) - 1, -1):
        if k + 1 in wanted:
            steps.append(k + 1)
            rows = _stacked(rows, start)
        if not steps:
            continue
        checkpoint()
        trace.linear.state_jacobians(k, k + 1, jacobian)
        rows = wide_product(rows, *wide_factor(trace, k, jacobian[0]))
        flow[steps, k] = np.where(doubtful[steps, k], _log10_norms(rows, size), flow[steps, k])


def _stacked(above: WideMatrix, below: WideMatrix) -> WideMatrix:
    exponents = [above.exponent, below.exponent]
    if above.exponent.shape[1] != below.exponent.shape[1]:
        exponents = [np.broadcast_to(matrix.exponent, matrix.mantissa.shape) for matrix in (above, below)]
    return WideMatrix(np.concatenate([above.mantissa, below.mantissa]), np.concatenate(exponents))


def _log10_norms(rows: WideMatrix, size: int) -> Array:
    """log10 of the Frobenius norms of matrices stacked one below the other."""
    largest = rows.row_exponent.reshape(-1, size).max(axis=1)
    scaled = rows.rows(np.repeat(largest, size)[:, None])
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(squared_norms(scaled.reshape(-1, size, size))) / 2.0 + largest * LOG10_2)
