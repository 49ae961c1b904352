import numpy as np
import pytest

from app.experiments.parameters import RunParameters
from app.experiments.run import OwnData, explore
from app.experiments.verdict import cause_of, crossings, kind_of, slope_per_lag


def judged(**parameters):
    return explore(RunParameters(include=("jacobian_norms",), **parameters))["verdict"]


@pytest.mark.parametrize(("spectral_radius", "kind"), [(0.5, "vanishing"), (1.0, "stable"), (2.0, "exploding")])
def test_a_scaled_orthogonal_linear_network_in_closed_form(spectral_radius, kind):
    verdict = judged(activation="identity", initializer="orthogonal", spectral_radius=spectral_radius, length=40)
    assert verdict["kind"] == kind
    assert verdict["factor_per_step"] == pytest.approx(spectral_radius)
    assert verdict["log10_norm_h0"] == pytest.approx(40 * np.log10(spectral_radius), abs=1e-9)
    assert verdict["mean_derivative"] == 1.0
    if kind == "vanishing":
        assert verdict["half_life"] == pytest.approx(1.0)
        assert verdict["crossings"]["below_1e-3"] == 10  # 2^10 = 1024
        assert verdict["cause"] == "weights"
    if kind == "exploding":
        assert verdict["doubling_time"] == pytest.approx(1.0)
        assert verdict["crossings"]["above_1e7"] == 24  # 2^24 = 16.8 million


def test_saturation_is_told_from_weights():
    assert judged(spectral_radius=1.5, input_scale=5.0)["cause"] == "saturation"
    assert judged(spectral_radius=0.5, input_scale=0.1)["cause"] == "weights"
    assert judged(activation="sigmoid", spectral_radius=1.0, input_scale=0.01)["cause"] == "activation"


def test_dead_units_vanish_exactly():
    own = OwnData(weights={"U": -np.ones((2, 1)), "W": np.zeros((2, 2))}, x=np.ones((4, 1)))
    verdict = explore(RunParameters(activation="relu", include=("jacobian_norms",)), own)["verdict"]
    assert (verdict["kind"], verdict["exactly_zero_from_lag"], verdict["cause"]) == ("vanishing", 1, "saturation")


def test_pieces_by_hand():
    assert slope_per_lag(np.array([0.0, np.nan, 1.0])) == pytest.approx(0.5)
    assert slope_per_lag(np.array([0.0])) is None
    assert kind_of(None, np.array([0.0])) == "stable"
    assert crossings(np.array([0.0, -4.0, -8.0, 4.0])) == {"below_1e-3": 1, "below_1e-7": 2, "above_1e3": 3, "above_1e7": None}
    assert cause_of("vanishing", 0.5, 0.5, 1.0) == "both"
    assert cause_of("stable", 1.0, 1.0, 1.0) == "none"
