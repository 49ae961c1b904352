"""The one-unit network of Pascanu, Mikolov and Bengio, whose error surface has a cliff: x_t = w σ(x_{t-1}) + b.

Its error after T steps is (σ(x_T) − target)². The surface has a wall, on which the gradient is huge, where x_0 lies on the
boundary between two basins of attraction: there x_0 is the unstable fixed point of the map x ↦ w σ(x) + b. The folds, where
fixed points of that map appear or vanish, are other lines.

References
----------
R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, section 2.3 and
figure 6.
K. Doya, "Bifurcations in the learning of recurrent neural networks", Proceedings of the IEEE International Symposium on
Circuits and Systems, 1992.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from app.engine.arrays import Array
from app.engine.interruption import checkpoint
from app.engine.model.activations import ACTIVATIONS

NETWORKS_AT_A_TIME = 2**12  # whose arrays stay in the processor's cache over all steps

Number = TypeVar("Number", float, Array)


@dataclass(frozen=True)
class Recursion:
    """The error after T steps and its gradient, each of the shape that w and b have together."""

    error: Array
    dE_dw: Array
    dE_db: Array

    @property
    def gradient_norm(self) -> Array:
        """‖(∂E/∂w, ∂E/∂b)‖."""
        return np.hypot(self.dE_dw, self.dE_db)


def sigmoid(x: Array) -> Array:
    """σ(x) = 1/(1 + e^−x)."""
    return ACTIVATIONS["sigmoid"].function(x, np.empty_like(x))


def sigmoid_derivative(x: Array) -> Array:
    """σ'(x), right also where σ rounds to 1."""
    return ACTIVATIONS["sigmoid"].derivative(x)


def recursion(w: Array, b: Array, steps: int, x_0: float, target: float) -> Recursion:
    """Run every network at once, with its sensitivities.

    ∂x_t/∂w = σ(x_{t-1}) + w σ'(x_{t-1}) ∂x_{t-1}/∂w;  ∂x_t/∂b = 1 + w σ'(x_{t-1}) ∂x_{t-1}/∂b.

    Parameters
    ----------
    w, b : Array
        With at least one axis, of shapes that broadcast: a column and a row give a surface.
    steps : int
        T.
    x_0 : float
        Where the recursion starts.
    target : float
        What σ(x_T) should be.

    Examples
    --------
    >>> one = recursion(np.array([0.0]), np.array([0.0]), 50, 0.5, 0.7)
    >>> one.error.round(3), one.dE_db.round(3)
    (array([0.04]), array([-0.1]))
    """
    w, b = np.broadcast_arrays(w, b)
    found = np.empty((3, *w.shape))
    networks = [np.ravel(values) for values in (w, b)]
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, w.size, NETWORKS_AT_A_TIME):
            checkpoint()
            piece = slice(start, start + NETWORKS_AT_A_TIME)
            some_w, some_b = (values[piece] for values in networks)
            found.reshape(3, -1)[:, piece] = error_and_gradient(
                some_w, some_b, np.full(len(some_w), x_0), steps, target, sigmoid, sigmoid_derivative
            )
    return Recursion(*found)


def error_and_gradient(
    w: Number, b: Number, x: Number, steps: int, target: float, squash: Callable[[Number], Number], slope: Callable[[Number], Number]
) -> tuple[Number, Number, Number]:
    """E, ∂E/∂w and ∂E/∂b, of arrays or of one network as Python's own numbers, for which NumPy takes fifty times as long."""
    dx_dw = dx_db = 0.0 * x
    for _ in range(steps):
        gain = w * slope(x)
        squashed = squash(x)
        dx_dw = squashed + gain * dx_dw
        dx_db = 1.0 + gain * dx_db
        x = w * squashed + b
    miss = squash(x) - target
    dE_dx = 2.0 * miss * slope(x)
    return miss * miss, dE_dx * dx_dw, dE_dx * dx_db


def sigmoid_of_one(x: float) -> float:
    """σ(x) of one of Python's own numbers, for which NumPy takes fifty times as long."""
    decay = math.exp(-abs(x))
    return (decay if x < 0.0 else 1.0) / (1.0 + decay)


def sigmoid_derivative_of_one(x: float) -> float:
    """σ'(x) of one of Python's own numbers."""
    decay = math.exp(-abs(x))
    return decay / ((1.0 + decay) * (1.0 + decay))
