"""A training run as an iterator of plain events: a pure function of its parameters and seed.

Step n draws mini-batch n from the seed and n alone, so a run can be resumed after any step, on any machine, with the same
numbers: for the steps after n the first n are computed without reporting them (or a checkpoint of them is used).
"""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from app.common.build_network import build_network
from app.common.cell_settings import resolved_settings
from app.engine.arrays import Weights
from app.engine.backward import bptt, clipping
from app.engine.backward.truncation import truncated_sweep
from app.engine.errors import InvalidParameter
from app.engine.interruption import checkpoint
from app.engine.model.initializers import generator
from app.engine.model.network import Network, Trace, forward
from app.engine.model.weights import RECURRENT
from app.engine.optimizers import OPTIMIZERS, Optimizer, OptimizerState, settings_of
from app.sequences.tasks import Batch, Task, find_task
from app.train.parameters import TrainingParameters
from app.train.snapshot import snapshot

SNAPSHOTS = 20  # in a run, unless asked otherwise
CHECKPOINTS = 50  # in a run
LARGEST_QUICK_SPECTRUM = 32  # the H up to which ρ(W) and σ_max(W) cost little beside a step
SPECTRUM_EVERY = 10  # above it


@dataclass(frozen=True)
class Started:
    """The first event: what will be done. `parameters` is resolved."""

    parameters: TrainingParameters
    start_after: int
    task: Task


@dataclass(frozen=True)
class Step:
    """The numbers of one step: of mini-batch `step`, before the update that it leads to; of W, after it.

    Attributes
    ----------
    step : int
        From 1.
    loss : float
        Mean over the batch, weighted over the steps as the task says; in the units of its chance level.
    accuracy : float or None
        None where the task has none.
    gradient_norm, clipped_norm : float
        Over all parameters, before and after clipping.
    clipped : bool
        Whether the clipping changed anything.
    spectral_radius, sigma_max : float or None
        Of W; None between two measurements.
    """

    step: int
    loss: float
    accuracy: float | None
    gradient_norm: float
    clipped_norm: float
    clipped: bool
    spectral_radius: float | None
    sigma_max: float | None


@dataclass(frozen=True)
class Snapshot:
    """How gradients flow through the network after a step; 0 is the untrained one. Comes before its Step."""

    step: int
    parts: dict[str, Any]


@dataclass(frozen=True)
class Replayed:
    """A step computed again on the way to those that were asked for."""

    step: int


@dataclass(frozen=True)
class Diverged:
    """The step at which a value left float64, and which: loss, gradient or parameters. A result, not a failure."""

    step: int
    quantity: str


@dataclass(frozen=True)
class Finished:
    """The last event: how many steps were done, and whether that is all of them."""

    steps: int
    completed: bool


Event = Started | Step | Snapshot | Replayed | Diverged | Finished


@dataclass(frozen=True)
class State:
    """Everything that the next step depends on."""

    step: int
    parameters: Weights
    optimizer: OptimizerState


class Checkpoints(Protocol):
    """States of runs, cached so that resuming costs less. May drop anything at any time."""

    def latest(self, run: TrainingParameters, at_most: int) -> State | None:
        """The latest state of this run that isn't later than a step."""

    def keep(self, run: TrainingParameters, state: State) -> None:
        """Remember a state."""


@dataclass(frozen=True)
class Training:
    """One training run: resolved parameters with what they name."""

    parameters: TrainingParameters
    task: Task
    optimizer: Optimizer
    initial: Network

    @property
    def length(self) -> int:
        """T."""
        return self.parameters.length or self.task.default_length

    def first_state(self) -> State:
        """The untrained network."""
        return State(0, self.initial.parameters, self.optimizer.init(self.initial.parameters))

    def network(self, state: State) -> Network:
        """The network in a state."""
        return dataclasses.replace(self.initial, parameters=state.parameters)

    def batch(self, step: int) -> Batch:
        """The mini-batch of a step."""
        return self.task.batch(generator(self.parameters.seed, f"batch {step}"), self.parameters.batch_size, self.length)

    def snapshot_at(self, step: int) -> bool:
        """Whether a snapshot is due after this step."""
        every = self.parameters.snapshot_every or 1
        return step % every == 0 or step == self.parameters.steps


def events(parameters: TrainingParameters, start_after: int = 0, checkpoints: Checkpoints | None = None) -> Iterator[Event]:
    """Train, as events.

    Parameters
    ----------
    parameters : TrainingParameters
        Resolved or not.
    start_after : int
        The step after which to report; the events are the same as those of a run reported from its start.
    checkpoints : Checkpoints, optional
        Where states are stored, so that a later run can resume from one.

    Yields
    ------
    Event
        Started; then for each step its Snapshot, if one is due, and its Step (for the steps up to `start_after`: Replayed);
        then Finished, with Diverged before it if a value left float64.

    Raises
    ------
    InvalidParameter
        At the first event.
    """
    training = prepare(parameters)
    run = training.parameters
    if not 0 <= start_after <= run.steps:
        raise InvalidParameter("last_event_id", start_after, f"0 to {run.steps} (the run's steps)", "Start again without it.")
    yield Started(run, start_after, training.task)
    state = (checkpoints.latest(run, start_after) if checkpoints else None) or training.first_state()
    if start_after == 0:
        yield Snapshot(0, snapshot(training.network(state), training.task, run))
    while state.step < run.steps:
        step, state, divergence = advance(training, state)
        if step.step <= start_after:
            yield Replayed(step.step)
        else:
            if divergence is None and training.snapshot_at(step.step):
                yield Snapshot(step.step, snapshot(training.network(state), training.task, run))
            yield step
        if divergence is not None:
            yield divergence
            yield Finished(step.step, completed=False)
            return
        if checkpoints is not None and state.step % math.ceil(run.steps / CHECKPOINTS) == 0:
            checkpoints.keep(run, state)
    yield Finished(run.steps, completed=True)


def advance(training: Training, state: State) -> tuple[Step, State, Diverged | None]:
    """One step of training: draw, forward, back, clip, update. A state that diverged must not be advanced further."""
    checkpoint()
    number = state.step + 1
    batch = training.batch(number)
    with np.errstate(all="ignore"):
        trace = forward(training.network(state), batch.x)
        loss = float(batch.loss_weights @ bptt.loss_per_step(trace, batch.target).mean(axis=-1))
        accuracy = training.task.accuracy(trace.y, batch)
        gradients = batch_gradients(training.parameters, trace, batch)
        norm = clipping.global_norm(gradients)
        step = Step(number, loss, accuracy, norm, norm, clipped=False, spectral_radius=None, sigma_max=None)
        for quantity, value in (("loss", loss), ("gradient", norm)):
            if not math.isfinite(value):
                return step, state, Diverged(number, quantity)
        threshold = training.parameters.clip_threshold
        if threshold is not None:
            clipped = clipping.clip(gradients, training.parameters.clip_mode, threshold)
            gradients = clipped.parameters
            step = dataclasses.replace(step, clipped_norm=clipped.norm, clipped=clipped.clipped_share > 0.0)
        optimizer, moved = training.optimizer.update(state.optimizer, gradients, state.parameters)
        after = State(number, moved, optimizer)
        if not all(np.isfinite(value).all() for value in moved.values()):
            return step, after, Diverged(number, "parameters")
    return _with_spectrum(training.parameters, step, moved), after, None


def batch_gradients(parameters: TrainingParameters, trace: Trace, batch: Batch) -> Weights:
    """∂ mean loss/∂θ of a mini-batch, truncated as the parameters say."""
    weights = batch.loss_weights / batch.x.shape[1]
    return truncated_sweep(trace, batch.target, weights, parameters.truncation_mode, parameters.truncation or trace.length)


def _with_spectrum(parameters: TrainingParameters, step: Step, theta: Weights) -> Step:
    if step.step % (parameters.spectrum_every or 1) and step.step != parameters.steps:
        return step
    W = theta[RECURRENT][: theta[RECURRENT].shape[1]]
    radius = float(np.abs(np.linalg.eigvals(W)).max())
    return dataclasses.replace(step, spectral_radius=radius, sigma_max=float(np.linalg.norm(W, 2)))


def prepare(parameters: TrainingParameters) -> Training:
    """Resolve the parameters, find the task and the optimiser, draw the network."""
    run = resolve(parameters)
    task = find_task(run.task, run.text)
    optimizer = OPTIMIZERS[run.optimizer]
    network = build_network(run, input_size=task.input_size, output_size=task.output_size, readout=task.readout)
    settings = {name: getattr(run, name) for name in settings_of(optimizer)}
    return Training(run, task, optimizer(**settings), network)


def resolve(parameters: TrainingParameters) -> TrainingParameters:
    """The same parameters with every default filled in; what the task or the optimiser doesn't read is None."""
    task = find_task(parameters.task, parameters.text)
    length = parameters.length or task.default_length
    task.check_length(length)
    truncation = parameters.truncation or length
    if truncation > length:
        raise InvalidParameter("truncation", truncation, f"1 to {length} (the sequence's length)", "Lower truncation, or leave it out.")
    every = SPECTRUM_EVERY if parameters.hidden_size > LARGEST_QUICK_SPECTRUM else 1
    return dataclasses.replace(
        parameters,
        length=length,
        text=task.read_text,
        truncation=truncation,
        snapshot_every=parameters.snapshot_every or math.ceil(parameters.steps / SNAPSHOTS),
        spectrum_every=parameters.spectrum_every or every,
        **_optimizer_settings(parameters),
        **resolved_settings(parameters),
    )


def _optimizer_settings(parameters: TrainingParameters) -> dict[str, Any]:
    """What the optimiser reads, defaults filled in; None for what only other optimisers read."""
    read = settings_of(OPTIMIZERS[parameters.optimizer])
    every_setting = {name for optimizer in OPTIMIZERS.values() for name in settings_of(optimizer)}
    asked = {name: getattr(parameters, name) for name in every_setting}
    return {name: (read[name] if asked[name] is None else asked[name]) if name in read else None for name in every_setting}
