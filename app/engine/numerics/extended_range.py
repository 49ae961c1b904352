"""Matrices whose entries differ by more than float64 can hold: rows, or even single entries, with binary exponents of their own.

The ordinary chain products keep one exponent per matrix. That loses what lies 300 decades below the largest entry, and
what is lost may be all that is left when later factors wipe out the large entries (a diagonal W whose regime switches,
say). Here nothing is lost, so that a zero is a true zero. It costs several times as much, and is used where needed.
"""

from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array, IntArray

# Entries are multiplied in layers of this many binary digits: the product of two layers, down to 2^−512, stays far inside
# float64, which ends at 2^−1022.
LAYER_BITS = 256
SMALLEST_IN_LAYER = 2.0**-LAYER_BITS
# An entry of the product of two layers is above 2^(−2·LAYER_BITS − 2) if it isn't zero: what is three depths below has no digit in common.
LAYERS_THAT_COUNT = 2
EXPONENT_OF_ZERO = -(2**62)  # below any sum of exponents, and far enough from the end of 64 bits to be added to


@dataclass(frozen=True)
class WideMatrix:
    """The matrix mantissa·2^exponent.

    Attributes
    ----------
    mantissa : Array
        (n, m). In a row with one exponent, entries are 0 or between 2^−LAYER_BITS and 1, the largest at least 1/2; with
        an exponent per entry, they are 0 or between 1/2 and 1.
    exponent : IntArray
        (n, 1) where the entries of every row lie close enough together, else (n, m).
    """

    mantissa: Array
    exponent: IntArray

    @property
    def row_exponent(self) -> IntArray:
        """The exponent of the largest entry of each row, (n, 1)."""
        return np.asarray(self.exponent.max(axis=1, keepdims=True))

    def rows(self, base: IntArray) -> Array:
        """The matrix divided by 2^base, in float64; `base` (n, 1) or (1, 1) no smaller than the rows' own exponents."""
        return np.asarray(np.ldexp(self.mantissa, self.exponent - base))


def widened(matrix: Array, exponent: IntArray | int = 0) -> WideMatrix:
    """The matrix·2^exponent, with `exponent` an int or one per row (n, 1)."""
    sizes = np.abs(matrix)
    largest = sizes.max(axis=1, keepdims=True)
    if _is_one_layer(sizes, largest):
        shift = np.frexp(largest)[1].astype(np.int64)
        return WideMatrix(np.ldexp(matrix, -shift), np.where(largest == 0.0, EXPONENT_OF_ZERO, shift + exponent))
    mantissa, own_exponent = np.frexp(matrix)
    return WideMatrix(mantissa, np.where(mantissa == 0.0, EXPONENT_OF_ZERO, own_exponent.astype(np.int64) + exponent))


def wide_product(left: WideMatrix, right: Array, row_exponent: IntArray | None = None) -> WideMatrix:
    """left @ (2^row_exponent right), each entry to float64's relative precision, however far the entries are apart.

    `row_exponent` (n, 1) is one power of two for each row of `right`.

    >>> tiny = widened(np.array([[1.0]]), -5000)
    >>> wide_product(wide_product(tiny, np.array([[1e-300]])), np.array([[1e300]])).exponent
    array([[-4999]])
    """
    if row_exponent is not None:
        mantissa, shift = np.frexp(left.mantissa)
        left = WideMatrix(mantissa, np.where(mantissa == 0.0, EXPONENT_OF_ZERO, left.exponent + shift + row_exponent.T))
    left_layers, left_exponent = _layers_of_rows(left)
    right_layers, right_exponent = _layers_of_matrix(right)
    exponent = left_exponent + right_exponent
    depths = sorted({left_depth + right_depth for left_depth in left_layers.depths for right_depth in right_layers.depths})
    if len(depths) == 1:
        return widened(_product_at(depths[0], left_layers, right_layers), exponent - depths[0] * LAYER_BITS)
    # The product is the sum over the depths of terms·2^(exponent − depth·LAYER_BITS). What lies far below the first term of every
    # entry changes no digit: of a saturated network's hundred layers, a few are multiplied.
    terms, last = [], depths[-1]
    missing = np.dot((left.mantissa != 0.0).astype(float), (right != 0.0).astype(float)) > 0.0
    for depth in depths:
        if depth > last:
            break
        product = _product_at(depth, left_layers, right_layers)
        terms.append((product, exponent - depth * LAYER_BITS))
        missing &= product == 0.0
        if not missing.any():
            last = min(last, depth + LAYERS_THAT_COUNT)
    return _summed(terms)


def _is_one_layer(sizes: Array, largest: Array) -> bool:
    return not ((sizes < largest * SMALLEST_IN_LAYER) & (sizes > 0.0)).any()


@dataclass(frozen=True)
class _Layers:
    """A matrix whose entries are sorted by size: those of depth d are scaled·2^−d·LAYER_BITS."""

    scaled: Array
    depth: IntArray
    depths: list[int]

    def layer(self, depth: int) -> Array:
        return self.scaled if len(self.depths) == 1 else np.where(self.depth == depth, self.scaled, 0.0)


def _product_at(depth: int, left: _Layers, right: _Layers) -> Array:
    """The sum of the products of two layers whose depths add up to this one."""
    pairs = [(left.layer(own), right.layer(depth - own)) for own in left.depths if depth - own in right.depths]
    return np.asarray(sum(np.dot(*pair) for pair in pairs))


def _layers_of_rows(wide: WideMatrix) -> tuple[_Layers, IntArray]:
    if wide.exponent.shape[1] == 1 != wide.mantissa.shape[1]:
        return _single_layer(wide.mantissa), wide.exponent
    exponent = wide.row_exponent
    return _layers(wide.mantissa, exponent - wide.exponent), exponent


def _layers_of_matrix(matrix: Array) -> tuple[_Layers, int]:
    sizes = np.abs(matrix)
    largest = sizes.max(keepdims=True)
    exponent = int(np.frexp(largest)[1].item())
    if _is_one_layer(sizes, largest):
        return _single_layer(np.ldexp(matrix, -exponent)), exponent
    mantissa, own_exponent = np.frexp(matrix)
    return _layers(mantissa, exponent - own_exponent.astype(np.int64)), exponent


def _single_layer(matrix: Array) -> _Layers:
    return _Layers(matrix, np.zeros(1, dtype=np.int64), [0])


def _layers(mantissa: Array, below: IntArray) -> _Layers:
    """Entries mantissa·2^−below in layers of LAYER_BITS."""
    below = np.where(mantissa == 0.0, 0, below)
    depth = below // LAYER_BITS
    return _Layers(np.ldexp(mantissa, depth * LAYER_BITS - below), depth, np.unique(depth).tolist())


def _summed(terms: list[tuple[Array, IntArray]]) -> WideMatrix:
    """The sum of several matrices, each with exponents of its own, entry by entry at the size of the largest term."""
    parts = [np.frexp(matrix) for matrix, _ in terms]
    exponents = [
        np.where(mantissa == 0.0, EXPONENT_OF_ZERO, own_exponent + exponent)
        for (mantissa, own_exponent), (_, exponent) in zip(parts, terms, strict=True)
    ]
    largest = np.maximum.reduce(exponents)
    total = np.zeros(largest.shape)
    for (mantissa, _), exponent in zip(parts, exponents, strict=True):
        total += np.ldexp(mantissa, exponent - largest)
    mantissa, shift = np.frexp(total)
    exponent = np.where(mantissa == 0.0, EXPONENT_OF_ZERO, largest + shift)
    row_exponent = exponent.max(axis=1, keepdims=True)
    if ((row_exponent - exponent < LAYER_BITS) | (mantissa == 0.0)).all():
        return WideMatrix(np.ldexp(mantissa, np.where(mantissa == 0.0, 0, exponent - row_exponent)), row_exponent)
    return WideMatrix(mantissa, exponent)
