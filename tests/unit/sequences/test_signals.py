"""Signals, each against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.errors import InvalidParameter
from app.sequences import SOURCES

SIGNALS = ("impulse", "sine", "white_noise", "random_walk")


def test_impulse_is_one_at_the_first_step_only() -> None:
    sequence = SOURCES["impulse"].make(4, 2, 1, None, 1)
    np.testing.assert_array_equal(sequence.x, [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    np.testing.assert_array_equal(sequence.target, np.zeros((4, 1)))
    assert sequence.labels == ("1", "2", "3", "4")


def test_sine_turns_once_in_twenty_steps() -> None:
    sequence = SOURCES["sine"].make(25, 2, 2, None, 1)
    np.testing.assert_allclose(sequence.x[[4, 9, 14, 19], 0], [1.0, 0.0, -1.0, 0.0], atol=1e-14)  # t = 5, 10, 15, 20
    np.testing.assert_allclose(sequence.x[4, 1], np.sin(np.pi / 2 + 1.0), rtol=1e-14)  # the second dimension is 1 radian ahead


def test_white_noise_is_normal_and_independent() -> None:
    values = SOURCES["white_noise"].make(10_000, 2, 1, None, 3).x
    np.testing.assert_allclose(values.mean(axis=0), 0.0, atol=0.04)  # four standard errors
    np.testing.assert_allclose(values.std(axis=0), 1.0, atol=0.03)
    assert abs(np.corrcoef(values.T)[0, 1]) < 0.04


def test_white_noise_begins_alike_at_any_size() -> None:
    short, long = (SOURCES["white_noise"].make(length, size, 1, None, 3).x for length, size in ((5, 1), (50, 4)))
    np.testing.assert_array_equal(short[:, 0], long[:5, 0])


def test_random_walk_is_standardised_and_its_steps_are_independent() -> None:
    sequence = SOURCES["random_walk"].make(5_000, 1, 1, None, 3)
    values = np.append(sequence.x[:, 0], sequence.target[-1, 0])
    np.testing.assert_allclose([values.mean(), values.std()], [0.0, 1.0], atol=1e-12)
    increments = np.diff(values)
    assert abs(np.corrcoef(increments[:-1], increments[1:])[0, 1]) < 0.06


@pytest.mark.parametrize("name", ["white_noise", "random_walk"])
def test_another_seed_gives_another_signal(name: str) -> None:
    first, second = (SOURCES[name].make(5, None, None, None, seed).x for seed in (1, 2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", SIGNALS)
@given(
    length=st.integers(1, 40),
    input_size=st.one_of(st.none(), st.integers(1, 6)),
    output_size=st.one_of(st.none(), st.integers(1, 6)),
    seed=st.integers(0, 2**31 - 1),
)
def test_any_sizes_fit(name: str, length: int, input_size: int | None, output_size: int | None, seed: int) -> None:
    sequence = SOURCES[name].make(length, input_size, output_size, "not read", seed)
    assert sequence.x.shape == (length, input_size or 1)
    assert sequence.target.shape == (length, output_size or 1)
    assert sequence.symbols is None
    assert sequence.readout == "identity"
    shared = min(sequence.x.shape[1], sequence.target.shape[1])
    np.testing.assert_array_equal(sequence.target[:-1, :shared], sequence.x[1:, :shared])


@pytest.mark.parametrize("parameter", ["input_size", "output_size"])
def test_no_dimension_is_refused(parameter: str) -> None:
    sizes: dict[str, int | None] = {"input_size": 1, "output_size": 1, parameter: 0}
    with pytest.raises(InvalidParameter, match=f"{parameter}: got 0, allowed: 1 or more"):
        SOURCES["sine"].make(5, sizes["input_size"], sizes["output_size"], None, 1)
