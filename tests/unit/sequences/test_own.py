"""A user's own numbers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.errors import InvalidParameter, WrongShape
from app.sequences import own_sequence


def test_with_a_target_by_hand() -> None:
    sequence = own_sequence([[1, 2], [3, 4]], [5, 6])
    np.testing.assert_array_equal(sequence.x, [[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(sequence.target, [[5.0], [6.0]])
    assert sequence.labels == ("1", "2")


def test_without_a_target_the_next_row_is_it() -> None:
    sequence = own_sequence([[1, 2], [3, 4], [5, 6]])
    np.testing.assert_array_equal(sequence.x, [[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(sequence.target, [[3.0, 4.0], [5.0, 6.0]])
    assert sequence.labels == ("1", "2")


def test_the_callers_array_stays_apart() -> None:
    x = np.ones((3, 1))
    sequence = own_sequence(x, x)
    x[:] = 9.0
    np.testing.assert_array_equal(sequence.x, 1.0)
    np.testing.assert_array_equal(sequence.target, 1.0)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([], r"an array of shape \(0, 1\)"),
        ([[], []], r"an array of shape \(2, 0\)"),
        ([[[1.0]]], r"an array of shape \(1, 1, 1\)"),
        (3.0, r"an array of shape \(\)"),
        ([[1.0], [2.0, 3.0]], "same number of values"),
        ([["a"], ["b"]], "all of them numbers"),
        ([[1.0], [10**400]], "all of them numbers"),
        ([[1.0, 2.0], [3.0, None]], "nan in row 2, column 2"),
        ([[1.0], [float("inf")]], "inf in row 2, column 1"),
        ([[1.0]], "got '1 row', allowed: at least 2 rows"),
    ],
)
def test_what_is_no_sequence_is_refused(x: Any, message: str) -> None:
    with pytest.raises(InvalidParameter, match=f"^x: .*{message}"):
        own_sequence(x)


def test_a_target_needs_a_row_per_step() -> None:
    with pytest.raises(WrongShape, match=r"target must be \(2, 3\), got \(1, 3\)"):
        own_sequence([1, 2], [[1, 2, 3]])
    with pytest.raises(InvalidParameter, match=r"^target: .*nan in row 1"):
        own_sequence([1, 2], [None, 2])


@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=2), min_size=2, max_size=8))
def test_finite_numbers_pass_unchanged(x: list[list[float]]) -> None:
    sequence = own_sequence(x)
    np.testing.assert_array_equal(sequence.x, x[:-1])
    np.testing.assert_array_equal(sequence.target, x[1:])
