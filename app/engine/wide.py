"""Matrices whose entries differ by more than float64 can hold: every entry has a binary exponent of its own.

The ordinary chain products keep one exponent per matrix. That loses what lies 300 decades below the largest entry, and
what is lost may be all that is left when later factors wipe out the large entries (a diagonal W whose regime switches,
say). Here nothing is lost, so that a zero is a true zero. It costs several times as much, and is used where needed.
"""

from dataclasses import dataclass

import numpy as np

from app.engine.activations import Array, IntArray

# Entries are multiplied in layers of this many binary digits; the product of two layers stays far inside float64.
LAYER_BITS = 256
EXPONENT_OF_ZERO = -(2**40)


@dataclass(frozen=True)
class WideMatrix:
    """The matrix mantissa·2^exponent, element-wise; |mantissa| is in [1/2, 1), or 0."""

    mantissa: Array  # (n, m)
    exponent: IntArray  # (n, m)


def widened(matrix: Array, exponent: IntArray | int = 0) -> WideMatrix:
    """The matrix·2^exponent as a WideMatrix."""
    mantissa, own_exponent = np.frexp(matrix)
    return WideMatrix(mantissa, np.where(mantissa == 0.0, EXPONENT_OF_ZERO, own_exponent.astype(np.int64) + exponent))


def narrowed(wide: WideMatrix) -> tuple[Array, int]:
    """The nearest float64 matrix with largest entry in [1/2, 1), and its exponent: wide ≈ matrix·2^exponent."""
    largest = int(wide.exponent.max(initial=EXPONENT_OF_ZERO))
    if largest == EXPONENT_OF_ZERO:
        return np.zeros_like(wide.mantissa), 0
    return np.ldexp(wide.mantissa, wide.exponent - largest), largest


def wide_product(left: WideMatrix, right: WideMatrix) -> WideMatrix:
    """left @ right, each entry to float64's relative precision, however far the entries are apart.

    >>> tiny = WideMatrix(np.array([[0.5]]), np.array([[-5000]]))
    >>> wide_product(tiny, tiny).exponent
    array([[-10001]])
    """
    left_base = left.exponent.max(axis=1, keepdims=True)
    right_base = right.exponent.max(axis=0, keepdims=True)
    base = left_base + right_base
    partial: dict[int, Array] = {}  # the product is the sum of partial[depth]·2^(base − depth·LAYER_BITS)
    right_layers = _layers(right, right_base)
    for left_depth, left_layer in _layers(left, left_base).items():
        for right_depth, right_layer in right_layers.items():
            depth = left_depth + right_depth
            product = np.dot(left_layer, right_layer)
            partial[depth] = partial[depth] + product if depth in partial else product
    if len(partial) == 1:
        ((depth, product),) = partial.items()
        return widened(product, base - depth * LAYER_BITS)
    parts = [widened(product, -depth * LAYER_BITS) for depth, product in partial.items()]
    exponent = np.maximum.reduce([part.exponent for part in parts])
    total = np.sum([np.ldexp(part.mantissa, part.exponent - exponent) for part in parts], axis=0)
    return widened(total, exponent + base)


def _layers(wide: WideMatrix, base: IntArray) -> dict[int, Array]:
    """The entries beside 2^base, sorted by size: layer d holds those about 2^−d·LAYER_BITS, multiplied by 2^d·LAYER_BITS."""
    below = np.where(wide.mantissa == 0.0, 0, base - wide.exponent)
    depth = below // LAYER_BITS
    deepest = int(depth.max(initial=0))
    if deepest == 0:
        return {0: np.ldexp(wide.mantissa, -below)}
    shifted = np.ldexp(wide.mantissa, depth * LAYER_BITS - below)
    return {int(d): np.where(depth == d, shifted, 0.0) for d in np.unique(depth)}
