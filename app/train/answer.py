"""What the answer of a training run holds, built from the run's events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.common.answers import Value, described
from app.engine.model.readouts import READOUTS
from app.explore.parts.jacobian_norms import JacobianNorms
from app.explore.verdict import Verdict
from app.train.snapshot import ThinnedFlowMatrix
from app.train.training import Snapshot, Started, Step


@dataclass(frozen=True)
class LearnedTask:
    """What was to be learned."""

    name: str
    about: str
    chance: float = described("The loss that is reached without looking at the input.")
    chance_formula: str = described()
    accuracy_about: str | None = described("What accuracy means; null where there is none.")
    symbols: tuple[str, ...] | None = described("What the inputs stand for where they are one-hot.")
    answers: tuple[str, ...] | None = described("What the outputs stand for where they are one-hot.")
    input_size: int = described()
    output_size: int = described()


@dataclass(frozen=True)
class Plan:
    """What the run does, and what its numbers are to be judged by."""

    steps: int
    start_after: int = described("0, or the step after which the stream resumed.")
    loss: str = described(choices=tuple(readout.loss for readout in READOUTS.values()))
    task: LearnedTask = described()


@dataclass(frozen=True)
class Steps:
    """One value per step, from `first` to `last`."""

    first: int
    last: int
    loss: list[Value]
    accuracy: list[Value] | None = described("null where the task has none.")
    gradient_norm: list[Value] = described("Before clipping.")
    clipped_norm: list[Value] = described("After clipping.")
    clipped: list[bool] = described()
    spectral_radius: list[Value] = described("Of W after the step; null between measurements.")
    sigma_max: list[Value] = described("Of W after the step; null between measurements.")


@dataclass(frozen=True)
class SnapshotPart:
    """How gradients flow through the network after a step, along one sequence that stays the same."""

    step: int
    jacobian_norms: JacobianNorms
    flow_matrix: ThinnedFlowMatrix
    verdict: Verdict


def plan_of(event: Started) -> Plan:
    """What the run will do."""
    task, run = event.task, event.parameters
    learned = LearnedTask(
        name=task.name,
        about=task.about,
        chance=task.chance(run.length or task.default_length),
        chance_formula=task.chance_formula,
        accuracy_about=task.accuracy_about,
        symbols=task.symbols,
        answers=task.answers,
        input_size=task.input_size,
        output_size=task.output_size,
    )
    return Plan(run.steps, event.start_after, READOUTS[task.readout].loss, learned)


def steps_of(steps: Sequence[Step], first: int) -> Steps:
    """The numbers of consecutive steps; `accuracy` is None as a whole where the task has none."""
    columns: dict[str, Any] = {name: [getattr(step, name) for step in steps] for name in Step.__dataclass_fields__ if name != "step"}
    if not steps or steps[0].accuracy is None:
        columns["accuracy"] = None
    return Steps(first, first + len(steps) - 1, **columns)


def snapshot_of(event: Snapshot) -> SnapshotPart:
    """A snapshot with the step that it belongs to."""
    return SnapshotPart(event.step, **event.parts)
