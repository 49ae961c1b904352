"""The adding problem."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.engine.model.initializers import generator
from app.sequences.tasks import TASKS, Batch

TASK = TASKS["adding"]


@given(length=st.integers(2, 40), seed=st.integers(0, 2**31 - 1))
def test_the_answer_is_the_sum_of_the_two_marked_numbers(length: int, seed: int) -> None:
    batch = TASK.batch(generator(seed, "batch 1"), 4, length)
    numbers, marks = batch.x[:, :, 0], batch.x[:, :, 1]
    assert ((numbers >= 0.0) & (numbers < 1.0)).all()
    np.testing.assert_array_equal(marks[: length // 2].sum(axis=0), 1.0)
    np.testing.assert_array_equal(marks[length // 2 :].sum(axis=0), 1.0)
    np.testing.assert_allclose(batch.target[-1, :, 0], (numbers * marks).sum(axis=0), rtol=1e-14)
    np.testing.assert_array_equal(batch.target[:-1], 0.0)


def test_two_steps_by_hand() -> None:
    # At T = 2 both numbers are marked.
    batch = TASK.batch(generator(1, "batch 1"), 2, 2)
    np.testing.assert_array_equal(batch.x[:, :, 1], 1.0)
    np.testing.assert_array_equal(batch.target[1, :, 0], batch.x[0, :, 0] + batch.x[1, :, 0])
    np.testing.assert_array_equal(batch.loss_weights, [0.0, 1.0])


def test_the_chance_level_is_that_of_always_answering_one() -> None:
    targets = TASK.batch(generator(1, "many"), 200_000, 20).target[-1]
    np.testing.assert_allclose(np.mean((targets - 1.0) ** 2), TASK.chance(20), rtol=0.02)
    assert TASK.chance(20) == 1.0 / 6.0


def test_accuracy_counts_sums_that_are_near() -> None:
    batch = Batch(np.zeros((1, 4, 2)), np.full((1, 4, 1), 1.0), np.ones(1))
    y = np.array([1.0, 1.039, 0.961, 1.041])[None, :, None]
    assert TASK.accuracy(y, batch) == 0.75


def test_every_step_is_marked_sometimes() -> None:
    # T = 5: one of steps 1–2, one of steps 3–5.
    shares = TASK.batch(generator(1, "many"), 20_000, 5).x[:, :, 1].mean(axis=1)
    np.testing.assert_allclose(shares, [1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3], atol=0.02)
