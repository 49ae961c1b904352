import numpy as np
import pytest

from app.engine.clipping import CLIP_MODES, angle_between, clip, cosine, global_norm

GRADIENTS = {"U": np.array([[3.0]]), "W": np.array([[0.0, 4.0]])}  # ‖g‖ = 5


def test_global_norm_scales_everything_by_one_factor():
    clipped = clip(GRADIENTS, "global_norm", 2.0)
    assert clipped.factors == {"global": 0.4}
    np.testing.assert_allclose(clipped.parameters["W"], [[0.0, 1.6]])
    assert (clipped.norm_before, clipped.norm, clipped.angle) == (5.0, pytest.approx(2.0), 0.0)


def test_per_parameter_has_a_factor_each_and_turns_the_gradient():
    clipped = clip(GRADIENTS, "per_parameter", 3.0)
    assert clipped.factors == {"U": 1.0, "W": 0.75}
    np.testing.assert_allclose(clipped.parameters["W"], [[0.0, 3.0]])
    assert clipped.angle == pytest.approx(np.arctan2(4.0, 3.0) - np.arctan2(3.0, 3.0))


def test_value_cuts_each_entry():
    clipped = clip({"W": np.array([-5.0, 0.5, 2.0])}, "value", 1.0)
    np.testing.assert_array_equal(clipped.parameters["W"], [-1.0, 0.5, 1.0])
    assert clipped.factors == {}
    assert clipped.clipped_share == pytest.approx(2.0 / 3.0)


@pytest.mark.parametrize("mode", CLIP_MODES)
def test_at_the_threshold_nothing_changes(mode):
    clipped = clip(GRADIENTS, mode, 5.0)
    assert clipped.clipped_share == 0.0
    assert clipped.angle == 0.0
    np.testing.assert_array_equal(clipped.parameters["W"], GRADIENTS["W"])


@pytest.mark.parametrize("mode", CLIP_MODES)
def test_a_threshold_of_zero_leaves_nothing_and_a_zero_gradient_is_no_error(mode):
    assert clip(GRADIENTS, mode, 0.0).norm == 0.0
    assert clip({"W": np.zeros(3)}, mode, 1.0).norm == 0.0


def test_angle_is_exact_where_arccos_is_not():
    assert angle_between(np.array([1.0, 0.0]), np.array([1.0, 1e-9])) == pytest.approx(1e-9, rel=1e-12)
    assert angle_between(np.array([1.0, 0.0]), np.array([-2.0, 0.0])) == pytest.approx(np.pi)


def test_cosine_of_a_zero_vector_is_unknown():
    assert np.isnan(cosine(np.zeros(2), np.ones(2)))
    assert cosine(np.ones(2), 3.0 * np.ones(2)) == pytest.approx(1.0)


def test_global_norm_of_several_tensors():
    assert global_norm(GRADIENTS) == 5.0
