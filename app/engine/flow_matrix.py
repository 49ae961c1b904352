"""The norms of ∂h_t/∂h_k for every pair of steps."""

import numpy as np

from app.engine.activations import Array
from app.engine.jacobian_norms import LOG10_2, known_steps
from app.engine.network import Trace
from app.engine.wide import WideMatrix, wide_product, widened


def flow_matrix(trace: Trace) -> Array:
    """log10 ‖∂h_t/∂h_k‖_F for every k ≤ t.

    Parameters
    ----------
    trace : Trace
        A forward pass without a batch axis.

    Returns
    -------
    Array
        (T+1, T+1), row t and column k; −inf where the norm is exactly zero, NaN above the diagonal and after a divergence.
    """
    known, size = known_steps(trace), trace.state.shape[-1]
    flow = np.full((trace.length + 1, trace.length + 1), np.nan)
    cell, parameters, linear = trace.network.cell, trace.network.parameters, trace.linear
    np.fill_diagonal(flow[: known + 1, : known + 1], np.log10(size) / 2.0)
    jacobian = np.empty((1, size, size))
    rows = widened(np.empty((0, size)))  # ∂h_t/∂h_k for t = known, known−1, ..., k+1, one below the other
    for k in range(known - 1, -1, -1):
        entering = widened(np.eye(size))
        rows = WideMatrix(np.concatenate([rows.mantissa, entering.mantissa]), np.concatenate([rows.exponent, entering.exponent]))
        rows = wide_product(rows, widened(cell.state_jacobians(parameters, linear, k, k + 1, jacobian)[0]))
        flow[known:k:-1, k] = _log10_norms(rows, size)
    cumulative = np.concatenate([[0.0], np.cumsum(linear.log10_scale)])
    return np.asarray(flow + (cumulative[:, None] - cumulative[None, :]))


def _log10_norms(rows: WideMatrix, size: int) -> Array:
    mantissa, exponent = rows.mantissa.reshape(-1, size * size), rows.exponent.reshape(-1, size * size)
    largest = exponent.max(axis=1, keepdims=True)
    with np.errstate(divide="ignore", under="ignore"):
        squares = np.square(np.ldexp(mantissa, exponent - largest)).sum(axis=1)
        return np.asarray(np.log10(squares) / 2.0 + largest[:, 0] * LOG10_2)
