"""Predicting a sine and the sunspots."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.model.initializers import generator
from app.sequences.series import record
from app.sequences.tasks import TASKS

SINE, SUNSPOTS = TASKS["sine_prediction"], TASKS["sunspot_prediction"]


@given(seed=st.integers(0, 2**31 - 1))
def test_each_sequence_is_a_sine_of_one_period(seed: int) -> None:
    batch = SINE.batch(generator(seed, "batch 1"), 5, 40)
    np.testing.assert_array_equal(batch.target[:-1], batch.x[1:])
    values = np.concatenate([batch.x[:, :, 0], batch.target[-1:, :, 0]])
    # sin(a+ω) + sin(a−ω) = 2 cos ω sin a at every step, with ω = 2π/period.
    sums, middle = values[2:] + values[:-2], values[1:-1]
    twice_cos = (sums * middle).sum(axis=0) / (middle**2).sum(axis=0)
    np.testing.assert_allclose(sums, twice_cos * middle, atol=1e-12)
    periods = 2.0 * np.pi / np.arccos(twice_cos / 2.0)
    assert ((periods >= 10.0 - 1e-6) & (periods <= 30.0 + 1e-6)).all()


@pytest.mark.parametrize("length", [1, 25])
def test_the_sines_chance_level_is_that_of_zero(length: int) -> None:
    targets = SINE.batch(generator(1, "many"), 100_000, length).target
    np.testing.assert_allclose(np.mean(targets**2), SINE.chance(length), rtol=0.02)


def test_a_window_of_sunspots_is_a_piece_of_the_record() -> None:
    batch = SUNSPOTS.batch(generator(1, "batch 1"), 6, 30)
    values = record("sunspots_yearly").values
    scaled = (values - values.mean()) / values.std()
    pieces = np.lib.stride_tricks.sliding_window_view(scaled, 31)
    for sequence in range(6):
        window = np.append(batch.x[:, sequence, 0], batch.target[-1, sequence, 0])
        assert np.isclose(pieces, window, rtol=1e-12).all(axis=1).any()
    np.testing.assert_array_equal(batch.target[:-1], batch.x[1:])


def test_every_window_is_drawn() -> None:
    # At the longest but one length there are two windows.
    assert SUNSPOTS.longest == 308
    batch = SUNSPOTS.batch(generator(1, "batch 1"), 40, 307)
    assert len(np.unique(batch.x[0])) == 2


@pytest.mark.parametrize("length", [1, 25, 308])
def test_the_sunspots_chance_level_is_the_variance_over_all_windows(length: int) -> None:
    values = record("sunspots_yearly").values
    scaled = (values - values.mean()) / values.std()
    targets = np.lib.stride_tricks.sliding_window_view(scaled, length + 1)[:, 1:]
    np.testing.assert_allclose(SUNSPOTS.chance(length), targets.var(), rtol=1e-12)
