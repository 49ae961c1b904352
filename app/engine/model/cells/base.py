"""What a recurrent cell must offer. Forward, BPTT and flow know a cell through this protocol alone.

A cell maps (x_t, state_{t-1}) to state_t. The state is h for a plain RNN or a GRU, and (h, c) for an LSTM; its first H
values are h, which the read-out sees. Between the two stands the pre-activation s_t, with as many values as the cell
needs in order to rebuild every derivative from it.

Arrays have time first and features last; what is between is a batch. All of a cell's work that does not depend on the
previous state (`linearize`, `parameter_gradients`) is done for every step at once, as one matrix product. The two loops
over time (`run`, `sweep_back`) belong to the cell, because at small sizes a call per step costs as much as the step.
"""

from typing import ClassVar, Protocol

from app.engine.arrays import Array, BoolArray, IntArray, Weights
from app.engine.model.activations import Activation

Rows = int | slice | IntArray  # one step row, or several


class Linearization(Protocol):
    """The local derivatives of every step of one trace, in whatever form the cell wants them.

    The true Jacobian of step t is the one that `state_jacobians` builds, times 10^log10_scale[t]. The scale is zero
    except where a step is so saturated that its derivatives leave float64.
    """

    @property
    def log10_scale(self) -> Array:  # (T,)
        ...

    @property
    def underflowed(self) -> BoolArray:
        """Which steps have a derivative that float64 can't hold beside the step's others, though it is not zero: (T,)."""


class Cell(Protocol):
    """A recurrent cell with its activation."""

    name: ClassVar[str]
    gates: ClassVar[int]  # blocks of H rows in U, W and b_s

    def __init__(self, activation: Activation) -> None: ...

    @property
    def activation(self) -> Activation: ...

    def run(self, parameters: Weights, x: Array, batch: tuple[int, ...]) -> tuple[Array, Array]:
        """All steps forward over x (T, ..., D), from h_0: s (T, *batch, ·) and state (T+1, *batch, S), which may be views."""

    def linearize(self, parameters: Weights, s: Array, state: Array) -> Linearization:
        """The local derivatives of every step: s (T, ..., ·), state (T+1, ..., S)."""

    def sweep_back(self, parameters: Weights, linear: Linearization, start: int, local: Array, adjoint: Array) -> None:
        """All steps back over a run of n steps, the first in row `start`, with log10_scale, as far as float64 holds them.

        local (n, ..., gates·H + O) receives ∂L/∂s beside ∂L/∂z of the state before each step, which it holds already, so
        that one product with W and V above each other takes both back. adjoint (n+1, ..., S) holds its last row, ∂L/∂state
        after the run, and receives the others.
        """

    def step_back(self, parameters: Weights, linear: Linearization, step: Rows, adjoint: Array) -> tuple[Array, Array]:
        """One step back: ∂L/∂state_t → (∂L/∂s_t, ∂L/∂state_{t-1}), for adjoints (..., S); without log10_scale.

        Given several step rows, the adjoints (n, ..., S) each take the step back from their own.
        """

    def parameter_gradients(self, x: Array, state: Array, linear: Linearization, local: Array) -> Weights:
        """∂L/∂U, ∂L/∂W, ∂L/∂b_s summed over all steps, linear in local = ∂L/∂s (T, ..., gates·H)."""

    def recurrent_gradients(self, state: Array, linear: Linearization, steps: IntArray, local: Array) -> Array:
        """∂L/∂W summed over the given step rows (..., n), each with a local adjoint of its own: local (..., n, gates·H)."""

    def log10_recurrent_term_norms(self, state: Array, linear: Linearization, steps: IntArray, local: Array) -> Array:
        """log10 ‖term of ∂L/∂W at a step‖_F for each row of local (n, gates·H), with the step row (n,) that it belongs to: (n,)."""

    def wide_step_back(self, parameters: Weights, linear: Linearization, step: int, adjoint: Array) -> tuple[Array, Array, IntArray]:
        """`step_back` over a step that underflowed: both results near 1, and the power of two that goes with each adjoint, (...)."""

    def state_jacobians(self, parameters: Weights, linear: Linearization, start: int, stop: int, out: Array) -> Array:
        """∂state_t/∂state_{t-1} of the step rows start..stop−1, written into out (stop−start, S, S)."""

    def jacobian_factors(self, parameters: Weights, linear: Linearization, step: int) -> tuple[Array, Array]:
        """∂state_t/∂state_{t-1} as diag(first (S,))·second (S, S), unrounded; a row that underflows only up to a positive factor."""

    def wide_jacobian(self, parameters: Weights, linear: Linearization, step: int) -> tuple[Array, IntArray]:
        """∂state_t/∂state_{t-1} of a step that underflowed: a matrix (S, S), and which power of two goes with each row (S, 1)."""

    def log_derivative(self, linear: Linearization, steps: slice) -> Array | None:
        """ln f'(s_t) of these step rows, (n, S), where the Jacobian of every step is diag(f'(s_t)) W; else None.

        Only then do ρ(W), σ_max(W) and sup f' bound the chain.
        """

    def mean_gain(self, linear: Linearization) -> Array:
        """The mean over the units of the derivative that saturation takes away, f'(s_t), per step: (T,).

        Without log10_scale; NaN for the steps after a divergence whose derivatives are unknown.
        """
