"""The cliff: error surface of the one-unit network, descents on it with and without clipping, and its bifurcations."""

import dataclasses
import math
from functools import partial
from typing import Any

import numpy as np

from app.cliff.parameters import CliffParameters
from app.common.cost import BYTES_AS_TEXT, FIXED_SECONDS, SECONDS_PER_NUMBER, Cost
from app.engine.errors import InvalidParameter
from app.engine.one_unit.bifurcation import basin_boundaries, basin_boundary, branches, flips, folds
from app.engine.one_unit.descent import Descent, Region, descend
from app.engine.one_unit.recursion import recursion

SECONDS_PER_POINT = 1e-8  # of the surface, per step of the recursion
SECONDS_PER_DESCENT_STEP = 3e-7  # per update and step of the recursion


def explore_cliff(parameters: CliffParameters) -> dict[str, Any]:
    """Compute the whole answer; its leaves are Python scalars and NumPy arrays.

    Raises
    ------
    InvalidParameter
        If an edge of the surface isn't beyond the opposite one, or the start lies outside.
    """
    check(parameters)
    return {
        "parameters": dataclasses.asdict(parameters),
        "surface": _surface(parameters),
        "descents": _descents(parameters),
        "bifurcation": _bifurcation(parameters),
    }


def check(parameters: CliffParameters) -> None:
    """Raise InvalidParameter if an edge of the surface isn't beyond the opposite one, or the start lies outside."""
    for axis in ("w", "b"):
        low, high = getattr(parameters, f"{axis}_minimum"), getattr(parameters, f"{axis}_maximum")
        if low >= high:
            raise InvalidParameter(f"{axis}_maximum", high, f"more than {axis}_minimum, {low:g}", f"Raise {axis}_maximum.")
        start = getattr(parameters, f"{axis}_start")
        if not low <= start <= high:
            raise InvalidParameter(f"{axis}_start", start, f"{low:g} to {high:g}, the surface's range", "Start on the surface.")


def _surface(parameters: CliffParameters) -> dict[str, Any]:
    w = np.linspace(parameters.w_minimum, parameters.w_maximum, parameters.w_points)
    b = np.linspace(parameters.b_minimum, parameters.b_maximum, parameters.b_points)
    found = recursion(w[None, :], b[:, None], parameters.steps, parameters.x_0, parameters.target)
    with np.errstate(divide="ignore"):
        log10_norm = np.log10(found.gradient_norm)
    boundaries = basin_boundaries(parameters.w_minimum, parameters.w_maximum, parameters.x_0)
    return {
        "w": w,
        "b": b,
        "error": found.error,
        "dE_dw": found.dE_dw,
        "dE_db": found.dE_db,
        "log10_gradient_norm": log10_norm,
        "basin_boundaries": [{"w": line.w, "b": line.b} for line in boundaries],
    }


def _descents(parameters: CliffParameters) -> dict[str, Any]:
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
    thresholds = {"raw": math.inf, "clipped": parameters.clip_threshold}
    return {name: _as_part(descend_from_start(clip_threshold=threshold)) for name, threshold in thresholds.items()}


def _as_part(descent: Descent) -> dict[str, Any]:
    fields = {field.name: getattr(descent, field.name) for field in dataclasses.fields(descent)}
    return {**fields, "clipped_steps": list(descent.clipped_steps)}


def _bifurcation(parameters: CliffParameters) -> dict[str, Any]:
    w = parameters.bifurcation_w
    boundary = basin_boundary(w, parameters.x_0)
    b = np.linspace(parameters.b_minimum, parameters.b_maximum, parameters.bifurcation_points)
    return {
        "w": w,
        "branches": [{"stable": branch.stable, "b": branch.b, "x": branch.x} for branch in branches(w, b)],
        "folds": [dataclasses.asdict(fold) for fold in folds(w)],
        "flips": [dataclasses.asdict(flip) for flip in flips(w)],
        "basin_boundary": None if boundary is None else dataclasses.asdict(boundary),
    }


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
