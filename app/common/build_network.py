"""The network that flat parameters describe."""

from app.common.cell_settings import resolved_settings
from app.common.parameters import NetworkParameters
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS, Cell
from app.engine.model.initializers import draw_parameters
from app.engine.model.network import Network
from app.engine.model.readouts import READOUTS


def build_cell(parameters: NetworkParameters) -> Cell:
    """The cell with its activation and settings."""
    settings = {name: value for name, value in resolved_settings(parameters).items() if value is not None}
    return CELLS[parameters.cell](ACTIVATIONS[parameters.activation], **settings)


def build_network(parameters: NetworkParameters, *, input_size: int, output_size: int, readout: str) -> Network:
    """Build the network that the parameters describe, with random weights: the same for the same seed."""
    cell = build_cell(parameters)
    drawn = draw_parameters(
        input_size=input_size,
        hidden_size=parameters.hidden_size,
        output_size=output_size,
        initializer=parameters.initializer,
        spectral_radius=parameters.spectral_radius,
        input_scale=parameters.input_scale,
        output_scale=parameters.output_scale,
        bias_scale=parameters.bias_scale,
        seed=parameters.seed,
        cell=cell,
    )
    return Network(cell, READOUTS[readout], drawn)
