"""What a training run will cost, estimated before it begins. Like `cost`: right within a factor of two or so."""

import dataclasses

from app.experiments.cost import FIXED_SECONDS, MULTIPLY_ADDS_PER_SECOND, Cost, estimate
from app.experiments.parameters import RunParameters, TrainingParameters
from app.sequences.tasks import find_task

SECONDS_PER_LOOP = 1.2e-5  # one step of time, forward and back, apart from the arithmetic
SECONDS_PER_UNIT = 1.5e-8  # of one hidden unit at one step of one sequence: f, f' and what else is done per element
SECONDS_PER_UPDATE = 1.5e-4  # what every mini-batch costs once
SPECTRUM_PRODUCTS = 25.0  # ρ(W) and σ_max(W) cost about as much as this many H×H products
SNAPSHOT_PARTS = ("jacobian_norms", "flow_matrix", "step_gain")


def step_seconds(run: TrainingParameters) -> float:
    """Of one mini-batch; `run` is resolved."""
    task = find_task(run.task, run.text)
    T, B, H = float(run.length or 0), float(run.batch_size), float(run.hidden_size)
    swept = T if run.truncation_mode == "chunked" else min(T, float(run.truncation or T)) * (1.0 if task.loss_at == "last" else T)
    swept = T if run.truncation in (None, run.length) else swept  # steps that an adjoint goes back, summed over the loss steps
    multiply_adds = B * H * ((2.0 * T + swept) * H + 3.0 * T * (task.input_size + task.output_size))
    elements = B * T * (H + task.output_size) + B * swept * H
    spectrum = SPECTRUM_PRODUCTS * H**3 / MULTIPLY_ADDS_PER_SECOND / (run.spectrum_every or 1)
    return SECONDS_PER_UPDATE + T * SECONDS_PER_LOOP + multiply_adds / MULTIPLY_ADDS_PER_SECOND + elements * SECONDS_PER_UNIT + spectrum


def estimate_training(run: TrainingParameters) -> Cost:
    """Estimate the cost of a whole run whose parameters are resolved.

    Examples
    --------
    >>> from app.experiments.training import resolve
    >>> estimate_training(resolve(TrainingParameters())).seconds < 2.0
    True
    """
    task = find_task(run.task, run.text)
    T, B, H = float(run.length or 0), float(run.batch_size), float(run.hidden_size)
    one = RunParameters(length=run.length, hidden_size=run.hidden_size, input_size=1, output_size=1, include=SNAPSHOT_PARTS)
    snapshots = 2.0 + run.steps // (run.snapshot_every or 1)
    snapshot = estimate(one)
    seconds = FIXED_SECONDS + run.steps * step_seconds(run) + snapshots * snapshot.seconds
    held = T * B * (8.0 * H + task.input_size + 6.0 * task.output_size) + 12.0 * H * (H + task.input_size + task.output_size)
    held += T * T * B * H if run.truncation_mode == "sliding" and run.truncation != run.length and task.loss_at == "every" else 0.0
    lower = ("steps", "hidden_size", "length", "batch_size")
    if snapshots * snapshot.seconds > seconds / 2.0:
        return dataclasses.replace(snapshot, seconds=seconds, lower=("snapshot_every", "length", "hidden_size"))
    return Cost(seconds, snapshot.megabytes + held * 8.0 / 1e6, lower)
