"""The norms of ∂h_T/∂h_k for every k: the Jacobian chain of the last step, in log scale."""

from dataclasses import dataclass

import numpy as np

from app.engine.activations import Array, IntArray
from app.engine.network import Trace, first_bad_row
from app.engine.spectral_norms import spectral_norms
from app.engine.wide import WideMatrix, narrowed, wide_product, widened

LOG10_2 = float(np.log10(2.0))

# Squares of the norms inside a chunk of plain products must stay in here, or the chunk is redone.
SMALLEST_SAFE_SQUARE = 1e-200
LARGEST_SAFE_SQUARE = 1e200
# An entry smaller than this beside its matrix's norm may have lost digits, or have become a false zero.
SMALLEST_SAFE_ENTRY = 1e-90


@dataclass(frozen=True)
class JacobianNorms:
    """log10 ‖∂h_t/∂h_k‖ for t = of_step and k = 0..T.

    Attributes
    ----------
    of_step : int
        T, or the last step whose Jacobians are known when the run diverged.
    log10_frobenius, log10_spectral : Array
        (T+1,), −inf where the norm is exactly zero, NaN for k > of_step.
    """

    of_step: int
    log10_frobenius: Array
    log10_spectral: Array


def jacobian_norms(trace: Trace, spectral: bool = True) -> JacobianNorms:
    """Frobenius and spectral norm of the Jacobian from every step to the last.

    ∂h_T/∂h_k = J_T J_{T-1} ... J_{k+1},  ∂h_T/∂h_T = I.

    The chain is multiplied a chunk of steps at a time, in plain float64, with one binary exponent per chunk. A chunk
    in which anything comes near the ends of float64 is multiplied again step by step with an exponent per entry, so
    neither the size of the product nor the distance between its entries is limited.

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

    >>> from app.engine.activations import ACTIVATIONS
    >>> from app.engine.cells import CELLS
    >>> from app.engine.losses import READOUTS
    >>> from app.engine.network import Network, forward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> parameters = {"U": one, "W": 2 * one, "V": one, "b_s": zero, "b_z": zero, "h_0": zero}
    >>> network = Network(CELLS["rnn"](ACTIVATIONS["identity"]), READOUTS["identity"], parameters)
    >>> jacobian_norms(forward(network, np.ones((2, 1)))).log10_frobenius.round(3)
    array([0.602, 0.301, 0.   ])
    """
    cell, parameters, linear = trace.network.cell, trace.network.parameters, trace.linear
    of_step, size = known_steps(trace), trace.state.shape[-1]
    chunk = steps_per_chunk(size)
    jacobians, products = np.empty((2, chunk, size, size))
    log10_frobenius, log10_spectral = np.full((2, trace.length + 1), np.nan)
    log10_frobenius[of_step], log10_spectral[of_step] = np.log10(size) / 2.0, 0.0
    chain: Chain = Chain(np.eye(size), 0)
    stop = of_step
    while stop > 0:
        start = max(0, stop - chunk)
        steps = cell.state_jacobians(parameters, linear, start, stop, jacobians[: stop - start])
        exponents, squares, chain = _multiply(chain, steps, products[: stop - start])
        with np.errstate(divide="ignore"):
            log10_frobenius[start:stop] = np.log10(squares) / 2.0 + exponents * LOG10_2
            if spectral:
                log10_spectral[start:stop] = np.log10(spectral_norms(products[: stop - start])) + exponents * LOG10_2
        stop = start
    scale = log10_scale_between(trace, of_step)
    return JacobianNorms(of_step, log10_frobenius + scale, (log10_spectral + scale) if spectral else np.full_like(scale, np.nan))


def known_steps(trace: Trace) -> int:
    """How many steps from the first have a Jacobian: all, or those before a divergence (all the same where f' is constant)."""
    if trace.divergence is None:
        return trace.length
    return first_bad_row(trace.network.cell.mean_gain(trace.linear))


def log10_scale_between(trace: Trace, of_step: int) -> Array:
    """The sum of log10_scale over the steps from each k to of_step, (T+1,): zero unless float64's derivatives ended somewhere."""
    cumulative = np.concatenate([[0.0], np.cumsum(trace.linear.log10_scale)])
    return np.asarray(cumulative[of_step] - cumulative)


def steps_per_chunk(size: int) -> int:
    """As many steps as keep a chunk's Jacobians and products in the processor's cache, at least 4 and at most 32."""
    return max(4, min(32, 2**18 // (16 * size * size)))


@dataclass(frozen=True)
class Chain:
    """The product so far, matrix·2^exponent; with `wide` beside it where the plain matrix does not hold all of it."""

    matrix: Array
    exponent: int
    wide: WideMatrix | None = None


def _multiply(chain: Chain, jacobians: Array, products: Array) -> tuple[IntArray, Array, Chain]:
    """Multiply the chain by the Jacobians of a chunk, the last step first; the chain's product at step i goes to products[i].

    Returns
    -------
    exponents, squares, chain
        ∂h_T/∂h_k = products·2^exponents, the squared Frobenius norms of products, and the chain at the chunk's first step.
    """
    if chain.wide is None:
        left = chain.matrix
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            for row in range(len(jacobians) - 1, -1, -1):
                left = np.dot(left, jacobians[row], out=products[row])
            squares = _squared_norms(products)
        if _nothing_lost(chain.matrix, left, squares):
            exponents = np.full(len(jacobians), chain.exponent)
            shift = int(np.frexp(squares[0])[1]) // 2
            return exponents, squares, Chain(np.ldexp(left, -shift), chain.exponent + shift)
    wide = widened(chain.matrix, chain.exponent) if chain.wide is None else chain.wide
    exponents = np.empty(len(jacobians), dtype=np.int64)
    for row in range(len(jacobians) - 1, -1, -1):
        wide = wide_product(wide, widened(jacobians[row]))
        products[row], exponents[row] = narrowed(wide)
    squares = _squared_norms(products)
    alive = np.abs(products[0])[wide.mantissa.any(axis=1)]
    held = bool((alive > SMALLEST_SAFE_ENTRY).all())
    return exponents, squares, Chain(products[0].copy(), int(exponents[0]), None if held else wide)


def _nothing_lost(before: Array, after: Array, squares: Array) -> bool:
    """Whether a chunk of plain products is exact: sizes safe all along, and no row with entries that are, or may once have been, tiny.

    A row that was exactly zero stays so; every other must have come out with all its entries well above the
    underflow threshold, so that whatever was lost on the way is far below each of them.
    """
    if not (squares.min() > SMALLEST_SAFE_SQUARE and squares.max() < LARGEST_SAFE_SQUARE):  # NaN is not safe
        return False
    smallest = np.abs(after).min(axis=1)
    return bool(((smallest > SMALLEST_SAFE_ENTRY * np.sqrt(squares[0])) | ~before.any(axis=1)).all())


def _squared_norms(matrices: Array) -> Array:
    flat = matrices.reshape(len(matrices), -1)
    return np.asarray(np.vecdot(flat, flat))
