"""Steps of training a second: everything that a step of a training run does, against the same step elsewhere."""

from collections.abc import Callable
from types import ModuleType

from app.train.parameters import TrainingParameters
from app.train.training import advance, prepare
from benchmarks.report import Report
from benchmarks.timing import interleaved

Peers = dict[str, ModuleType]

RUN = TrainingParameters(
    task="adding",
    length=50,
    hidden_size=64,
    batch_size=32,
    initializer="orthogonal",
    spectral_radius=1.0,
    optimizer="rmsprop",
    learning_rate=1e-3,
    clip_threshold=0.1,
    steps=100_000,
)


def training(report: Report, peers: Peers, quick: bool) -> None:
    """H = 64, T = 50, B = 32, RMSprop, clipped by norm."""
    report.heading(
        "One step of training",
        "Unrolled draws a new mini-batch and measures norms, accuracy and (every tenth step) the spectrum of W; peers keep one mini-batch.",
    )
    drawn = prepare(RUN)
    assert drawn.parameters.learning_rate is not None
    settings = (drawn.parameters.learning_rate, RUN.clip_threshold or 0.0)
    candidates: dict[str, Callable[[], object]] = {"Unrolled": own_step()}
    if "torch" in peers:
        candidates |= peers["torch"].training(drawn.initial.parameters, drawn.batch(1), *settings)
    if "jax" in peers:
        candidates["JAX, compiled"] = peers["jax"].training(drawn.initial.parameters, drawn.batch(1), *settings)
    timings = interleaved(candidates, budget=6.0)
    report.timings("H = 64, T = 50, B = 32", timings, "Unrolled")
    report.lines([f"{name}: {1.0 / timing.median:.0f} steps a second" for name, timing in timings.items()])
    if "torch" in peers:
        ratio = timings["torch RNN cell, loop, float64"].ratio(timings["Unrolled"])
        report.target("torch's loop over an RNN cell takes", ratio, 2.0, at_least=True)


def own_step() -> Callable[[], object]:
    """The next step of a run, at each call."""
    run = prepare(RUN)
    states = [run.first_state()]

    def step() -> float:
        told, states[0], divergence = advance(run, states[0])
        assert divergence is None
        return told.loss

    return step
