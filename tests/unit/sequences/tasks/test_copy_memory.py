"""The copying memory problem."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.engine.model.initializers import generator
from app.sequences.tasks import TASKS

TASK = TASKS["copy_memory"]


def spelled(rows: np.ndarray, symbols: tuple[str, ...] | None) -> list[str]:
    assert symbols is not None
    return ["".join(symbols[index] for index in column) for column in rows.argmax(axis=-1).T]


@given(delay=st.integers(1, 30), seed=st.integers(0, 2**31 - 1))
def test_ten_letters_a_gap_a_sign_and_the_letters_again(delay: int, seed: int) -> None:
    batch = TASK.batch(generator(seed, "batch 1"), 3, delay + 20)
    for shown, wanted in zip(spelled(batch.x, TASK.symbols), spelled(batch.target, TASK.answers), strict=True):
        letters = shown[:10]
        assert set(letters) <= set("abcdefgh")
        assert shown == letters + "_" * (delay - 1) + ":" + "_" * 10
        assert wanted == "_" * (delay + 10) + letters


def test_every_letter_comes_at_every_place() -> None:
    letters = TASK.batch(generator(1, "many"), 8_000, 21).x[:10, :, :8].mean(axis=1)
    np.testing.assert_allclose(letters, 1.0 / 8.0, atol=0.02)


def test_the_chance_level_is_blanks_and_guesses() -> None:
    batch = TASK.batch(generator(1, "batch 1"), 5, 35)
    y = np.zeros_like(batch.target)
    y[:-10, :, 8] = 1.0
    y[-10:, :, :8] = 1.0 / 8.0
    loss = -np.log((y * batch.target).sum(axis=-1)).mean(axis=1) @ batch.loss_weights
    np.testing.assert_allclose(loss, TASK.chance(35), rtol=1e-12)
    np.testing.assert_allclose(TASK.chance(120), 10.0 * np.log(8.0) / 120.0, rtol=1e-15)  # a delay of 100: 0.1733


def test_accuracy_looks_at_the_ten_letters_only() -> None:
    batch = TASK.batch(generator(1, "batch 1"), 4, 30)
    y = batch.target.copy()
    y[:-10] = 0.0  # wrong about every blank
    assert TASK.accuracy(y, batch) == 1.0
    y[-1] = np.roll(y[-1], 1, axis=-1)  # wrong about the last letter
    assert TASK.accuracy(y, batch) == 0.9
