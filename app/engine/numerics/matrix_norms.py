"""Norms of every matrix in a stack."""

import numpy as np

from app.engine.arrays import Array, IntArray
from app.engine.interruption import checkpoint, stretches

# Within this many powers of two from 1, squares of the largest entries neither over- nor underflow: 2^±800, and float64
# ends at 2^±1022.
MOST_BITS_FROM_ONE = 400
# Up to this many rows, all eigenvalues of a Gram matrix cost less than looking for the largest alone. Measured by
# `python -m benchmarks jacobian_norms`, as are the next.
MOST_ROWS_FOR_ALL = 96
MOST_LANCZOS_STEPS = 40
MULTIPLY_ADDS_OF_EIGENVALUES = 4  # of an n×n matrix, times n³: what as many would take in a product
STEPS_BETWEEN_TESTS = 3
TOLERANCE = 1e-15


def squared_norms(matrices: Array) -> Array:
    """‖M_i‖_F² of each matrix, (n, r, H) → (n,)."""
    flat = matrices.reshape(len(matrices), -1)
    return np.asarray(np.vecdot(flat, flat))


def spectral_norms(matrices: Array, *, chained: bool = False) -> tuple[Array, IntArray]:
    """‖M_i‖₂ of each matrix, as values and the powers of two that go with them: (n, r, H) → (n,), (n,).

    σ_max² is the largest eigenvalue of M Mᵀ, which rounding changes by no more than a few units in the last place.

    Parameters
    ----------
    matrices : Array
        (n, r, H).
    chained : bool
        Whether each matrix is the next one times another, so that they have nearly the same left singular vectors.
        Large ones are then left to Lanczos with full reorthogonalisation (Golub–Kahan in other words), which starts from
        the neighbour's vector; what doesn't converge gets a full decomposition.

    References
    ----------
    G. Golub and W. Kahan, "Calculating the singular values and pseudo-inverse of a matrix", SIAM J. Numer. Anal. 2 (1965).

    Examples
    --------
    >>> values, exponents = spectral_norms(np.array([[[3.0, 0.0], [4.0, 0.0]], [[1.0, 0.0], [0.0, -2.0]]]))
    >>> np.ldexp(values, exponents)
    array([5., 2.])
    """
    largest = np.maximum(matrices.max(axis=(1, 2), initial=0.0), -matrices.min(axis=(1, 2), initial=0.0))
    shift = np.frexp(largest)[1].astype(np.int64)
    if np.abs(shift).max(initial=0) > MOST_BITS_FROM_ONE:
        matrices = np.ldexp(matrices, -shift[:, None, None])
    else:
        shift = np.zeros_like(shift)
    if not chained or matrices.shape[1] <= MOST_ROWS_FOR_ALL:
        return _by_gram_matrices(matrices), shift
    values, vector = np.empty(len(matrices)), np.ones(matrices.shape[1])
    for i in range(len(matrices) - 1, -1, -1):
        checkpoint()
        values[i], vector = _by_lanczos(matrices[i], vector)
    return values, shift


def leading_left_vector(matrix: Array) -> tuple[float, Array]:
    """σ_max of one matrix (r, H) whose squares float64 holds, and its left singular vector (r,).

    >>> sigma, vector = leading_left_vector(np.array([[0.0, 3.0], [2.0, 0.0]]))
    >>> float(sigma), np.abs(vector)
    (3.0, array([1., 0.]))
    """
    if len(matrix) > MOST_ROWS_FOR_ALL:
        return _by_lanczos(matrix, np.ones(len(matrix)))
    left, singular_values, _ = np.linalg.svd(matrix, full_matrices=False)
    return float(singular_values[0]), left[:, 0]


def _by_gram_matrices(matrices: Array) -> Array:
    rows, values = matrices.shape[1], np.empty(len(matrices))
    for piece in stretches(len(matrices), MULTIPLY_ADDS_OF_EIGENVALUES * rows**3 + rows**2 * matrices.shape[2]):
        gram = np.matmul(matrices[piece], matrices[piece].transpose(0, 2, 1))
        values[piece] = np.linalg.eigvalsh(gram)[:, -1]
    return np.asarray(np.sqrt(np.maximum(values, 0.0)))


def _by_lanczos(matrix: Array, vector: Array) -> tuple[float, Array]:
    """The largest singular value and its left singular vector, starting from a guess of the latter."""
    rows = len(matrix)
    # A little of every direction, so that none is missed because the guess is orthogonal to it.
    start = vector + np.random.default_rng(0).standard_normal(rows) * (0.01 / np.sqrt(rows)) * np.linalg.norm(vector)
    basis = np.empty((MOST_LANCZOS_STEPS + 1, rows))
    basis[0] = start / np.linalg.norm(start)
    diagonal, off_diagonal = np.zeros((2, MOST_LANCZOS_STEPS))
    for step in range(MOST_LANCZOS_STEPS):
        image = np.dot(matrix, np.dot(basis[step], matrix))
        diagonal[step] = np.dot(basis[step], image)
        known = basis[: step + 1]
        for _ in range(2):  # twice is enough
            image -= np.dot(np.dot(known, image), known)
        off_diagonal[step] = np.sqrt(np.dot(image, image))
        if off_diagonal[step] > 0.0:
            basis[step + 1] = image / off_diagonal[step]
        if step % STEPS_BETWEEN_TESTS == STEPS_BETWEEN_TESTS - 1 or off_diagonal[step] == 0.0:
            tridiagonal = np.diag(diagonal[: step + 1]) + np.diag(off_diagonal[:step], -1)
            values, vectors = np.linalg.eigh(tridiagonal)
            residual = off_diagonal[step] * abs(vectors[-1, -1])
            gap = values[-1] - values[-2] if step else values[-1]
            if residual <= 1e-6 * gap and residual**2 <= TOLERANCE * values[-1] * gap:
                return float(np.sqrt(values[-1])), vectors[:, -1] @ known
    left, singular_values, _ = np.linalg.svd(matrix, full_matrices=False)
    return float(singular_values[0]), left[:, 0]
