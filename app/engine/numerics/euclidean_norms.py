"""Euclidean norms of vectors with entries of any size, from the smallest subnormal number to the largest."""

import numpy as np

from app.engine.arrays import Array, IntArray

LOG10_2 = float(np.log10(2.0))  # of exponents of two into decades
# Between these, no square that counts has lost digits to underflow, and none has overflowed: what counts is above 1e-16 of the sum,
# so above 1e-296, and float64 has all digits down to 2e-308.
SMALLEST_SAFE_SQUARE = 1e-280
LARGEST_SAFE_SQUARE = 1e300


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def scaled_norms(vectors: Array) -> tuple[Array, IntArray]:
    """‖v‖ over the last axis, as values and the powers of two that go with them: (..., n) → (...), (...).

    Squares are summed as they are where float64 holds them, and else of vectors whose largest entry has been brought near 1.
    The norm is infinite or NaN where an entry is.

    Examples
    --------
    >>> values, exponents = scaled_norms(np.array([3.0, 4.0]) * 2.0**-1000)
    >>> values * 2.0 ** (exponents + 1000)
    np.float64(5.0)
    """
    squares = np.asarray(np.vecdot(vectors, vectors))
    exponents = np.zeros(squares.shape, dtype=np.int64)
    unsafe = ~((squares > SMALLEST_SAFE_SQUARE) & (squares < LARGEST_SAFE_SQUARE))
    if unsafe.any():
        rows = vectors[unsafe]
        exponents[unsafe] = shift = np.frexp(np.abs(rows).max(axis=-1, initial=0.0))[1]  # 0 for zero, infinity and NaN
        rows = np.ldexp(rows, -shift[..., None])
        squares[unsafe] = np.vecdot(rows, rows)
    return np.sqrt(squares), exponents


@np.errstate(over="ignore", under="ignore")
def norms(vectors: Array) -> Array:
    """‖v‖ over the last axis, infinite where float64 ends: (..., n) → (...).

    >>> norms(np.array([[3e-320, 4e-320], [3e300, 4e300]]))
    array([5.e-320, 5.e+300])
    """
    return np.asarray(np.ldexp(*scaled_norms(vectors)))


def log10_norms(vectors: Array) -> Array:
    """log10 ‖v‖ over the last axis, −inf where v is exactly zero: (..., n) → (...)."""
    values, exponents = scaled_norms(vectors)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(values) + exponents * LOG10_2)


def unit_vectors(vectors: Array) -> tuple[Array, Array]:
    """v/‖v‖ and log10 ‖v‖ over the last axis; zeros and −inf where v is exactly zero: (..., n) → (..., n), (...)."""
    values, exponents = scaled_norms(vectors)
    with np.errstate(divide="ignore"):
        logarithms = np.log10(values) + exponents * LOG10_2
    units = np.ldexp(vectors, -exponents[..., None]) if exponents.any() else vectors
    return np.asarray(units / np.where(values == 0.0, 1.0, values)[..., None]), np.asarray(logarithms)


def euclidean_norm(values: Array) -> float:
    """√Σv² over all entries of an array.

    static/js/math/euclidean-norm.js computes the same; tests/cases/euclidean_norms.json tests both.
    """
    return float(norms(values.reshape(-1)))


def angle_between(a: Array, b: Array) -> float:
    """The angle between two vectors, radians; NaN if one of them is zero.

    Kahan's form, 2·atan2(‖u − v‖, ‖u + v‖) of the unit vectors: exact for small angles, where arccos is not.
    """
    (u, log10_a), (v, log10_b) = unit_vectors(a), unit_vectors(b)
    if np.isneginf(log10_a) or np.isneginf(log10_b):
        return float("nan")
    return float(2.0 * np.arctan2(euclidean_norm(u - v), euclidean_norm(u + v)))


def cosine(a: Array, b: Array) -> float:
    """cos of the angle between two vectors; NaN if one of them is zero."""
    (u, log10_a), (v, log10_b) = unit_vectors(a.reshape(-1)), unit_vectors(b.reshape(-1))
    if np.isneginf(log10_a) or np.isneginf(log10_b):
        return float("nan")
    return float(np.clip(np.dot(u, v), -1.0, 1.0))
