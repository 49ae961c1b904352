"""The norms of ∂h_t/∂h_k for every pair of steps, by halving time instead of multiplying T²/2 matrices."""

from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array, BoolArray, IntArray
from app.engine.flow.extended_range_flow import recompute_doubtful_entries
from app.engine.flow.jacobian_norms import cumulative_log10_scale, known_steps
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.numerics.euclidean_norms import LOG10_2
from app.engine.numerics.extended_range import widened
from app.engine.numerics.matrix_norms import squared_norms

# Inside a block of this many steps every product is formed; blocks are merged by their Gram matrices. Measured by
# `python -m benchmarks flow_matrix`, as is the next.
BLOCK = 8
ENTRIES_PER_PIECE = 2**17  # what is worked on at a time stays in the processor's cache
# Below this, beside the size its terms may have, an inner product has lost three digits or more, and the pair is multiplied out.
SMALLEST_SHARE_LEFT = 1e-3
# Beyond these, what float64 lost by underflow may count: c·10^−308 is 10^−18 at the second, below float64's rounding of 10^−16.
SMALLEST_SAFE_SQUARE = 1e-280
LARGEST_SAFE_CONDITION = 1e290
# Jacobians all of whose entries are smaller than 2 to this power are near the end of float64, 2^−1022.
SMALLEST_SAFE_EXPONENT = -1000


def flow_matrix(trace: Trace) -> Array:
    """log10 ‖∂h_t/∂h_k‖_F for every k ≤ t.

    For t in the right half of an interval and k in the left one, with A_t = ∂h_t/∂h_mid and C_k = ∂h_mid/∂h_k,

        ‖A_t C_k‖_F² = ⟨A_tᵀ A_t, C_k C_kᵀ⟩,

    so that all pairs of a merge are one matrix product of vectorised Gram matrices: O(T² H² + T H³ log T) in place of
    O(T² H³). Pairs whose inner product cancels are multiplied out; those in which float64's range has been exceeded
    are computed again with exponents of their own.

    Parameters
    ----------
    trace : Trace
        A forward pass without a batch axis.

    Returns
    -------
    Array
        (T+1, T+1), row t and column k; −inf where the norm is exactly zero, NaN above the diagonal and after a divergence.

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
    >>> flow_matrix(forward(network, np.ones((2, 1)))).round(3)
    array([[0.   ,   nan,   nan],
           [0.301, 0.   ,   nan],
           [0.602, 0.301, 0.   ]])
    """
    known, size = known_steps(trace), trace.state.shape[-1]
    flow = np.full((trace.length + 1, trace.length + 1), np.nan)
    if known > 0:
        work = _Work(trace, known, flow[: known + 1, : known + 1])
        work.fill_blocks()
        work.merge(0, work.length, prefixes_wanted=False, suffixes_wanted=False)
        recompute_doubtful_entries(trace, work.flow, work.doubtful)
    np.fill_diagonal(flow[: known + 1, : known + 1], np.log10(size) / 2.0)
    if trace.linear.log10_scale.any():
        cumulative = cumulative_log10_scale(trace)
        for row, since in enumerate(cumulative):
            flow[row] += (since - cumulative).astype(np.float64)
    return flow


@dataclass(frozen=True)
class _Products:
    """Products of Jacobians, matrices[i]·2^exponents[i], each near unit norm.

    `condition`: c such that underflow changed the product by at most c·10^−308, relatively.
    """

    matrices: Array  # (n, S, S)
    exponents: IntArray  # (n,)
    condition: Array  # (n,)

    def __getitem__(self, rows: slice) -> "_Products":
        return _Products(self.matrices[rows], self.exponents[rows], self.condition[rows])

    def normalise(self, matrices: Array, squares: Array) -> None:
        """Store `matrices`, whose squared norms are `squares`, scaled by powers of two to norms near 1."""
        shift = np.frexp(squares)[1] // 2
        np.multiply(matrices, np.ldexp(1.0, -shift)[:, None, None], out=self.matrices)
        self.exponents[:] += shift


class _Work:
    """The arrays that the blocks and merges of one flow matrix fill."""

    def __init__(self, trace: Trace, known: int, flow: Array) -> None:
        self.trace, self.known, self.size = trace, known, trace.state.shape[-1]
        self.length = -(-known // BLOCK) * BLOCK  # whole blocks; the steps beyond `known` are identities
        # Of every pair (t, k) of known steps: log10 of the norm, and whether underflow may count in it.
        self.flow, self.doubtful = flow, np.zeros(flow.shape, dtype=bool)
        # For the interval last merged that contains step i: prefixes[i] = product of its steps up to i, suffixes[i] = product from i on.
        self.prefixes, self.suffixes = (
            _Products(np.empty((self.length, self.size, self.size)), np.zeros(self.length, dtype=np.int64), np.zeros(self.length))
            for _ in range(2)
        )
        self.piece = max(1, ENTRIES_PER_PIECE // self.size**2)
        self.buffer, self.transposed = np.empty((2, self.piece, self.size, self.size))
        half = BLOCK * -(-self.length // BLOCK // 2)
        self.grams = np.empty((half, self.size**2))
        self.grams_of_piece = np.empty((self.piece, self.size**2))

    def fill_blocks(self) -> None:
        """Form every product inside each block, several blocks at a time."""
        at_once = max(1, self.piece // BLOCK)
        for first in range(0, self.length // BLOCK, at_once):
            checkpoint()
            start, stop = first * BLOCK, min((first + at_once) * BLOCK, self.length)
            self._fill(start, stop)

    def _fill(self, start: int, stop: int) -> None:
        size, blocks = self.size, (stop - start) // BLOCK
        jacobians, exponents = self._scaled_jacobians(start, stop)
        jacobians, exponents = jacobians.reshape(blocks, BLOCK, size, size), exponents.reshape(blocks, BLOCK)
        chains = self.prefixes.matrices[start:stop].reshape(jacobians.shape)  # [:, t] is ∂h_{t+1}/∂h_k for the k reached so far
        suffixes = self.suffixes.matrices[start:stop].reshape(jacobians.shape)
        squares, total = np.zeros((blocks, BLOCK, BLOCK)), np.zeros((blocks, BLOCK, BLOCK), dtype=np.int64)  # [:, t, k]
        sums = np.zeros((blocks, BLOCK), dtype=np.int64)
        buffer = np.empty_like(jacobians)
        for k in range(BLOCK - 1, -1, -1):
            checkpoint()
            chains[:, k] = jacobians[:, k]
            if k < BLOCK - 1:
                later = chains[:, k + 1 :].reshape(blocks, -1, size)
                product = buffer[:, k + 1 :].reshape(later.shape)
                np.matmul(later, jacobians[:, k], out=product)
                chains[:, k + 1 :] = buffer[:, k + 1 :]
            suffixes[:, k] = chains[:, -1]
            flat = chains[:, k:].reshape(blocks, BLOCK - k, -1)
            squares[:, k:, k] = np.vecdot(flat, flat)
            sums[:, k:] += exponents[:, k, None]
            total[:, k:, k] = sums[:, k:]
        logarithms, doubtful, below = _log10_norms(squares, total), _is_doubtful(BLOCK, squares), np.tri(BLOCK, dtype=bool)
        for block, first in enumerate(range(start, stop, BLOCK)):
            after, before = slice(first + 1, first + BLOCK + 1), slice(first, first + BLOCK)
            self._store(after, before, logarithms[block], doubtful[block], below)
        for products, of_products, exponents_of in (
            (self.prefixes[start:stop], squares[:, :, 0], total[:, :, 0]),
            (self.suffixes[start:stop], squares[:, -1, :], total[:, -1, :]),
        ):
            products.exponents[:] = exponents_of.reshape(-1)
            products.condition[:] = _condition(BLOCK, of_products.reshape(-1))
            products.normalise(products.matrices, of_products.reshape(-1))

    def _scaled_jacobians(self, start: int, stop: int) -> tuple[Array, IntArray]:
        linear = self.trace.linear
        jacobians = np.empty((stop - start, self.size, self.size))
        known = min(stop, self.known) - start
        linear.state_jacobians(start, start + known, jacobians[:known])
        jacobians[known:] = np.eye(self.size)
        largest = np.maximum(jacobians.max(axis=(1, 2)), -jacobians.min(axis=(1, 2)))
        # 2 to the exponent of a subnormal number has no reciprocal in float64.
        exponents = np.maximum(np.frexp(largest)[1].astype(np.int64), SMALLEST_SAFE_EXPONENT)
        jacobians *= np.ldexp(1.0, -exponents)[:, None, None]
        near_the_end = linear.underflowed[start : start + known] & (exponents[:known] == SMALLEST_SAFE_EXPONENT)
        for row in np.flatnonzero(near_the_end).tolist():
            wide = widened(*linear.wide_jacobian(start + row))
            base = wide.row_exponent.max(keepdims=True)
            jacobians[row], exponents[row] = wide.rows(base), base.item()
        return jacobians, exponents

    def _store(self, later: slice, earlier: slice, logarithms: Array, doubtful: BoolArray, where: BoolArray | None = None) -> None:
        """Keep what was found of some pairs, as far as their steps are known, and `where` allows it."""
        for whole, found in ((self.flow, logarithms), (self.doubtful, doubtful)):
            place = whole[later, earlier]
            cut = tuple(map(slice, place.shape))
            np.copyto(place, found[cut], where=True if where is None else where[cut])

    def merge(self, start: int, stop: int, prefixes_wanted: bool, suffixes_wanted: bool) -> None:
        """Fill the flow between all steps of an interval, and leave its prefixes or suffixes behind if they are wanted."""
        if stop - start <= BLOCK:
            return
        middle = start + (stop - start) // BLOCK // 2 * BLOCK
        self.merge(start, middle, prefixes_wanted, suffixes_wanted=True)
        self.merge(middle, stop, prefixes_wanted=True, suffixes_wanted=suffixes_wanted)
        self._fill_between(start, middle, stop)
        if prefixes_wanted:
            self._extend(self.prefixes[middle:stop], self.prefixes[middle - 1 : middle], from_left=False)
        if suffixes_wanted:
            self._extend(self.suffixes[start:middle], self.suffixes[middle : middle + 1], from_left=True)

    def _extend(self, products: _Products, other: _Products, from_left: bool) -> None:
        """Multiply each product by the other interval's whole product, from the left or from the right."""
        for first in range(0, len(products.exponents), self.piece):
            checkpoint()
            part = products[first : first + self.piece]
            buffer = self.buffer[: len(part.exponents)]
            if from_left:
                np.matmul(other.matrices[0], part.matrices, out=buffer)
            else:
                np.matmul(part.matrices, other.matrices[0], out=buffer)
            squares = squared_norms(buffer)
            part.exponents[:] += other.exponents[0]
            part.condition[:] = _condition(part.condition + other.condition[0] + 1.0, squares)
            part.normalise(buffer, squares)

    def _fill_between(self, start: int, middle: int, stop: int) -> None:
        later = self.prefixes[middle:stop]
        count = stop - middle
        for first in range(0, count, self.piece):
            checkpoint()
            part = later.matrices[first : first + self.piece]
            transposed = self._transposed(part)
            np.matmul(transposed, part, out=self.grams[first : first + len(part)].reshape(part.shape))
        grams = self.grams[:count]
        column_norms = np.sqrt(grams[:, :: self.size + 1])
        together = max(1, min(self.piece, ENTRIES_PER_PIECE // count))
        for first in range(start, middle, together):
            checkpoint()
            last = min(first + together, middle)
            earlier = self.suffixes[first:last]
            others = self.grams_of_piece[: last - first]
            np.matmul(earlier.matrices, self._transposed(earlier.matrices), out=others.reshape(earlier.matrices.shape))
            squares = np.dot(grams, others.T)
            size_of_terms = np.square(np.dot(column_norms, np.sqrt(others[:, :: self.size + 1]).T))
            weak = squares < SMALLEST_SHARE_LEFT * size_of_terms
            if weak.any():
                squares[weak] = self._multiplied_out(later, earlier, *np.nonzero(weak))
            doubtful = _is_doubtful(later.condition[:, None] + earlier.condition[None, :] + 1.0, squares)
            logarithms = _log10_norms(squares, later.exponents[:, None] + earlier.exponents[None, :])
            self._store(slice(middle + 1, stop + 1), slice(first, last), logarithms, doubtful)

    def _transposed(self, matrices: Array) -> Array:
        # A copy, because products of contiguous matrices are faster by more than what the copy costs.
        transposed: Array = self.transposed[: len(matrices)]
        np.copyto(transposed, matrices.transpose(0, 2, 1))
        return transposed

    def _multiplied_out(self, later: _Products, earlier: _Products, rows: IntArray, columns: IntArray) -> Array:
        squares = np.empty(len(rows))
        for first in range(0, len(rows), self.piece):
            checkpoint()
            part = slice(first, first + self.piece)
            buffer = self.buffer[: len(rows[part])]
            np.matmul(later.matrices[rows[part]], earlier.matrices[columns[part]], out=buffer)
            squares[part] = squared_norms(buffer)
        return squares


def _condition(condition_of_factors: Array | float, squares: Array) -> Array:
    """The condition of products of (nearly) unit matrices from that of their factors: it grows as the product falls short of 1."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        condition = condition_of_factors / np.sqrt(squares)
    return np.where(squares > SMALLEST_SAFE_SQUARE, condition, np.inf)


def _is_doubtful(condition_of_factors: Array | float, squares: Array) -> BoolArray:
    return np.asarray(_condition(condition_of_factors, squares) > LARGEST_SAFE_CONDITION)


def _log10_norms(squares: Array, exponents: IntArray) -> Array:
    """log10 of the norms √squares·2^exponents."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(squares) * 0.5 + exponents * LOG10_2)
