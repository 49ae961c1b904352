"""The networks on which this project and its oracles are compared: every activation, loss and placement of the loss."""

from dataclasses import dataclass, field

import numpy as np

from app.engine.arrays import Array, Weights
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS
from app.engine.model.network import Network
from app.engine.model.readouts import READOUTS, loss_steps

PLACEMENTS = ("many-to-one", "many-to-many", "one-to-many", "named steps")
LOSS_AT = {"many-to-one": "last", "many-to-many": "every", "one-to-many": "every", "named steps": "2,5,6"}
KINDS = [(activation, readout, placement) for activation in ACTIVATIONS for readout in READOUTS for placement in PLACEMENTS]
NAMES = ("U", "V", "W", "b_s", "b_z", "h_0")
# Truncation and clipping are compared at these settings.
TRUNCATION = 3
CLIP_THRESHOLDS = {"global_norm": 0.5, "per_parameter": 0.2, "value": 0.05}


@dataclass(frozen=True)
class Problem:
    """A network with inputs, targets and the steps that carry a loss, counted from 1."""

    activation: str
    readout: str
    parameters: Weights
    x: Array
    target: Array
    loss_steps: tuple[int, ...]
    cell: str = "rnn"
    settings: dict[str, float] = field(default_factory=dict)

    @property
    def network(self) -> Network:
        return Network(CELLS[self.cell](ACTIVATIONS[self.activation], **self.settings), READOUTS[self.readout], self.parameters)

    @property
    def loss_weights(self) -> Array:
        weights = np.zeros(len(self.x))
        weights[np.array(self.loss_steps) - 1] = 1.0
        return weights


def random_problem(kind: tuple[str, str, str], rng: np.random.Generator, sizes: tuple[int, int, int, int]) -> Problem:
    """Draw a problem with (D, H, O, T) values; the draw shares no code with the application's initialisers."""
    activation, readout, placement = kind
    inputs, hidden, outputs, length = sizes
    shapes = {"U": (hidden, inputs), "V": (outputs, hidden), "W": (hidden, hidden), "b_s": (hidden,), "b_z": (outputs,), "h_0": (hidden,)}
    scales = {"W": 1.2 / np.sqrt(hidden), "V": 1.0 / np.sqrt(hidden)}
    parameters = {name: scales.get(name, 0.5) * rng.standard_normal(shape) for name, shape in shapes.items()}
    x = rng.standard_normal((length, inputs))
    if placement == "one-to-many":
        x[1:] = 0.0
    target = np.eye(outputs)[rng.integers(outputs, size=length)] if readout == "softmax" else rng.standard_normal((length, outputs))
    return Problem(activation, readout, parameters, x, target, loss_steps(LOSS_AT[placement], length))


def flattened(gradients: Weights) -> Array:
    """All gradients as one vector, in the order of NAMES."""
    return np.concatenate([gradients[name].ravel() for name in NAMES])
