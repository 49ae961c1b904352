import numpy as np
import pytest

from app.engine.flow.spectrum import spectrum
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells.rnn import RNN


def test_a_case_worked_by_hand():
    # A rotation by 90° times 2, and a direction of its own: eigenvalues ±2i and 0.5.
    found = spectrum(np.array([[0.0, -2.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.5]]), RNN(ACTIVATIONS["sigmoid"]))
    np.testing.assert_allclose(found.eigenvalues, [2j, -2j, 0.5], atol=1e-15)
    np.testing.assert_allclose(found.singular_values, [2.0, 2.0, 0.5])
    assert found.spectral_radius == pytest.approx(2.0)
    assert found.sigma_max == pytest.approx(2.0)
    assert found.sup_derivative == 0.25
    assert found.sufficient_to_vanish  # 2 · 1/4 < 1


def test_a_matrix_that_is_not_normal_has_a_sigma_above_its_radius():
    found = spectrum(np.array([[0.5, 3.0], [0.0, 0.5]]), RNN(ACTIVATIONS["tanh"]))
    assert found.spectral_radius == pytest.approx(0.5)
    assert found.sigma_max > 3.0
    assert not found.sufficient_to_vanish


def test_a_real_spectrum_is_complex_too_and_sorted_by_modulus():
    found = spectrum(np.diag([0.1, -3.0, 2.0]), RNN(ACTIVATIONS["relu"]))
    assert found.eigenvalues.dtype == np.complex128
    np.testing.assert_allclose(found.eigenvalues, [-3.0, 2.0, 0.1])


def test_of_stacked_gates_the_first_block_is_taken():
    W = np.concatenate([np.diag([1.0, 2.0]), np.full((2, 2), 9.0)])
    np.testing.assert_allclose(spectrum(W, RNN(ACTIVATIONS["tanh"])).singular_values, [2.0, 1.0])
