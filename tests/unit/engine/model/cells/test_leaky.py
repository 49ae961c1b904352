import mpmath
import numpy as np
import pytest

from app.engine.backward.bptt import backpropagate, scaled_adjoints
from app.engine.backward.per_loss_adjoints import contributions, per_loss_adjoints
from app.engine.backward.truncation import gradient_by_lag
from app.engine.errors import InvalidParameter
from app.engine.flow.flow_matrix import flow_matrix
from app.engine.flow.jacobian_norms import jacobian_norms
from app.engine.flow.lyapunov_exponents import lyapunov_exponents
from app.engine.flow.step_gain import step_gain
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells.leaky import Leaky
from app.engine.model.cells.rnn import RNN
from app.engine.model.network import Network, forward
from app.engine.model.readouts import READOUTS
from tests.chains import exact_flow_of_saturated, jacobians_of, largest_difference, traced

W = np.array([[0.0, 1.0], [-1.0, 0.0]])
PARAMETERS = {"U": np.array([[1.0], [2.0]]), "W": W, "b_s": np.array([0.5, 0.0]), "h_0": np.array([1.0, 10.0])}


def test_one_step_by_hand():
    s, state = Leaky(ACTIVATIONS["relu"], 0.25).run(PARAMETERS, np.array([[3.0]]), ())
    np.testing.assert_array_equal(s, [[13.5, 5.0]])
    np.testing.assert_array_equal(state, [[1.0, 10.0], [0.75 + 0.25 * 13.5, 7.5 + 0.25 * 5.0]])


def test_its_jacobian_by_hand():
    """0.75 I + 0.25 diag(f') W, with one unit on and one off."""
    linear = Leaky(ACTIVATIONS["relu"], 0.25).linearize({"W": W}, np.zeros((1, 1)), np.array([[5.0, -5.0]]), np.zeros((2, 2)))
    np.testing.assert_array_equal(linear.state_jacobians(0, 1, np.empty((1, 2, 2))), [[[0.75, 0.25], [0.0, 0.75]]])
    local, before = linear.step_back(slice(0, 1), np.array([[1.0, 1.0]]))
    np.testing.assert_array_equal(local, [[0.25, 0.0]])
    np.testing.assert_array_equal(before, [[0.75, 1.0]])


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_at_leak_1_it_is_the_rnn_to_the_last_digit(make_network, make_data, make_weights, activation):
    network = make_network(activation)
    leaky = Network(Leaky(network.cell.activation, 1.0), network.readout, network.parameters)
    (x, target), weights = make_data(network, 9), make_weights("every", 9)
    rnn, same = forward(network, x), forward(leaky, x)
    np.testing.assert_array_equal(same.state, rnn.state)
    np.testing.assert_array_equal(flow_matrix(same), flow_matrix(rnn))
    for name, gradient in backpropagate(rnn, target, weights).gradients.items():
        np.testing.assert_array_equal(backpropagate(same, target, weights).gradients[name], gradient)
    assert leaky.cell.jacobian_is_product


def test_near_leak_1_it_is_nearly_the_rnn():
    rnn, leaky = (traced("tanh", cell=cell) for cell in ("rnn", "leaky, leak=1"))
    cell = Leaky(ACTIVATIONS["tanh"], 1.0 - 1e-9)
    near = forward(Network(cell, rnn.network.readout, rnn.network.parameters), rnn.x)
    np.testing.assert_array_equal(leaky.h, rnn.h)
    np.testing.assert_allclose(near.h, rnn.h, atol=1e-7)
    np.testing.assert_allclose(jacobians_of(near), jacobians_of(rnn), atol=1e-7)
    assert not cell.jacobian_is_product


def test_what_holds_for_a_product_only_is_not_said():
    trace = traced("tanh", cell="leaky")
    gain = step_gain(trace)
    assert gain.mean_derivative is None
    assert gain.log10_mean_derivative is None
    assert trace.linear.log_derivative(slice(0)) is None
    np.testing.assert_allclose(gain.sigma_max, np.linalg.norm(jacobians_of(trace), 2, axis=(1, 2)), rtol=1e-13)


@pytest.mark.parametrize("leak", [0.0, -0.1, 1.1, np.nan])
def test_a_leak_outside_its_range_is_refused(leak):
    with pytest.raises(InvalidParameter, match="leak"):
        Leaky(ACTIVATIONS["tanh"], leak)


@pytest.mark.parametrize("leak", [1e-6, 0.3, 0.999999])
@pytest.mark.parametrize("input_scale", [1.0, 30.0, 300.0, 1e4])
def test_saturated_units_keep_what_does_not_leak(leak, input_scale):
    """From |s| = 370 on, tanh' is below float64; what is left of J_t is (1 − a) I."""
    made = traced("tanh", hidden_size=3, length=12, input_scale=input_scale)
    trace = forward(Network(Leaky(ACTIVATIONS["tanh"], leak), made.network.readout, made.network.parameters), made.x)
    exact = exact_flow_of_saturated(trace)
    assert largest_difference(flow_matrix(trace), exact) < 1e-11
    norms = jacobian_norms(trace)
    assert largest_difference(norms.log10_frobenius, exact[-1]) < 1e-11
    if input_scale == 1e4:
        np.testing.assert_allclose(norms.log10_spectral, np.arange(12, -1, -1) * np.log10(1.0 - leak), rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(lyapunov_exponents(trace), np.full(3, np.log(1.0 - leak)), rtol=1e-9)


def test_units_that_are_off_keep_what_does_not_leak():
    parameters = {name: np.array(value) for name, value in PARAMETERS.items()} | {
        "b_s": np.full(2, -100.0),
        "V": np.ones((1, 2)),
        "b_z": np.zeros(1),
    }
    trace = forward(Network(Leaky(ACTIVATIONS["relu"], 0.25), READOUTS["identity"], parameters), np.zeros((4, 1)))
    np.testing.assert_allclose(jacobian_norms(trace).log10_spectral, np.arange(4, -1, -1) * np.log10(0.75), atol=1e-14)
    back = backpropagate(trace, np.zeros((4, 1)), np.array([0.0, 0.0, 0.0, 1.0]))
    assert not back.gradients["W"].any()
    np.testing.assert_allclose(back.gradients["h_0"], 0.75**4 * back.adjoint[-1], rtol=1e-14)


def one_unit(leak: float, x: float) -> Network:
    parameters = {"U": [[x]], "W": [[0.5]], "V": [[1.0]], "b_s": [0.0], "b_z": [0.5], "h_0": [0.5]}
    return Network(Leaky(ACTIVATIONS["tanh"], leak), READOUTS["identity"], {name: np.array(value) for name, value in parameters.items()})


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("leak", [1e-6, 0.3])
def test_terms_that_float64_cannot_hold_are_not_zero(leak, sign):
    """One unit at s = ±10,000: ∂L/∂h_k is (1 − a)^(T−k), but a term of ∂L/∂W has the factor a tanh'(s) ≈ 10^−8685."""
    length = 5
    trace = forward(one_unit(leak, sign * 1e4), np.ones((length, 1)))
    target, last = np.zeros((length, 1)), np.eye(length)[-1]
    adjoints = per_loss_adjoints(trace, target, last)
    found, back = contributions(trace, adjoints), backpropagate(trace, target, last)
    scaled = scaled_adjoints(trace, back, target, last)
    np.testing.assert_allclose(scaled.log10_norm, np.log10(np.abs(back.adjoint[:, 0])), atol=1e-12)
    with mpmath.workdps(60):
        for k in range(1, length + 1):
            slope = leak * mpmath.sech(mpmath.mpf(float(trace.s[k - 1, 0]))) ** 2
            expected = mpmath.log10(abs(slope * mpmath.mpf(float(back.adjoint[k, 0])) * mpmath.mpf(float(trace.h[k - 1, 0]))))
            assert found[-1, k - 1] == pytest.approx(float(expected), rel=1e-13)
    assert found[-1, 0] < -8000.0
    by_lag = gradient_by_lag(trace, adjoints, back.gradients["W"])
    np.testing.assert_allclose(by_lag.log10_norm, found[-1, ::-1], rtol=1e-13)


def test_batches_of_networks_run_as_one(make_network, make_data):
    network = make_network()
    cell = Leaky(ACTIVATIONS["tanh"], 0.3)
    x, _ = make_data(network, 6)
    several = {name: np.stack([value, 2.0 * value]) for name, value in network.parameters.items()}
    together = forward(Network(cell, network.readout, several), x[:, None])
    for member, factor in enumerate((1.0, 2.0)):
        alone = forward(Network(cell, network.readout, {name: factor * value for name, value in network.parameters.items()}), x)
        np.testing.assert_allclose(together.h[:, member], alone.h, rtol=1e-13)


def test_it_says_what_it_is_made_of():
    assert Leaky.weights == RNN.weights
    assert Leaky.states == ("h",)
