"""Every preset shows what its name says, over more than one seed."""

import pytest

from app.experiments.parameters import RunParameters
from app.experiments.presets import PRESETS
from app.experiments.run import explore


def answer(name, **changes):
    return explore(RunParameters(**{**PRESETS[name].parameters, **changes}))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_answers_without_divergence(name):
    assert answer(name)["divergence"] is None


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "kind", "cause"),
    [
        ("vanishing", "vanishing", "weights"),
        ("exploding", "exploding", "weights"),
        ("edge", "stable", "none"),
        ("saturation", "vanishing", "derivative"),
        ("orthogonal", "stable", "none"),
    ],
)
def test_verdicts(name, kind, cause, seed):
    verdict = answer(name, seed=seed)["verdict"]
    assert (verdict["kind"], verdict["cause"]) == (kind, cause)


def test_textbook_is_the_network_of_three_inputs_four_hidden_units_and_two_outputs():
    found = answer("textbook", include=("gradients",))
    shapes = {name: gradient.shape for name, gradient in found["gradients"]["full"]["parameters"].items()}
    assert (shapes["U"], shapes["W"], shapes["V"]) == ((4, 3), (4, 4), (2, 4))


def test_transient_growth_grows_before_it_decays():
    found = answer("transient_growth")
    curve = found["jacobian_norms"]["log10_spectral"]
    assert found["verdict"]["spectral_radius"] < 1.0 < found["verdict"]["sigma_max"]
    assert curve.max() > 0.5
    assert curve[0] < 0.0


def test_truncated_loses_part_of_the_gradient():
    truncated = answer("truncated")["gradients"]["truncated"]
    assert truncated["cosine"] < 0.9
    assert truncated["relative_bias"] > 0.3


def test_clipped_is_far_over_its_threshold():
    gradients = answer("clipped")["gradients"]
    assert gradients["clipped"]["norm_before"] > 10.0 * gradients["clipped"]["norm"]
