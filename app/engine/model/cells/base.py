"""What a recurrent cell offers: it says what it is made of, runs forward, and gives the local derivatives of what it ran.

A cell maps (x_t, state_{t-1}) to state_t. The state is h for a plain RNN or a GRU, and (h, c) for an LSTM: S values, of which the
first H are h, which the read-out sees. Between the two stands the pre-activation s_t: P values, as many as the cell needs in order
to rebuild every derivative from it.

Arrays have time first and features last; what is between is a batch. All of a cell's work that does not depend on the
previous state (`linearize`, `parameter_gradients`) is done for every step at once, as one matrix product. The two loops
over time (`run`, `sweep_back`) belong to the cell, because at small sizes a call per step costs as much as the step.
"""

import dataclasses
from typing import Any, ClassVar, Protocol

from app.engine.arrays import Array, BoolArray, IntArray, Weights
from app.engine.model.activations import Activation
from app.engine.model.weights import READOUT_WEIGHTS, Weight, initial_state

Rows = slice | IntArray  # rows of arrays over steps: row 0 is step 1


class Cell(Protocol):
    """A recurrent cell with its activation and its settings: a frozen dataclass.

    Attributes
    ----------
    name : str
        As in CELLS.
    states : tuple of str
        Names of its states, H values each; the first is h.
    gates : tuple of str
        Names of its gates, in the order of their blocks of rows in U, W and b_s.
    weights : tuple of Weight
        What it learns beside the initial state, which follows from `states`.
    """

    name: ClassVar[str]
    states: ClassVar[tuple[str, ...]]
    gates: ClassVar[tuple[str, ...]]
    weights: ClassVar[tuple[Weight, ...]]

    def __init__(self, activation: Activation, **settings: float) -> None: ...

    @property
    def activation(self) -> Activation: ...

    @property
    def jacobian_is_product(self) -> bool:
        """Whether J_t = diag(f'(s_t)) W: only then do ρ(W), σ_max(W) and sup f' bound the chain, and its gain splits into the two."""

    def run(self, parameters: Weights, x: Array, batch: tuple[int, ...]) -> tuple[Array, Array]:
        """All steps forward over x (T, ..., D), from the initial state: s (T, *batch, P) and state (T+1, *batch, S), maybe views."""

    def linearize(self, parameters: Weights, x: Array, s: Array, state: Array) -> "Linearization":
        """The local derivatives of every step: x (T, ..., D), s (T, ..., P), state (T+1, ..., S)."""


def declared_weights(cell: Cell | type[Cell]) -> tuple[Weight, ...]:
    """Everything that a network of this cell learns, the read-out's and the initial state included: matrices, then vectors."""
    return tuple(sorted((*cell.weights, *READOUT_WEIGHTS, *initial_state(cell.states)), key=lambda weight: -len(weight.shape)))


def shapes_of(cell: Cell | type[Cell], input_size: int, hidden_size: int, output_size: int) -> dict[str, tuple[int, ...]]:
    """The shape of every declared weight by name, for these sizes."""
    return {weight.name: weight.sizes(D=input_size, H=hidden_size, O=output_size) for weight in declared_weights(cell)}


def settings_of(cell: type[Cell]) -> dict[str, float]:
    """The flat parameters that a cell reads for itself, with their defaults: the fields of its dataclass, its activation apart."""
    fields: Any = dataclasses.fields(cell)  # type: ignore[arg-type]
    return {setting.name: setting.default for setting in fields if setting.name != "activation"}


class Linearization(Protocol):
    """The local derivatives of every step of one trace. BPTT and the flow of gradients know a cell through these methods alone."""

    @property
    def known(self) -> BoolArray:
        """Which steps have a Jacobian, (T,): those before a divergence, and all where it doesn't depend on the state."""

    @property
    def log10_scale(self) -> Array:
        """(T,). The true Jacobian of step t is the one that `state_jacobians` builds, times 10^log10_scale[t].

        It is zero except where a step is so saturated that its derivatives leave float64.
        """

    @property
    def underflowed(self) -> BoolArray:
        """Which steps have a Jacobian with entries that float64 can't hold beside its others, though they are not zero: (T,)."""

    def sweep_back(self, start: int, local: Array, adjoint: Array, readout: Array) -> None:
        """All steps back over a run of n steps, the first in row `start`, with log10_scale, as far as float64 holds them.

        local[t] = [∂L/∂s_t | ∂L/∂z_{t−1}], (n, ..., P + O). The right part is given, the left part is written. adjoint (n+1, ..., S)
        holds its last row, ∂L/∂state after the run, and receives the others; `readout` is V (O, H). Stored side by side, one product
        takes both parts back.
        """

    def step_back(self, rows: Rows, adjoint: Array) -> tuple[Array, Array]:
        """∂L/∂state_t → (∂L/∂s_t, ∂L/∂state_{t−1}) as far as float64 holds them, for adjoints (n, ..., S), each from its own of n rows.

        Any number of adjoints take the step back from a single row.
        """

    def scaled_step_back(self, rows: Rows, adjoint: Array) -> tuple[Array, Array, Array, Array]:
        """The same for adjoints (n, S) near unit norm, losing nothing: the two results, and log10 of what goes with each, (n,) and (n,)."""

    def parameter_gradients(self, local: Array) -> Weights:
        """The gradient of each of the cell's weights, summed over the first n steps, linear in local = ∂L/∂s (n, ..., P)."""

    def gradients_at(self, rows: IntArray, local: Array) -> Weights:
        """The same summed over given rows (..., n), each with a local adjoint of its own: local (..., n, P)."""

    def recurrent_gradient(self, rows: IntArray, local: Array) -> Array:
        """∂L/∂W of `gradients_at`."""

    def scaled_recurrent_gradient(self, rows: IntArray, local: Array, log10_scale: Array) -> tuple[Array, Array]:
        """∂L/∂W summed over rows (n,) with adjoints local·10^log10_scale, losing nothing: a flat unit vector, and log10 of the norm."""

    def log10_recurrent_term_norms(self, rows: IntArray, local: Array) -> Array:
        """log10 ‖term of ∂L/∂W at a step‖_F for each row of local (n, P), with the step's row (n,) that it belongs to: (n,)."""

    def state_jacobians(self, start: int, stop: int, out: Array) -> Array:
        """∂state_t/∂state_{t-1} of the rows start..stop−1, written into out (stop−start, S, S)."""

    def jacobian_factors(self, row: int) -> tuple[Array, Array]:
        """∂state_t/∂state_{t-1} as diag(first (S,))·second (S, S), unrounded; a row that underflows only up to a positive factor."""

    def wide_jacobian(self, row: int) -> tuple[Array, IntArray]:
        """∂state_t/∂state_{t-1} of a step that underflowed: a matrix (S, S), and which power of two goes with each row (S, 1)."""

    def log_derivative(self, rows: slice) -> Array | None:
        """ln f'(s_t) of these rows, (n, S), where every Jacobian is diag(f'(s_t)) W; else None."""

    def mean_derivative(self) -> Array | None:
        """The mean of f'(s_t) over the units, (T,), where every Jacobian is diag(f'(s_t)) W; else None.

        Without log10_scale; NaN for the steps after a divergence whose derivatives are unknown.
        """
