"""One exploration: a network, a sequence and a loss, and whatever is computed from them, each at most once."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from app.engine.arrays import Array, Weights
from app.engine.backward import bptt, clipping, truncation
from app.engine.backward import per_loss_adjoints as per_loss
from app.engine.backward.bptt import Backpropagation, ScaledAdjoints
from app.engine.backward.clipping import Clipped
from app.engine.backward.per_loss_adjoints import PerLossAdjoints
from app.engine.flow import gain_split, spectrum
from app.engine.flow.gain_split import GainSplit
from app.engine.flow.jacobian_norms import JacobianNorms, jacobian_norms
from app.engine.flow.spectrum import Spectrum
from app.engine.model.network import Divergence, Network, Trace, first_bad_row, forward
from app.engine.model.readouts import loss_steps
from app.engine.model.weights import RECURRENT
from app.sequences import InputSequence

if TYPE_CHECKING:
    from app.explore.parameters import RunParameters


@dataclass(frozen=True)
class Exploration:
    """Shared intermediate results, computed when the first part asks for them.

    Attributes
    ----------
    parameters : RunParameters
        Resolved: every default is filled in.
    sequence : InputSequence
        Inputs, targets and labels.
    network : Network
        Cell, read-out and weights.
    """

    parameters: "RunParameters"
    sequence: InputSequence
    network: Network

    @cached_property
    def loss_steps(self) -> tuple[int, ...]:
        """Steps that carry a loss, ascending from 1."""
        return loss_steps(self.parameters.loss_at, len(self.sequence.x))

    @cached_property
    def loss_weights(self) -> Array:
        """m, (T,)."""
        weights = np.zeros(len(self.sequence.x))
        weights[np.array(self.loss_steps) - 1] = 1.0
        return weights

    @cached_property
    def trace(self) -> Trace:
        """The forward pass."""
        return forward(self.network, self.sequence.x)

    @cached_property
    def loss_per_step(self) -> Array:
        """ℓ at every step, (T,), whether or not it counts."""
        return bptt.loss_per_step(self.trace, self.sequence.target)

    @cached_property
    def loss(self) -> float:
        """L; not finite after a divergence."""
        with np.errstate(over="ignore", invalid="ignore"):
            return float(self.loss_per_step[np.array(self.loss_steps) - 1].sum())

    @cached_property
    def backward(self) -> Backpropagation:
        """Full BPTT."""
        return bptt.backpropagate(self.trace, self.sequence.target, self.loss_weights)

    @cached_property
    def adjoints(self) -> ScaledAdjoints:
        """∂L/∂h_t with a scale of its own per step."""
        return bptt.scaled_adjoints(self.trace, self.backward, self.sequence.target, self.loss_weights)

    @cached_property
    def per_loss_adjoints(self) -> PerLossAdjoints:
        """a_{t,k} of every loss step t, lag by lag."""
        return per_loss.per_loss_adjoints(self.trace, self.sequence.target, self.loss_weights)

    @cached_property
    def truncated(self) -> Weights:
        """The gradient at the chosen truncation; the full one at K = T."""
        length, mode = self.parameters.truncation or len(self.sequence.x), self.parameters.truncation_mode
        if length >= len(self.sequence.x):
            return self.backward.gradients
        if mode == "chunked":
            return bptt.backpropagate(self.trace, self.sequence.target, self.loss_weights, chunk=length).gradients
        return truncation.truncated_gradients(self.trace, self.per_loss_adjoints, mode, length)

    @cached_property
    def clipped(self) -> Clipped:
        """The truncated gradient, clipped: what a training step would use."""
        return clipping.clip(self.truncated, self.parameters.clip_mode, self.parameters.clip_threshold)

    @cached_property
    def jacobian_norms(self) -> JacobianNorms:
        """log10 ‖∂h_T/∂h_k‖; log10_spectral is NaN unless both norms are asked for."""
        return jacobian_norms(self.trace, spectral=self.parameters.norms == "both")

    @cached_property
    def gain_split(self) -> GainSplit:
        """log10 ‖∂h_T/∂h_0‖₂ by step, and by derivative and weights."""
        return gain_split.gain_split(self.trace, self.jacobian_norms)

    @cached_property
    def spectrum(self) -> Spectrum:
        """Eigenvalues and singular values of W."""
        return spectrum.spectrum(self.network.parameters[RECURRENT], self.network.cell)

    def divergence(self, *, with_gradients: bool) -> Divergence | None:
        """The first quantity that left float64: a state, the loss, or (where it was computed) the gradient."""
        if self.trace.divergence is not None:
            return self.trace.divergence
        counted = self.loss_per_step[np.array(self.loss_steps) - 1]
        if not np.isfinite(counted).all():
            return Divergence(self.loss_steps[first_bad_row(counted)], "loss")
        if not np.isfinite(self.loss):
            return Divergence(self.loss_steps[-1], "loss")
        if with_gradients and not np.isfinite(clipping.flattened(self.backward.gradients)).all():
            steps = np.flatnonzero(~np.isfinite(self.backward.adjoint).all(axis=1))
            return Divergence(int(steps[-1]) if len(steps) else 1, "gradient")
        return None
