import mpmath
import numpy as np
import pytest

from app.engine.backward import bptt
from app.engine.backward.per_loss_adjoints import contributions, per_loss_adjoints
from app.engine.backward.truncation import gradient_by_lag
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS
from app.engine.model.network import Network, forward
from app.engine.model.readouts import READOUTS

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
    scaled = bptt._scaled_sweep(trace, *bptt.scaled_output_adjoint(trace, target, weights))
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


def one_unit(activation="tanh", **parameters):
    given = {"U": [[1.0]], "W": [[1.0]], "V": [[1.0]], "b_s": [0.0], "b_z": [0.0], "h_0": [1.0]} | parameters
    return Network(CELLS["rnn"](ACTIVATIONS[activation]), READOUTS["identity"], {name: np.array(value) for name, value in given.items()})


@pytest.mark.parametrize("x", [170.0, 199.0, 300.0, 370.0, 1000.0])
def test_a_term_so_small_that_its_square_is_nothing_is_no_zero(x):
    """∂L/∂W of one saturated step is 2 (h₁ − target) f'(s₁) h₀, down to 1e−868."""
    trace, target = forward(one_unit(), np.array([[x]])), np.zeros((1, 1))
    per_loss = per_loss_adjoints(trace, target, np.ones(1))
    expected = float(mpmath.log10(2 * mpmath.sech(mpmath.mpf(x) + 1) ** 2))
    assert contributions(trace, per_loss)[0, 0] == pytest.approx(expected, rel=1e-14)
    by_lag = gradient_by_lag(trace, per_loss, bptt.backpropagate(trace, target, np.ones(1)).gradients["W"])
    assert by_lag.log10_norm[0] == pytest.approx(expected, rel=1e-14)


def test_a_term_is_no_zero_where_only_its_factors_are_in_range():
    trace, target = forward(one_unit("identity", h_0=[1e-200], V=[[1e-200]]), np.zeros((1, 1))), np.ones((1, 1))
    per_loss = per_loss_adjoints(trace, target, np.ones(1))
    assert contributions(trace, per_loss)[0, 0] == pytest.approx(np.log10(2.0) - 400.0, rel=1e-14)
    assert gradient_by_lag(trace, per_loss, np.zeros((1, 1))).log10_norm[0] == pytest.approx(np.log10(2.0) - 400.0, rel=1e-14)


@pytest.mark.parametrize("loss_at", ["last", "every"])
def test_a_unit_saturated_beyond_float64_beside_one_that_is_not(make_weights, loss_at):
    """The loss sees only the first of two separate units, whose f' is below float64 at every step: f'·w to the power of the lag."""
    length, s = 4, 500.0
    parameters = {"U": [[s], [0.0]], "W": np.diag([1.0, 0.5]), "V": [[1.0, 0.0]], "b_s": [0.0, 0.3], "b_z": [0.0], "h_0": [0.0, 0.0]}
    network = Network(
        CELLS["rnn"](ACTIVATIONS["tanh"]), READOUTS["identity"], {name: np.array(value) for name, value in parameters.items()}
    )
    trace, target, weights = forward(network, np.ones((length, 1))), np.zeros((length, 1)), make_weights(loss_at, length)
    assert trace.linear.underflowed.all()
    steps = trace.network.cell.activation.log_derivative(trace.s[:, 0]) / np.log(10.0)
    back = [np.log10(2.0) + steps[k:].sum() for k in range(length + 1)]  # of the last loss alone
    scaled = bptt.scaled_adjoints(trace, bptt.backpropagate(trace, target, weights), target, weights)
    if loss_at == "last":
        np.testing.assert_allclose(scaled.log10_norm, back, rtol=1e-13)
    terms = contributions(trace, per_loss_adjoints(trace, target, weights))[-1]
    np.testing.assert_allclose(terms[1:], back[1:-1] + np.log10(np.linalg.norm(trace.h[1:-1], axis=1)), rtol=1e-13)


@pytest.mark.parametrize("distance", [50.0, 300.0, 1000.0, 1e5])
def test_a_confident_right_answer_still_says_something(distance):
    """y − target of the right class is minus the sum of the others, e^−distance, at any distance."""
    network = Network(
        CELLS["rnn"](ACTIVATIONS["identity"]),
        READOUTS["softmax"],
        {"U": np.eye(2), "W": np.eye(2), "V": np.eye(2), "b_s": np.zeros(2), "b_z": np.zeros(2), "h_0": np.zeros(2)},
    )
    trace, target = forward(network, np.array([[distance, 0.0]])), np.array([[1.0, 0.0]])
    back = bptt.backpropagate(trace, target, np.ones(1))
    expected = float(mpmath.log10(mpmath.sqrt(2) / (1 + mpmath.exp(distance))))
    scaled = bptt.scaled_adjoints(trace, back, target, np.ones(1))
    np.testing.assert_allclose(scaled.log10_norm, expected, rtol=1e-14)
    np.testing.assert_allclose(scaled.direction, np.array([[-1.0, 1.0]] * 2) / np.sqrt(2.0), rtol=1e-14)
    (terms,) = per_loss_adjoints(trace, target, np.ones(1)).by_lag()
    np.testing.assert_allclose(np.log10(np.linalg.norm(terms.local[0, 0])) + terms.log10_scale[0, 0], expected, rtol=1e-14)
    assert bptt.loss_per_step(trace, target)[0] == pytest.approx(np.exp(-distance), rel=1e-14)
    np.testing.assert_allclose(back.gradients["b_z"], [-np.exp(-distance), np.exp(-distance)], rtol=1e-14)


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
