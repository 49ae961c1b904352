import numpy as np
import pytest

from app.engine.flow import lyapunov_exponents, step_gain
from app.engine.jacobian_norms import jacobian_norms
from tests.chains import chain_of, jacobians_of, traced


def test_step_gain_of_a_case_worked_by_hand():
    trace = traced("tanh", hidden_size=2, length=1, W=np.diag([2.0, 3.0]))
    slopes = 1.0 / np.cosh(trace.s[0]) ** 2
    gain = step_gain(trace)
    assert gain.mean_derivative[0] == pytest.approx(slopes.mean(), rel=1e-14)
    assert gain.sigma_max[0] == pytest.approx(max(2.0 * slopes[0], 3.0 * slopes[1]), rel=1e-14)


@pytest.mark.parametrize(("hidden_size", "length"), [(1, 1), (4, 30), (60, 40)])
def test_step_gain_of_every_step(hidden_size, length):
    trace = traced("tanh", hidden_size=hidden_size, length=length)
    gain = step_gain(trace)
    np.testing.assert_allclose(gain.mean_derivative, (1.0 - trace.h[1:] ** 2).mean(axis=1), rtol=1e-10)
    np.testing.assert_allclose(gain.sigma_max, np.linalg.norm(jacobians_of(trace), 2, axis=(1, 2)), rtol=1e-13)
    np.testing.assert_allclose(gain.log10_mean_derivative, np.log10(gain.mean_derivative), atol=1e-14)
    np.testing.assert_allclose(gain.log10_sigma_max, np.log10(gain.sigma_max), atol=1e-14)


def test_step_gain_where_the_derivative_leaves_float64():
    trace = traced("tanh", hidden_size=2, length=1, W=np.eye(2), x=np.full((1, 2), 1e4))
    gain = step_gain(trace)
    assert gain.mean_derivative[0] == gain.sigma_max[0] == 0.0
    largest = np.log10(4.0) - 2.0 * np.abs(trace.s[0]).min() / np.log(10.0)
    assert gain.log10_sigma_max[0] == pytest.approx(largest, rel=1e-12)
    assert gain.log10_mean_derivative[0] == pytest.approx(largest - np.log10(2.0), rel=1e-12)


def test_step_gain_of_dead_units_is_exactly_zero():
    gain = step_gain(traced("relu", hidden_size=2, length=3, bias_scale=0.0, x=np.zeros((3, 2)), W=-np.eye(2)))
    np.testing.assert_array_equal(gain.mean_derivative[1:], 0.0)
    assert np.isneginf(gain.log10_sigma_max[1:]).all()


def test_step_gain_after_a_divergence_has_no_value():
    trace = traced("relu", length=2_000, W=np.full((4, 4), 1.0))
    gain, known = step_gain(trace), trace.divergence.step - 1
    for values in (gain.mean_derivative, gain.sigma_max, gain.log10_mean_derivative, gain.log10_sigma_max):
        assert np.isfinite(values[:known]).all()
        assert np.isnan(values[known:]).all()


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


def test_a_direction_that_is_wiped_out_has_exponent_minus_infinity():
    exponents = lyapunov_exponents(chain_of([np.diag([1.0, 0.0])] * 4))
    assert exponents[0] == 0.0
    assert np.isneginf(exponents[1])


def test_lyapunov_exponents_of_a_run_that_is_unknown_from_the_start():
    trace = traced("relu", input_scale=100.0, x=np.full((10, 2), 1e308))
    assert np.isnan(lyapunov_exponents(trace)).all()


def test_lyapunov_exponents_beyond_float64():
    trace = traced("tanh", hidden_size=1, length=20, x=np.full((20, 2), 1e4))
    expected = np.mean(trace.network.cell.activation.log_derivative(trace.s)) + np.log(abs(trace.network.parameters["W"][0, 0]))
    np.testing.assert_allclose(lyapunov_exponents(trace), [expected], rtol=1e-12)
