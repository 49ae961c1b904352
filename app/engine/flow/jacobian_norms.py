"""The norms of ∂h_T/∂h_k for every k: the Jacobian chain of the last step, in log scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.arrays import Array, IntArray
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.numerics.euclidean_norms import LOG10_2
from app.engine.numerics.extended_range import EXPONENT_OF_ZERO, WideMatrix, wide_product, widened
from app.engine.numerics.matrix_norms import spectral_norms, squared_norms

# The squared norms inside a chunk of plain products must stay in here, or the chunk is redone. A norm of 1e-100 with entries down to
# SMALLEST_SAFE_ENTRY of it has none below 1e-190, far above 2e-308, where float64 begins to lose digits.
SMALLEST_SAFE_SQUARE = 1e-200
LARGEST_SAFE_SQUARE = 1e200
# An entry smaller than this beside its matrix's norm may have lost digits, or have become a false zero.
SMALLEST_SAFE_ENTRY = 1e-90
FEWEST_STEPS_PER_CHUNK = 4  # fewer are not worth a call of LAPACK; measured as below

# The chain is compressed only where a factorisation costs less than what it saves: the multiplications alone, or with spectral
# norms, whose cost grows as the cube of the rows, so that fewer rows are worth it, and sooner. Measured by
# `python -m benchmarks jacobian_norms`.
FEWEST_ROWS_TO_COMPRESS = 40
FEWEST_ROWS_WITH_SPECTRAL = 20
LONGEST_CHUNK_WITH_SPECTRAL = 24
STEPS_BEFORE_FIRST_COMPRESSION = 12
# Directions smaller than this beside the norm are left out. Their share of the norm is watched, and may not pass the second value.
NEGLIGIBLE = 1e-10
LARGEST_NEGLIGIBLE_SHARE = 1e-8  # of which the norms lose half the square, 5e-17: less than float64 rounds


@dataclass(frozen=True)
class JacobianNorms:
    """log10 ‖∂h_t/∂h_k‖ for t = of_step and k = 0..T.

    Attributes
    ----------
    of_step : int
        The last step whose Jacobian is known: T, or the one before a divergence. In a linear network all are known, T remains.
    log10_frobenius, log10_spectral : Array
        (T+1,), −inf where the norm is exactly zero, NaN for k > of_step.
    longest : Array
        (rows, S), ∂h_t/∂h_k for the smallest k at which it isn't exactly zero, up to a positive factor, and up to a rotation from
        the left if it has fewer than S rows.
    """

    of_step: int
    log10_frobenius: Array
    log10_spectral: Array
    longest: Array


def jacobian_norms(trace: Trace, spectral: bool = True) -> JacobianNorms:
    """Frobenius and spectral norm of the Jacobian from every step to the last.

    ∂h_T/∂h_k = J_T J_{T-1} ... J_{k+1},  ∂h_T/∂h_T = I.

    The chain is multiplied a chunk of steps at a time, in plain float64, with one binary exponent per chunk. A chunk
    in which anything comes near the ends of float64 is multiplied again step by step with an exponent per entry, so
    neither the size of the product nor the distance between its entries is limited.

    Rotating the chain from the left changes no norm: Q in QR is dropped, and with it the directions which have become
    negligible, so that a long chain becomes a product of thin matrices. One row, a random combination of what was
    dropped, is carried along. Should it ever grow to a share of the norm, everything is computed again in full.

    Parameters
    ----------
    trace : Trace
        A forward pass without a batch axis.
    spectral : bool
        Whether to compute spectral norms too; else log10_spectral is NaN.

    Returns
    -------
    JacobianNorms

    Examples
    --------
    An identity network with W = 2: every step doubles the norm.

    >>> from app.engine.model.activations import ACTIVATIONS
    >>> from app.engine.model.cells import CELLS
    >>> from app.engine.model.readouts import READOUTS
    >>> from app.engine.model.network import Network, forward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> parameters = {"U": one, "W": 2 * one, "V": one, "b_s": zero, "b_z": zero, "h_0": zero}
    >>> network = Network(CELLS["rnn"](ACTIVATIONS["identity"]), READOUTS["identity"], parameters)
    >>> jacobian_norms(forward(network, np.ones((2, 1)))).log10_frobenius.round(3)
    array([0.602, 0.301, 0.   ])
    """
    of_step, size = known_steps(trace), trace.state.shape[-1]
    multiplied = _chain_norms(trace, of_step, spectral, compress=True) or _chain_norms(trace, of_step, spectral, compress=False)
    assert multiplied is not None
    logarithms, longest = multiplied
    logarithms[:, of_step] = np.log10(size) / 2.0, 0.0 if spectral else np.nan
    if trace.linear.log10_scale.any():
        logarithms += log10_scale_since(trace, of_step)
    frobenius, largest = logarithms
    return JacobianNorms(of_step, frobenius, largest, longest)


def known_steps(trace: Trace) -> int:
    """How many steps from the first have a Jacobian: all, or those before a divergence (all the same where f' is constant)."""
    if trace.divergence is None:
        return trace.length
    known = trace.linear.known
    return int(np.argmin(known)) if not known.all() else trace.length


def log10_scale_since(trace: Trace, of_step: int) -> Array:
    """The sum of log10_scale over the steps from each k to of_step, (T+1,): zero unless float64's derivatives ended somewhere."""
    cumulative = cumulative_log10_scale(trace)
    return np.asarray(cumulative[of_step] - cumulative, dtype=np.float64)


def cumulative_log10_scale(trace: Trace) -> NDArray[np.longdouble]:
    """The running sum of log10_scale, (T+1,), with digits to spare, for its differences are what is wanted."""
    return np.concatenate([[0.0], np.cumsum(trace.linear.log10_scale, dtype=np.longdouble)])


def wide_factor(trace: Trace, step: int, jacobian: Array) -> tuple[Array, IntArray | None]:
    """The Jacobian of a step row for `wide_product`: as it is, or with exponents where float64 can't hold it."""
    if not trace.linear.underflowed[step]:
        return jacobian, None
    return trace.linear.wide_jacobian(step)


def steps_per_chunk(size: int) -> int:
    """How many Jacobians to build, and how many products to make, at a time: many, while they fit into the processor's cache."""
    return max(8, min(64, 2**19 // (size * size)))


@dataclass(frozen=True)
class _Chain:
    """The product so far, up to a rotation from the left: matrix·2^exponent.

    Attributes
    ----------
    matrix : Array
        (rows, S).
    watched : bool
        Whether the last row is not part of the product, but a random combination of the rows left out.
    wide : WideMatrix or None
        The whole product, where the plain matrix doesn't hold all of it.
    """

    matrix: Array
    exponent: int
    watched: bool = False
    wide: WideMatrix | None = None

    @property
    def part_of_product(self) -> Array:
        return self.matrix[:-1] if self.watched else self.matrix


def _chain_norms(trace: Trace, of_step: int, spectral: bool, compress: bool) -> tuple[Array, Array] | None:
    """log10 of both norms for every k < of_step, (2, T+1), without log10_scale, and `longest`; None if a direction left out came back."""
    linear, size = trace.linear, trace.state.shape[-1]
    fewest_rows, most_steps = (FEWEST_ROWS_WITH_SPECTRAL, LONGEST_CHUNK_WITH_SPECTRAL) if spectral else (FEWEST_ROWS_TO_COMPRESS, of_step)
    chunk = longest = max(1, min(steps_per_chunk(size), most_steps, of_step))
    jacobian_buffer, product_buffer = np.empty((2, chunk, size, size))
    logarithms = np.full((2, trace.length + 1), np.nan)
    chain = _Chain(np.eye(size), 0)
    stop, patience, compressed_at = of_step, STEPS_BEFORE_FIRST_COMPRESSION, of_step
    while stop > 0:
        checkpoint()
        start, rows = max(0, stop - chunk), len(chain.matrix)
        jacobians = linear.state_jacobians(start, stop, jacobian_buffer[: stop - start])
        products = product_buffer.reshape(-1)[: (stop - start) * rows * size].reshape(stop - start, rows, size)
        multiplied = _multiplied_plainly(chain, jacobians, products)
        if multiplied is None and chain.wide is None and stop - start > FEWEST_STEPS_PER_CHUNK:
            chunk = (stop - start) // 2  # the products may have left the safe range only because they were too many
            continue
        if multiplied is None:
            factors = [wide_factor(trace, step, jacobians[step - start]) for step in range(start, stop)]
            multiplied, chunk = _multiplied_widely(chain, factors, products), longest
        before = chain.part_of_product
        exponents, squares, chain = multiplied
        if chain.watched and not _still_negligible(products, squares):
            return None
        with np.errstate(divide="ignore"):
            logarithms[0, start:stop] = np.log10(squares) / 2.0 + exponents * LOG10_2
            if spectral:
                checkpoint()
                values, shift = spectral_norms(products, chained=True)
                logarithms[1, start:stop] = np.log10(values) + (shift + exponents) * LOG10_2
        if squares[0] == 0.0:
            logarithms[: 1 + spectral, :start] = -np.inf
            longer = products[np.flatnonzero(squares)[:1]]
            return logarithms, longer[0, : len(before)].copy() if len(longer) else before
        if compress and chain.wide is None and rows >= fewest_rows and compressed_at - start >= patience:
            chain = _compressed(chain)
            compressed_at, patience = start, patience * (2 if len(chain.matrix) > 0.9 * rows else 1)
        stop = start
    return logarithms, chain.part_of_product


# What multiplying a chunk gives: the products' exponents, the squared Frobenius norms without these, and the chain after it.
_Multiplied = tuple[Array | int, Array, _Chain]


def _multiplied_plainly(chain: _Chain, jacobians: Array, products: Array) -> _Multiplied | None:
    """The chain times the Jacobians of a chunk, last step first, each product into `products`; None if float64 may have lost some."""
    if chain.wide is not None:
        return None
    left = chain.matrix
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for jacobian, product in zip(jacobians[::-1], products[::-1], strict=True):
            left = left.dot(jacobian, product)
        squares = squared_norms(products)
    if not _nothing_lost(chain.matrix, left, squares):
        return None
    shift = int(np.frexp(squares[0])[1]) // 2
    return chain.exponent, squares, _Chain(left * 2.0**-shift, chain.exponent + shift, chain.watched)


def _multiplied_widely(chain: _Chain, factors: list[tuple[Array, IntArray | None]], products: Array) -> _Multiplied:
    """The same with as many exponents as it takes to lose nothing."""
    wide = chain.wide or widened(chain.matrix, chain.exponent)
    exponents = np.empty(len(factors))
    for row in range(len(factors) - 1, -1, -1):
        checkpoint()
        wide = wide_product(wide, *factors[row])
        largest = wide.row_exponent.max(keepdims=True)
        products[row], exponents[row] = wide.rows(largest), largest.item()
    entries_of_live_rows = np.abs(products[0])[wide.row_exponent[:, 0] > EXPONENT_OF_ZERO]
    plain_suffices = bool((entries_of_live_rows > SMALLEST_SAFE_ENTRY).all())
    chain = _Chain(products[0].copy(), int(exponents[0]), chain.watched, None if plain_suffices else wide)
    return exponents, squared_norms(products), chain


def _nothing_lost(before: Array, after: Array, squares: Array) -> bool:
    """Whether a chunk of plain products is exact: norms safe all along, and no row with entries that are tiny, or falsely zero.

    A row that was zero before the chunk was so exactly, and stays so. Every other must have come out with all its entries
    so far above the underflow threshold that whatever was lost on the way is negligible beside each of them.
    """
    if not (squares.min() > SMALLEST_SAFE_SQUARE and squares.max() < LARGEST_SAFE_SQUARE):  # NaN is not safe
        return False
    smallest = np.abs(after).min(axis=1)
    unsafe = smallest <= SMALLEST_SAFE_ENTRY * np.sqrt(squares[0])
    return not unsafe.any() or not before[unsafe].any()


def _still_negligible(products: Array, squares: Array) -> bool:
    watched = products[:, -1]
    return bool((np.vecdot(watched, watched) <= LARGEST_NEGLIGIBLE_SHARE**2 * squares).all())


def _compressed(chain: _Chain) -> _Chain:
    """The chain rotated from the left to its R of QR, without the rows that have become negligible; the same if there are few."""
    upper = np.asarray(np.linalg.qr(chain.part_of_product, mode="r"))
    tail = np.cumsum(np.vecdot(upper, upper)[::-1])[::-1]  # the squared norm of what would be left out from each row on
    rank = int(np.count_nonzero(tail > NEGLIGIBLE**2 * tail[0]))
    if rank > 0.9 * len(chain.matrix):
        return chain
    left_out = upper[rank:]
    if chain.watched:
        left_out = np.concatenate([left_out, chain.matrix[-1:]])
    # Any generic combination will do; a fixed seed keeps the result a function of the trace.
    watched = np.random.default_rng(0).standard_normal((1, len(left_out))) @ left_out
    return _Chain(np.concatenate([upper[:rank], watched]), chain.exponent, watched=True)
