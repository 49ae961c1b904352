import dataclasses
import time

import pytest

from app.train.cost import estimate_longest_wait, estimate_training, step_seconds
from app.train.parameters import TrainingParameters
from app.train.training import advance, prepare, resolve

MIDDLING = resolve(TrainingParameters(task="sine_prediction", length=50, hidden_size=64, batch_size=64, steps=1000, truncation=5))


@pytest.mark.parametrize("name", ["length", "hidden_size", "batch_size", "steps"])
def test_more_work_costs_more(name):
    larger = dataclasses.replace(MIDDLING, **{name: 4 * getattr(MIDDLING, name)})
    assert estimate_training(larger).seconds > 1.5 * estimate_training(MIDDLING).seconds
    if name != "steps":
        assert estimate_training(larger).megabytes > 1.5 * estimate_training(MIDDLING).megabytes
    if name in {"length", "hidden_size"}:
        assert estimate_longest_wait(larger).seconds > 1.5 * estimate_longest_wait(MIDDLING).seconds


def test_the_longest_wait_is_that_of_a_step_or_of_a_snapshot():
    many = dataclasses.replace(MIDDLING, batch_size=4096, hidden_size=16)
    assert estimate_longest_wait(many).seconds == step_seconds(many)
    few = dataclasses.replace(MIDDLING, batch_size=1, hidden_size=128)
    assert estimate_longest_wait(few).seconds > 10.0 * step_seconds(few)


def test_a_longer_window_costs_more_where_it_slides_over_every_step():
    longer = dataclasses.replace(MIDDLING, truncation=40)
    assert step_seconds(longer) > 2.0 * step_seconds(MIDDLING)
    chunked = {"truncation_mode": "chunked"}
    assert step_seconds(dataclasses.replace(longer, **chunked)) == step_seconds(dataclasses.replace(MIDDLING, **chunked))


def test_what_to_lower_is_what_costs():
    assert estimate_training(MIDDLING).lower[0] == "steps"
    often = dataclasses.replace(MIDDLING, snapshot_every=1, length=200, hidden_size=128, batch_size=1, truncation=1)
    assert estimate_training(often).lower[0] == "length"


@pytest.mark.parametrize(
    "run",
    [
        TrainingParameters(),
        TrainingParameters(length=50, hidden_size=64, learning_rate=1e-5),
        TrainingParameters(cell="leaky", length=50, hidden_size=64),
        TrainingParameters(task="alice", hidden_size=64, truncation=10),
        TrainingParameters(task="temporal_order", length=200, batch_size=8),
    ],
    ids=lambda run: f"{run.cell}-{run.task}-{run.hidden_size}",
)
def test_an_estimate_is_no_fantasy(run):
    """Processor time, least of many: within a factor of six on machines that differ."""
    training = prepare(run)
    state, taken = training.first_state(), []
    for _ in range(15):
        begun = time.process_time()
        _, state, _ = advance(training, state)
        taken.append(time.process_time() - begun)
    assert 1.0 / 6.0 < step_seconds(training.parameters) / min(taken) < 6.0
