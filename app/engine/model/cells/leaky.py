"""The leaky integrator: s_t = U x_t + W h_{t-1} + b_s, h_t = (1 − a) h_{t-1} + a f(s_t), with the leak a in (0, 1].

J_t = (1 − a) I + a diag(f'(s_t)) W: the first part alone, the direct path, keeps (1 − a)^n of a gradient over n steps. It is the
unit of reservoirs (Jaeger, Lukoševičius, Popovici and Siewert 2007, Neural Networks 20) and, with a = Δt/τ, Euler's step of the rate
models of neuroscience. At a = 1 it is the rnn, to the last digit.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from app.engine.arrays import Array, BoolArray, IntArray, Weights
from app.engine.errors import InvalidParameter
from app.engine.interruption import stretches
from app.engine.model.activations import Activation
from app.engine.model.cells.affine import AffineGradients, stacked_steps
from app.engine.model.cells.base import Linearization, Rows
from app.engine.model.cells.rnn import RNN, RNNLinearization
from app.engine.model.weights import Weight, affine_weights
from app.engine.numerics.products import affine


@dataclass(frozen=True)
class Leaky:
    """A leaky integrator: each unit keeps 1 − a of its state and moves by a towards f(s_t)."""

    activation: Activation
    leak: float = 0.3
    name: ClassVar[str] = "leaky"
    states: ClassVar[tuple[str, ...]] = ("h",)
    gates: ClassVar[tuple[str, ...]] = ()
    weights: ClassVar[tuple[Weight, ...]] = affine_weights()

    def __post_init__(self) -> None:
        if not 0.0 < self.leak <= 1.0:
            raise InvalidParameter("leak", self.leak, "a number above 0, at most 1", "At 1 the state is f(s_t) alone, as in cell=rnn.")

    @property
    def jacobian_is_product(self) -> bool:
        """J_t = diag(f'(s_t)) W at a = 1 only."""
        return self.leak == 1.0

    def run(self, parameters: Weights, x: Array, batch: tuple[int, ...]) -> tuple[Array, Array]:
        if self.leak == 1.0:
            return RNN(self.activation).run(parameters, x, batch)
        leak, keep, function, multiply, add = self.leak, 1.0 - self.leak, self.activation.function, np.multiply, np.add
        W = parameters["W"]
        size = W.shape[-1]
        s, kept = np.empty((len(x), *batch, size)), np.empty((*batch, size))
        if W.ndim > 2:
            s[:] = affine(parameters["U"], x) + parameters["b_s"]
            state = np.empty((len(x) + 1, *batch, size))
            state[0] = parameters["h_0"]
            for steps in stretches(len(x), W.size):
                for previous, s_t, h_t in zip(state[steps], s[steps], state[1:][steps], strict=True):
                    add(s_t, affine(W, previous), out=s_t)
                    function(s_t, h_t)
                    multiply(h_t, leak, h_t)
                    add(h_t, multiply(previous, keep, kept), h_t)
            return s, state
        weights, stacked = stacked_steps(parameters, x, batch)
        state = stacked[..., :size]
        for steps in stretches(len(x), math.prod(batch) * weights.size):
            for given, previous, s_t, h_t in zip(stacked[steps], state[steps], s[steps], state[1:][steps], strict=True):
                given.dot(weights, s_t)
                function(s_t, h_t)
                multiply(h_t, leak, h_t)
                add(h_t, multiply(previous, keep, kept), h_t)
        return s, state

    def linearize(self, parameters: Weights, x: Array, s: Array, state: Array) -> Linearization:
        driven = RNN(self.activation).linearize(parameters, x, s, state)
        return driven if self.leak == 1.0 else LeakyLinearization(x, state, driven, self.leak)


@dataclass(frozen=True)
class LeakyLinearization(AffineGradients):
    """J_t = (1 − a) I + a·(the Jacobian of f(s_t)).

    The diagonal of (1 − a) holds every row far above the end of float64. So a derivative that float64 can't hold is nothing beside it,
    and J_t needs no scale; ∂L/∂s_t, which is a times that derivative, does.
    """

    driven: RNNLinearization  # of f(s_t)
    leak: float

    @property
    def known(self) -> BoolArray:
        return self.driven.known

    @cached_property
    def log10_scale(self) -> Array:
        return np.zeros(len(self.x))

    @cached_property
    def underflowed(self) -> BoolArray:
        return np.zeros(len(self.x), dtype=bool)

    @cached_property
    def _gain(self) -> Array:
        """a f'(s_t), zero where float64 can't hold it."""
        return np.asarray(self.leak * self.driven.plain_derivative)

    def sweep_back(self, start: int, local: Array, adjoint: Array, readout: Array) -> None:
        W, keep, multiply, add = self.driven.parameters["W"], 1.0 - self.leak, np.multiply, np.add
        weights, kept = np.concatenate([W, readout]), np.empty(adjoint.shape[1:])
        of_s, gain = local[..., : len(W)], self._gain[start : start + len(local)]
        backwards = gain[::-1], adjoint[:0:-1], of_s[::-1], local[::-1], adjoint[-2::-1]
        for stretch in stretches(len(local), math.prod(local.shape[1:]) * weights.shape[1]):
            for slope, after, local_of_s, local_t, before in zip(*(arrays[stretch] for arrays in backwards), strict=True):
                multiply(after, slope, local_of_s)
                local_t.dot(weights, before)
                add(before, multiply(after, keep, kept), before)

    def step_back(self, rows: Rows, adjoint: Array) -> tuple[Array, Array]:
        local, before = self.driven.step_back(rows, self.leak * adjoint)
        before += (1.0 - self.leak) * adjoint
        return local, before

    def scaled_step_back(self, rows: Rows, adjoint: Array) -> tuple[Array, Array, Array, Array]:
        local, before, log10_local, log10_before = self.driven.scaled_step_back(rows, adjoint)
        log10_leak = math.log10(self.leak)
        before = before * (10.0 ** (log10_before + log10_leak))[:, None] + (1.0 - self.leak) * adjoint
        return local, before, log10_local + log10_leak, np.zeros(len(before))

    def state_jacobians(self, start: int, stop: int, out: Array) -> Array:
        np.multiply(self._gain[start:stop, :, None], self.driven.parameters["W"], out=out)
        np.einsum("tii->ti", out)[...] += 1.0 - self.leak
        return out

    def jacobian_factors(self, row: int) -> tuple[Array, Array]:
        size = self.h.shape[-1]
        return np.ones(size), self.state_jacobians(row, row + 1, np.empty((1, size, size)))[0]

    def wide_jacobian(self, row: int) -> tuple[Array, IntArray]:
        matrix = self.jacobian_factors(row)[1]
        return matrix, np.zeros((len(matrix), 1), dtype=np.int64)

    def log_derivative(self, rows: slice) -> None:
        return None

    def mean_derivative(self) -> None:
        return None
