import mpmath
import numpy as np
import pytest

from app.engine.flow.gain_split import ended_by, gain_split, smallest_nonzero
from app.engine.flow.jacobian_norms import jacobian_norms
from tests.chains import as_exact, chain_of, jacobians_of, traced


def split_of(trace):
    return gain_split(trace, jacobian_norms(trace))


def test_one_step_worked_by_hand():
    """W = [[3, 4], [0, 0]] has σ_max 5 with left vector (1, 0); f' is 1."""
    split = split_of(traced("identity", hidden_size=2, length=1, W=np.array([[3.0, 4.0], [0.0, 0.0]])))
    assert split.log10_derivative == pytest.approx([0.0], abs=1e-15)
    assert split.log10_weights == pytest.approx([np.log10(5.0)])


def test_the_gradient_goes_back_by_the_unit_that_is_on():
    """Two ReLU units, the first of which is off at every step: the second's weight alone counts."""
    W = np.array([[9.0, 0.0], [0.0, 0.5]])
    trace = traced("relu", hidden_size=2, length=3, W=W, x=np.zeros((3, 2)), bias_scale=0.0)
    trace.state[0] = 0.1
    trace.s[:] = [-1.0, 1.0]
    split = split_of(trace)
    assert split.log10_derivative == pytest.approx([0.0] * 3, abs=1e-15)
    assert split.log10_weights == pytest.approx([np.log10(0.5)] * 3)
    assert split.saturated_share == 0.0


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize(("hidden_size", "length"), [(12, 20), (64, 120), (128, 40)])
def test_it_equals_singular_vectors_of_the_whole_product(activation, hidden_size, length):
    trace = traced(activation, hidden_size=hidden_size, length=length, seed=3)
    jacobians, product = jacobians_of(trace), np.eye(hidden_size)
    for jacobian in jacobians:
        product = jacobian @ product
    left, sigma, _ = np.linalg.svd(product)
    u, expected = left[:, 0], []
    for row in range(length - 1, -1, -1):
        slopes = trace.linear.derivative[row]
        after = u @ jacobians[row]
        expected.append((np.linalg.norm(after), np.linalg.norm(slopes * u)))
        u = after / np.linalg.norm(after)
    gain, derivative = np.log10(expected[::-1]).T
    split = split_of(trace)
    assert split.log10_norm == pytest.approx(np.log10(sigma[0]), rel=1e-10)
    assert split.log10_gain == pytest.approx(gain, abs=1e-6)
    assert split.log10_derivative == pytest.approx(derivative, abs=1e-6)
    assert split.log10_derivative.sum() + split.log10_weights.sum() == pytest.approx(split.log10_norm, rel=1e-12)


def exact_split(trace, derivative):
    """The two sums by mpmath, from the exact f' at the trace's own s."""
    W = as_exact(trace.network.parameters["W"])
    slopes = np.vectorize(lambda s: derivative(mpmath.mpf(s)), otypes=[object])(trace.s)
    product = as_exact(np.eye(len(W)))
    for slope in slopes:
        product = (slope[:, None] * W).dot(product)
        product = product / mpmath.sqrt((product * product).sum())
    u = as_exact(np.ones(len(W)))
    for _ in range(400):  # power iteration
        u = product.dot(product.T.dot(u))
        u = u / mpmath.sqrt((u * u).sum())
    derivatives, weights = mpmath.mpf(0), mpmath.mpf(0)
    for slope in slopes[::-1]:
        local = slope * u
        size = mpmath.sqrt((local * local).sum())
        u = local.dot(W)
        norm = mpmath.sqrt((u * u).sum())
        derivatives, weights, u = derivatives + mpmath.log10(size), weights + mpmath.log10(norm / size), u / norm
    return float(derivatives), float(weights)


@pytest.mark.parametrize("input_scale", [1.0, 1e4])
@pytest.mark.parametrize("initializer", ["gaussian", "diagonal"])
def test_a_saturated_network_equals_sixty_digits(initializer, input_scale):
    trace = traced("tanh", hidden_size=3, length=40, input_scale=input_scale, initializer=initializer, spectral_radius=1.5)
    with mpmath.workdps(60):
        derivative, weights = exact_split(trace, lambda s: 1 / mpmath.cosh(s) ** 2)
    split = split_of(trace)
    assert split.log10_derivative.sum() == pytest.approx(derivative, rel=1e-11)
    assert split.log10_weights.sum() == pytest.approx(weights, rel=1e-9, abs=1e-9)
    assert (derivative < -1000) == (input_scale == 1e4)


def test_ten_thousand_steps_equal_thirty_digits():
    trace = traced("sigmoid", hidden_size=2, length=10_000)
    with mpmath.workdps(30):
        derivative, weights = exact_split(trace, lambda s: mpmath.exp(-abs(s)) / (1 + mpmath.exp(-abs(s))) ** 2)
    split = split_of(trace)
    assert split.log10_derivative.sum() == pytest.approx(derivative, rel=1e-11)
    assert split.log10_weights.sum() == pytest.approx(weights, rel=1e-9)
    assert split.log10_norm == pytest.approx(jacobian_norms(trace).log10_spectral[0], rel=1e-12)


def test_where_rounding_alone_decides_the_way_there_is_no_split():
    """Two directions, each shrunk in one half: what is left at the end came from one to the other by the last digits of the entries."""
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    early, late = (turn @ np.diag(gains) @ turn.T for gains in ([1.0, 1e-3], [0.5e-3, 1.0]))
    assert split_of(chain_of([early] * 20 + [late] * 20)).log10_gain is None


def test_a_cell_whose_jacobian_is_no_such_product_has_its_steps_gains_only():
    split = split_of(chain_of([2.0 * np.eye(2)] * 3))
    assert split.log10_gain == pytest.approx([np.log10(2.0)] * 3)
    assert split.log10_derivative is None
    assert split.log10_weights is None
    assert ended_by(chain_of([np.zeros((2, 2))]), jacobian_norms(chain_of([np.zeros((2, 2))]))) is None


@pytest.mark.parametrize(("last_s", "factor", "step"), [(-1.0, "derivative", 4), (1.0, "weights", 2)])
def test_it_says_which_factor_makes_the_chain_zero(last_s, factor, step):
    """W is nilpotent: its third power is zero. Unless a unit is off at the last step, the weights end the chain."""
    trace = traced("relu", hidden_size=3, length=4, W=np.eye(3, k=1))
    trace.s[:-1], trace.s[-1] = 1.0, last_s
    norms = jacobian_norms(trace)
    assert (ended_by(trace, norms), smallest_nonzero(norms)) == (factor, step)
    split = gain_split(trace, norms)
    assert len(split.log10_gain) == 4 - step
    assert split.log10_norm == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("step", "rows"), [(100, 15), (150, 2)])
def test_a_thin_chain_with_a_step_beyond_float64_is_split_to_the_whole(step, rows):
    """Few rows are left of the chain's product, and one step's derivatives underflow: the direction is carried ahead to be found."""
    x = np.random.default_rng(0).standard_normal((200, 2))
    x[step] = [400.0, 0.0]
    trace = traced("tanh", hidden_size=64, length=200, x=x, spectral_radius=1.5)
    norms = jacobian_norms(trace)
    assert len(norms.longest) <= rows < 64
    split = gain_split(trace, norms)
    assert split.log10_norm == pytest.approx(norms.log10_spectral[0], rel=1e-12)
    assert split.log10_gain.sum() == pytest.approx(split.log10_norm, rel=1e-12)
    assert (split.log10_weights + split.log10_derivative).sum() == pytest.approx(split.log10_norm, rel=1e-12)
