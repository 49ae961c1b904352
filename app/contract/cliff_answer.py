"""The shape of the cliff's answer, as documentation (see `answer`)."""

from typing import Literal

from pydantic import Field

from app.contract.requests import CliffEcho
from app.contract.run_answer import AnswerPart, Matrix, Vector, Version


class BasinBoundary(AnswerPart):
    """A straight line of the surface, by its two ends: where x_0 is an unstable fixed point. On it stands the wall."""

    w: Vector
    b: Vector


class Surface(AnswerPart):
    """The error over (w, b); rows are b, columns are w."""

    w: Vector
    b: Vector
    error: Matrix
    dE_dw: Matrix
    dE_db: Matrix
    log10_gradient_norm: Matrix = Field(description="null where the gradient is exactly zero.")
    basin_boundaries: list[BasinBoundary] = Field(description="b = x_0 − w σ(x_0), where |w σ′(x_0)| > 1.")


class Descent(AnswerPart):
    """Gradient descent: one value per point, the start first."""

    w: Vector
    b: Vector
    error: Vector
    gradient_norm: Vector = Field(description="Before clipping.")
    clipped_steps: list[int] = Field(description="The points, from 0, whose step was clipped.")
    ended: Literal["steps_done", "left_grid", "diverged"]


class Descents(AnswerPart):
    """From the same start, without clipping and with it."""

    raw: Descent
    clipped: Descent


class FixedPoints(AnswerPart):
    """Fixed points that move continuously with b."""

    stable: bool
    b: Vector
    x: Vector


class Change(AnswerPart):
    """A fixed point x at this b."""

    b: float
    x: float


class Bifurcation(AnswerPart):
    """The fixed points x = w σ(x) + b over b."""

    w: float
    branches: list[FixedPoints]
    folds: list[Change] = Field(description="Where two fixed points meet and vanish; for w > 4.")
    flips: list[Change] = Field(description="Where a fixed point gives way to a cycle of two; for w < −4.")
    basin_boundary: Change | None = Field(description="Where x_0 is an unstable fixed point: there x_T jumps. null where |w σ′(x_0)| ≤ 1.")


class CliffAnswer(AnswerPart):
    """The one-unit network of Pascanu, Mikolov and Bengio (2013)."""

    parameters: CliffEcho = Field(description="The request as understood.")
    version: Version
    surface: Surface
    descents: Descents
    bifurcation: Bifurcation
