import numpy as np

from app.engine.backward import bptt
from app.engine.backward import loss_slice as module
from app.engine.backward.loss_slice import loss_slice
from app.engine.model.network import Network, forward
from tests.measuring import peak_megabytes


def test_the_batched_pass_equals_one_pass_per_step_size(make_network, make_data, make_weights):
    for readout in ("identity", "softmax"):
        network = make_network(readout=readout)
        x, target = make_data(network, 6)
        weights = make_weights("every", 6)
        direction = bptt.backpropagate(forward(network, x), target, weights).gradients
        etas = np.array([-0.1, 0.0, 0.05, 1.0])
        for eta, loss in zip(etas, loss_slice(network, x, target, weights, direction, etas), strict=True):
            moved = Network(
                network.cell, network.readout, {name: value - eta * direction[name] for name, value in network.parameters.items()}
            )
            np.testing.assert_allclose(loss, bptt.loss_per_step(forward(moved, x), target).sum(), rtol=1e-12)


def test_its_slope_at_zero_is_minus_the_squared_norm_of_the_gradient(make_network, make_data, make_weights):
    network = make_network()
    x, target = make_data(network, 6)
    weights = make_weights("last", 6)
    direction = bptt.backpropagate(forward(network, x), target, weights).gradients
    before, after = loss_slice(network, x, target, weights, direction, np.array([-1e-6, 1e-6]))
    squared_norm = sum(float((gradient**2).sum()) for gradient in direction.values())
    np.testing.assert_allclose((after - before) / 2e-6, -squared_norm, rtol=1e-6)


def test_a_step_that_makes_the_network_diverge_has_no_loss(make_network, make_data, make_weights):
    network = make_network("identity")
    x, target = make_data(network, 60)
    direction = {name: np.ones_like(value) for name, value in network.parameters.items()}
    losses = loss_slice(network, x, target, make_weights("last", 60), direction, np.array([0.0, -1e9]))
    assert np.isfinite(losses[0])
    assert np.isnan(losses[1])


def test_in_pieces_it_is_the_same(make_network, make_data, make_weights, monkeypatch):
    network = make_network("identity")
    x, target = make_data(network, 60)
    arguments = network, x, target, make_weights("every", 60), {name: np.ones_like(value) for name, value in network.parameters.items()}
    etas = np.array([0.0, 0.01, -1e9, 0.02, -0.02])  # the third diverges
    whole = loss_slice(*arguments, etas)
    monkeypatch.setattr(module, "WEIGHTS_AT_A_TIME", 2 * sum(value.size for value in network.parameters.values()))
    monkeypatch.setattr(module, "NUMBERS_AT_A_TIME", 1)
    np.testing.assert_allclose(loss_slice(*arguments, etas), whole, rtol=1e-15)
    assert np.isfinite(whole).tolist() == [True, True, False, True, True]


def test_its_memory_does_not_grow_with_time_and_outputs(make_network, make_data, make_weights):
    network = make_network(sizes=(1, 2, 200))
    x, target = make_data(network, 1000)
    weights = make_weights("last", 1000)
    assert peak_megabytes(lambda: loss_slice(network, x, target, weights, network.parameters, np.linspace(-0.1, 0.1, 42))) < 20.0
