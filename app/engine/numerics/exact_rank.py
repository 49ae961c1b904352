"""The rank of products of float64 matrices, decided exactly: by arithmetic modulo a prime, in which nothing is rounded.

Every float64 number is an integer times a power of two, and so has a residue. The rank of the residues is never more than
the true one, and less only if the prime divides certain determinants: with a chance of about 5e-7, and only where it is asked.
"""

from functools import cache

import numpy as np

from app.engine.arrays import Array, IntArray

PRIME = 2_097_143  # the largest below 2^21: a sum of 2^11 products of two residues is exact in float64
SMALLEST_EXPONENT, LARGEST_EXPONENT = -1200, 1100  # of two, beyond those of float64's integers
MANTISSA_BITS = 53  # of float64
# A matrix whose singular values are closer together than this, with its rows scaled to one length, is regular for certain.
LARGEST_CONDITION_OF_REGULAR = 1e8


@cache
def _powers_of_two() -> IntArray:
    return np.array([pow(2, exponent, PRIME) for exponent in range(SMALLEST_EXPONENT, LARGEST_EXPONENT)], dtype=np.int64)


def residues(values: Array) -> Array:
    """Each number modulo the prime, as a float64 integer; 1/2 is the residue whose double is 1.

    >>> residues(np.array([3.0, -1.0, 0.5])), residues(np.array([0.5])) * 2 % PRIME
    (array([3.000000e+00, 2.097142e+06, 1.048572e+06]), array([1.]))
    """
    mantissa, exponent = np.frexp(values)
    integer = np.ldexp(mantissa, MANTISSA_BITS).astype(np.int64) % PRIME
    scaled = integer * _powers_of_two()[exponent - MANTISSA_BITS - SMALLEST_EXPONENT] % PRIME
    return np.asarray(scaled, dtype=np.float64)


def product_of_residues(left: Array, right: Array) -> Array:
    """left @ right modulo the prime."""
    return np.asarray(np.remainder(left @ right, PRIME))


def independent_columns(matrix: Array) -> list[int]:
    """Which columns of a matrix of residues are no combination of those before them: as many as its rank.

    >>> independent_columns(residues(np.array([[0.1, 0.2, 0.0], [0.3, 0.6, 0.0], [0.5, 1.0, 1.0]])))
    [0, 2]
    """
    found: list[int] = []
    rest: IntArray = matrix.astype(np.int64)
    for column in range(rest.shape[1]):
        candidates = np.flatnonzero(rest[len(found) :, column])
        if len(candidates) == 0:
            continue
        row = len(found)
        rest[[row, row + candidates[0]]] = rest[[row + candidates[0], row]]
        factors = rest[row + 1 :, column] * pow(int(rest[row, column]), -1, PRIME) % PRIME
        rest[row + 1 :, column:] = (rest[row + 1 :, column:] - factors[:, None] * rest[row, column:]) % PRIME
        found.append(column)
        if len(found) == len(rest):
            break
    return found


def is_regular(matrix: Array) -> bool:
    """Whether a square matrix has full rank.

    >>> is_regular(np.eye(2)), is_regular(np.array([[0.1, 0.3], [0.2, 0.6]])), is_regular(np.array([[1.0, 1.0], [1.0, 1.0 + 2e-16]]))
    (True, False, True)
    """
    sizes = np.abs(matrix).max(axis=1, keepdims=True)
    if not sizes.all():
        return False
    singular_values = np.linalg.svd(matrix / sizes, compute_uv=False)
    if singular_values[0] < LARGEST_CONDITION_OF_REGULAR * singular_values[-1]:
        return True
    return len(independent_columns(residues(matrix))) == len(matrix)
