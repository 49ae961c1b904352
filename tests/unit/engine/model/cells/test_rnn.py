import numpy as np
import pytest

from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS


def test_one_step_by_hand():
    cell = CELLS["rnn"](ACTIVATIONS["relu"])
    W = np.array([[0.0, 1.0], [-1.0, 0.0]])
    parameters = {"U": np.array([[1.0], [2.0]]), "W": W, "b_s": np.array([0.5, 0.0]), "h_0": np.array([1.0, 10.0])}
    s, state = cell.run(parameters, np.array([[3.0]]), ())
    np.testing.assert_array_equal(s, [[3.0 + 10.0 + 0.5, 6.0 - 1.0]])
    np.testing.assert_array_equal(state, [[1.0, 10.0], [13.5, 5.0]])


def test_jacobian_by_hand():
    cell = CELLS["rnn"](ACTIVATIONS["relu"])
    W = np.array([[1.0, 2.0], [3.0, 4.0]])
    linear = cell.linearize({"W": W}, np.zeros((1, 1)), np.array([[5.0, -5.0]]), np.zeros((2, 2)))
    np.testing.assert_array_equal(linear.state_jacobians(0, 1, np.empty((1, 2, 2))), [[[1.0, 2.0], [0.0, 0.0]]])


def test_a_step_saturated_beyond_float64_keeps_its_derivative_as_a_scale():
    cell = CELLS["rnn"](ACTIVATIONS["tanh"])
    linear = cell.linearize({}, np.zeros((2, 1)), np.array([[1.0, 2.0], [1000.0, -1001.0]]), np.zeros((3, 2)))
    assert linear.log10_scale[0] == 0.0
    assert linear.log10_scale[1] == pytest.approx((np.log(4.0) - 2000.0) / np.log(10.0))
    np.testing.assert_allclose(linear.derivative[1], [1.0, np.exp(-2.0)], rtol=1e-12)


def test_dead_units_are_exactly_zero_and_need_no_scale():
    linear = CELLS["rnn"](ACTIVATIONS["relu"]).linearize({}, np.zeros((1, 1)), np.array([[-1.0, -2.0]]), np.zeros((2, 2)))
    np.testing.assert_array_equal(linear.derivative, [[0.0, 0.0]])
    assert linear.log10_scale[0] == 0.0
