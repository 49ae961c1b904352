import mpmath
import numpy as np
import pytest

from app.engine.model.activations import ACTIVATIONS


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
    derivative = ACTIVATIONS[name].derivative(np.linspace(-50.0, 50.0, 10_001))
    assert derivative.max() == pytest.approx(ACTIVATIONS[name].sup_derivative, rel=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_function_may_write_over_its_argument(name):
    s = np.linspace(-2.0, 2.0, 9)
    expected = ACTIVATIONS[name].function(s.copy(), np.empty_like(s))
    assert ACTIVATIONS[name].function(s, s) is s
    np.testing.assert_array_equal(s, expected)


EXACT = {
    "tanh": (mpmath.tanh, lambda s: mpmath.sech(s) ** 2),
    "sigmoid": (lambda s: 1 / (1 + mpmath.exp(-s)), lambda s: mpmath.sech(s / 2) ** 2 / 4),
}
SIZES = [5e-324, 1e-310, 1e-200, 1e-20, 1e-9, 1e-5, 1e-3, 0.1, 0.7, 0.999, 1.0, 1.001, 3.0, 19.5, 31.0, 37.0, 38.0, 40.0, 170.0, 300.0]
SIZES += [350.0, 353.9, 370.0, 500.0, 700.0, 708.0, 740.0, 1e4, 1e10, 1e299]
ANY_S = np.array([sign * size for size in (0.0, *SIZES) for sign in (1.0, -1.0)])


@pytest.mark.parametrize("name", EXACT)
def test_functions_derivatives_and_their_logarithms_are_right_to_the_last_digits_at_any_s(name):
    activation, (function, derivative) = ACTIVATIONS[name], EXACT[name]
    with mpmath.workdps(340):
        values, slopes = ([exact(mpmath.mpf(s)) for s in ANY_S] for exact in (function, derivative))
        logarithms = [float(mpmath.log(slope)) for slope in slopes]
    for found, exact in ((activation.function(ANY_S, np.empty_like(ANY_S)), values), (activation.derivative(ANY_S), slopes)):
        np.testing.assert_allclose(found, [float(value) for value in exact], rtol=1e-15, atol=5e-324)
    np.testing.assert_allclose(activation.log_derivative(ANY_S), logarithms, rtol=1e-15, atol=5e-324)


@pytest.mark.parametrize("name", ["relu", "identity"])
def test_piecewise_linear_functions_are_exact_at_any_s(name):
    activation, on = ACTIVATIONS[name], (ANY_S > 0.0) | (name == "identity")
    np.testing.assert_array_equal(activation.function(ANY_S, np.empty_like(ANY_S)), np.where(on, ANY_S, 0.0))
    np.testing.assert_array_equal(activation.derivative(ANY_S), on)
    np.testing.assert_array_equal(activation.log_derivative(ANY_S), np.where(on, 0.0, -np.inf))


def test_the_textbook_forms_are_not():
    assert 1.0 - np.tanh(19.5) ** 2 == 0.0
    assert (1.0 + np.tanh(-40.0 / 2.0)) / 2.0 == 0.0


def test_log_derivative_goes_on_where_float64_ends():
    assert ACTIVATIONS["tanh"].derivative(np.array([1000.0]))[0] == 0.0
    assert ACTIVATIONS["tanh"].log_derivative(np.array([1000.0]))[0] == pytest.approx(np.log(4.0) - 2000.0)


def test_an_unknown_state_has_an_unknown_derivative_unless_it_is_constant():
    unknown = np.array([np.nan])
    assert np.isnan(ACTIVATIONS["relu"].derivative(unknown)[0])
    assert np.isnan(ACTIVATIONS["tanh"].derivative(unknown)[0])
    assert ACTIVATIONS["identity"].derivative(unknown)[0] == 1.0
