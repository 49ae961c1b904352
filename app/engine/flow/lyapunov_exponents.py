"""Finite-time Lyapunov exponents of the Jacobian chain: how fast each direction grows or decays."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from app.engine.arrays import Array, IntArray
from app.engine.flow.jacobian_norms import known_steps, wide_factor
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.numerics.exact_rank import PRIME, independent_columns, is_regular, product_of_residues, residues
from app.engine.numerics.graded import Graded, of_full_rank

LN_2 = float(np.log(2.0))  # of exponents of two into nats
# Above this, reflections may lose the small rows of a matrix: what they leave of 2^−53 beside the large rows is 2^−13 of a row 2^−40 as
# large, and a later step can make it the largest.
MOST_BITS_BETWEEN_ROWS = 40
LOG_EPSILON = float(np.log(np.finfo(np.float64).eps))
LARGEST_PLAIN_EXPONENT = 1000
# Where so little of a direction is left beside its column, it may have been lost, and its remains may be rounding.
SMALLEST_CERTAIN_SHARE = 1e-4


@np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore")
def lyapunov_exponents(trace: Trace) -> Array:
    """Finite-time Lyapunov exponents: λ_i = (1/T) ln σ_i(∂h_T/∂h_0), with σ_i the singular values.

    The largest is (1/T) ln ‖∂h_T/∂h_0‖₂, and their sum is the mean of ln |det J_t|. As many are −∞ as the rank of ∂h_T/∂h_0
    falls short of S, which is decided exactly. As T grows, the others tend to the Lyapunov exponents of the trajectory.

    The product is never formed. From a generic orthogonal B_0, J_t B_{t-1} = B_t R_t, so that its singular values are those
    of B_T R_T ⋯ R_1. (From B_0 = I, a triangular W would keep its order of directions, until rounding breaks it.)
    Units that W doesn't connect, even in steps, are apart.

    Parameters
    ----------
    trace : Trace
        A forward pass without a batch axis.

    Returns
    -------
    Array
        (S,), descending, nats per step, T being the last known step; −inf for directions that are lost exactly; NaN if no
        step is known.

    References
    ----------
    G. Benettin, L. Galgani, A. Giorgilli and J.-M. Strelcyn, "Lyapunov characteristic exponents for smooth dynamical
    systems", Meccanica 15 (1980). G. W. Stewart, "On graded QR decompositions of products of matrices", ETNA 3 (1995).

    Examples
    --------
    >>> from app.engine.model.activations import ACTIVATIONS
    >>> from app.engine.model.cells import CELLS
    >>> from app.engine.model.readouts import READOUTS
    >>> from app.engine.model.network import Network, forward
    >>> zero = np.zeros(2)
    >>> parameters = {"U": np.ones((2, 1)), "W": np.diag([0.5, 2]), "V": np.ones((1, 2)), "b_s": zero, "b_z": zero[:1], "h_0": zero}
    >>> network = Network(CELLS["rnn"](ACTIVATIONS["identity"]), READOUTS["identity"], parameters)
    >>> np.exp(lyapunov_exponents(forward(network, np.ones((5, 1)))))
    array([2. , 0.5])
    """
    linear, known, size = trace.linear, known_steps(trace), trace.state.shape[-1]
    if known == 0:
        return np.full(size, np.nan)
    parts = _connected_parts(trace, known)
    alone = np.array([part[0] for part in parts if len(part) == 1], dtype=np.int64)
    chains = [_Chain(part, size) for part in parts if len(part) > 1]
    of_alone = np.zeros(len(alone))
    jacobian = np.empty((1, size, size))
    for step in range(known):
        checkpoint()
        linear.state_jacobians(step, step + 1, jacobian)
        matrix, row_exponent = wide_factor(trace, step, jacobian[0])
        exponent = np.zeros(size, dtype=np.int64) if row_exponent is None else row_exponent[:, 0]
        if len(alone):
            of_alone += np.log(np.abs(matrix[alone, alone])) + exponent[alone] * LN_2
        if chains:
            factors = linear.jacobian_factors(step)
            for chain in chains:
                chain.advance(matrix, exponent, *factors)
    total = np.concatenate([of_alone, *(chain.log_singular_values() for chain in chains)])
    total += linear.log10_scale[:known].sum() * np.log(10.0)
    return np.asarray(np.sort(total / known)[::-1])


def _connected_parts(trace: Trace, known: int) -> list[IntArray]:
    """The units in groups with no weight between them at any step: the chain is block diagonal in them."""
    size, last = trace.state.shape[-1], None
    linked = np.eye(size, dtype=bool)
    for step in range(known):
        matrix = trace.linear.jacobian_factors(step)[1]
        if matrix is not last:
            linked |= (matrix != 0.0) | (matrix.T != 0.0)
            last = matrix
    parts, rest = [], np.ones(size, dtype=bool)
    while rest.any():
        part = linked[np.argmax(rest)]
        while (wider := linked[part].any(axis=0)).sum() > part.sum():
            part = wider
        parts.append(np.flatnonzero(part))
        rest &= ~part
    return parts


@dataclass(frozen=True)
class _ExactFactor:
    """The second factor of a step's Jacobian between the units of one part, in exact arithmetic."""

    matrix: Array  # of all units; a cell gives the same one for every step whose factor it is
    part: IntArray

    @cached_property
    def _own(self) -> Array:
        return np.asarray(self.matrix[np.ix_(self.part, self.part)])

    @cached_property
    def is_regular(self) -> bool:
        return is_regular(self._own)

    @cached_property
    def residues(self) -> Array:
        return residues(self._own)


@dataclass
class _Chain:
    """The product of Jacobians so far between the units of one part, B R B_0ᵀ, with as many rows of R as the product has rank.

    B is orthogonal after a step by reflections; after one by elimination it is the unit lower triangle, up to the order of its rows.
    """

    part: IntArray
    size: int
    basis: Array = field(init=False)  # B, (n, rank)
    triangle: Graded = field(init=False)  # R, (rank, n)
    image: Array | None = None  # independent columns that span the product's, as residues; None while the rank is full
    exact: _ExactFactor | None = None  # of the last step

    def __post_init__(self) -> None:
        count = len(self.part)
        # A fixed seed keeps the result a function of the trace.
        self.basis = np.linalg.qr(np.random.default_rng(0).standard_normal((count, count)))[0]
        self.triangle = Graded(np.zeros(count), np.eye(count))

    def advance(self, jacobian: Array, row_exponent: IntArray, row_factors: Array, matrix: Array) -> None:
        """Multiply by the Jacobian whose rows go with powers of two, and which is diag(row_factors)·matrix without rounding."""
        if self.basis.shape[1] == 0:  # nothing is left
            return
        if len(self.part) < self.size:
            jacobian, row_exponent = jacobian[np.ix_(self.part, self.part)], row_exponent[self.part]
        shift = np.frexp(np.abs(jacobian).max(axis=1))[1]  # rows near 1, whose products with the basis can't overflow
        product, exponent = _times_powers(jacobian, -shift) @ self.basis, shift + row_exponent
        # The directions that are largest after this step come first: none is then overtaken by one behind it.
        order = np.argsort(-(self.triangle.logarithms + _log_column_sizes(product, exponent)), kind="stable")
        self.triangle = Graded(self.triangle.logarithms[order], self.triangle.rows[order])
        basis, upper, logarithms, certain = _qr(product[:, order], exponent)
        rank = self._rank_after(row_factors[self.part], matrix, certain)
        self.basis = basis[:, :rank]
        sizes, unit = _unit_triangle(upper[:rank])  # rows beyond the rank are zero but for rounding
        self.triangle = self.triangle.times_triangle(unit, np.log(sizes) + logarithms[:rank]).with_unit_rows()

    def _rank_after(self, row_factors: Array, matrix: Array, certain: bool) -> int:
        """The exact rank after a step; if the factorisation is `certain` that no direction is lost, it isn't counted again."""
        rank: int = self.basis.shape[1]
        if self.image is None and certain:
            return rank
        if self.exact is None or matrix is not self.exact.matrix:
            self.exact = _ExactFactor(matrix, self.part)
        keeps_rank = bool(row_factors.all()) and self.exact.is_regular
        if self.image is None and keeps_rank:
            return rank
        image = np.eye(rank) if self.image is None else self.image
        self.image = np.remainder(residues(row_factors)[:, None] * product_of_residues(self.exact.residues, image), PRIME)
        return rank if certain or keeps_rank else self._counted_rank()

    def _counted_rank(self) -> int:
        if self.image is None:
            return len(self.triangle.logarithms)
        independent = independent_columns(self.image)
        self.image = self.image[:, independent]
        return len(independent)

    def log_singular_values(self) -> Array:
        """ln of all singular values of the product, −inf for as many as its rank falls short of its size."""
        rank, found = self._counted_rank(), np.full(len(self.part), -np.inf)
        if rank:
            sizes, unit = _unit_triangle(np.asarray(np.linalg.qr(self.basis[:, :rank], mode="r")))
            triangle = Graded(self.triangle.logarithms[:rank], self.triangle.rows[:rank])
            found[:rank] = triangle.times_triangle(unit, np.log(sizes)).log_singular_values()
        return found


def _unit_triangle(upper: Array) -> tuple[Array, Array]:
    """The sizes of the diagonal of an upper triangle (q, r) of full rank, and its rows divided by them."""
    upper = of_full_rank(upper)
    sizes = np.abs(upper.diagonal())
    return sizes, upper / sizes[:, None]


# B (n, r), R as an upper triangle (r, r) whose rows go with the exponentials of logarithms (r,), and whether the rank is certainly full.
_Factors = tuple[Array, Array, Array, bool]


def _qr(matrix: Array, row_exponent: IntArray) -> _Factors:
    """The matrix (n, r) whose rows are multiplied by 2^row_exponent, as B R."""
    sizes = np.abs(matrix).max(axis=1)
    own_exponent = np.frexp(sizes)[1]
    exponent = own_exponent + row_exponent
    alive = exponent[sizes > 0.0]
    top = alive.max() if len(alive) else 0
    if len(alive) and top - alive.min() > MOST_BITS_BETWEEN_ROWS:
        return _wide_qr(np.ldexp(matrix, -own_exponent[:, None]), exponent)
    return _householder_qr(matrix, row_exponent, exponent, top)


def _householder_qr(matrix: Array, row_exponent: IntArray, exponent: IntArray, top: int) -> _Factors:
    """The same by Householder reflections; `exponent` says how large each row is, and `top` how large the largest."""
    # Saturated units make rows of very different sizes. Reflections keep the digits of the small ones if they come last.
    order = np.argsort(-exponent)
    q, upper = np.linalg.qr(_times_powers(matrix, row_exponent - top)[order])
    basis = np.empty_like(q)
    basis[order] = q
    certain = bool((np.abs(upper.diagonal()) > SMALLEST_CERTAIN_SHARE * np.abs(upper).max(axis=0)).all())
    return basis, upper, np.full(len(upper), top * LN_2), certain


def _log_column_sizes(matrix: Array, row_exponent: IntArray) -> Array:
    """ln of the largest entry of each column of the matrix whose rows are multiplied by 2^row_exponent."""
    return np.asarray((np.log(np.abs(matrix)) + row_exponent[:, None] * LN_2).max(axis=0))


def _times_powers(matrix: Array, exponent: IntArray) -> Array:
    """Each row times a power of two; by one factor a row where float64 has it, which takes a fifth of ldexp's time."""
    if np.abs(exponent).max() < LARGEST_PLAIN_EXPONENT:
        return np.asarray(matrix * np.ldexp(1.0, exponent)[:, None])
    return np.asarray(np.ldexp(matrix, exponent[:, None]))


def _wide_qr(matrix: Array, exponent: IntArray) -> _Factors:
    """The same by Gaussian elimination with pivoting, A = Pᵀ L U with |L| ≤ 1: B is Pᵀ L, whose small entries keep their digits."""
    rows, rank = matrix.shape
    rest = matrix.copy()
    logarithms = _log_column_sizes(matrix, exponent) + LOG_EPSILON  # of pivots that rounding left nothing of, as in `of_full_rank`
    logarithms[np.isneginf(logarithms)] = logarithms.max()
    waiting = np.ones(rows, dtype=bool)  # the rows that have not been pivots
    lower, upper = np.zeros((rows, rank)), np.eye(rank)
    for column in range(rank):
        sizes = np.where(waiting, np.log2(np.abs(rest[:, column])) + exponent, -np.inf)
        pivot = int(np.argmax(sizes)) if np.isfinite(sizes).any() else int(np.argmax(waiting))
        waiting[pivot] = False
        lower[pivot, column] = 1.0
        if np.isfinite(sizes[pivot]):
            upper[column, column:], logarithms[column] = rest[pivot, column:], exponent[pivot] * LN_2
            factors = np.where(waiting, rest[:, column] / rest[pivot, column], 0.0)
            lower[:, column] += np.ldexp(factors, exponent - exponent[pivot])
            rest -= factors[:, None] * rest[pivot]
            rest[waiting, column] = 0.0
    return lower, upper, logarithms, False
