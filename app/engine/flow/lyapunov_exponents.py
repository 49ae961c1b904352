"""Finite-time Lyapunov exponents of the Jacobian chain: how fast each direction grows or decays."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from app.engine.arrays import Array, IntArray
from app.engine.flow.jacobian_norms import known_steps, wide_factor
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.numerics.exact_rank import PRIME, independent_columns, is_regular, product_of_residues, residues
from app.engine.numerics.graded import Graded

LN_2 = float(np.log(2.0))  # of exponents of two into nats
# Above this, Householder reflections may lose the small rows of a matrix: the squares of rows 200 bits apart are 400 bits apart, and a
# sum of them holds 53.
MOST_BITS_BETWEEN_ROWS = 200
LARGEST_PLAIN_EXPONENT = 1000
# Where so little of a direction is left beside its column, it may have been lost, and its remains may be rounding.
SMALLEST_CERTAIN_SHARE = 1e-4


@np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore")
def lyapunov_exponents(trace: Trace) -> Array:
    """Finite-time Lyapunov exponents: λ_i = (1/T) ln σ_i(∂h_T/∂h_0), with σ_i the singular values.

    The largest is (1/T) ln ‖∂h_T/∂h_0‖₂, and their sum is the mean of ln |det J_t|. As many are −∞ as the rank of ∂h_T/∂h_0
    falls short of S, which is decided exactly. As T grows, the others tend to the Lyapunov exponents of the trajectory.

    The product is never formed. From a generic orthogonal Q_0, J_t Q_{t-1} = Q_t R_t, so that its singular values are those
    of R_T ⋯ R_1. (From Q_0 = I, a triangular W would keep its order of directions, until rounding breaks it.)
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
    """The product of Jacobians so far between the units of one part, Q R Q_0ᵀ, with as many rows of R as the product has rank."""

    part: IntArray
    size: int
    basis: Array = field(init=False)  # Q, (n, rank)
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
        basis, triangles, certain = _qr(_times_powers(jacobian, -shift) @ self.basis, shift + row_exponent)
        rank = self._rank_after(row_factors[self.part], matrix, certain)
        self.basis = basis[:, :rank]
        for upper, logarithms in triangles:
            # Rows beyond the rank are zero after the first triangle.
            sizes, unit = _unit_triangle(upper[:rank, : len(self.triangle.logarithms)])
            self.triangle = self.triangle.times_triangle(unit, np.log(sizes) + logarithms[:rank])

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
            found[:rank] = Graded(self.triangle.logarithms[:rank], self.triangle.rows[:rank]).log_singular_values()
        return found


def _unit_triangle(upper: Array) -> tuple[Array, Array]:
    """The sizes of the diagonal of an upper triangle (q, r) of full rank, and its rows divided by them.

    A direction that is there, though rounding left nothing of it, is taken to be as large as the rounding of its column.
    """
    sizes = np.abs(upper.diagonal())
    lost = np.flatnonzero(sizes == 0.0)
    if len(lost):
        upper, columns = upper.copy(), np.abs(upper).max(axis=0)
        sizes[lost] = upper[lost, lost] = np.finfo(np.float64).eps * np.where(columns[lost] > 0.0, columns[lost], columns.max())
    return sizes, upper / sizes[:, None]


# Upper triangles whose rows go with the exponentials of logarithms, (r, r) and (r,): the first is applied first.
_Triangles = list[tuple[Array, Array]]


def _qr(matrix: Array, row_exponent: IntArray) -> tuple[Array, _Triangles, bool]:
    """Q and R of the matrix (n, r) whose rows are multiplied by 2^row_exponent, and whether its rank is certainly full."""
    sizes = np.abs(matrix).max(axis=1)
    own_exponent = np.frexp(sizes)[1]
    exponent = own_exponent + row_exponent
    alive = exponent[sizes > 0.0]
    top = alive.max() if len(alive) else 0
    if len(alive) and top - alive.min() > MOST_BITS_BETWEEN_ROWS:
        return _wide_qr(np.ldexp(matrix, -own_exponent[:, None]), exponent)
    return _householder_qr(matrix, row_exponent, exponent, top)


def _householder_qr(matrix: Array, row_exponent: IntArray, exponent: IntArray, top: int) -> tuple[Array, _Triangles, bool]:
    """The same by Householder reflections; `exponent` says how large each row is, and `top` how large the largest."""
    # Saturated units make rows of very different sizes. Reflections keep the digits of the small ones if they come last.
    order = np.argsort(-exponent)
    q, upper = np.linalg.qr(_times_powers(matrix, row_exponent - top)[order])
    basis = np.empty_like(q)
    basis[order] = q
    certain = bool((np.abs(upper.diagonal()) > SMALLEST_CERTAIN_SHARE * np.abs(upper).max(axis=0)).all())
    return basis, [(upper, np.full(len(upper), top * LN_2))], certain


def _times_powers(matrix: Array, exponent: IntArray) -> Array:
    """Each row times a power of two; by one factor a row where float64 has it, which takes a fifth of ldexp's time."""
    if np.abs(exponent).max() < LARGEST_PLAIN_EXPONENT:
        return np.asarray(matrix * np.ldexp(1.0, exponent)[:, None])
    return np.asarray(np.ldexp(matrix, exponent[:, None]))


def _wide_qr(matrix: Array, exponent: IntArray) -> tuple[Array, _Triangles, bool]:
    """The same, where rows are further apart than float64 reaches.

    Gaussian elimination with pivoting leaves all of the range in the pivots: A = Pᵀ L U with |L| ≤ 1, and with L = Q R,
    A = (Pᵀ Q)(R U): two triangles.
    """
    rows, rank = matrix.shape
    rest = matrix.copy()
    waiting = np.ones(rows, dtype=bool)  # the rows that have not been pivots
    lower, upper, logarithms = np.zeros((rows, rank)), np.eye(rank), np.full(rank, -np.inf)
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
    # Rows that were no pivots may be as small as they like: those of the pivots, which have a 1, decide.
    no_exponent = np.zeros(rows, dtype=np.int64)
    basis, of_lower, _ = _householder_qr(lower, no_exponent, np.frexp(np.abs(lower).max(axis=1))[1].astype(np.int64), 0)
    return basis, [(upper, logarithms), *of_lower], False
