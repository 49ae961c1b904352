"""Each optimiser by hand; that they equal torch.optim over 50 steps is in tests/oracle."""

import numpy as np
import pytest

from app.engine.optimizers import OPTIMIZERS, SGD, Adam, Momentum, RMSprop, settings_of

GRADIENTS = ({"w": np.array([2.0, -1.0])}, {"w": np.array([1.0, 3.0])})


def walked(optimizer, start=(0.0, 10.0)):
    """The parameters after each of two updates."""
    theta = {"w": np.array(start)}
    state, places = optimizer.init(theta), []
    for gradients in GRADIENTS:
        state, theta = optimizer.update(state, gradients, theta)
        places.append(theta["w"])
    return places


def test_sgd_by_hand():
    np.testing.assert_allclose(walked(SGD(learning_rate=0.5)), [[-1.0, 10.5], [-1.5, 9.0]])


def test_momentum_adds_the_whole_gradient_to_what_is_left_of_the_velocity():
    # v = (2, −1), then 0.5·(2, −1) + (1, 3) = (2, 2.5)
    np.testing.assert_allclose(walked(Momentum(learning_rate=0.1, momentum=0.5)), [[-0.2, 10.1], [-0.4, 9.85]])


def test_rmsprop_divides_by_the_root_and_adds_epsilon_outside_of_it():
    first, second = walked(RMSprop(learning_rate=0.1, second_decay=0.5, epsilon=0.1))
    # r = 0.5·(4, 1), then 0.5·(2, 0.5) + 0.5·(1, 9) = (1.5, 4.75)
    np.testing.assert_allclose(first, [-0.2 / (np.sqrt(2.0) + 0.1), 10.0 + 0.1 / (np.sqrt(0.5) + 0.1)])
    np.testing.assert_allclose(second, first - [0.1 / (np.sqrt(1.5) + 0.1), 0.3 / (np.sqrt(4.75) + 0.1)])


def test_adams_first_step_is_the_learning_rate_whatever_the_gradients_size():
    first, _ = walked(Adam(learning_rate=0.1, epsilon=0.0))
    np.testing.assert_allclose(first, [-0.1, 10.1])


def test_adams_second_step_corrects_the_bias_of_both_moments():
    first, second = walked(Adam(learning_rate=0.1, first_decay=0.5, second_decay=0.5, epsilon=0.0))
    mean = (0.25 * np.array([2.0, -1.0]) + 0.5 * np.array([1.0, 3.0])) / 0.75
    square = (0.25 * np.array([4.0, 1.0]) + 0.5 * np.array([1.0, 9.0])) / 0.75
    np.testing.assert_allclose(second, first - 0.1 * mean / np.sqrt(square))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_nothing_is_mutated_and_the_updates_are_counted(name):
    optimizer = OPTIMIZERS[name]()
    theta, gradients = {"w": np.array([1.0, 2.0])}, {"w": np.array([3.0, 4.0])}
    for arrays in (theta, gradients):
        arrays["w"].setflags(write=False)
    state = optimizer.init(theta)
    for count in range(3):
        assert state.updates == count
        for moment in (state.first_moment, state.second_moment):
            for array in moment.values():
                array.setflags(write=False)
        again, _ = optimizer.update(state, gradients, theta)
        state, _ = optimizer.update(state, gradients, theta)
        for moment in ("first_moment", "second_moment"):
            for key, value in getattr(state, moment).items():
                np.testing.assert_array_equal(value, getattr(again, moment)[key])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_descends_a_bowl(name):
    optimizer = OPTIMIZERS[name](learning_rate=0.05)
    theta = {"w": np.array([1.0, -2.0])}
    state = optimizer.init(theta)
    for _ in range(200):
        state, theta = optimizer.update(state, {"w": 2.0 * theta["w"]}, theta)
    assert np.abs(theta["w"]).max() < 0.1


def test_settings_are_the_flat_parameters_with_their_defaults():
    assert settings_of(RMSprop) == {"learning_rate": 0.001, "second_decay": 0.99, "epsilon": 1e-8}
    assert settings_of(Adam) == {"learning_rate": 0.001, "first_decay": 0.9, "second_decay": 0.999, "epsilon": 1e-8}
