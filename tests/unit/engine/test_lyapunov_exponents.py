import numpy as np
import pytest

from app.engine.jacobian_norms import jacobian_norms
from app.engine.lyapunov_exponents import lyapunov_exponents
from tests.chains import chain_of, jacobians_of, traced


def test_lyapunov_exponents_of_a_linear_network_are_the_logarithms_of_its_eigenvalues():
    trace = traced("identity", hidden_size=3, length=50, W=np.diag([0.5, -2.0, 1.0]))
    np.testing.assert_allclose(lyapunov_exponents(trace), np.log([2.0, 1.0, 0.5]), atol=1e-14)


def test_lyapunov_exponents_sum_to_the_mean_log_determinant():
    trace = traced("tanh", hidden_size=6, length=80)
    _, logarithms = np.linalg.slogdet(jacobians_of(trace))
    exponents = lyapunov_exponents(trace)
    assert exponents.sum() == pytest.approx(logarithms.mean(), rel=1e-12)
    assert (np.diff(exponents) <= 0.0).all()


def test_the_largest_lyapunov_exponent_is_the_slope_of_the_norm_curve():
    trace = traced("tanh", hidden_size=8, length=4_000)
    norms = jacobian_norms(trace, spectral=False).log10_frobenius
    assert lyapunov_exponents(trace)[0] == pytest.approx(norms[0] * np.log(10.0) / 4_000, abs=2e-3)


@pytest.mark.parametrize("factor", [1e-300, 1e300])
def test_jacobians_of_any_size_shift_the_exponents(factor):
    jacobians = np.random.default_rng(1).standard_normal((20, 4, 4))
    shifted = lyapunov_exponents(chain_of(jacobians * factor))
    np.testing.assert_allclose(shifted, lyapunov_exponents(chain_of(jacobians)) + np.log(factor), rtol=1e-13)


def test_a_direction_that_is_wiped_out_has_exponent_minus_infinity():
    exponents = lyapunov_exponents(chain_of([np.diag([1.0, 0.0])] * 4))
    assert exponents[0] == 0.0
    assert np.isneginf(exponents[1])


def test_lyapunov_exponents_of_a_run_that_is_unknown_from_the_start():
    trace = traced("relu", input_scale=100.0, x=np.full((10, 2), 1e308))
    assert np.isnan(lyapunov_exponents(trace)).all()


@pytest.mark.parametrize("initializer", ["gaussian", "diagonal"])
@pytest.mark.parametrize("input_scale", [30.0, 300.0, 3000.0])
def test_lyapunov_exponents_of_saturated_networks(initializer, input_scale):
    # The determinant is known however small it is: its logarithm is the sum of those of the slopes and that of W's.
    trace = traced("tanh", hidden_size=6, length=30, input_scale=input_scale, initializer=initializer)
    assert trace.linear.underflowed.any() == (input_scale > 30.0)
    exponents = lyapunov_exponents(trace)
    slopes = trace.network.cell.activation.log_derivative(trace.s).sum(axis=1)
    assert exponents.sum() == pytest.approx(slopes.mean() + np.linalg.slogdet(trace.network.parameters["W"])[1], rel=1e-12)
    norm = jacobian_norms(trace).log10_spectral[0] * np.log(10.0) / 30
    assert exponents[0] == pytest.approx(norm, abs=1.0)
    if initializer == "diagonal":
        each = trace.network.cell.activation.log_derivative(trace.s).mean(axis=0) + np.log(np.abs(np.diag(trace.network.parameters["W"])))
        np.testing.assert_allclose(exponents, np.sort(each)[::-1], rtol=1e-12)


def test_lyapunov_exponents_beyond_float64():
    trace = traced("tanh", hidden_size=1, length=20, x=np.full((20, 2), 1e4))
    expected = np.mean(trace.network.cell.activation.log_derivative(trace.s)) + np.log(abs(trace.network.parameters["W"][0, 0]))
    np.testing.assert_allclose(lyapunov_exponents(trace), [expected], rtol=1e-12)
