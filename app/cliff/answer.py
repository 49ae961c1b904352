"""The cliff: error surface of the one-unit network, descents on it with and without clipping, and its bifurcations."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from app.cliff.parameters import CliffParameters
from app.common.answers import described
from app.common.cost import BYTES_AS_TEXT, FIXED_SECONDS, SECONDS_PER_NUMBER, Cost
from app.engine.arrays import Array
from app.engine.errors import InvalidParameter
from app.engine.one_unit.bifurcation import Bifurcation, basin_boundaries, basin_boundary, branches, flips, folds
from app.engine.one_unit.descent import Region, descend
from app.engine.one_unit.recursion import recursion

SECONDS_PER_POINT = 1e-8  # of the surface, per step of the recursion; fitted, as the next
SECONDS_PER_DESCENT_STEP = 3e-7  # per update and step of the recursion


@dataclass(frozen=True)
class BasinBoundary:
    """A straight line of the surface, by its two ends: where x_0 is an unstable fixed point. On it stands the wall."""

    w: Array = described(shape="(2)")
    b: Array = described(shape="(2)")


@dataclass(frozen=True)
class Surface:
    """The error over (w, b); rows are b, columns are w."""

    w: Array = described(shape="(w_points)")
    b: Array = described(shape="(b_points)")
    error: Array = described(shape="(b_points, w_points)")
    dE_dw: Array = described(shape="(b_points, w_points)")
    dE_db: Array = described(shape="(b_points, w_points)")
    log10_gradient_norm: Array = described("null where the gradient is exactly zero.", shape="(b_points, w_points)")
    basin_boundaries: tuple[BasinBoundary, ...] = described("b = x_0 − w σ(x_0), where |w σ′(x_0)| > 1.")


@dataclass(frozen=True)
class DescentPath:
    """Gradient descent: one value per point, the start first."""

    w: Array = described(shape="(points)")
    b: Array = described(shape="(points)")
    error: Array = described(shape="(points)")
    gradient_norm: Array = described("Before clipping.", shape="(points)")
    clipped_steps: tuple[int, ...] = described("The points, from 0, whose step was clipped.")
    ended: str = described("Why it ended.", choices=("steps_done", "left_grid", "diverged"))


@dataclass(frozen=True)
class Descents:
    """From the same start, without clipping and with it."""

    raw: DescentPath = described()
    clipped: DescentPath = described()


@dataclass(frozen=True)
class FixedPoints:
    """Fixed points that move continuously with b."""

    stable: bool
    b: Array = described(shape="(points)")
    x: Array = described(shape="(points)")


@dataclass(frozen=True)
class BifurcationDiagram:
    """The fixed points x = w σ(x) + b over b."""

    w: float
    branches: tuple[FixedPoints, ...] = described("All stable or all unstable each.")
    folds: tuple[Bifurcation, ...] = described("Where two fixed points meet and vanish; for w > 4.")
    flips: tuple[Bifurcation, ...] = described("Where a fixed point gives way to a cycle of two; for w < −4.")
    basin_boundary: Bifurcation | None = described("Where x_0 is an unstable fixed point: there x_T jumps. null where |w σ′(x_0)| ≤ 1.")


@dataclass(frozen=True)
class Cliff:
    """The surface, the descents and the bifurcations of the one-unit network of Pascanu, Mikolov and Bengio (2013)."""

    surface: Surface = described()
    descents: Descents = described()
    bifurcation: BifurcationDiagram = described()


def explore_cliff(parameters: CliffParameters) -> Cliff:
    """Compute the whole answer.

    Raises
    ------
    InvalidParameter
        If an edge of the surface isn't beyond the opposite one, or the start lies outside.
    """
    check(parameters)
    return Cliff(_surface(parameters), _descents(parameters), _bifurcation(parameters))


def check(parameters: CliffParameters) -> None:
    """Raise InvalidParameter if an edge of the surface isn't beyond the opposite one, or the start lies outside."""
    for axis in ("w", "b"):
        low, high = getattr(parameters, f"{axis}_minimum"), getattr(parameters, f"{axis}_maximum")
        if low >= high:
            raise InvalidParameter(f"{axis}_maximum", high, f"more than {axis}_minimum, {low:g}", f"Raise {axis}_maximum.")
        start = getattr(parameters, f"{axis}_start")
        if not low <= start <= high:
            raise InvalidParameter(f"{axis}_start", start, f"{low:g} to {high:g}, the surface's range", "Start on the surface.")


def _surface(parameters: CliffParameters) -> Surface:
    w = np.linspace(parameters.w_minimum, parameters.w_maximum, parameters.w_points)
    b = np.linspace(parameters.b_minimum, parameters.b_maximum, parameters.b_points)
    found = recursion(w[None, :], b[:, None], parameters.steps, parameters.x_0, parameters.target)
    with np.errstate(divide="ignore"):
        log10_norm = np.log10(found.gradient_norm)
    boundaries = basin_boundaries(parameters.w_minimum, parameters.w_maximum, parameters.x_0)
    return Surface(w, b, found.error, found.dE_dw, found.dE_db, log10_norm, tuple(BasinBoundary(line.w, line.b) for line in boundaries))


def _descents(parameters: CliffParameters) -> Descents:
    region = Region(parameters.w_minimum, parameters.w_maximum, parameters.b_minimum, parameters.b_maximum)
    descend_from_start = partial(
        descend,
        (parameters.w_start, parameters.b_start),
        region,
        learning_rate=parameters.learning_rate,
        updates=parameters.descent_steps,
        steps=parameters.steps,
        x_0=parameters.x_0,
        target=parameters.target,
    )
    raw, clipped = (descend_from_start(clip_threshold=threshold) for threshold in (math.inf, parameters.clip_threshold))
    return Descents(DescentPath(**vars(raw)), DescentPath(**vars(clipped)))


def _bifurcation(parameters: CliffParameters) -> BifurcationDiagram:
    w = parameters.bifurcation_w
    b = np.linspace(parameters.b_minimum, parameters.b_maximum, parameters.bifurcation_points)
    fixed_points = tuple(FixedPoints(branch.stable, branch.b, branch.x) for branch in branches(w, b))
    return BifurcationDiagram(w, fixed_points, folds(w), flips(w), basin_boundary(w, parameters.x_0))


def estimate_cliff(parameters: CliffParameters) -> Cost:
    """What the answer will cost.

    >>> estimate_cliff(CliffParameters()).seconds < 2.0
    True
    """
    points = parameters.w_points * parameters.b_points
    surface = points * (parameters.steps * SECONDS_PER_POINT + 4 * SECONDS_PER_NUMBER)
    descents = 2 * parameters.descent_steps * parameters.steps * SECONDS_PER_DESCENT_STEP
    lower = ("w_points", "b_points", "steps") if surface > descents else ("descent_steps", "steps")
    numbers = 4.0 * points + 8.0 * parameters.descent_steps + 12.0 * parameters.bifurcation_points + 1_000.0
    answer = numbers * BYTES_AS_TEXT
    return Cost(FIXED_SECONDS + surface + descents, (numbers * 5.0 * 8.0 + answer + 1e6) / 1e6, lower, answer / 1e6)
