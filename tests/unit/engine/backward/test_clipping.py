import numpy as np
import pytest

from app.engine.backward.clipping import CLIP_MODES, clip, global_norm

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


@pytest.mark.parametrize("mode", CLIP_MODES)
def test_there_is_no_angle_to_a_gradient_of_zero(mode):
    assert np.isnan(clip(GRADIENTS, mode, 0.0).angle)
    assert np.isnan(clip({"W": np.zeros(3)}, mode, 1.0).angle)


@pytest.mark.parametrize("mode", ["global_norm", "per_parameter"])
@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e300])
def test_a_gradient_of_any_size_is_clipped_to_the_threshold(mode, size):
    clipped = clip({"W": np.array([3.0, 4.0]) * size}, mode, size)
    assert clipped.norm_before == pytest.approx(5.0 * size)
    np.testing.assert_allclose(clipped.parameters["W"], np.array([0.6, 0.8]) * size, rtol=1e-3 if size < 1e-308 else 1e-14)


def test_global_norm_of_several_tensors():
    assert global_norm(GRADIENTS) == 5.0
