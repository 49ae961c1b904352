import numpy as np
import pytest

from app.engine.errors import InvalidParameter, UnknownName
from app.engine.model.cells import CELLS
from app.engine.model.initializers import INITIALIZERS, draw_parameters, generator, rescaled
from app.engine.model.weights import affine_weights


def drawn(initializer, size, spectral_radius, seed):
    """W, drawn with the rest of a network."""
    sizes = {"input_size": 1, "hidden_size": size, "output_size": 1}
    scales = {"input_scale": 1.0, "output_scale": 1.0, "bias_scale": 0.0}
    return draw_parameters(**sizes, **scales, initializer=initializer, spectral_radius=spectral_radius, seed=seed)["W"]


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("spectral_radius", [0.0, 0.3, 1.0, 7.5])
def test_spectral_radius_is_the_one_asked_for(name, spectral_radius):
    W = drawn(name, 9, spectral_radius, seed=4)
    assert np.abs(np.linalg.eigvals(W)).max() == pytest.approx(spectral_radius, rel=1e-13)


def test_orthogonal_is_orthogonal():
    W = drawn("orthogonal", 7, 1.0, seed=2)
    np.testing.assert_allclose(W @ W.T, np.eye(7), atol=1e-13)


def test_diagonal_and_identity_have_nothing_off_the_diagonal():
    for name in ("diagonal", "identity"):
        W = drawn(name, 5, 0.9, seed=2)
        np.testing.assert_array_equal(W, np.diag(np.diag(W)))


def test_moving_the_spectral_radius_scales_the_same_matrix():
    np.testing.assert_allclose(2.0 * drawn("gaussian", 6, 0.5, seed=8), drawn("gaussian", 6, 1.0, seed=8), rtol=1e-15)


def test_a_matrix_whose_eigenvalues_are_all_zero_is_refused_with_a_way_out():
    with pytest.raises(InvalidParameter, match="choose another") as caught:
        rescaled(np.array([[0.0, 1.0], [0.0, 0.0]]), 0.9, "shift")
    assert caught.value.parameter == "initializer"


def test_an_unknown_name_gets_the_nearest_known_one():
    with pytest.raises(UnknownName, match="'orthogonal'"):
        drawn("ortogonal", 3, 1.0, seed=1)


def test_each_array_has_a_generator_of_its_own():
    sizes = {"hidden_size": 4, "output_size": 2, "initializer": "gaussian", "spectral_radius": 1.0}
    scales = {"input_scale": 1.0, "output_scale": 1.0, "bias_scale": 1.0, "seed": 6}
    narrow, wide = (draw_parameters(input_size=size, **sizes, **scales) for size in (1, 5))
    for name in ("W", "V", "b_s", "b_z"):
        np.testing.assert_array_equal(narrow[name], wide[name])
    assert generator(6, "W").integers(2**40) != generator(6, "U").integers(2**40)
    assert generator(6, "W").integers(2**40) != generator(7, "W").integers(2**40)


def test_scales_are_standard_deviations():
    network = draw_parameters(
        input_size=400,
        hidden_size=400,
        output_size=400,
        initializer="identity",
        spectral_radius=1.0,
        input_scale=2.0,
        output_scale=3.0,
        bias_scale=0.5,
        seed=1,
    )
    assert network["U"].std() == pytest.approx(2.0 / 20.0, rel=0.02)
    assert network["V"].std() == pytest.approx(3.0 / 20.0, rel=0.02)
    assert network["b_s"].std() == pytest.approx(0.5, rel=0.15)
    assert not network["h_0"].any()


def test_every_block_of_stacked_gates_is_drawn_for_itself_with_its_own_spectral_radius():
    class Gated(CELLS["rnn"]):
        weights = affine_weights(blocks=3)

    sizes = {"input_size": 2, "hidden_size": 4, "output_size": 1, "initializer": "gaussian", "spectral_radius": 0.7}
    drawn = draw_parameters(**sizes, input_scale=1.0, output_scale=1.0, bias_scale=1.0, seed=6, cell=Gated)
    blocks = np.split(drawn["W"], 3)
    for block in blocks:
        assert np.abs(np.linalg.eigvals(block)).max() == pytest.approx(0.7, rel=1e-13)
    assert not np.array_equal(blocks[0], blocks[1])
    assert not np.array_equal(blocks[1], blocks[2])
    assert (drawn["U"].shape, drawn["b_s"].shape) == ((12, 2), (12,))
