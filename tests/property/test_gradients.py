"""Every gradient equals central differences, for whatever network Hypothesis thinks of."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.engine.backward.bptt import backpropagate, loss_per_step
from app.engine.backward.per_loss_adjoints import per_loss_adjoints
from app.engine.backward.truncation import gradient_by_lag
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS
from app.engine.model.initializers import INITIALIZERS, draw_parameters
from app.engine.model.network import Network, forward
from app.engine.model.readouts import READOUTS
from app.engine.numerics.central_differences import central_differences


@st.composite
def problems(draw):
    """A network, inputs, targets and loss weights."""
    D, H, outputs, T = (draw(st.integers(1, largest)) for largest in (3, 4, 3, 6))
    seed = draw(st.integers(0, 2**31 - 1))
    cell, activation = draw(st.sampled_from(sorted(CELLS))), draw(st.sampled_from(sorted(ACTIVATIONS)))
    readout = draw(st.sampled_from(sorted(READOUTS)))
    parameters = draw_parameters(
        input_size=D,
        hidden_size=H,
        output_size=outputs,
        initializer=draw(st.sampled_from(sorted(INITIALIZERS))),
        spectral_radius=draw(st.floats(0.1, 2.0)),
        input_scale=1.0,
        output_scale=1.0,
        bias_scale=0.5,
        seed=seed,
        cell=CELLS[cell],
    )
    rng = np.random.default_rng(seed)
    parameters["h_0"] = rng.standard_normal(H)
    target = np.eye(outputs)[rng.integers(outputs, size=T)] if readout == "softmax" else rng.standard_normal((T, outputs))
    weights = np.zeros(T)
    weights[draw(st.lists(st.integers(0, T - 1), min_size=1, unique=True))] = 1.0
    return Network(CELLS[cell](ACTIVATIONS[activation]), READOUTS[readout], parameters), rng.standard_normal((T, D)), target, weights


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
