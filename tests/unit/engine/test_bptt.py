import numpy as np
import pytest

from app.engine import bptt
from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.losses import READOUTS
from app.engine.network import Network, forward

PLACES = ["last", "every", "2,5"]
LENGTH = 7


@pytest.fixture(params=[(a, r, p) for a in ACTIVATIONS for r in READOUTS for p in PLACES], ids="-".join)
def case(request, make_network, make_data, make_weights):
    """A trace, its target and loss weights, for every activation, read-out and loss placement."""
    activation, readout, place = request.param
    network = make_network(activation, readout)
    x, target = make_data(network, LENGTH)
    return forward(network, x), target, make_weights(place, LENGTH)


def test_linear_scalar_network_in_closed_form():
    """h_t = w^t h_0, so ∂h_t/∂w = t h_0 w^{t−1}; L = h_T² makes ∂L/∂w = 2 h_T ∂h_T/∂w."""
    w, h_0, length = 0.9, 2.0, 5
    parameters = {"U": [[0.0]], "W": [[w]], "V": [[1.0]], "b_s": [0.0], "b_z": [0.0], "h_0": [h_0]}
    network = Network(
        CELLS["rnn"](ACTIVATIONS["identity"]), READOUTS["identity"], {name: np.array(value) for name, value in parameters.items()}
    )
    weights = np.zeros(length)
    weights[-1] = 1.0
    back = bptt.backpropagate(forward(network, np.zeros((length, 1))), np.zeros((length, 1)), weights)
    h_T = h_0 * w**length
    assert back.gradients["W"][0, 0] == pytest.approx(2.0 * h_T * length * h_0 * w ** (length - 1))
    assert back.gradients["h_0"][0] == pytest.approx(2.0 * h_T * w**length)
    np.testing.assert_allclose(back.adjoint.ravel(), [2.0 * h_T * w ** (length - t) for t in range(length + 1)])


def test_the_scaled_sweep_is_the_plain_one_where_float64_holds_it(case):
    trace, target, weights = case
    plain = bptt.backpropagate(trace, target, weights)
    scaled = bptt._scaled_sweep(trace, bptt.output_adjoint(trace, target, weights))
    np.testing.assert_allclose(scaled.direction * 10.0 ** scaled.log10_norm[:, None], plain.adjoint, atol=1e-12)
    chosen = bptt.scaled_adjoints(trace, plain, target, weights)
    np.testing.assert_allclose(chosen.log10_norm, scaled.log10_norm, atol=1e-10)
    np.testing.assert_allclose(chosen.direction, scaled.direction, atol=1e-12)


@pytest.mark.parametrize("w", [0.1, 10.0])
def test_adjoints_go_on_where_float64_ends(w, make_weights):
    """A scalar linear network with L = z_T: ∂L/∂h_k = w^{T−k}, down to 1e−1000 or up to 1e+1000."""
    length = 1000
    parameters = {"U": [[0.0]], "W": [[w]], "V": [[1.0]], "b_s": [0.0], "b_z": [0.0], "h_0": [0.0]}
    network = Network(
        CELLS["rnn"](ACTIVATIONS["identity"]), READOUTS["identity"], {name: np.array(value) for name, value in parameters.items()}
    )
    trace, target, weights = forward(network, np.zeros((length, 1))), np.full((length, 1), -0.5), make_weights("last", length)
    scaled = bptt.scaled_adjoints(trace, bptt.backpropagate(trace, target, weights), target, weights)
    np.testing.assert_allclose(scaled.log10_norm, (length - np.arange(length + 1)) * np.log10(w), atol=1e-9)


def test_adjoints_after_the_last_loss_are_exactly_zero(make_network, make_data, make_weights):
    network = make_network()
    x, target = make_data(network, 6)
    trace, weights = forward(network, x), make_weights("4", 6)
    scaled = bptt.scaled_adjoints(trace, bptt.backpropagate(trace, target, weights), target, weights)
    assert np.isneginf(scaled.log10_norm[5:]).all()
    assert np.isfinite(scaled.log10_norm[:5]).all()


def test_a_batch_sums_over_its_members(make_network, make_data, make_weights):
    network, weights = make_network(), make_weights("every", 5)
    members = [make_data(network, 5, seed=seed) for seed in range(3)]
    x, target = (np.stack(arrays, axis=1) for arrays in zip(*members, strict=True))
    batch = bptt.backpropagate(forward(network, x), target, weights).gradients
    alone = [bptt.backpropagate(forward(network, x), target, weights).gradients for x, target in members]
    for name, gradient in batch.items():
        np.testing.assert_allclose(gradient, sum(member[name] for member in alone), atol=1e-12)
