"""Finite-time Lyapunov exponents of the Jacobian chain: how fast each direction grows or decays."""

import numpy as np

from app.engine.activations import Array, IntArray
from app.engine.interruption import checkpoint
from app.engine.jacobian_norms import known_steps, wide_factor
from app.engine.network import Trace

# Above this, Householder reflections may lose the small rows of a matrix: their squares leave float64.
MOST_BITS_BETWEEN_ROWS = 200


@np.errstate(over="ignore", invalid="ignore")
def lyapunov_exponents(trace: Trace) -> Array:
    """Finite-time Lyapunov exponents of the chain, by QR.

    J_t Q_{t-1} = Q_t R_t,  λ_i = (1/T) Σ_t ln |(R_t)_ii|. As T grows, the largest becomes the slope of the norm curve.

    Parameters
    ----------
    trace : Trace
        A forward pass without a batch axis.

    Returns
    -------
    Array
        (S,), descending, nats per step; −inf for directions that are wiped out exactly; NaN if no step is known.

    References
    ----------
    G. Benettin, L. Galgani, A. Giorgilli and J.-M. Strelcyn, "Lyapunov characteristic exponents for smooth dynamical
    systems", Meccanica 15 (1980).

    Examples
    --------
    >>> from app.engine.activations import ACTIVATIONS
    >>> from app.engine.cells import CELLS
    >>> from app.engine.losses import READOUTS
    >>> from app.engine.network import Network, forward
    >>> zero = np.zeros(2)
    >>> parameters = {"U": np.ones((2, 1)), "W": np.diag([0.5, 2]), "V": np.ones((1, 2)), "b_s": zero, "b_z": zero[:1], "h_0": zero}
    >>> network = Network(CELLS["rnn"](ACTIVATIONS["identity"]), READOUTS["identity"], parameters)
    >>> np.exp(lyapunov_exponents(forward(network, np.ones((5, 1)))))
    array([2. , 0.5])
    """
    cell, parameters, linear = trace.network.cell, trace.network.parameters, trace.linear
    known, size = known_steps(trace), trace.state.shape[-1]
    if known == 0:
        return np.full(size, np.nan)
    jacobian = np.empty((1, size, size))
    basis, total = np.eye(size), np.zeros(size)
    for step in range(known):
        checkpoint()
        cell.state_jacobians(parameters, linear, step, step + 1, jacobian)
        matrix, row_exponent = wide_factor(trace, step, jacobian[0])
        shift = np.frexp(np.abs(matrix).max(axis=1))[1]  # rows near 1, whose products with the basis can't overflow
        exponent = shift if row_exponent is None else shift + row_exponent[:, 0]
        basis, logarithms = _qr(np.ldexp(matrix, -shift[:, None]) @ basis, exponent)
        total += logarithms
    total += linear.log10_scale[:known].sum() * np.log(10.0)
    return np.asarray(np.sort(total / known)[::-1])


def _qr(matrix: Array, row_exponent: IntArray) -> tuple[Array, Array]:
    """Q and ln |R_ii| of the matrix whose rows are multiplied by 2^row_exponent."""
    sizes = np.abs(matrix).max(axis=1)
    own_exponent = np.frexp(sizes)[1]
    exponent = own_exponent + row_exponent
    alive = exponent[sizes > 0.0]
    top = alive.max() if len(alive) else 0
    if len(alive) and top - alive.min() > MOST_BITS_BETWEEN_ROWS:
        return _wide_qr(np.ldexp(matrix, -own_exponent[:, None]), exponent)
    # Saturated units make rows of very different sizes. Householder reflections keep the digits of the small ones if they come last.
    order = np.argsort(-exponent)
    q, upper = np.linalg.qr(np.ldexp(matrix, (row_exponent - top)[:, None])[order])
    basis = np.empty_like(q)
    basis[order] = q
    with np.errstate(divide="ignore"):
        return basis, np.log(np.abs(np.diag(upper))) + top * np.log(2.0)


def _wide_qr(matrix: Array, exponent: IntArray) -> tuple[Array, Array]:
    """The same, where rows are further apart than float64 reaches.

    Gaussian elimination with pivoting leaves all of the range in the pivots: A = Pᵀ L U with |L| ≤ 1, and with
    L = Q R, A = (Pᵀ Q)(R U), whose triangular factor has the diagonal R_ii U_ii.
    """
    size = len(matrix)
    rest = matrix.copy()
    waiting = np.ones(size, dtype=bool)  # the rows that have not been pivots
    lower, logarithms = np.zeros((size, size)), np.empty(size)
    with np.errstate(all="ignore"):  # a pivot 1e308 times smaller than the rest of its row leaves no value
        for column in range(size):
            sizes = np.where(waiting, np.log2(np.abs(rest[:, column])) + exponent, -np.inf)
            pivot = int(np.argmax(sizes)) if np.isfinite(sizes).any() else int(np.argmax(waiting))
            waiting[pivot] = False
            lower[pivot, column] = 1.0
            logarithms[column] = sizes[pivot] * np.log(2.0)
            if np.isfinite(sizes[pivot]):
                factors = np.where(waiting, rest[:, column] / rest[pivot, column], 0.0)
                lower[:, column] += np.ldexp(factors, exponent - exponent[pivot])
                rest -= factors[:, None] * rest[pivot]
                rest[waiting, column] = 0.0
    basis, of_lower = _qr(lower, np.zeros(size, dtype=np.int64))
    return basis, logarithms + of_lower
