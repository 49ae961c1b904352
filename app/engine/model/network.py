"""A recurrent network (cell and read-out with their parameters) and its forward pass, kept as a Trace."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.engine.arrays import Array, Weights
from app.engine.errors import UnknownName, WrongShape
from app.engine.model.cells import Cell, Linearization, shapes_of
from app.engine.model.readouts import Readout
from app.engine.numerics.products import affine


@dataclass(frozen=True)
class Network:
    """What is fixed (cell, read-out) and what is learned (parameters: the weights that both declare, by name)."""

    cell: Cell
    readout: Readout
    parameters: Weights

    @property
    def hidden_size(self) -> int:
        """H."""
        return int(self.parameters["V"].shape[-1])

    def initial_state(self, state: Array) -> Weights:
        """States (..., S) taken apart, under the names of the weights that are the state before the first step."""
        size = self.hidden_size
        return {f"{name}_0": state[..., place * size : (place + 1) * size] for place, name in enumerate(self.cell.states)}


@dataclass(frozen=True)
class Divergence:
    """Where the run left the range of float64: the first step whose value it can't hold, and which quantity that is."""

    step: int
    quantity: str


@dataclass(frozen=True)
class Trace:
    """Everything that a forward pass computed. After a divergence the remaining rows are NaN.

    Attributes
    ----------
    x : Array
        (T, ..., D), inputs; row 0 is x_1.
    s : Array
        (T, ..., P), pre-activations; row 0 is s_1.
    state : Array
        (T+1, ..., S), states; row 0 is the initial one.
    z, y : Array
        (T, ..., O), output pre-activations and outputs.
    divergence : Divergence or None
        Where the states left float64.
    """

    network: Network
    x: Array
    s: Array
    state: Array
    z: Array
    y: Array
    divergence: Divergence | None

    @property
    def length(self) -> int:
        """T."""
        return len(self.x)

    @property
    def h(self) -> Array:
        """(T+1, ..., H), hidden states; h[0] is h_0."""
        return self.state[..., : self.network.hidden_size]

    @cached_property
    def linear(self) -> Linearization:
        """The local derivatives of every step, for BPTT and flow; computed when first asked for."""
        return self.network.cell.linearize(self.network.parameters, self.x, self.s, self.state)


def forward(network: Network, x: Array) -> Trace:
    """Run the network over a sequence.

    s_t = U x_t + W h_{t-1} + b_s,  h_t = f(s_t),  z_t = V h_t + b_z,  y_t = g(z_t).

    Parameters
    ----------
    network : Network
        Its parameters may carry leading axes (one network per member of the batch).
    x : Array
        (T, D), or (T, B, D) for a batch.

    Returns
    -------
    Trace
        A state that leaves float64 is no error: `divergence` names the step, and the rows from it on are NaN.
    """
    cell, parameters = network.cell, network.parameters
    batch = np.broadcast_shapes(x.shape[1:-1], parameters["b_z"].shape[:-1])
    with np.errstate(over="ignore", invalid="ignore"):
        s, state = cell.run(parameters, x, batch)
        divergence = cut_divergence(s, state)
        z = affine(parameters["V"], state[1:, ..., : network.hidden_size]) + parameters["b_z"]
        y = network.readout.output(z)
    if divergence is None and not np.isfinite(z).all():
        divergence = Divergence(first_bad_row(z) + 1, "z")
    return Trace(network, x, s, state, z, y, divergence)


def cut_divergence(s: Array, state: Array) -> Divergence | None:
    """Find the first step that left float64, and set everything from it on to NaN; in a batch, each member's own."""
    # A finite sum proves every term finite, at a fraction of the cost of looking at each.
    if np.isfinite(s.sum()) and np.isfinite(state.sum()):
        return None
    bad_s, bad_state = (np.asarray(~np.isfinite(values).all(axis=-1)) for values in (s, state[1:]))  # (T, ...)
    lost = np.asarray(np.logical_or.accumulate(bad_s | bad_state, axis=0))
    if not lost.any():
        return None
    s[lost] = np.nan
    state[1:][lost] = np.nan
    row = int(np.argmax(lost.reshape(len(lost), -1).any(axis=1)))
    return Divergence(row + 1, "s" if bad_s[row].any() else "h")


def first_bad_row(values: Array) -> int:
    """The first row (along time) that holds a non-finite value; the number of rows if none does."""
    finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    return int(np.argmin(finite)) if not finite.all() else len(values)


def check_shapes(parameters: Weights, cell: Cell, input_size: int, hidden_size: int, output_size: int) -> None:
    """Raise UnknownName for a weight that the cell doesn't have, and WrongShape for the first whose shape doesn't fit the sizes."""
    shapes = shapes_of(cell, input_size, hidden_size, output_size)
    for name in parameters:
        if name not in shapes:
            raise UnknownName("weights", name, shapes)
    for name, shape in shapes.items():
        if parameters[name].shape != shape:
            raise WrongShape(name, parameters[name].shape, shape)
