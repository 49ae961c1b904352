"""Every number of an answer against mpmath, through the application's own entry: random networks, and those at the ends of float64."""

import os

import numpy as np
import pytest

from app.engine.model.cells import CELLS, settings_of
from tests.cells import VARIANTS
from tests.oracle.checks import compared

NETWORKS = int(os.environ.get("ORACLE_NETWORKS", "1"))  # of each kind
OTHERS = [name for name, (cell, _) in VARIANTS.items() if cell != "rnn"]


def network(rng, H=3, D=2, O=2, scale=1.0):  # noqa: E741
    shapes = {"U": (H, D), "W": (H, H), "V": (O, H), "b_s": (H,), "b_z": (O,), "h_0": (H,)}
    return {name: scale * rng.standard_normal(shape) for name, shape in shapes.items()}


def one_unit(**given):
    shapes = {"U": (1, 1), "W": (1, 1), "V": (1, 1), "b_s": (1,), "b_z": (1,), "h_0": (1,)}
    return {name: np.full(shape, float(given.get(name, 1.0))) for name, shape in shapes.items()}


@pytest.mark.parametrize("number", range(NETWORKS))
@pytest.mark.parametrize("clip_mode", ["global_norm", "per_parameter", "value"])
@pytest.mark.parametrize("mode", ["sliding", "chunked"])
@pytest.mark.parametrize("loss_at", ["last", "every", "2,3"])
@pytest.mark.parametrize("readout", ["identity", "softmax"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
def test_random_networks(activation, readout, loss_at, mode, clip_mode, number):
    rng = np.random.default_rng([number, *f"{activation} {readout} {loss_at} {mode} {clip_mode}".encode()])
    H, T = int(rng.integers(1, 4)), int(rng.integers(3, 6))
    x, target = rng.standard_normal((T, 2)), rng.standard_normal((T, 2))
    if readout == "softmax":
        target = np.eye(2)[rng.integers(0, 2, T)]
    compared(
        network(rng, H, scale=0.8),
        x,
        target,
        activation=activation,
        readout=readout,
        loss_at=loss_at,
        truncation=int(rng.integers(1, T + 1)),
        truncation_mode=mode,
        clip_mode=clip_mode,
        clip_threshold=float(rng.choice([0.0, 0.1, 5.0])),
        hidden_size=H,
    )


@pytest.mark.parametrize("number", range(NETWORKS))
@pytest.mark.parametrize("mode", ["sliding", "chunked"])
@pytest.mark.parametrize("readout", ["identity", "softmax"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize("variant", OTHERS)
def test_random_networks_of_every_other_cell(variant, activation, readout, mode, number):
    rng = np.random.default_rng([number, *f"{variant} {activation} {readout} {mode}".encode()])
    (cell, settings), H, T = VARIANTS[variant], int(rng.integers(1, 4)), int(rng.integers(3, 6))
    x, target = rng.standard_normal((T, 2)), rng.standard_normal((T, 2))
    compared(
        network(rng, H, scale=0.8),
        x,
        np.eye(2)[rng.integers(0, 2, T)] if readout == "softmax" else target,
        cell=cell,
        **settings_of(CELLS[cell]) | settings,
        activation=activation,
        readout=readout,
        loss_at=str(rng.choice(["last", "every", "2,3"])),
        truncation=int(rng.integers(1, T + 1)),
        truncation_mode=mode,
        clip_mode=str(rng.choice(["global_norm", "per_parameter", "value"])),
        clip_threshold=float(rng.choice([0.0, 0.1, 5.0])),
        hidden_size=H,
    )


@pytest.mark.parametrize("leak", [1e-6, 0.3, 0.999])
@pytest.mark.parametrize("x", [-40.0, 199.0, 1e4])
def test_one_saturated_unit_that_leaks(x, leak):
    weights = one_unit(b_z=0.5, h_0=0.25)
    compared(weights, np.full((4, 1), x), np.zeros((4, 1)), cell="leaky", leak=leak, hidden_size=1, clip_threshold=0.3)


@pytest.mark.parametrize("x", [-40.0, -31.0, 199.0, 300.0, 1e4])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_one_saturated_unit(activation, x):
    weights = one_unit(b_z=0.5)  # or z = tanh(−40) + 1 would lose all digits
    compared(weights, np.full((4, 1), x), np.zeros((4, 1)), activation=activation, hidden_size=1, clip_threshold=0.3)


@pytest.mark.parametrize("distance", [50.0, 300.0, 1000.0])
def test_a_softmax_that_is_right_by_far(distance):
    weights = {"U": np.eye(2), "W": np.eye(2) * 0.5, "V": np.eye(2), "b_s": np.zeros(2), "b_z": np.zeros(2), "h_0": np.zeros(2)}
    x, target = np.tile([distance, 0.0], (3, 1)), np.tile([1.0, 0.0], (3, 1))
    compared(weights, x, target, activation="identity", readout="softmax", loss_at="every", hidden_size=2, digits=1_000)


@pytest.mark.parametrize("seed", range(4))
def test_relu_units_that_are_off(seed):
    rng = np.random.default_rng(seed)
    weights = network(rng, 3)
    weights["b_s"] -= 1.0
    compared(weights, rng.standard_normal((5, 2)), rng.standard_normal((5, 2)), activation="relu", hidden_size=3)


@pytest.mark.parametrize("W", [[[0, 1], [0, 2]], [[0, 1], [0, 0]], [[2, 0], [0, 0.5]], [[1, 1], [0, 1]], [[0, 0], [0, 0]]])
def test_singular_and_triangular_weights(W):
    rng = np.random.default_rng(0)
    weights = network(rng, 2) | {"W": np.array(W, dtype=float)}
    compared(weights, rng.standard_normal((5, 2)), rng.standard_normal((5, 2)), activation="identity", hidden_size=2)
