import mpmath
import numpy as np
import pytest

from app.engine.errors import InvalidParameter
from app.engine.model.readouts import READOUTS, log_softmax, loss_steps, softmax


def test_squared_error_by_hand():
    readout = READOUTS["identity"]
    z, target = np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])
    assert readout.loss_per_step(z, target)[0] == 1.0 + 4.0
    np.testing.assert_array_equal(readout.gradient(z, target), [[2.0, 4.0]])


def test_cross_entropy_by_hand():
    readout = READOUTS["softmax"]
    z, target = np.log(np.array([[1.0, 3.0]])), np.array([[0.0, 1.0]])
    np.testing.assert_allclose(readout.output(z), [[0.25, 0.75]])
    assert readout.loss_per_step(z, target)[0] == pytest.approx(np.log(4.0 / 3.0))
    np.testing.assert_allclose(readout.gradient(z, target), [[0.25, -0.25]])


@pytest.mark.parametrize("name", READOUTS)
def test_gradient_equals_central_difference(name):
    rng = np.random.default_rng(1)
    z, target = rng.standard_normal((4, 3)), np.eye(3)[[0, 2, 1, 0]]
    numerical = np.empty_like(z)
    for index in np.ndindex(*z.shape):
        step = np.zeros_like(z)
        step[index] = 1e-6
        losses = [READOUTS[name].loss_per_step(z + sign * step, target).sum() for sign in (1.0, -1.0)]
        numerical[index] = (losses[0] - losses[1]) / 2e-6
    np.testing.assert_allclose(READOUTS[name].gradient(z, target), numerical, atol=1e-8)


def test_softmax_neither_overflows_nor_loses_the_small_ones():
    z = np.array([1000.0, 0.0, -1000.0])
    np.testing.assert_array_equal(softmax(z), [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(log_softmax(z), [0.0, -1000.0, -2000.0])


@pytest.mark.parametrize("distance", [-1000.0, -50.0, -1.0, 0.0, 1.0, 20.0, 40.0, 50.0, 300.0, 500.0, 740.0, 1000.0])
@pytest.mark.parametrize("target", [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.7, 0.2, 0.1], [0.25, 0.25, 0.5]])
def test_cross_entropy_and_its_gradient_are_those_of_exact_arithmetic(distance, target):
    readout, z, target = READOUTS["softmax"], np.array([[distance, 0.0, 0.5]]), np.array([target])
    with mpmath.workdps(1000):
        powers = [mpmath.exp(mpmath.mpf(value)) for value in z[0]]
        outputs = [power / sum(powers) for power in powers]
        loss = -sum(mpmath.mpf(share) * mpmath.log(output) for share, output in zip(target[0], outputs, strict=True))
        gradient = [output - mpmath.mpf(share) for share, output in zip(target[0], outputs, strict=True)]
        log10_norm = float(mpmath.log10(mpmath.norm(gradient)))
    assert readout.loss_per_step(z, target)[0] == pytest.approx(float(loss), rel=2e-15, abs=5e-324)
    one_hot = target.max() == 1.0
    tolerance = 4e-15 if one_hot else 1e-13
    np.testing.assert_allclose(readout.gradient(z, target)[0], [float(value) for value in gradient], rtol=tolerance, atol=1e-320)
    rows, log10_scale = readout.scaled_gradient(z, target)
    assert np.log10(np.linalg.norm(rows[0])) + log10_scale[0] == pytest.approx(log10_norm, rel=1e-14, abs=1e-13)


def test_a_gradient_of_zero_is_exactly_zero():
    for z, target in (([[0.0, 0.0]], [[0.5, 0.5]]), ([[3.0]], [[1.0]])):
        rows, log10_scale = READOUTS["softmax"].scaled_gradient(np.array(z), np.array(target))
        assert not rows.any()
        assert not log10_scale.any()


def test_loss_steps():
    assert loss_steps("last", 4) == (4,)
    assert loss_steps("every", 3) == (1, 2, 3)
    assert loss_steps(" 4,2,2 ", 4) == (2, 4)


@pytest.mark.parametrize("bad", ["first", "0", "5", "1,,2", "", "1.5", "-1"])
def test_loss_steps_outside_the_sequence_are_refused(bad):
    with pytest.raises(InvalidParameter, match=r"loss_at.*from 1 to 4"):
        loss_steps(bad, 4)


@pytest.mark.parametrize("bad", ["1_0", "２", "+2", "2.", "0x2", "9" * 5000, "１,2"])
def test_loss_steps_are_plain_digits(bad):
    with pytest.raises(InvalidParameter, match=r"loss_at.*step numbers from 1 to 20, separated by commas. Write for example"):
        loss_steps(bad, 20)
