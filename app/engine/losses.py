"""Read-outs g with the loss that belongs to each, and where the loss sits.

Both losses are computed from z: the cross-entropy never sees a rounded softmax, so it neither overflows nor loses digits.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.engine.activations import Array
from app.engine.errors import InvalidParameter


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
    """

    name: str
    loss: str
    output: Callable[[Array], Array]
    loss_per_step: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]


def softmax(z: Array) -> Array:
    """exp(z) / Σ exp(z) over the last axis, shifted so that it can't overflow."""
    shifted = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def log_softmax(z: Array) -> Array:
    """ln softmax(z) over the last axis, from z."""
    shifted = z - z.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _copy(z: Array) -> Array:
    return z.copy()


def _squared_error(z: Array, target: Array) -> Array:
    return np.asarray(np.square(z - target).sum(axis=-1))


def _squared_error_gradient(z: Array, target: Array) -> Array:
    return np.asarray(2.0 * (z - target))


def _cross_entropy(z: Array, target: Array) -> Array:
    return np.asarray(-(target * log_softmax(z)).sum(axis=-1))


def _cross_entropy_gradient(z: Array, target: Array) -> Array:
    return np.asarray(softmax(z) * target.sum(axis=-1, keepdims=True) - target)


READOUTS = {
    readout.name: readout
    for readout in (
        Readout("identity", "squared_error", _copy, _squared_error, _squared_error_gradient),
        Readout("softmax", "cross_entropy", softmax, _cross_entropy, _cross_entropy_gradient),
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
