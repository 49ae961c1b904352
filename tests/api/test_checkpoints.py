"""The memory of training states: it finds the latest that helps, and never grows beyond its bytes."""

import dataclasses

import numpy as np

from app.api.checkpoints import CheckpointCache, size_of
from app.engine.optimizers import OptimizerState
from app.experiments.parameters import TrainingParameters
from app.experiments.training import Replayed, State, Step, events, resolve

RUN, OTHER = TrainingParameters(seed=1), TrainingParameters(seed=2)


def state(step: int, numbers: int = 10) -> State:
    return State(step, {"W": np.zeros(numbers)}, OptimizerState(step, {"W": np.zeros(numbers)}))


def test_the_latest_state_that_is_not_too_late() -> None:
    cache = CheckpointCache(10**6)
    for step in (30, 10, 20):
        cache.keep(RUN, state(step))
    found = {at_most: cache.latest(RUN, at_most) for at_most in (9, 10, 19, 20, 99)}
    assert {at_most: kept and kept.step for at_most, kept in found.items()} == {9: None, 10: 10, 19: 10, 20: 20, 99: 30}
    assert cache.latest(OTHER, 99) is None


def test_a_state_that_is_kept_already_is_not_counted_twice() -> None:
    cache = CheckpointCache(10**6)
    for _ in range(3):
        cache.keep(RUN, state(10))
    assert cache.bytes == size_of(state(10)) == 160


def test_the_run_longest_untouched_is_forgotten_first() -> None:
    cache = CheckpointCache(400)
    cache.keep(RUN, state(1))
    cache.keep(OTHER, state(1))
    cache.keep(RUN, state(2))  # 480 bytes: the other run goes
    assert cache.bytes == 320
    assert cache.latest(OTHER, 9) is None
    assert cache.latest(RUN, 9) is not None


def test_without_memory_nothing_is_kept() -> None:
    cache = CheckpointCache(0)
    cache.keep(RUN, state(1))
    assert (cache.bytes, cache.latest(RUN, 9)) == (0, None)


def test_it_saves_the_steps_before_and_changes_no_number() -> None:
    run = resolve(TrainingParameters(steps=100, hidden_size=4, length=5, batch_size=2, optimizer="adam"))
    cache = CheckpointCache(10**7)
    whole = [event for event in events(run, checkpoints=cache) if isinstance(event, Step)]
    rest = list(events(dataclasses.replace(run), 61, cache))
    assert sum(isinstance(event, Replayed) for event in rest) == 1  # a checkpoint every two steps
    assert [event for event in rest if isinstance(event, Step)] == whole[61:]
