"""Gradient descent on the error surface of the one-unit network, with and without clipping."""

import math
from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array
from app.engine.interruption import checkpoint
from app.engine.one_unit.recursion import error_and_gradient, sigmoid_derivative_of_one, sigmoid_of_one


@dataclass(frozen=True)
class Descent:
    """Where gradient descent went.

    Attributes
    ----------
    w, b, error, gradient_norm : Array
        (n,), one value per point, the start first.
    clipped_steps : tuple of int
        The points, counted from 0, at which the step away was clipped.
    ended : str
        steps_done, left_grid (the last point is the first one outside) or diverged (the next point isn't finite).
    """

    w: Array
    b: Array
    error: Array
    gradient_norm: Array
    clipped_steps: tuple[int, ...]
    ended: str


@dataclass(frozen=True)
class Region:
    """A rectangle of (w, b)."""

    w_minimum: float
    w_maximum: float
    b_minimum: float
    b_maximum: float

    def holds(self, w: float, b: float) -> bool:
        """Whether a point is in it."""
        return self.w_minimum <= w <= self.w_maximum and self.b_minimum <= b <= self.b_maximum


def descend(
    start: tuple[float, float],
    region: Region,
    *,
    learning_rate: float,
    clip_threshold: float,
    updates: int,
    steps: int,
    x_0: float,
    target: float,
) -> Descent:
    """Gradient descent from a point, with the gradient clipped by its norm; an infinite threshold doesn't clip.

    (w, b) ← (w, b) − η g · min(1, c/‖g‖). Ends early where it leaves the region.
    """
    points: list[tuple[float, float, float, float]] = []
    clipped: list[int] = []
    w, b = start
    while True:
        checkpoint()
        error, dE_dw, dE_db = error_and_gradient(w, b, x_0, steps, target, sigmoid_of_one, sigmoid_derivative_of_one)
        norm = math.hypot(dE_dw, dE_db)
        points.append((w, b, error, norm))
        if not region.holds(w, b):
            ended = "left_grid"
            break
        if len(points) > updates:
            ended = "steps_done"
            break
        factor = 1.0
        if norm > clip_threshold:
            factor = clip_threshold / norm
            clipped.append(len(points) - 1)
        w, b = w - learning_rate * factor * dE_dw, b - learning_rate * factor * dE_db
        if not (math.isfinite(w) and math.isfinite(b)):
            ended = "diverged"
            break
    walked_w, walked_b, errors, norms = np.array(points).T
    return Descent(walked_w, walked_b, errors, norms, tuple(clipped), ended)
