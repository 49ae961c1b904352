import numpy as np
import pytest

from app.engine.flow.step_gain import step_gain
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


def test_step_gain_where_sigma_max_leaves_float64():
    gain = step_gain(chain_of([np.full((4, 4), 1e308)]))
    assert np.isposinf(gain.sigma_max[0])
    assert gain.log10_sigma_max[0] == pytest.approx(308 + np.log10(4.0), rel=1e-15)


@pytest.mark.parametrize("entry", [1e-300, 1e-160])
def test_step_gain_where_derivative_times_weight_leaves_float64(entry):
    trace = traced("tanh", hidden_size=2, length=3, W=entry * np.array([[0.0, 1.0], [1.0, 0.0]]), x=np.full((3, 2), 170.0))
    slopes = trace.network.cell.activation.log_derivative(trace.s) / np.log(10.0)
    np.testing.assert_allclose(step_gain(trace).log10_sigma_max, slopes.max(axis=1) + np.log10(entry), rtol=1e-12)


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
