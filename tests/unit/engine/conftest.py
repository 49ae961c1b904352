"""Small networks and sequences that the engine's tests share."""

from collections.abc import Callable

import numpy as np
import pytest

from app.engine.arrays import Array
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS
from app.engine.model.initializers import draw_parameters
from app.engine.model.network import Network
from app.engine.model.readouts import READOUTS, loss_steps

MakeNetwork = Callable[..., Network]


@pytest.fixture
def make_network() -> MakeNetwork:
    """Draw a network of any kind; random biases and h_0, so that no gradient is zero by accident."""

    def make(
        activation: str = "tanh",
        readout: str = "identity",
        cell: str = "rnn",
        seed: int = 3,
        spectral_radius: float = 1.1,
        sizes: tuple[int, int, int] = (3, 4, 2),
    ) -> Network:
        input_size, hidden_size, output_size = sizes
        parameters = draw_parameters(
            input_size=input_size,
            hidden_size=hidden_size,
            output_size=output_size,
            initializer="gaussian",
            spectral_radius=spectral_radius,
            input_scale=1.0,
            output_scale=1.0,
            bias_scale=0.3,
            seed=seed,
            cell=CELLS[cell],
        )
        parameters["h_0"] = np.random.default_rng(seed).standard_normal(hidden_size) * 0.5
        return Network(CELLS[cell](ACTIVATIONS[activation]), READOUTS[readout], parameters)

    return make


@pytest.fixture
def make_data() -> Callable[..., tuple[Array, Array]]:
    """Draw inputs and targets that fit a network's sizes and read-out."""

    def make(network: Network, length: int, seed: int = 5) -> tuple[Array, Array]:
        rng = np.random.default_rng(seed)
        outputs = len(network.parameters["b_z"])
        x = rng.standard_normal((length, network.parameters["U"].shape[1]))
        if network.readout.name == "softmax":
            return x, np.eye(outputs)[rng.integers(outputs, size=length)]
        return x, rng.standard_normal((length, outputs))

    return make


@pytest.fixture
def make_weights() -> Callable[[str, int], Array]:
    """Loss weights m from where the loss sits."""

    def make(loss_at: str, length: int) -> Array:
        weights = np.zeros(length)
        weights[np.array(loss_steps(loss_at, length)) - 1] = 1.0
        return weights

    return make
