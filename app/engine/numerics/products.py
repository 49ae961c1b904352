"""Products of stacks of vectors with matrices, in pieces between which cancellation is checked."""

import numpy as np

from app.engine.arrays import Array
from app.engine.interruption import MULTIPLY_ADDS_BETWEEN_CHECKS, stretches
from app.engine.numerics.euclidean_norms import unit_vectors


def summed_outer_products(left: Array, right: Array) -> Array:
    """Σ_i left_i right_iᵀ over the rows, (n, p) and (n, q) → (p, q)."""
    pieces = [left[rows].T @ right[rows] for rows in stretches(len(left), left.shape[1] * right.shape[1])]
    return np.asarray(sum(pieces[1:], start=pieces[0]) if pieces else left.T @ right)


def scaled_sum_of_outer_products(left: Array, right: Array, log10_scale: Array) -> tuple[Array, Array]:
    """Σ_i 10^log10_scale_i left_i right_iᵀ as a flat unit vector and log10 of its norm, where a factor or a product may leave float64."""
    left, log10_of_left = unit_vectors(left)
    right, log10_of_right = unit_vectors(right)
    scale = log10_scale + log10_of_left + log10_of_right
    largest = scale.max()
    if np.isneginf(largest):
        return np.zeros(1), largest
    left *= (10.0 ** (scale - largest))[:, None]
    unit, log10_norm = unit_vectors(np.matmul(left.T, right).ravel())
    return unit, largest + log10_norm


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
