"""The networks that are measured: tanh, near the edge, so that no norm falls out of float64 in the peers."""

import numpy as np

from app.engine.arrays import Array
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS
from app.engine.model.initializers import draw_parameters
from app.engine.model.network import Network, Trace, forward
from app.engine.model.readouts import READOUTS

SIZES = ((16, 50), (32, 100), (64, 200), (128, 500), (256, 1000))
INPUTS = OUTPUTS = 8


def network_of(hidden_size: int) -> Network:
    """A tanh network with 8 inputs and 8 outputs, ρ = 1.4."""
    parameters = draw_parameters(
        input_size=INPUTS,
        hidden_size=hidden_size,
        output_size=OUTPUTS,
        initializer="gaussian",
        spectral_radius=1.4,
        input_scale=0.5,
        output_scale=1.0,
        bias_scale=0.0,
        seed=0,
    )
    return Network(CELLS["rnn"](ACTIVATIONS["tanh"]), READOUTS["identity"], parameters)


def data_of(length: int) -> tuple[Array, Array]:
    """Inputs and targets, white noise."""
    rng = np.random.default_rng(length)
    return rng.standard_normal((length, INPUTS)), rng.standard_normal((length, OUTPUTS))


def trace_of(hidden_size: int, length: int) -> Trace:
    trace = forward(network_of(hidden_size), data_of(length)[0])
    assert not trace.linear.log10_scale.any()  # and now the derivatives are there: only the chain is timed
    return trace
