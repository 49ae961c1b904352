import numpy as np
import pytest

from app.engine.backward import bptt
from app.engine.backward.per_loss_adjoints import per_loss_adjoints
from app.engine.backward.terms import terms
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.network import Network, forward
from app.engine.numerics.central_differences import central_differences


@pytest.fixture(params=ACTIVATIONS)
def case(request, make_network, make_data, make_weights):
    """The textbook's network: 3 inputs, 4 hidden units, 2 outputs, T = 3."""
    network = make_network(request.param)
    x, target = make_data(network, 3)
    trace, weights = forward(network, x), make_weights("every", 3)
    back = bptt.backpropagate(trace, target, weights)
    return trace, back, terms(trace, per_loss_adjoints(trace, target, weights))


def test_every_term_of_dh3_dW_is_there_and_they_sum_to_the_derivative(case):
    trace, _, found = case
    assert found.dh_dW.shape == (3, 4, 4, 4)
    network = trace.network
    for unit in range(4):

        def last_state(parameters, unit=unit):
            return float(forward(Network(network.cell, network.readout, parameters), trace.x).h[-1, unit])

        numerical = central_differences(last_state, network.parameters)["W"]
        np.testing.assert_allclose(found.dh_dW[:, unit].sum(axis=0), numerical, atol=1e-9)


def test_terms_of_the_loss_sum_to_its_gradient(case):
    _, back, found = case
    np.testing.assert_allclose(found.dL_dW.sum(axis=(0, 1)), back.gradients["W"], atol=1e-13)
    for t in range(3):
        assert not found.dL_dW[t, t + 1 :].any()


def test_products_of_jacobians(case):
    _, _, found = case
    J = found.jacobian
    np.testing.assert_allclose(found.dh_dh[0], J[2] @ J[1] @ J[0], atol=1e-13)
    np.testing.assert_array_equal(found.dh_dh[3], np.eye(4))


def test_the_last_term_by_hand(case):
    """∂⁺h_3/∂W: entry (a; i, j) is f'(s_3)_a h_2,j where a = i, and 0 elsewhere."""
    trace, _, found = case
    derivative = trace.network.cell.activation.derivative(trace.s[2])
    for unit in range(4):
        expected = np.zeros((4, 4))
        expected[unit] = derivative[unit] * trace.h[2]
        np.testing.assert_allclose(found.dh_dW[2, unit], expected, atol=1e-15)
