"""Every preset shows what its name says, over more than one seed."""

import numpy as np
import pytest

from app.explore.parameters import RunParameters
from app.explore.presets import PRESETS
from app.explore.run import explore


def answer(name, **changes):
    return explore(RunParameters(**{**PRESETS[name].parameters, **changes}))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_answers_without_divergence(name):
    assert answer(name)["divergence"] is None


SEEDS = range(101, 121)
RATE = 18  # of these seeds, and the default one
VERDICTS = {
    "vanishing": ("vanishing", "weights"),
    "exploding": ("exploding", "weights"),
    "edge": ("stable", "none"),
    "saturation": ("vanishing", "derivative"),
    "truncated": ("stable", "none"),  # "a gradient that reaches far"
    "clipped": ("exploding", "weights"),
    "orthogonal": ("stable", "none"),
}


def keeps_its_word(name, **changes):
    """Whether the preset shows what its words on the page say."""
    found = answer(name, include=("verdict", "gradients", "jacobian_norms", "step_gain"), **changes)
    verdict, gradients = found["verdict"], found["gradients"]
    curve = np.diff(found["jacobian_norms"]["log10_frobenius"])  # one step back each
    said = {
        "vanishing": np.all(curve > 0.0) and np.ptp(curve) < 0.1,  # straight, and down towards the left
        "exploding": 1.2 < verdict["factor_per_step"] < 1.4,  # by 30 % with each step back, on average
        "edge": abs(verdict["log10_gain_h0"]) < 0.3,  # most of it: within a factor of two
        "truncated": gradients["truncated"]["relative_bias"] > 0.3 and gradients["truncated"]["cosine"] < 0.95,
        "clipped": gradients["clipped"]["norm_before"] > 1e4 * gradients["clipped"]["norm"],  # ten thousand times the threshold
        "orthogonal": np.abs(curve).max() < 1e-12,  # every norm is the same
    }
    return (verdict["kind"], verdict["cause"]) == VERDICTS[name] and bool(said.get(name, True))


@pytest.mark.parametrize("name", VERDICTS)
def test_a_preset_keeps_its_word_as_the_page_shows_it(name):
    assert keeps_its_word(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", VERDICTS)
def test_a_preset_keeps_its_word_at_other_seeds(name):
    found = [keeps_its_word(name, seed=seed) for seed in SEEDS]
    assert sum(found) >= RATE, dict(zip(SEEDS, found, strict=True))


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
