import mpmath
import numpy as np
import pytest

from app.engine.activations import ACTIVATIONS


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_equals_central_difference(name):
    activation = ACTIVATIONS[name]
    s = np.linspace(-3.05, 3.05, 62)  # 0 itself is not in it: relu has a corner there
    forward, backward = (activation.function(s + sign * 1e-6, np.empty_like(s)) for sign in (1.0, -1.0))
    np.testing.assert_allclose(activation.derivative(s), (forward - backward) / 2e-6, atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_log_derivative_is_the_logarithm_of_the_derivative(name):
    s = np.linspace(-30.0, 30.0, 121)
    with np.errstate(divide="ignore"):
        expected = np.log(ACTIVATIONS[name].derivative(s))
    np.testing.assert_allclose(ACTIVATIONS[name].log_derivative(s), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_supremum_bounds_the_derivative_and_is_reached(name):
    derivative = ACTIVATIONS[name].derivative(np.linspace(-5.0, 5.0, 1001))
    assert derivative.max() == pytest.approx(ACTIVATIONS[name].supremum_of_derivative, rel=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_function_may_write_over_its_argument(name):
    s = np.linspace(-2.0, 2.0, 9)
    expected = ACTIVATIONS[name].function(s.copy(), np.empty_like(s))
    assert ACTIVATIONS[name].function(s, s) is s
    np.testing.assert_array_equal(s, expected)


@pytest.mark.parametrize(("name", "exact"), [("tanh", lambda s: mpmath.sech(s) ** 2), ("sigmoid", lambda s: mpmath.sech(s / 2) ** 2 / 4)])
def test_derivative_keeps_its_digits_under_saturation(name, exact):
    s = np.array([5.0, 19.5, 40.0, 170.0, -300.0])
    with mpmath.workdps(40):
        expected = [float(exact(mpmath.mpf(value))) for value in s]
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(s), expected, rtol=1e-13)
    # The textbook form can't: at s = 19.5, tanh rounds to 1 and 1 − h² to 0.
    assert 1.0 - np.tanh(19.5) ** 2 == 0.0


def test_log_derivative_goes_on_where_float64_ends():
    assert ACTIVATIONS["tanh"].derivative(np.array([1000.0]))[0] == 0.0
    assert ACTIVATIONS["tanh"].log_derivative(np.array([1000.0]))[0] == pytest.approx(np.log(4.0) - 2000.0)


def test_an_unknown_state_has_an_unknown_derivative_unless_it_is_constant():
    unknown = np.array([np.nan])
    assert np.isnan(ACTIVATIONS["relu"].derivative(unknown)[0])
    assert np.isnan(ACTIVATIONS["tanh"].derivative(unknown)[0])
    assert ACTIVATIONS["identity"].derivative(unknown)[0] == 1.0
