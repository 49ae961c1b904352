"""Random networks of every cell, with inputs, targets and loss weights."""

import numpy as np
from hypothesis import strategies as st

from app.engine.model.activations import ACTIVATIONS
from app.engine.model.initializers import INITIALIZERS, draw_parameters
from app.engine.model.network import Network
from app.engine.model.readouts import READOUTS
from app.engine.model.weights import initial_state
from tests.cells import VARIANTS, made


@st.composite
def problems(draw):
    """A network, inputs, targets and loss weights."""
    D, H, outputs, T = (draw(st.integers(1, largest)) for largest in (3, 4, 3, 6))
    seed = draw(st.integers(0, 2**31 - 1))
    cell = made(draw(st.sampled_from(sorted(VARIANTS))), draw(st.sampled_from(sorted(ACTIVATIONS))))
    readout = draw(st.sampled_from(sorted(READOUTS)))
    parameters = draw_parameters(
        input_size=D,
        hidden_size=H,
        output_size=outputs,
        initializer=draw(st.sampled_from(sorted(INITIALIZERS))),
        spectral_radius=draw(st.floats(0.1, 2.0)),
        input_scale=1.0,
        output_scale=1.0,
        bias_scale=0.5,
        seed=seed,
        cell=cell,
    )
    rng = np.random.default_rng(seed)
    for weight in initial_state(cell.states):
        parameters[weight.name] = rng.standard_normal(H)
    target = np.eye(outputs)[rng.integers(outputs, size=T)] if readout == "softmax" else rng.standard_normal((T, outputs))
    weights = np.zeros(T)
    weights[draw(st.lists(st.integers(0, T - 1), min_size=1, unique=True))] = 1.0
    return Network(cell, READOUTS[readout], parameters), rng.standard_normal((T, D)), target, weights
