"""Where the gain of a whole chain comes from: log10 ‖∂h_T/∂h_0‖₂ as an exact sum over its steps and over the factors of each step."""

from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array, IntArray
from app.engine.flow.jacobian_norms import JacobianNorms, steps_per_chunk, wide_factor
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.numerics.euclidean_norms import LOG10_2
from app.engine.numerics.extended_range import EXPONENT_OF_ZERO, WideMatrix, wide_product, widened
from app.engine.numerics.matrix_norms import leading_left_vector

# A direction is brought back to norm 1 after so many steps: float64 is left only if each of them stretches it 10^9 times.
STEPS_BETWEEN_SCALINGS = 16
# The sum over the steps must be the chain's own log10 norm, to this precision. Rounding alone can break it, where the directions that the
# chain stretches least at its end are stretched by many more decades than u at its start.
TOLERANCE = 1e-9
# What is stored of u at a time: half a megabyte, which stays in the processor's cache.
NUMBERS_PER_BLOCK = 2**16
# A unit whose f' is below this share of sup f' counts as saturated; for tanh that is |h| > 0.95.
SMALL_SLOPE = 0.1


@dataclass(frozen=True)
class GainSplit:
    """log10 ‖∂h_t/∂h_k‖₂ as a sum over the steps k+1..t (row 0 is step k+1).

    Attributes
    ----------
    log10_norm : float
        The whole.
    log10_gain : Array or None
        (t−k,), log10 ‖J_iᵀ u_i‖, with u_t the leading left singular vector and u_{i-1} = J_iᵀ u_i / ‖J_iᵀ u_i‖. None where rounding
        alone decides which way the gradient goes.
    log10_derivative : Array or None
        (t−k,), log10 ‖f'(s_i) ∘ u_i‖: the derivative's share. None where log10_gain is, and for a cell whose J is no product of
        derivative and weights.
    saturated_share : float or None
        The share of ‖u_i‖² that meets units whose f' is below SMALL_SLOPE of sup f', averaged over the steps, each with the decades
        that its derivatives take beyond sup f' as its weight.
    """

    log10_norm: float
    log10_gain: Array | None = None
    log10_derivative: Array | None = None
    saturated_share: float | None = None

    @property
    def log10_weights(self) -> Array | None:
        """(t−k,), log10 ‖Wᵀ(f' ∘ u)‖ − log10 ‖f' ∘ u‖: what the derivative leaves to the weights."""
        if self.log10_gain is None or self.log10_derivative is None:
            return None
        return self.log10_gain - self.log10_derivative


def gain_split(trace: Trace, norms: JacobianNorms) -> GainSplit:
    """Split log10 ‖∂h_t/∂h_k‖₂ over the steps that a gradient takes back, and each step's share into derivative and weights.

    log10 ‖∂h_t/∂h_k‖₂ = Σ_i log10 ‖J_iᵀ u_i‖,  ‖J_iᵀ u_i‖ = ‖f'(s_i) ∘ u_i‖ · ‖Wᵀ(f'(s_i) ∘ u_i)‖ / ‖f'(s_i) ∘ u_i‖

    Parameters
    ----------
    trace : Trace
        A forward pass without a batch axis.
    norms : JacobianNorms
        Of the same trace: t is its of_step, k is 0 or the smallest at which the chain isn't exactly zero.

    Returns
    -------
    GainSplit

    Examples
    --------
    A saturated unit: W = 3 would treble the gradient, and f'(s) takes more away.

    >>> from app.engine.model.activations import ACTIVATIONS
    >>> from app.engine.model.cells import CELLS
    >>> from app.engine.flow.jacobian_norms import jacobian_norms
    >>> from app.engine.model.readouts import READOUTS
    >>> from app.engine.model.network import Network, forward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> parameters = {"U": one, "W": 3 * one, "V": one, "b_s": zero, "b_z": zero, "h_0": zero}
    >>> trace = forward(Network(CELLS["rnn"](ACTIVATIONS["tanh"]), READOUTS["identity"], parameters), np.ones((2, 1)))
    >>> split = gain_split(trace, jacobian_norms(trace))
    >>> split.log10_gain.round(4), split.log10_derivative.round(4), split.log10_weights.round(4)
    (array([ 0.1003, -1.7752]), array([-0.3768, -2.2523]), array([0.4771, 0.4771]))
    """
    first, size = smallest_nonzero(norms), trace.state.shape[-1]
    sigma, left = leading_left_vector(norms.longest)
    log10_norm = float(norms.log10_frobenius[first] - np.log10(np.linalg.norm(norms.longest) / sigma))
    for wide in (True,) if trace.linear.underflowed[first : norms.of_step].any() else (False, True):
        carried_ahead = _carried_ahead_widely if wide else _carried_ahead
        u = left if len(left) == size else carried_ahead(trace, first, norms.of_step, left @ norms.longest)
        split = _split(trace, log10_norm, first, norms.of_step, widened(u[None, :]) if wide else u)
        if split is not None:
            return split
    return GainSplit(log10_norm)


def ended_by(trace: Trace, norms: JacobianNorms) -> str | None:
    """The factor that makes the chain exactly zero: "derivative" if f' is zero on every unit it still depends on, else "weights".

    None where it isn't zero, or where the Jacobian is no product of derivative and weights. The step is `smallest_nonzero`.
    """
    step = smallest_nonzero(norms)
    log_derivative = trace.linear.log_derivative(slice(max(0, step - 1), step))
    if step == 0 or log_derivative is None:
        return None
    return "derivative" if np.isneginf(log_derivative[0, norms.longest.any(axis=0)]).all() else "weights"


def smallest_nonzero(norms: JacobianNorms) -> int:
    """The smallest k with ∂h_t/∂h_k not exactly zero: 0, or the step whose Jacobian makes it zero."""
    return int(np.argmin(np.isneginf(norms.log10_frobenius)))


def _split(trace: Trace, log10_norm: float, first: int, of_step: int, direction: Array | WideMatrix) -> GainSplit | None:
    """The split, block by block of steps from the last back; None if its sum isn't the whole."""
    log10_gain, log10_derivative, saturated = np.empty((3, of_step - first))
    block = max(STEPS_BETWEEN_SCALINGS, NUMBERS_PER_BLOCK // trace.state.shape[-1])
    is_product = True
    for stop in range(of_step, first, -block):
        start = max(first, stop - block)
        rows = slice(start - first, stop - first)
        log10_gain[rows], log10_sizes, direction = _carried_back(trace, start, stop, direction)
        if not np.isfinite(log10_gain[rows]).all():
            return None
        shares = _derivative_shares(trace, start, stop, log10_sizes)
        is_product = shares is not None
        if shares is not None:
            log10_derivative[rows], saturated[rows] = shares
    if abs(log10_gain.sum() - log10_norm) > TOLERANCE * max(1.0, abs(log10_norm)):
        return None
    if not is_product:
        return GainSplit(log10_norm, log10_gain)
    lost = np.log10(trace.network.cell.activation.sup_derivative) - log10_derivative
    return GainSplit(log10_norm, log10_gain, log10_derivative, float(saturated @ lost / lost.sum()) if lost.sum() > 0.0 else 0.0)


def _derivative_shares(trace: Trace, start: int, stop: int, log10_sizes: Array) -> tuple[Array, Array] | None:
    """log10 ‖f'(s_i) ∘ u_i‖ of each step, and how much of ‖u_i‖² meets small derivatives, given log10 |u_i| (n, S)."""
    log_derivative = trace.linear.log_derivative(slice(start, stop))
    if log_derivative is None:
        return None
    log10_derivative = log_derivative / np.log(10.0)
    small = log10_derivative < np.log10(SMALL_SLOPE * trace.network.cell.activation.sup_derivative)
    after = log10_derivative + log10_sizes
    largest = after.max(axis=1, keepdims=True)
    share = np.log10((10.0 ** (2.0 * (after - largest))).sum(axis=1)) / 2.0 + largest[:, 0]
    return share, (10.0 ** (2.0 * log10_sizes) * small).sum(axis=1)


def _carried_back(trace: Trace, first: int, last: int, direction: Array | WideMatrix) -> tuple[Array, Array, Array | WideMatrix]:
    """log10 ‖J_iᵀ u_i‖ and log10 |u_i| of the steps first+1..last, from u_last back, and what u_first is; not finite where float64 ends."""
    if isinstance(direction, WideMatrix):
        return _carried_back_widely(trace, first, last, direction)
    linear, size = trace.linear, len(direction)
    chunk = min(steps_per_chunk(size), STEPS_BETWEEN_SCALINGS)
    directions, norms = np.empty((last - first + 1, size)), np.ones(last - first + 1)
    jacobians, log10_gain = np.empty((chunk, size, size)), np.empty(last - first)
    directions[-1] = direction
    with np.errstate(all="ignore"):
        for stop in range(last - first, 0, -chunk):
            checkpoint()
            start = max(0, stop - chunk)
            steps = linear.state_jacobians(first + start, first + stop, jacobians[: stop - start])
            directions[stop] /= norms[stop]
            norms[stop], after = 1.0, directions[stop]
            for jacobian, before in zip(steps[::-1], directions[start:stop][::-1], strict=True):
                after = after.dot(jacobian, before)
            norms[start:stop] = np.sqrt(np.vecdot(directions[start:stop], directions[start:stop]))
            log10_gain[start:stop] = np.log10(norms[start:stop] / norms[start + 1 : stop + 1])
        log10_sizes = np.log10(np.abs(directions[1:]) / norms[1:, None])
        return log10_gain + linear.log10_scale[first:last], log10_sizes, directions[0] / norms[0]


def _carried_back_widely(trace: Trace, first: int, last: int, direction: WideMatrix) -> tuple[Array, Array, WideMatrix]:
    """The same with an exponent per entry, so that nothing underflows."""
    log10_sizes, log10_norms = np.empty((last - first + 1, trace.state.shape[-1])), np.empty(last - first + 1)
    with np.errstate(divide="ignore", invalid="ignore"):  # a direction may be lost exactly
        log10_sizes[-1], log10_norms[-1] = _log10(direction)
        for step in range(last - 1, first - 1, -1):
            checkpoint()
            direction = wide_product(direction, *_jacobian(trace, step))
            log10_sizes[step - first], log10_norms[step - first] = _log10(direction)
        return log10_norms[:-1] - log10_norms[1:] + trace.linear.log10_scale[first:last], log10_sizes[1:], direction


def _carried_ahead(trace: Trace, first: int, of_step: int, direction: Array) -> Array:
    """The direction, of norm 1, in which a change of h_k arrives at step t."""
    size = len(direction)
    chunk = min(steps_per_chunk(size), STEPS_BETWEEN_SCALINGS)
    jacobians = np.empty((chunk, size, size))
    with np.errstate(all="ignore"):
        for start in range(first, of_step, chunk):
            checkpoint()
            stop = min(of_step, start + chunk)
            for jacobian in trace.linear.state_jacobians(start, stop, jacobians[: stop - start]):
                direction = jacobian.dot(direction)
            direction = direction / np.sqrt(direction.dot(direction))
    return direction


def _carried_ahead_widely(trace: Trace, first: int, of_step: int, direction: Array) -> Array:
    """The same with an exponent per entry."""
    v = widened(direction[None, :])
    for step in range(first, of_step):
        checkpoint()
        matrix, row_exponent = _jacobian(trace, step)
        v = wide_product(v, matrix.T)
        if row_exponent is not None:
            mantissa, shift = np.frexp(v.mantissa)
            v = WideMatrix(mantissa, np.where(mantissa == 0.0, EXPONENT_OF_ZERO, v.exponent + shift + row_exponent.T))
    direction = v.rows(v.row_exponent)[0]
    return np.asarray(direction / np.linalg.norm(direction))


def _jacobian(trace: Trace, step: int) -> tuple[Array, IntArray | None]:
    """The Jacobian of one step row, with exponents where float64 can't hold it."""
    size = trace.state.shape[-1]
    jacobian = trace.linear.state_jacobians(step, step + 1, np.empty((1, size, size)))
    return wide_factor(trace, step, jacobian[0])


def _log10(row: WideMatrix) -> tuple[Array, float]:
    """log10 of the sizes of a row's entries beside its norm (S,), and of the norm."""
    base = row.row_exponent
    log10_norm = np.log10(np.linalg.norm(row.rows(base))) + base.item() * LOG10_2
    return np.log10(np.abs(row.mantissa[0])) + row.exponent[0] * LOG10_2 - log10_norm, float(log10_norm)
