"""Predicting the next character."""

import unicodedata
from importlib import resources

import numpy as np
import pytest

from app.engine.errors import InvalidParameter
from app.engine.model.initializers import generator
from app.sequences.tasks import TASKS, find_task

SHIPPED = ("alice", "sowol")


def test_banana_by_hand() -> None:
    # At T = 2 the windows are ban, ana, nan, ana; their targets an, na, an, na: a and n equally often.
    task = find_task("next_character", "banana")
    assert (task.input_size, task.output_size, task.longest, task.default_length) == (3, 3, 5, 5)
    np.testing.assert_allclose(task.chance(2), np.log(2.0), rtol=1e-15)
    # At T = 5 there is one window, and its targets are anana.
    np.testing.assert_allclose(task.chance(5), -(0.6 * np.log(0.6) + 0.4 * np.log(0.4)), rtol=1e-15)
    batch = task.batch(generator(1, "batch 1"), 2, 5)
    np.testing.assert_array_equal(batch.x.argmax(axis=-1), np.array([[1, 0, 2, 0, 2]] * 2).T)
    np.testing.assert_array_equal(batch.target.argmax(axis=-1), np.array([[0, 2, 0, 2, 0]] * 2).T)


@pytest.mark.parametrize("name", SHIPPED)
def test_batches_spell_pieces_of_the_shipped_text(name: str) -> None:
    task = TASKS[name]
    assert task.symbols is not None
    whole = (resources.files("app.sequences") / "data" / f"{name}.txt").read_text(encoding="utf-8")
    assert whole == unicodedata.normalize("NFC", whole)
    batch = task.batch(generator(1, "batch 1"), 8, 25)
    for sequence in range(8):
        indices = [*batch.x[:, sequence].argmax(axis=-1), batch.target[-1, sequence].argmax()]
        assert "".join(task.symbols[index] for index in indices) in whole
    np.testing.assert_array_equal(batch.target[:-1], batch.x[1:])


@pytest.mark.parametrize("name", SHIPPED)
def test_chance_is_the_entropy_over_all_windows(name: str) -> None:
    whole = (resources.files("app.sequences") / "data" / f"{name}.txt").read_text(encoding="utf-8")
    targets = "".join(whole[start + 1 : start + 26] for start in range(len(whole) - 25))
    shares = np.array([targets.count(symbol) for symbol in set(targets)]) / len(targets)
    np.testing.assert_allclose(TASKS[name].chance(25), -np.sum(shares * np.log(shares)), rtol=1e-12)


def test_a_users_text_leaves_the_registry_alone() -> None:
    before = TASKS["next_character"].symbols
    assert find_task("next_character", "봄봄봄 봄").symbols == (" ", "봄")
    assert TASKS["next_character"].symbols == before
    assert find_task("alice", "banana") is TASKS["alice"]
    assert find_task("next_character") is TASKS["next_character"]


def test_a_text_that_cannot_be_used_is_refused_at_once() -> None:
    with pytest.raises(InvalidParameter, match=r"^text: got ''"):
        find_task("next_character", "")
