"""Products of triangular matrices whose rows differ hugely in size, and their singular values to full relative accuracy."""

from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array
from app.engine.numerics.euclidean_norms import norms

LARGEST_LOGARITHM = 300.0  # of a factor between two rows: its square stays in float64
PRECONDITIONING = 3  # QR iterations before the rotations: each takes the couplings between distant rows to the fourth power of their ratio
MOST_SWEEPS = 60  # a bound for the loop: a sweep squares the couplings, and a handful is enough
ORTHOGONAL = 1e-14  # cosine between two rows below which they count as orthogonal


@dataclass(frozen=True)
class Graded:
    """The matrix diag(exp(logarithms))·rows, whose rows have about unit size: (r,) and (r, n)."""

    logarithms: Array
    rows: Array

    def times_triangle(self, upper: Array, logarithms: Array) -> "Graded":
        """diag(exp(logarithms))·upper times this matrix, where `upper` (q, r) has a diagonal of ±1 and q ≤ r."""
        relative = self.logarithms - self.logarithms.max()
        if relative.min() > -LARGEST_LOGARITHM:
            sizes = np.exp(relative)  # fewer exponentials
            ratio = upper * sizes / sizes[: len(upper), None]
        else:
            ratio = upper * exp_of_differences(self.logarithms)[: len(upper)]
        return Graded(self.logarithms[: len(upper)] + logarithms, ratio @ self.rows)

    def log_singular_values(self) -> Array:
        """ln of the singular values, in no order.

        One-sided Jacobi rotations of the rows, which keep the relative accuracy of every singular value, as long as the
        unit rows are not nearly dependent.

        References
        ----------
        J. Demmel and K. Veselić, "Jacobi's method is more accurate than QR", SIAM J. Matrix Anal. Appl. 13 (1992).
        """
        found = self
        for _ in range(PRECONDITIONING):
            found = found.qr_iteration()
        for _ in range(MOST_SWEEPS):
            found = found.ordered()
            cosines = np.abs(np.triu(found.rows @ found.rows.T, 1))
            if not (cosines > ORTHOGONAL).any():  # NaN isn't
                break
            first, second = np.nonzero(cosines > ORTHOGONAL)
            for offset in range(1, int((second - first).max()) + 1):
                starts = np.arange(len(cosines) - offset)
                for parity in (0, 1):  # each row once
                    pairs = starts[starts // offset % 2 == parity]
                    if len(pairs):
                        _rotate(found.logarithms, found.rows, pairs, pairs + offset)
        return found.logarithms

    def ordered(self) -> "Graded":
        """The largest row first, and all rows of unit size."""
        same = self.with_unit_rows()
        order = np.argsort(-same.logarithms)
        return Graded(same.logarithms[order], same.rows[order])

    def with_unit_rows(self) -> "Graded":
        """The same matrix, all rows of unit size."""
        sizes = norms(self.rows)
        return Graded(self.logarithms + np.log(sizes), self.rows / sizes[:, None])

    def qr_iteration(self) -> "Graded":
        """A matrix (r, r) with the same singular values and rows that are more nearly orthogonal."""
        same = self.ordered()
        lower = of_full_rank(np.asarray(np.linalg.qr(same.rows.T, mode="r"))).T  # rows = lower·Qᵀ
        ratio = exp_of_differences(same.logarithms)
        upper = of_full_rank(np.asarray(np.linalg.qr(lower * ratio.T, mode="r")))  # D·lower = (D·lower·D⁻¹)·D
        return Graded(same.logarithms, upper * ratio)


def of_full_rank(upper: Array) -> Array:
    """An upper triangle (q, r) of a matrix of full rank, with no zero on its diagonal.

    A direction that is there, though rounding left nothing of it, is taken to be as large as the rounding of its column.

    >>> of_full_rank(np.array([[1.0, 2.0], [0.0, 0.0]])).diagonal() / np.finfo(np.float64).eps
    array([4.50359963e+15, 2.00000000e+00])
    """
    lost = np.flatnonzero(upper.diagonal() == 0.0)
    if len(lost) == 0:
        return upper
    filled, columns = upper.copy(), np.abs(upper).max(axis=0)
    filled[lost, lost] = np.finfo(np.float64).eps * np.where(columns[lost] > 0.0, columns[lost], columns.max())
    return filled


def exp_of_differences(logarithms: Array) -> Array:
    """exp(l_j − l_i) in row i and column j, no larger than float64 allows."""
    differences = logarithms - logarithms[:, None]
    np.minimum(differences, LARGEST_LOGARITHM, out=differences)
    return np.asarray(np.exp(differences, out=differences))


def _rotate(logarithms: Array, rows: Array, first: Array, second: Array) -> None:
    """Make each first row orthogonal to its second, in place; with the ratio g = d_j/d_i of the two factors nothing leaves float64."""
    a, b = rows[first], rows[second]
    size_a, size_b, inner = np.vecdot(a, a), np.vecdot(b, b), np.vecdot(a, b)
    g = np.exp(np.minimum(logarithms[second] - logarithms[first], LARGEST_LOGARITHM))
    difference = size_a - g * g * size_b
    root = np.hypot(difference, 2.0 * g * inner)
    denominator = difference + np.where(difference < 0.0, -root, root)
    tau = np.divide(2.0 * inner, denominator, out=np.zeros_like(inner), where=denominator != 0.0)  # tan θ / g
    tangent = g * tau
    cosine = 1.0 / np.sqrt(1.0 + tangent * tangent)
    rows[first] = cosine[:, None] * (a + (tangent * g)[:, None] * b)
    rows[second] = cosine[:, None] * (b - tau[:, None] * a)
