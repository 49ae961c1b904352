"""Products of stacks of vectors with matrices, in pieces between which cancellation is checked."""

import numpy as np

from app.engine.arrays import Array
from app.engine.interruption import MULTIPLY_ADDS_BETWEEN_CHECKS, stretches


def summed_outer_products(left: Array, right: Array) -> Array:
    """Σ_i left_i right_iᵀ over the rows, (n, p) and (n, q) → (p, q)."""
    pieces = [left[rows].T @ right[rows] for rows in stretches(len(left), left.shape[1] * right.shape[1])]
    return np.asarray(sum(pieces[1:], start=pieces[0]) if pieces else left.T @ right)


def affine(weights: Array, inputs: Array) -> Array:
    """inputs (..., n) times weightsᵀ (n, m); weights with leading axes are one matrix per member of the batch."""
    if weights.ndim == 2:
        return product(inputs, weights.T)
    return np.asarray(np.matmul(weights, inputs[..., None])[..., 0])


def product(inputs: Array, matrix: Array) -> Array:
    """inputs (..., n) times matrix (n, m), as one product of two matrices: NumPy would take more axes apart, at ten times the cost."""
    if inputs.ndim == 1:
        return np.asarray(np.matmul(inputs, matrix))
    rows = inputs if inputs.ndim == 2 else inputs.reshape(-1, inputs.shape[-1])  # np.dot would copy rows that lie apart
    if rows.size * matrix.shape[1] <= MULTIPLY_ADDS_BETWEEN_CHECKS:
        return np.asarray(np.matmul(rows, matrix)).reshape(*inputs.shape[:-1], matrix.shape[-1])
    out = np.empty((len(rows), matrix.shape[1]))
    for piece in stretches(len(rows), matrix.size):
        np.matmul(rows[piece], matrix, out=out[piece])
    return out.reshape(*inputs.shape[:-1], matrix.shape[-1])
