"""Read-outs g with the loss that belongs to each, and where the loss sits.

Both losses are computed from z: the cross-entropy never sees a rounded softmax, so it neither overflows nor loses digits.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array
from app.engine.errors import InvalidParameter

# Below this, a gradient of the cross-entropy is near the end of float64, 2e-308, and is given beside a scale of its own.
SMALLEST_EXACT_GRADIENT = 1e-200
# The probability of a class from which on 1 − y loses digits that count; below it, ten times float64's rounding at most.
NEARLY_CERTAIN = 0.9


@dataclass(frozen=True)
class Readout:
    """g, ℓ and ∂ℓ/∂z.

    Attributes
    ----------
    output : callable
        z → y = g(z), over the last axis.
    loss_per_step : callable
        (z, target) → ℓ, summed over the last axis.
    gradient : callable
        (z, target) → ∂ℓ/∂z, of z's shape.
    scaled_gradient : callable
        (z, target) → the same as rows and log10 scales, ∂ℓ/∂z = rows·10^scales[..., None], also where it is below float64.
    """

    name: str
    loss: str
    output: Callable[[Array], Array]
    loss_per_step: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]
    scaled_gradient: Callable[[Array, Array], tuple[Array, Array]]


def softmax(z: Array) -> Array:
    """exp(z) / Σ exp(z) over the last axis, shifted so that it can't overflow."""
    shifted = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def log_softmax(z: Array) -> Array:
    """ln softmax(z) over the last axis, from z.

    ln Σ exp(z) = z_max + ln(1 + Σ of the others): a class that is nearly certain keeps its distance from ln 1.

    >>> log_softmax(np.array([50.0, 0.0]))[0]
    np.float64(-1.9287498479639178e-22)
    """
    shifted = z - z.max(axis=-1, keepdims=True)
    others = np.exp(shifted)
    total = others.sum(axis=-1, keepdims=True)
    result = np.asarray(shifted - np.log(total))
    certain = total[..., 0] < 1.0 / NEARLY_CERTAIN
    if certain.any():
        shifted, others = shifted[certain], others[certain]
        np.put_along_axis(others, shifted.argmax(axis=-1)[..., None], 0.0, axis=-1)
        result[certain] = shifted - np.log1p(others.sum(axis=-1, keepdims=True))
    return result


def _copy(z: Array) -> Array:
    return z.copy()


def _squared_error(z: Array, target: Array) -> Array:
    return np.asarray(np.square(z - target).sum(axis=-1))


def _squared_error_gradient(z: Array, target: Array) -> Array:
    return np.asarray(2.0 * (z - target))


def _cross_entropy(z: Array, target: Array) -> Array:
    return np.asarray(-(target * log_softmax(z)).sum(axis=-1))


def _cross_entropy_gradient(z: Array, target: Array) -> Array:
    """y − target, whose entries sum to zero: that of a class which is rightly nearly certain is minus the sum of the others."""
    y = softmax(z)
    gradient = np.asarray(y * target.sum(axis=-1, keepdims=True) - target)
    certain = y.max(axis=-1) > NEARLY_CERTAIN
    if certain.any():
        rows, of_rows = gradient[certain], target[certain]
        largest = z[certain].argmax(axis=-1)[..., None]
        own = np.take_along_axis(rows, largest, axis=-1)
        np.put_along_axis(rows, largest, 0.0, axis=-1)
        rightly = np.take_along_axis(of_rows, largest, axis=-1) > 0.5  # else y − target doesn't cancel, and is the better of the two
        np.put_along_axis(rows, largest, np.where(rightly, -rows.sum(axis=-1, keepdims=True), own), axis=-1)
        gradient[certain] = rows
    return gradient


def _unscaled(gradient: Array) -> tuple[Array, Array]:
    return gradient, np.zeros(gradient.shape[:-1])


def _squared_error_scaled_gradient(z: Array, target: Array) -> tuple[Array, Array]:
    return _unscaled(_squared_error_gradient(z, target))


def _cross_entropy_scaled_gradient(z: Array, target: Array) -> tuple[Array, Array]:
    gradient, log10_scale = _unscaled(_cross_entropy_gradient(z, target))
    tiny = np.abs(gradient).max(axis=-1) < SMALLEST_EXACT_GRADIENT
    tiny &= np.count_nonzero(target, axis=-1) == 1  # the right class has all but that much of the probability
    if tiny.any():
        z, total = z[tiny], target[tiny].sum(axis=-1, keepdims=True)
        largest = z.argmax(axis=-1)[:, None]
        others = z - np.take_along_axis(z, largest, axis=-1)  # ln of their probabilities
        np.put_along_axis(others, largest, -np.inf, axis=-1)
        scale = others.max(axis=-1, keepdims=True)
        scale[np.isneginf(scale)] = 0.0  # a single class: the gradient is exactly zero
        rows = np.exp(others - scale) * total
        np.put_along_axis(rows, largest, -rows.sum(axis=-1, keepdims=True), axis=-1)
        gradient[tiny], log10_scale[tiny] = rows, scale[:, 0] / np.log(10.0)
    return gradient, log10_scale


READOUTS = {
    readout.name: readout
    for readout in (
        Readout("identity", "squared_error", _copy, _squared_error, _squared_error_gradient, _squared_error_scaled_gradient),
        Readout("softmax", "cross_entropy", softmax, _cross_entropy, _cross_entropy_gradient, _cross_entropy_scaled_gradient),
    )
}


MOST_DIGITS = 10  # of a step, far beyond any length


def loss_steps(loss_at: str, length: int) -> tuple[int, ...]:
    """The steps t that carry a loss, ascending, counted from 1.

    Parameters
    ----------
    loss_at : str
        "last" (many-to-one), "every" (many-to-many), or step numbers such as "10,20,50".
    length : int
        T.

    Examples
    --------
    >>> loss_steps("last", 3), loss_steps("every", 3), loss_steps("3, 1", 3)
    ((3,), (1, 2, 3), (1, 3))
    """
    if loss_at == "last":
        return (length,)
    if loss_at == "every":
        return tuple(range(1, length + 1))
    allowed = f"last, every, or step numbers from 1 to {length}, separated by commas"
    named = [step.strip() for step in loss_at.split(",")]
    if not all(step.isascii() and step.isdigit() and len(step) <= MOST_DIGITS for step in named):  # int() reads 1_0, +1 and ２, too
        raise InvalidParameter("loss_at", loss_at, allowed, "Write for example loss_at=last or loss_at=1,3.")
    steps = sorted(set(map(int, named)))
    if steps[0] < 1 or steps[-1] > length:
        raise InvalidParameter("loss_at", loss_at, allowed, "Name steps inside the sequence, or raise length.")
    return tuple(steps)
