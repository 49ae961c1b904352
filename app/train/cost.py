"""What a training run will cost, estimated before it begins. Times are right within a factor of three, as in `explore/cost.py`."""

import math
from dataclasses import fields, replace

from app.common.cost import BYTES_AS_TEXT, FIXED_SECONDS, Cost
from app.common.parameters import NetworkParameters
from app.engine.model.cells import CELLS, shapes_of
from app.engine.model.weights import RECURRENT
from app.explore.cost import estimate
from app.explore.parameters import RunParameters
from app.explore.work import DEVIATIONS, likely_largest_argument
from app.sequences.tasks import find_task
from app.train.parameters import TrainingParameters
from app.train.snapshot import MOST_FLOW_STEPS

# Fitted to trainings of every optimiser, as the rates of `explore.work`.
MULTIPLY_ADDS_PER_SECOND = 1.2e10  # in products as large as a mini-batch's
SECONDS_PER_LOOP = 1.2e-5  # one step of time, forward and back, apart from the arithmetic
SECONDS_PER_UNIT = 4e-9  # of one hidden unit at one step of one sequence: f, f' and what else is done per element
INPUTS_AND_OUTPUTS = 5.0  # units that take as long as a number of the mini-batch or of the outputs: it is drawn, copied, and has a loss
SECONDS_PER_UPDATE = 1.5e-4  # what every mini-batch costs once
SPECTRUM_PRODUCTS = 20.0  # ρ(W) and σ_max(W) cost about as much as this many H×H products
LOWER_A_STEP = ("hidden_size", "length", "batch_size")
NUMBERS_A_STEP = 10.0  # in the answer
BYTES_OF_A_STEP = 1_000.0  # of the objects that a step is, and of its numbers as lists
SNAPSHOT_PARTS = ("jacobian_norms", "flow_matrix")


def step_seconds(run: TrainingParameters) -> float:
    """Of one mini-batch; `run` is resolved."""
    task = find_task(run.task, run.text)
    T, B = float(run.length or 0), float(run.batch_size)
    sizes, _, pre_activation = _sizes(run)
    swept = T if run.truncation_mode == "chunked" else min(T, float(run.truncation or T)) * (1.0 if task.loss_at == "last" else T)
    swept = T if run.truncation in (None, run.length) else swept  # steps that an adjoint goes back, summed over the loss steps
    multiply_adds = B * ((2.0 * T + swept) * sizes[RECURRENT] + 3.0 * T * (sum(sizes.values()) - sizes[RECURRENT]))
    elements = B * T * (pre_activation + INPUTS_AND_OUTPUTS * (task.input_size + task.output_size)) + B * swept * pre_activation
    spectrum = SPECTRUM_PRODUCTS * float(run.hidden_size) ** 3 / MULTIPLY_ADDS_PER_SECOND / (run.spectrum_every or 1)
    return SECONDS_PER_UPDATE + T * SECONDS_PER_LOOP + multiply_adds / MULTIPLY_ADDS_PER_SECOND + elements * SECONDS_PER_UNIT + spectrum


def snapshot_cost(run: TrainingParameters) -> Cost:
    """Of one snapshot: that of an exploration of the untrained network with the same parts."""
    network = {field.name: getattr(run, field.name) for field in fields(NetworkParameters)}
    explored = RunParameters(**network, length=run.length, input_size=1, output_size=1, include=SNAPSHOT_PARTS)
    # After a step of a large learning rate, weights are as large.
    return estimate(explored, largest_argument=likely_largest_argument(explored) + DEVIATIONS * (run.learning_rate or 0.0))


def estimate_training(run: TrainingParameters) -> Cost:
    """Estimate the cost of a whole run whose parameters are resolved, as one JSON.

    Examples
    --------
    >>> from app.train.training import resolve
    >>> estimate_training(resolve(TrainingParameters())).seconds < 2.0
    True
    """
    streamed = estimate_stream(run)
    numbers = run.steps * NUMBERS_A_STEP + _snapshots(run) * (3.0 * float(run.length or 0) + MOST_FLOW_STEPS**2 + 100.0)
    answer = numbers * BYTES_AS_TEXT / 1e6
    objects = (run.steps * BYTES_OF_A_STEP + numbers * 8.0) / 1e6
    return replace(streamed, megabytes=streamed.megabytes + objects + answer, answer_megabytes=answer)


def estimate_stream(run: TrainingParameters) -> Cost:
    """The same for a run that is sent while it is computed, of which nothing is held but its state."""
    snapshots, snapshot = _snapshots(run), snapshot_cost(run)
    seconds = FIXED_SECONDS + run.steps * step_seconds(run) + snapshots * snapshot.seconds
    megabytes = snapshot.megabytes + _numbers_held(run) * 8.0 / 1e6
    if snapshots * snapshot.seconds > seconds / 2.0:
        return Cost(seconds, megabytes, ("length", "hidden_size"))
    return Cost(seconds, megabytes, ("steps", "hidden_size", "length", "batch_size"))


def _snapshots(run: TrainingParameters) -> float:
    return 2.0 + run.steps // (run.snapshot_every or 1)


def estimate_longest_wait(run: TrainingParameters) -> Cost:
    """Estimate the cost of the longest piece of a run that can't be interrupted: a step, or a snapshot."""
    snapshot = snapshot_cost(run)
    return Cost(max(step_seconds(run), snapshot.seconds), snapshot.megabytes + _numbers_held(run) * 8.0 / 1e6, LOWER_A_STEP)


def state_megabytes(run: TrainingParameters) -> float:
    """Held between two steps: parameters and two moments, of the state and of the one that follows it."""
    return 6.0 * 8.0 * sum(_sizes(run)[0].values()) / 1e6


def _numbers_held(run: TrainingParameters) -> float:
    """By one step: what forward pass and sweep keep of a mini-batch, and some copies of the parameters."""
    task = find_task(run.task, run.text)
    sizes, state, pre_activation = _sizes(run)
    each_step = 6.0 * (state + pre_activation + task.input_size + task.output_size)
    return float(run.length or 0) * run.batch_size * each_step + 12.0 * sum(sizes.values())


def _sizes(run: TrainingParameters) -> tuple[dict[str, float], float, float]:
    """Numbers of each weight by name, of a state, and of a pre-activation."""
    task, cell = find_task(run.task, run.text), CELLS[run.cell]
    shapes = shapes_of(cell, task.input_size, run.hidden_size, task.output_size)
    sizes = {name: float(math.prod(shape)) for name, shape in shapes.items()}
    return sizes, float(len(cell.states) * run.hidden_size), float(shapes[RECURRENT][0])
