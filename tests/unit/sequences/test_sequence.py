"""What holds for every source, and the helpers they share."""

import numpy as np
import pytest

from app.engine.errors import InvalidParameter
from app.sequences import SOURCES
from app.sequences.sequence import fixed_size, one_hot, one_step_ahead, standardised

every_source = pytest.mark.parametrize("name", SOURCES)


@every_source
def test_shapes_fit_each_other(name: str) -> None:
    source = SOURCES[name]
    sequence = source.make(None, None, None, None, 1)
    assert len(sequence.x) == len(sequence.target) == len(sequence.labels) == source.default_length
    assert sequence.x.dtype == sequence.target.dtype == np.float64
    assert np.isfinite(sequence.x).all()
    assert np.isfinite(sequence.target).all()


@every_source
def test_the_first_read_out_of_a_source_is_that_of_its_sequence(name: str) -> None:
    source = SOURCES[name]
    assert source.readouts[0] == source.make(6, None, None, None, 1).readout


@every_source
def test_the_target_is_the_next_input(name: str) -> None:
    sequence = SOURCES[name].make(12, None, None, None, 1)
    np.testing.assert_array_equal(sequence.target[:-1], sequence.x[1:])


@every_source
def test_the_same_seed_gives_the_same_sequence_and_none_is_shared(name: str) -> None:
    first, second = (SOURCES[name].make(12, None, None, None, 5) for _ in range(2))
    np.testing.assert_array_equal(first.x, second.x)
    first.x[:] = 99.0
    np.testing.assert_array_equal(second.x, SOURCES[name].make(12, None, None, None, 5).x)


@every_source
@pytest.mark.parametrize("length", [0, -3])
def test_a_length_below_one_is_refused(name: str, length: int) -> None:
    with pytest.raises(InvalidParameter, match=rf"length: got {length}, allowed: 1"):
        SOURCES[name].make(length, None, None, None, 1)


@every_source
def test_one_step_is_enough(name: str) -> None:
    sequence = SOURCES[name].make(1, None, None, None, 1)
    assert len(sequence.x) == len(sequence.target) == 1


def test_registry_names_are_the_sources_own() -> None:
    assert {name: source.name for name, source in SOURCES.items()} == {name: name for name in SOURCES}
    assert list(SOURCES) == ["impulse", "sine", "white_noise", "random_walk", "text", "sunspots_yearly", "sunspots_monthly", "co2"]


def test_one_step_ahead_takes_the_first_columns() -> None:
    sequence = one_step_ahead(np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]), ("a", "b", "c"), input_size=1, output_size=2)
    np.testing.assert_array_equal(sequence.x, [[1.0], [2.0]])
    np.testing.assert_array_equal(sequence.target, [[2.0, 20.0], [3.0, 30.0]])
    assert sequence.labels == ("a", "b")


def test_standardised_by_hand() -> None:
    # Column 1: mean 4, deviations −2, 0, 2, standard deviation √(8/3). Column 2 is constant, and 0.1 has no exact mean.
    values = standardised(np.array([[2.0, 0.1], [4.0, 0.1], [6.0, 0.1]]))
    np.testing.assert_allclose(values[:, 0], np.array([-2.0, 0.0, 2.0]) / np.sqrt(8.0 / 3.0), rtol=1e-15)
    np.testing.assert_array_equal(values[:, 1], 0.0)


def test_one_hot_keeps_the_leading_axes() -> None:
    rows = one_hot(np.array([[0, 1], [1, 1]]), 3)
    np.testing.assert_array_equal(rows, [[[1, 0, 0], [0, 1, 0]], [[0, 1, 0], [0, 1, 0]]])


def test_fixed_size_says_why_and_what() -> None:
    fixed_size("input_size", None, 2, "")
    fixed_size("input_size", 2, 2, "")
    with pytest.raises(InvalidParameter, match=r"input_size: got 3, allowed: 2\. Two values\. Leave input_size out, or set it to 2\."):
        fixed_size("input_size", 3, 2, "Two values.")
