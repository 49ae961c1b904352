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

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from app.engine.activations import ACTIVATIONS, Array
from app.engine.interruption import checkpoint

BISECTIONS = 80  # of an interval some hundred wide: down to the last digit
NETWORKS_AT_A_TIME = 2**12  # whose arrays stay in the processor's cache over all steps
NEGLIGIBLE_SIGMOID = 40.0  # beyond this |x| the sigmoid is 0 or 1 to the last digit

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
            found.reshape(3, -1)[:, piece] = _run(some_w, some_b, np.full(len(some_w), x_0), steps, target, sigmoid, sigmoid_derivative)
    return Recursion(*found)


def _run(
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
        error, dE_dw, dE_db = _run(w, b, x_0, steps, target, _sigmoid_of_one, _sigmoid_derivative_of_one)
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


def _sigmoid_of_one(x: float) -> float:
    decay = math.exp(-abs(x))
    return (decay if x < 0.0 else 1.0) / (1.0 + decay)


def _sigmoid_derivative_of_one(x: float) -> float:
    decay = math.exp(-abs(x))
    return decay / ((1.0 + decay) * (1.0 + decay))


@dataclass(frozen=True)
class Bifurcation:
    """A point (b, x) at which fixed points appear, vanish or lose their stability, at fixed w."""

    b: float
    x: float


def folds(w: float) -> tuple[Bifurcation, ...]:
    """Where two fixed points meet and vanish: w σ'(x) = 1; only for w > 4.

    With p = σ(x), p (1 − p) = 1/w gives p = (1 ± √(1 − 4/w))/2, x = ln(p/(1 − p)) and b = x − w p.

    Examples
    --------
    >>> [(round(fold.b, 4), round(fold.x, 4)) for fold in folds(5.0)]
    [(-2.3444, -0.9624), (-2.6556, 0.9624)]
    """
    return _where_slope_is(w, 1.0)


def flips(w: float) -> tuple[Bifurcation, ...]:
    """Where a fixed point gives way to a cycle of two: w σ'(x) = −1; only for w < −4."""
    return _where_slope_is(w, -1.0)


def _where_slope_is(w: float, slope: float) -> tuple[Bifurcation, ...]:
    if w * slope <= 4.0:
        return ()
    width = math.sqrt((w * slope - 4.0) / (w * slope))  # between the two p
    large = (1.0 + width) / 2.0
    small = 1.0 / (w * slope * large)  # p (1 − p) = 1/w; 1 − large would lose digits
    x = math.log1p(width / small)
    return Bifurcation(-x - w * small, -x), Bifurcation(x - w * large, x)


def basin_boundary(w: float, x_0: float) -> Bifurcation | None:
    """The b at which x_0 is an unstable fixed point, b = x_0 − w σ(x_0); None where |w σ'(x_0)| ≤ 1.

    On either side of it the recursion goes to another limit, so x_T jumps, the more steeply the larger T: the wall. Where
    |w σ'(x_0)| ≤ 1 that fixed point is stable; then x_T jumps at most where the branch that it follows ends, at a fold.

    Examples
    --------
    >>> round(basin_boundary(8.0, 0.5).b, 3), basin_boundary(4.2, 0.5)
    (-4.48, None)
    """
    if abs(w * _sigmoid_derivative_of_one(x_0)) <= 1.0:
        return None
    return Bifurcation(x_0 - w * _sigmoid_of_one(x_0), x_0)


@dataclass(frozen=True)
class Line:
    """A straight line of the surface, by its two ends: (2,) each, ascending in w."""

    w: Array
    b: Array


def basin_boundaries(w_minimum: float, w_maximum: float, x_0: float) -> tuple[Line, ...]:
    """`basin_boundary` over a range of w: straight lines, one for w > 0 and one for w < 0, where |w| > 1/σ'(x_0).

    Examples
    --------
    >>> [line.w.round(3) for line in basin_boundaries(2.0, 8.0, 0.5)]
    [array([4.255, 8.   ])]
    """
    onset = 1.0 / _sigmoid_derivative_of_one(x_0)
    ranges = ((w_minimum, min(w_maximum, -onset)), (max(w_minimum, onset), w_maximum))
    ends = [np.array(pair) for pair in ranges if pair[0] < pair[1]]
    return tuple(Line(w, x_0 - w * _sigmoid_of_one(x_0)) for w in ends)


@dataclass(frozen=True)
class Branch:
    """Fixed points x(b) that move continuously with b, all stable or all unstable; (n,) each, ascending in x."""

    stable: bool
    b: Array
    x: Array


def branches(w: float, b: Array) -> tuple[Branch, ...]:
    """The fixed points x = w σ(x) + b of every b, as continuous pieces between folds and flips.

    Along x, b(x) = x − w σ(x) is monotone between two folds, so each piece has one fixed point per b: found by bisection.

    Parameters
    ----------
    w : float
        Fixed.
    b : Array
        (n,), ascending.

    Returns
    -------
    tuple of Branch
        By ascending x. The end points of a piece that lie within the range of b are in it, on both sides.
    """
    changes = sorted((*folds(w), *flips(w)), key=lambda change: change.x)
    reach = NEGLIGIBLE_SIGMOID + abs(w) + float(np.abs(b).max())
    edges = [-reach, *(change.x for change in changes), reach]
    found = []
    for left, right in itertools.pairwise(edges):
        piece = _piece(w, b, left, right, changes)
        if len(piece.x):
            found.append(piece)
    return tuple(found)


def _piece(w: float, b: Array, left: float, right: float, changes: list[Bifurcation]) -> Branch:
    """The fixed points in [left, right], where b(x) is monotone and the stability is one."""
    ends = _parameter_of(np.array([left, right]), w)
    inside = b[(b > ends.min()) & (b < ends.max())]
    x = _roots(w, inside, left, right)
    own_ends = [change for change in changes if change.x in (left, right) and b[0] <= change.b <= b[-1]]
    x = np.concatenate([x, [change.x for change in own_ends]])
    every_b = np.concatenate([inside, [change.b for change in own_ends]])
    order = np.argsort(x)
    middle = np.array([(left + right) / 2.0])
    stable = abs(w * sigmoid_derivative(middle).item()) <= 1.0  # equal for |w| = 4, whose single point of slope 1 is no change
    return Branch(stable, every_b[order], x[order])


def _parameter_of(x: Array, w: float) -> Array:
    """The b whose fixed point is x."""
    return np.asarray(x - w * sigmoid(x))


def _roots(w: float, b: Array, left: float, right: float) -> Array:
    """x in [left, right] with b(x) = b, all at once by bisection."""
    low, high = np.full(len(b), left), np.full(len(b), right)
    at_ends = _parameter_of(np.array([left, right]), w)
    rising = at_ends[1] > at_ends[0]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        below = (_parameter_of(middle, w) < b) == rising
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2.0)
