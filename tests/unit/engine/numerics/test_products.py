import numpy as np

from app.engine.interruption import MULTIPLY_ADDS_BETWEEN_CHECKS
from app.engine.numerics.products import affine, product


def test_affine_with_one_matrix_and_with_one_per_member():
    rng = np.random.default_rng(2)
    weights, inputs = rng.standard_normal((5, 4, 3)), rng.standard_normal((7, 5, 3))
    expected = np.einsum("bmn,tbn->tbm", weights, inputs)
    np.testing.assert_allclose(affine(weights, inputs), expected, rtol=1e-12)
    np.testing.assert_allclose(affine(weights[0], inputs[:, 0]), expected[:, 0], rtol=1e-12)


def test_a_product_over_several_axes_is_that_of_each_row():
    rng = np.random.default_rng(3)
    inputs, matrix = rng.standard_normal((6, 5, 4)), rng.standard_normal((4, 3))
    for given in (inputs, inputs[0], inputs[0, 0]):
        np.testing.assert_allclose(product(given, matrix), np.einsum("...n,nm->...m", given, matrix), rtol=1e-12)


def test_a_large_product_is_made_in_pieces_and_is_the_same():
    rng = np.random.default_rng(4)
    inputs, matrix = rng.standard_normal((2, 2_100, 256)), rng.standard_normal((256, 128))
    assert inputs.size * matrix.shape[1] > MULTIPLY_ADDS_BETWEEN_CHECKS
    np.testing.assert_allclose(product(inputs, matrix), np.einsum("btn,nm->btm", inputs, matrix), rtol=1e-10, atol=1e-10)
