"""Where the limits of the one-unit network change: fixed points with their folds and flips, and the boundary between two basins."""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array
from app.engine.one_unit.recursion import sigmoid, sigmoid_derivative, sigmoid_derivative_of_one, sigmoid_of_one

BISECTIONS = 80  # of an interval some hundred wide: down to the last digit
NEGLIGIBLE_SIGMOID = 40.0  # beyond this |x| the sigmoid is 0 or 1 to the last digit


@dataclass(frozen=True)
class Bifurcation:
    """A point (b, x) at which fixed points appear, vanish or lose their stability, at fixed w."""

    b: float
    x: float


def folds(w: float) -> tuple[Bifurcation, ...]:
    """Where two fixed points meet and vanish: w σ'(x) = 1; only for w > 4.

    With p = σ(x), p (1 − p) = 1/w gives p = (1 ± √(1 − 4/w))/2, x = ln(p/(1 − p)) and b = x − w p.
    static/js/math/folds.js computes the same; tests/cases/folds.json tests both.

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
    if abs(w * sigmoid_derivative_of_one(x_0)) <= 1.0:
        return None
    return Bifurcation(x_0 - w * sigmoid_of_one(x_0), x_0)


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
    onset = 1.0 / sigmoid_derivative_of_one(x_0)
    ranges = ((w_minimum, min(w_maximum, -onset)), (max(w_minimum, onset), w_maximum))
    ends = [np.array(pair) for pair in ranges if pair[0] < pair[1]]
    return tuple(Line(w, x_0 - w * sigmoid_of_one(x_0)) for w in ends)


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
