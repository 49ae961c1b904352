"""The loss along the direction of the update, and where the update lands."""

from dataclasses import dataclass

import numpy as np

from app.common.answers import Value, described
from app.engine.arrays import Array, Weights
from app.engine.backward import clipping, loss_slice
from app.explore.exploration import Exploration
from app.explore.parts.part import Part
from app.explore.work import Sizes, Work

SLICE_POINTS = 41  # from −½ to 2 learning rates: sixteen each


@dataclass(frozen=True, kw_only=True)
class Landing:
    """Where a step lands."""

    eta: float = described("The learning rate.")
    loss: Value = described("L there.")


@dataclass(frozen=True, kw_only=True)
class ClippedLanding(Landing):
    """Where a step with the clipped gradient lands."""

    factor: Value = described("The clipping factor, where there is a single one.")


@dataclass(frozen=True)
class LossSlice:
    """The loss along θ − η g, with where the raw and the clipped step of the learning rate land."""

    eta: Array = described("From −½ to 2 times the learning rate.", shape="(41)")
    loss: Array = described("L(θ − η g).", shape="(41)")
    raw: Landing = described("Where the step without clipping lands.")
    clipped: ClippedLanding = described("Where the clipped step lands.")


def compute(exploration: Exploration) -> LossSlice:
    eta = exploration.parameters.learning_rate
    grid = np.linspace(-0.5, 2.0, SLICE_POINTS) * eta
    losses = _losses(exploration, exploration.truncated, np.append(grid, eta))
    clipped = _losses(exploration, exploration.clipped.parameters, np.array([eta]))
    return LossSlice(
        eta=grid,
        loss=losses[:-1],
        raw=Landing(eta=eta, loss=losses[-1]),
        clipped=ClippedLanding(eta=eta, loss=clipped[0], factor=exploration.clipped.factors.get("global")),
    )


def _losses(exploration: Exploration, direction: Weights, etas: Array) -> Array:
    sequence = exploration.sequence
    if not np.isfinite(clipping.flattened(direction)).all():
        return np.full(len(etas), np.nan)
    return loss_slice.loss_slice(exploration.network, sequence.x, sequence.target, exploration.loss_weights, direction, etas)


def cost(sizes: Sizes) -> Work:
    T, S, P, O = sizes.T, sizes.S, sizes.P, sizes.O  # noqa: E741  (the mathematics' own name)
    weights, truncated = sizes.weights, sizes.truncated
    return Work(
        1.5 * SLICE_POINTS * T * (weights + 15.0 * (S + P) + 30.0 * O) + sizes.back + truncated.multiply_adds,
        12.0 * T + truncated.steps,
        2.0 * SLICE_POINTS,
        held=3.0 * min(SLICE_POINTS * T * (S + P + 4.0 * O), 2.0**20)
        + 2.0 * min(SLICE_POINTS * weights, 2.0**18 + weights)
        + 8.0 * weights
        + truncated.held,
        kept=sizes.kept_backward | truncated.kept,
    )


PART = Part("loss_slice", LossSlice, compute, cost, plain_gradient=True, backward=True, heavy=True)
