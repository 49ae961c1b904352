"""The verdict on networks whose curves were looked at, and on those that can be worked out."""

import math
import traceback

import numpy as np
import pytest

from app.engine.interruption import interruptible
from app.explore.parameters import RunParameters
from app.explore.presets import PRESETS
from app.explore.run import OwnData, explore


def judged(own=None, **parameters):
    return explore(RunParameters(**{**parameters, "include": ("jacobian_norms",)}), own)["verdict"]


def own(W, steps, x=0.0, U=1.0):
    """A network with its W, over a constant input or a given one."""
    size = len(W)
    x = np.full((steps, 1), x) if np.isscalar(x) else np.reshape(np.array(x, dtype=float), (steps, 1))
    weights = {"W": np.array(W, dtype=float), "U": np.full((size, 1), U), "h_0": np.zeros(size)}
    return OwnData(weights=weights, x=x, target=np.zeros((steps, 1)))


LINEAR = {"activation": "identity", "source": "white_noise"}
ROTATION = {**LINEAR, "initializer": "orthogonal"}
JORDAN = 0.5 * np.eye(8) + 5.0 * np.eye(8, k=1)

# What an expert says who looks at the curve (log10 of the gain over the lag, noted where it isn't a closed form).
NETWORKS = {
    "default: straight to 1e-5": ({}, "vanishing"),
    **{f"preset {name}": (PRESETS[name].parameters, kind) for name, kind in {
        "textbook": "too_short", "vanishing": "vanishing", "exploding": "exploding", "edge": "stable", "saturation": "vanishing",
        "transient_growth": "transient", "truncated": "stable", "clipped": "exploding", "orthogonal": "stable",
    }.items()},
    "M5a: 0.981^2000": ({**ROTATION, "spectral_radius": 0.981, "length": 2000, "hidden_size": 4}, "vanishing"),
    "M5a: 0.981^10000": ({**ROTATION, "spectral_radius": 0.981, "length": 10_000, "hidden_size": 4}, "vanishing"),
    "M5a: 0.97^3": ({**ROTATION, "spectral_radius": 0.97, "length": 3}, "too_short"),
    "M5a: 0.9^1": ({**ROTATION, "spectral_radius": 0.9, "length": 1}, "too_short"),
    "0.5^3": ({**ROTATION, "spectral_radius": 0.5, "length": 3}, "vanishing"),
    "0.99^50 = 0.61": ({**ROTATION, "spectral_radius": 0.99, "length": 50}, "stable"),
    "1^10000": ({**ROTATION, "spectral_radius": 1.0, "length": 10_000, "hidden_size": 4}, "stable"),
    "1.001^1000 = 2.7": ({**ROTATION, "spectral_radius": 1.001, "length": 1000, "hidden_size": 4}, "stable"),
    "1.001^10000 = 22,000": ({**ROTATION, "spectral_radius": 1.001, "length": 10_000, "hidden_size": 4}, "exploding"),
    "M5b: a Jordan block, 6 decades up, 4 down": ({"own": own(JORDAN, 40), "activation": "identity"}, "transient"),
    "M5c: up by 1200, 107 left": ({"own": own([[0.8, 1000.0], [0.0, 0.7]], 20), "activation": "identity"}, "transient"),
    "a Jordan block, still growing after 8 steps": ({"own": own(JORDAN, 8), "activation": "identity"}, "transient"),
    "M5d: 1.3 of all, 4.3 of one direction": ({**LINEAR, "spectral_radius": 0.95, "length": 10, "seed": 11}, "stable"),
    "Gaussian, rho 1: a flat tail, one direction kept": (
        {**LINEAR, "spectral_radius": 1.0, "length": 1000, "hidden_size": 64}, "stable",
    ),
    "diagonal 1 and 1/2: half is kept for ever": ({"own": own(np.diag([1.0, 0.5]), 200), "activation": "identity"}, "stable"),
    "diagonal 1/2 and 0.9: two slopes": ({"own": own(np.diag([0.5, 0.9]), 200), "activation": "identity"}, "vanishing"),
    "nilpotent": ({"own": own(np.eye(4, k=1), 10), "activation": "identity"}, "vanishing"),
    "M4: one ReLU unit, off at the last step": ({"own": own([[1.0]], 4, [1, 1, 1, -9]), "activation": "relu"}, "vanishing"),
    "dead ReLU units": ({"own": own(np.zeros((2, 2)), 4, -1.0), "activation": "relu"}, "vanishing"),
    "ReLU at He's start: 0.3 after 50 steps, flat": ({"activation": "relu", "spectral_radius": 1.414, "hidden_size": 128}, "stable"),
    "ReLU, rho 0.9: 1e-14": ({"activation": "relu", "spectral_radius": 0.9}, "vanishing"),
    "D5: ReLU, rho 0.9, 1e18": (
        {"source": "impulse", "activation": "relu", "hidden_size": 4, "length": 200, "spectral_radius": 0.9, "seed": 18}, "exploding",
    ),
    "M6: sigmoid, rho 0.3": ({"activation": "sigmoid", "spectral_radius": 0.3, "input_scale": 0.01}, "vanishing"),
    "sigmoid, rho 1: a quarter a step": ({"activation": "sigmoid", "spectral_radius": 1.0, "input_scale": 0.01}, "vanishing"),
    "tanh far beyond float64": ({"spectral_radius": 1.5, "input_scale": 1e4}, "vanishing"),
    "saturated in the first half, then linear": ({"own": own([[1.0]], 60, [12] * 30 + [0] * 30), "activation": "tanh"}, "vanishing"),
    "chaos: down to 0.2, up to 1e3": ({"spectral_radius": 3.0, "input_scale": 0.1, "length": 100}, "exploding"),
    "two saturated steps, then 3 a step: back to 1": ({"own": own([[3.0]], 14, [0] * 12 + [3, 3]), "activation": "tanh"}, "transient"),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_what_an_expert_says(name):
    parameters, kind = NETWORKS[name]
    assert judged(**parameters)["kind"] == kind


def test_no_linear_network_with_rho_below_1_is_said_to_explode():
    kinds = set()
    for seed in range(100):
        for length in (6, 12):
            verdict = judged(**LINEAR, spectral_radius=0.95, hidden_size=4, length=length, seed=seed)
            kinds.add(verdict["kind"])
            assert verdict["long_run"] == "fades"
    assert "exploding" not in kinds
    assert "transient" in kinds


@pytest.mark.parametrize(("spectral_radius", "kind"), [(0.5, "vanishing"), (1.0, "stable"), (2.0, "exploding")])
def test_a_scaled_orthogonal_linear_network_in_closed_form(spectral_radius, kind):
    verdict = judged(activation="identity", initializer="orthogonal", spectral_radius=spectral_radius, length=40)
    assert verdict["kind"] == kind
    assert verdict["factor_per_step"] == pytest.approx(spectral_radius)
    assert verdict["log10_gain_h0"] == pytest.approx(40 * np.log10(spectral_radius), abs=1e-9)
    assert verdict["log10_spectral_h0"] == pytest.approx(40 * np.log10(spectral_radius), abs=1e-9)
    assert verdict["mean_derivative"] == 1.0
    assert verdict["split"]["log10_weights"] == pytest.approx(verdict["log10_spectral_h0"], abs=1e-9)
    assert [(piece["from_lag"], piece["to_lag"]) for piece in verdict["pieces"]] == [(0, 40)]
    assert verdict["long_run"] == {"vanishing": "fades", "stable": None, "exploding": "grows"}[kind]
    if kind == "vanishing":
        assert verdict["half_life"] == pytest.approx(1.0)
        assert verdict["crossings"]["below_1e-3"] == 10  # 2^10 = 1024
        assert verdict["cause"] == "weights"
    if kind == "exploding":
        assert verdict["doubling_time"] == pytest.approx(1.0)
        assert verdict["crossings"]["above_1e7"] == 24  # 2^24 = 16.8 million


def test_two_slopes_in_closed_form():
    """diag(½, 0.9): the gain is √((¼^n + 0.81^n)/2); the tail is 0.9 a step, half of it in 6.6 steps."""
    verdict = judged(**NETWORKS["diagonal 1/2 and 0.9: two slopes"][0])
    assert verdict["log10_gain_h0"] == pytest.approx(200 * math.log10(0.9) - math.log10(2.0) / 2.0)
    assert verdict["half_life"] == pytest.approx(math.log(2.0) / -math.log(0.9), rel=2e-2)
    assert verdict["slope_log10_per_step"] == pytest.approx(verdict["log10_gain_h0"] / 200)


def test_what_arrives_of_a_transient_is_said_beside_its_peak():
    """W = [[0.8, 1000], [0, 0.7]]: the entry at the right of its n-th power is 1000·(0.8^n − 0.7^n)/0.1."""
    verdict = judged(**NETWORKS["M5c: up by 1200, 107 left"][0])
    corner = [1000.0 * (0.8**n - 0.7**n) / 0.1 for n in range(21)]
    lag = int(np.argmax(corner))
    assert verdict["peak"]["lag"] == lag
    assert verdict["peak"]["log10_gain"] == pytest.approx(math.log10(corner[lag] / math.sqrt(2.0)), rel=1e-6)
    assert 10.0 ** verdict["log10_spectral_h0"] == pytest.approx(corner[20], rel=1e-4)
    assert corner[20] == pytest.approx(107.3, abs=0.1)
    assert (verdict["cause"], verdict["long_run"]) == ("weights", "fades")


@pytest.mark.parametrize(
    ("parameters", "cause", "derivative_is"),
    [
        ({}, "derivative", "slope"),
        (PRESETS["saturation"].parameters, "derivative", "saturated"),
        ({"spectral_radius": 0.5, "input_scale": 0.1}, "weights", None),
        ({"activation": "sigmoid", "spectral_radius": 1.0, "input_scale": 0.01}, "derivative", "ceiling"),
        (NETWORKS["M6: sigmoid, rho 0.3"][0], "both", "ceiling"),
        ({"activation": "sigmoid", "spectral_radius": 1.0, "input_scale": 10.0}, "derivative", "saturated"),
        (NETWORKS["ReLU, rho 0.9: 1e-14"][0], "derivative", "switched_off"),
        ({"activation": "relu", "spectral_radius": 0.3}, "weights", None),
        (NETWORKS["saturated in the first half, then linear"][0], "derivative", "saturated"),
        (PRESETS["exploding"].parameters, "weights", None),
        (PRESETS["edge"].parameters, "none", None),
        (PRESETS["textbook"].parameters, "none", None),
        (NETWORKS["M5b: a Jordan block, 6 decades up, 4 down"][0], "weights", None),
        (NETWORKS["a Jordan block, still growing after 8 steps"][0], "weights", None),
        (NETWORKS["two saturated steps, then 3 a step: back to 1"][0], "derivative", "saturated"),
    ],
)
def test_causes(parameters, cause, derivative_is):
    verdict = judged(**parameters)
    assert (verdict["cause"], verdict["derivative_is"]) == (cause, derivative_is)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize("spectral_radius", [0.5, 1.5])
def test_the_shares_add_up_to_the_most_that_any_change_keeps(activation, spectral_radius):
    verdict = judged(activation=activation, spectral_radius=spectral_radius)
    split = verdict["split"]
    assert split["log10_weights"] + split["log10_derivative"] == pytest.approx(verdict["log10_spectral_h0"], rel=1e-12)
    assert split["log10_derivative"] <= split["log10_ceiling"] + 1e-12
    assert split["log10_ceiling"] == pytest.approx(50 * math.log10(verdict["sup_derivative"]))


def test_nothing_is_saturated_at_small_inputs():
    assert judged(**NETWORKS["M6: sigmoid, rho 0.3"][0])["split"]["saturated_share"] == 0.0


def test_a_unit_that_is_switched_off_ends_the_chain():
    """Mean f' is 1, 1, 1, 0: its geometric mean is 0, W = 1 has no part in it."""
    verdict = judged(**NETWORKS["M4: one ReLU unit, off at the last step"][0])
    assert (verdict["cause"], verdict["derivative_is"], verdict["mean_derivative"]) == ("derivative", "switched_off", 0.0)
    assert (verdict["exactly_zero_from_lag"], verdict["zero"]) == (1, {"step": 4, "factor": "derivative"})
    assert (verdict["log10_gain_h0"], verdict["log10_spectral_h0"], verdict["factor_per_step"]) == (None, None, None)


def test_weights_can_end_the_chain_too():
    verdict = judged(**NETWORKS["nilpotent"][0])
    assert (verdict["cause"], verdict["exactly_zero_from_lag"], verdict["zero"]) == ("weights", 4, {"step": 7, "factor": "weights"})
    assert verdict["factor_per_step"] == pytest.approx(0.5 ** (1.0 / 3.0))  # √(1/4) of the directions after 3 steps
    assert verdict["half_life"] is None


def test_a_run_that_diverges_at_once_has_nothing_to_judge():
    verdict = judged(own([[10.0]], 3, 1e308, 10.0), activation="relu")
    assert (verdict["kind"], verdict["cause"], verdict["pieces"], verdict["mean_derivative"]) == ("too_short", "none", [], None)


def test_it_needs_no_spectral_norms():
    both, one = (explore(RunParameters(include=("jacobian_norms",), norms=norms))["verdict"] for norms in ("both", "frobenius"))
    assert one["log10_spectral_h0"] == pytest.approx(both["log10_spectral_h0"], rel=1e-12)
    assert one["split"] == pytest.approx(both["split"], rel=1e-9)
    assert (one["kind"], one["cause"]) == (both["kind"], both["cause"])


def test_it_ends_when_the_run_is_cancelled():
    """Not between parts only: in the loop over the steps."""

    def cancelled_in_the_verdict():
        if any(frame.name == "gain_split" for frame in traceback.extract_stack()):
            raise TimeoutError

    with interruptible(cancelled_in_the_verdict), pytest.raises(TimeoutError):
        explore(RunParameters(include=("jacobian_norms",)))


def test_a_direction_that_is_lost_on_the_way_back_has_no_split_and_no_warning():
    """Found by random settings: ReLUs switch off what the leading direction would have kept, at W = 1e-300 times a rotation."""
    setting = {"activation": "relu", "initializer": "orthogonal", "spectral_radius": 1e-300, "input_scale": 100.0, "seed": 1073}
    verdict = judged(**setting, hidden_size=2, length=13, source="sunspots_monthly")
    assert (verdict["kind"], verdict["zero"], verdict["split"]) == ("vanishing", None, None)


@pytest.mark.parametrize("spectral_radius", [0.3, 1.1, 3.0])
def test_what_holds_only_for_a_product_is_null_for_a_leaky_cell(spectral_radius):
    parts = ("jacobian_norms", "step_gain", "spectrum")
    answer = explore(
        RunParameters(cell="leaky", spectral_radius=spectral_radius, initializer="orthogonal", activation="identity", include=parts)
    )
    said = answer["verdict"]
    for name in ("cause", "derivative_is", "split", "long_run", "mean_derivative", "spectral_radius", "sigma_max", "sup_derivative"):
        assert said[name] is None, name
    assert answer["spectrum"]["sup_derivative"] is None
    assert answer["spectrum"]["sufficient_to_vanish"] is None
    assert answer["spectrum"]["spectral_radius"] == pytest.approx(spectral_radius)
    assert answer["step_gain"]["mean_derivative"] is None


def test_the_bound_of_a_product_would_be_wrong_for_a_leaky_cell():
    """σ_max sup f' = 0.3 would allow 10^−26 over 50 steps; the direct path alone is 0.7^50 = 10^−7.7."""
    said = judged(cell="leaky", leak=0.3, spectral_radius=0.3, initializer="orthogonal", length=50)
    assert said["log10_spectral_h0"] > 50 * math.log10(0.7)
    assert said["kind"] == "vanishing"


def test_at_leak_1_the_verdict_is_that_of_the_rnn():
    assert judged(cell="leaky", leak=1.0) == judged()
