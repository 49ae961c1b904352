import numpy as np

from app.engine.numerics.central_differences import central_differences


def test_central_differences_of_a_cubic_by_hand():
    gradient = central_differences(lambda p: float(p["a"][0] ** 3 + 2.0 * p["b"][0, 1]), {"a": np.array([2.0]), "b": np.zeros((1, 2))})
    np.testing.assert_allclose(gradient["a"], [12.0], rtol=1e-8)
    np.testing.assert_allclose(gradient["b"], [[0.0, 2.0]], atol=1e-9)


def test_the_parameters_are_left_as_they_were():
    parameters = {"a": np.array([1.0, 2.0])}
    central_differences(lambda p: float(p["a"].sum()), parameters)
    np.testing.assert_array_equal(parameters["a"], [1.0, 2.0])
