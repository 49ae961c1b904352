"""The temporal order problem."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.engine.model.initializers import generator
from app.sequences.tasks import TASKS

TASK = TASKS["temporal_order"]


@given(length=st.integers(10, 60), seed=st.integers(0, 2**31 - 1))
def test_two_capitals_in_their_tenths_give_the_class(length: int, seed: int) -> None:
    batch = TASK.batch(generator(seed, "batch 1"), 4, length)
    assert TASK.symbols is not None
    assert TASK.answers is not None
    np.testing.assert_array_equal(batch.x.sum(axis=-1), 1.0)
    for column, answer in zip(batch.x.argmax(axis=-1).T, batch.target[-1].argmax(axis=-1), strict=True):
        shown = [TASK.symbols[index] for index in column]
        places = [place for place, symbol in enumerate(shown) if symbol in "AB"]
        assert len(places) == 2
        tenth = length // 10
        assert tenth <= places[0] < 2 * tenth
        assert length // 2 <= places[1] < length // 2 + tenth
        assert shown[places[0]] + shown[places[1]] == TASK.answers[answer]


def test_everything_is_equally_likely() -> None:
    batch = TASK.batch(generator(1, "many"), 8_000, 20)
    np.testing.assert_allclose(batch.target[-1].mean(axis=0), 0.25, atol=0.02)
    np.testing.assert_allclose(batch.x[0].mean(axis=0), [0.0, 0.0, 0.25, 0.25, 0.25, 0.25], atol=0.02)
    np.testing.assert_allclose(batch.x[[2, 3, 10, 11], :, :2].mean(axis=1), 0.25, atol=0.02)  # one of two places, one of two symbols


def test_the_chance_level_is_a_quarter_each() -> None:
    np.testing.assert_allclose(TASK.chance(20), -np.log(0.25), rtol=1e-15)


def test_accuracy_by_hand() -> None:
    batch = TASK.batch(generator(1, "batch 1"), 4, 10)
    y = batch.target.copy()
    y[-1, 0] = np.roll(y[-1, 0], 1)
    assert TASK.accuracy(y, batch) == 0.75
