"""The shape of a training's answer, as documentation (see `answer`)."""

from typing import Literal

from pydantic import Field

from app.contract.requests import TrainingEcho
from app.contract.run_answer import AnswerPart, Divergence, FlowMatrix, JacobianNorms, Value, Verdict, Version


class LearnedTask(AnswerPart):
    """What was to be learned."""

    name: str
    about: str
    chance: float = Field(description="The loss that is reached without looking at the input.")
    chance_formula: str
    accuracy_about: str | None = Field(description="What accuracy means; null where there is none.")
    symbols: list[str] | None = Field(description="What the inputs stand for where they are one-hot.")
    answers: list[str] | None = Field(description="What the outputs stand for where they are one-hot.")
    input_size: int
    output_size: int


class Plan(AnswerPart):
    """What the run does, and what its numbers are to be judged by."""

    steps: int
    start_after: int = Field(description="0, or the step after which a connection goes on.")
    loss: Literal["squared_error", "cross_entropy"]
    task: LearnedTask


class Steps(AnswerPart):
    """One value per step, from `first` to `last`."""

    first: int
    last: int
    loss: list[Value]
    accuracy: list[Value] | None = Field(description="null where the task has none.")
    gradient_norm: list[Value] = Field(description="Before clipping.")
    clipped_norm: list[Value] = Field(description="After clipping.")
    clipped: list[bool]
    spectral_radius: list[Value] = Field(description="Of W after the step; null between measurements.")
    sigma_max: list[Value] = Field(description="Of W after the step; null between measurements.")


class SnapshotFlowMatrix(FlowMatrix):
    """log10 ‖∂h_t/∂h_k‖_F, thinned where T is large."""

    steps: list[int] = Field(description="The t of its rows, and the k of its columns.")


class SnapshotPart(AnswerPart):
    """How gradients flow through the network after a step, along one sequence that stays the same."""

    step: int
    jacobian_norms: JacobianNorms
    flow_matrix: SnapshotFlowMatrix
    verdict: Verdict


class TrainingAnswer(AnswerPart):
    """One training run."""

    parameters: TrainingEcho = Field(description="The request as understood, every default filled in.")
    version: Version
    plan: Plan
    steps: Steps
    snapshots: list[SnapshotPart]
    divergence: Divergence | None = Field(description="null, or where a value left float64.")
