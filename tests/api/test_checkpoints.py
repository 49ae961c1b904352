"""The cache of training states: it finds the latest that helps, and never grows beyond its bytes."""

import dataclasses
import gc
import tracemalloc
from typing import Any

import numpy as np
import pytest

from app.engine.optimizers import OptimizerState
from app.server.stream.checkpoints import CheckpointCache, Entry, size_of
from app.train.parameters import TrainingParameters
from app.train.training import Replayed, State, Step, events, resolve

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
    assert cache.bytes == Entry(RUN, (state(10),)).size > size_of(state(10)) > 160


def test_the_run_longest_untouched_is_forgotten_first() -> None:
    cache = CheckpointCache(Entry(RUN, (state(1),)).size + Entry(RUN, (state(1), state(2))).size - 1)
    cache.keep(RUN, state(1))
    cache.keep(OTHER, state(1))
    cache.keep(RUN, state(2))
    assert cache.bytes == Entry(RUN, (state(1), state(2))).size
    assert cache.latest(OTHER, 9) is None
    assert cache.latest(RUN, 9) is not None


def test_of_a_run_that_exceeds_the_cache_the_latest_states_stay() -> None:
    cache = CheckpointCache(Entry(RUN, (state(1), state(2))).size)
    for step in (1, 2, 3, 4):
        cache.keep(RUN, state(step))
    assert {at_most: found and found.step for at_most in (2, 3, 4) for found in [cache.latest(RUN, at_most)]} == {2: None, 3: 3, 4: 4}


@pytest.mark.parametrize(
    "setting",
    [
        {"steps": 50, "hidden_size": 1, "length": 2},  # where next to nothing of it is numbers
        {"steps": 1, "hidden_size": 1, "length": 2},
        {"steps": 50, "hidden_size": 32, "length": 2, "optimizer": "adam"},
        {"steps": 1, "hidden_size": 1, "length": 2, "task": "next_character", "text": "ab\U0001f600" * 600},
    ],
)
def test_the_bytes_that_it_counts_are_those_that_it_takes(setting: dict[str, Any]) -> None:
    def filled(cache: CheckpointCache, seeds: range) -> None:
        for seed in seeds:
            # A text of its own for each: equal strings would be one object.
            text = {"text": f"{setting['text']}{seed}"} if "text" in setting else {}
            list(events(resolve(TrainingParameters(**{**setting, **text}, batch_size=1, seed=seed)), checkpoints=cache))

    cache = CheckpointCache(10**8)
    tracemalloc.start()
    try:
        filled(cache, range(1))  # what is made once and for all
        gc.collect()
        counted, taken = cache.bytes, tracemalloc.get_traced_memory()[0]
        filled(cache, range(1, 9))
        gc.collect()
        counted, taken = cache.bytes - counted, tracemalloc.get_traced_memory()[0] - taken
    finally:
        tracemalloc.stop()
    assert taken <= 1.25 * counted
    assert counted <= 2.0 * taken


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
