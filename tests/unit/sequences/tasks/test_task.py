"""What holds for every task."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.errors import InvalidParameter, UnknownName
from app.engine.model.initializers import generator
from app.engine.model.readouts import READOUTS
from app.sequences.tasks import TASKS, Batch, find_task

every_task = pytest.mark.parametrize("name", TASKS)


def draw(name: str, step: int = 1, seed: int = 1, batch_size: int = 3, length: int | None = None) -> Batch:
    task = TASKS[name]
    return task.batch(generator(seed, f"batch {step}"), batch_size, task.default_length if length is None else length)


@every_task
@given(batch_size=st.integers(1, 5), extra=st.integers(0, 15), seed=st.integers(0, 2**31 - 1))
def test_shapes_and_weights(name: str, batch_size: int, extra: int, seed: int) -> None:
    task = TASKS[name]
    length = task.shortest + extra
    batch = draw(name, seed=seed, batch_size=batch_size, length=length)
    assert batch.x.shape == (length, batch_size, task.input_size)
    assert batch.target.shape == (length, batch_size, task.output_size)
    assert batch.loss_weights.shape == (length,)
    assert np.isfinite(batch.x).all()
    assert (batch.loss_weights >= 0.0).all()
    np.testing.assert_allclose(batch.loss_weights.sum(), 1.0, rtol=1e-12)
    counting = np.flatnonzero(batch.loss_weights)
    np.testing.assert_array_equal(counting, [length - 1] if task.loss_at == "last" else np.arange(length))
    if task.readout == "softmax":
        np.testing.assert_array_equal(batch.target[counting].sum(axis=-1), 1.0)


@every_task
def test_a_batch_is_a_function_of_its_generator(name: str) -> None:
    first, again, next_step, other_seed = draw(name), draw(name), draw(name, step=2), draw(name, seed=2)
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.target, again.target)
    assert not np.array_equal(first.x, next_step.x)
    assert not np.array_equal(first.x, other_seed.x)


@every_task
def test_lengths_out_of_range_are_refused(name: str) -> None:
    task = TASKS[name]
    wrong = [task.shortest - 1] + ([] if task.longest is None else [task.longest + 1])
    for length in wrong:
        with pytest.raises(InvalidParameter, match=f"length: got {length}, allowed: {task.shortest}.*task={name}"):
            draw(name, length=length)
    draw(name, length=task.shortest)
    draw(name, length=task.longest or 100)


def test_a_batch_needs_a_sequence() -> None:
    with pytest.raises(InvalidParameter, match="batch_size: got 0, allowed: 1 or more"):
        draw("adding", batch_size=0)


@every_task
def test_the_catalog_can_describe_it(name: str) -> None:
    task = TASKS[name]
    assert task.name == name
    assert task.about.endswith((".", "?"))
    assert task.readout in READOUTS
    assert task.chance_formula
    assert task.symbols is None or len(task.symbols) == task.input_size
    assert task.answers is None or len(task.answers) == task.output_size
    assert task.shortest <= task.default_length <= (task.longest or task.default_length)


@every_task
def test_the_right_answers_are_fully_accurate_and_wrong_ones_are_not(name: str) -> None:
    task, batch = TASKS[name], draw(name)
    right, wrong = (task.accuracy(y, batch) for y in (batch.target, 1.0 - batch.target))
    assert (right is None) == (wrong is None) == (task.accuracy_about is None)
    if right is not None:
        assert (right, wrong) == (1.0, 0.0)


def test_a_task_is_found_by_name() -> None:
    assert find_task("adding", "a text that it doesn't read") is TASKS["adding"]
    with pytest.raises(UnknownName, match="Did you mean 'adding'"):
        find_task("addding")
