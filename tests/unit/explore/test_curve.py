import math

import numpy as np
import pytest

from app.explore.curve import FEWEST_STEPS, Piece, fading, first_lag, gains_by_lag, kind_of, pieces_of, power_of_ten, times

THREE = math.log10(3.0)


def straight(*corners):
    """A curve through the corners (lag, log10 gain)."""
    lags, values = zip(*corners, strict=True)
    return np.interp(np.arange(lags[-1] + 1), lags, values)


def test_the_gain_starts_at_exactly_1_and_runs_over_the_lag():
    curve = gains_by_lag(np.array([-1.0, 0.0, math.log10(3.0) / 2.0]), 3)
    assert curve.tolist() == pytest.approx([0.0, -math.log10(3.0) / 2.0, -1.0 - math.log10(3.0) / 2.0])
    assert curve[0] == 0.0


@pytest.mark.parametrize(
    ("curve", "kind"),
    [
        (straight((0, 0.0), (50, -THREE * 1.01)), "vanishing"),
        (straight((0, 0.0), (50, -THREE * 0.99)), "stable"),
        (straight((0, 0.0), (50, THREE * 0.99)), "stable"),
        (straight((0, 0.0), (50, THREE * 1.01)), "exploding"),
        (straight((0, 0.0), (FEWEST_STEPS - 1, -0.1)), "too_short"),
        (straight((0, 0.0), (FEWEST_STEPS, -0.1)), "stable"),
        (straight((0, 0.0), (2, -1.0)), "vanishing"),  # much is lost, however few the steps
        (straight((0, 0.0), (10, 2.0), (50, -5.0)), "transient"),
        (straight((0, 0.0), (10, 2.0), (50, 1.4)), "transient"),  # fallen by a factor of 4 of the hundred
        (straight((0, 0.0), (45, 20.0), (50, 19.0)), "exploding"),  # a tenth of an explosion lost in the last steps
        (straight((0, 0.0), (10, -2.0), (50, 2.0)), "exploding"),  # fades, then grows
        (straight((0, 0.0), (10, -2.0), (50, -0.2)), "transient"),  # fades, then comes back
        (straight((0, 0.0), (10, -4.0), (50, -2.0)), "vanishing"),  # comes back, yet not to a third
        (np.array([0.0, 0.0, -np.inf]), "vanishing"),
        (np.array([0.0]), "too_short"),
    ],
)
def test_kinds(curve, kind):
    assert kind_of(curve, curve[-1]) == kind


def test_a_direction_that_is_kept_is_not_vanishing():
    """The root mean square of 64 directions, of which one is left."""
    curve = straight((0, 0.0), (30, -0.9), (100, -0.9))
    assert kind_of(curve, 0.0) == "stable"
    assert kind_of(curve, -0.5) == "vanishing"


def test_growth_that_is_known_to_end_is_transient():
    growing = straight((0, 0.0), (20, 1.0))
    assert kind_of(growing, 1.2) == "exploding"
    assert kind_of(growing, 1.2, fades_in_the_long_run=True) == "transient"
    assert kind_of(straight((0, 0.0), (20, 0.4)), 0.6, fades_in_the_long_run=True) == "stable"


def test_pieces_are_straight_and_add_up():
    curve = straight((0, 0.0), (10, 2.0), (30, -4.0), (60, -4.0))
    pieces = pieces_of(curve)
    assert [(piece.from_lag, piece.to_lag) for piece in pieces] == [(0, 10), (10, 30), (30, 60)]
    assert [piece.slope_log10_per_step for piece in pieces] == pytest.approx([0.2, -0.3, 0.0])
    wavering = straight((0, 0.0), (100, -10.0)) + 0.4 * np.sin(np.arange(101.0))
    assert len(pieces_of(wavering)) == 1
    assert len(pieces_of(np.cumsum(np.random.default_rng(0).standard_normal(300)))) == 4
    assert pieces_of(np.array([0.0])) == []
    assert pieces_of(np.array([0.0, -1.0, -np.inf])) == [Piece(0, 1, -1.0)]


@pytest.mark.parametrize(
    ("kind", "slope", "expected"),
    [
        ("vanishing", -0.1, (10 * math.log10(2.0), None)),
        ("exploding", 0.1, (None, 10 * math.log10(2.0))),
        ("transient", -0.1, (10 * math.log10(2.0), None)),
        ("transient", 0.1, (None, 10 * math.log10(2.0))),
        ("vanishing", 0.1, (None, None)),
        ("exploding", -0.1, (None, None)),
        ("stable", -0.1, (None, None)),
        ("vanishing", -0.001, (None, None)),  # it doesn't halve within the piece
    ],
)
def test_times_come_from_the_tail(kind, slope, expected):
    assert times(kind, [Piece(0, 10, 1.0), Piece(10, 50, slope)]) == pytest.approx(expected)


def test_the_lags_that_fade():
    curve = straight((0, 0.0), (10, 2.0), (30, -4.0))
    assert fading("transient", curve) == slice(10, None)
    assert fading("transient", straight((0, 0.0), (10, -2.0), (30, 0.0))) == slice(10)
    assert fading("vanishing", curve) == slice(None)


def test_thresholds():
    curve = np.array([0.0, -4.0, -8.0, 4.0])
    assert [first_lag(curve < -3.0), first_lag(curve < -7.0), first_lag(curve > 3.0), first_lag(curve > 7.0)] == [1, 2, 3, None]
    assert power_of_ten(2.0) == 100.0
    assert power_of_ten(400.0) is None
    assert power_of_ten(None) is None
