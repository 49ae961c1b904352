"""Every gradient equals central differences, for whatever network Hypothesis thinks of."""

import numpy as np
from hypothesis import given

from app.engine.backward.bptt import backpropagate, loss_per_step
from app.engine.backward.per_loss_adjoints import per_loss_adjoints
from app.engine.backward.truncation import gradient_by_lag
from app.engine.model.network import Network, forward
from app.engine.numerics.central_differences import central_differences
from tests.property.networks import problems


def near_a_corner(network, trace):
    """relu has no derivative at 0: central differences across it mean nothing."""
    return network.cell.activation.name == "relu" and np.abs(trace.s).min() < 1e-3


@given(problems())
def test_gradients_equal_central_differences(problem):
    network, x, target, weights = problem
    trace = forward(network, x)
    if near_a_corner(network, trace):
        return

    def loss(parameters):
        moved = forward(Network(network.cell, network.readout, parameters), x)
        return float(loss_per_step(moved, target) @ weights)

    gradients = backpropagate(trace, target, weights).gradients
    numerical = central_differences(loss, network.parameters)
    size = max(1.0, abs(loss(network.parameters)), *(float(np.abs(gradient).max()) for gradient in gradients.values()))
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, numerical[name], atol=2e-6 * size)


@given(problems())
def test_lags_sum_to_the_gradient(problem):
    network, x, target, weights = problem
    trace = forward(network, x)
    full = backpropagate(trace, target, weights).gradients["W"]
    by_lag = gradient_by_lag(trace, per_loss_adjoints(trace, target, weights), full)
    if np.linalg.norm(full) > 0.0:
        assert by_lag.relative_bias[-1] < 1e-12
        assert np.all(np.diff(by_lag.norm[np.isneginf(by_lag.log10_norm)]) == 0.0)
