"""A minimal gated unit, the update gate RNN of Collins, Sohl-Dickstein and Sussillo (2016): one gate that keeps, one candidate.

u_t = σ(s^u_t), c_t = f(s^c_t), h_t = u_t ∘ h_{t−1} + (1 − u_t) ∘ c_t, with s_t = U x_t + W h_{t−1} + b_s in two blocks.
J_t = diag(u_t) + diag((h_{t−1} − c_t) ∘ u_t ∘ (1 − u_t)) W_u + diag((1 − u_t) ∘ f'(s^c_t)) W_c.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.engine.arrays import Array, BoolArray, IntArray, Weights
from app.engine.interruption import stretches
from app.engine.model.activations import ACTIVATIONS, Activation
from app.engine.model.cells.affine import AffineGradients
from app.engine.model.cells.base import Linearization, Rows
from app.engine.model.weights import Weight, affine_weights
from app.engine.numerics.products import affine, product


@dataclass(frozen=True)
class Gated:
    """A minimal gated unit: each unit keeps a share u of its state, which its gate decides."""

    activation: Activation
    name: ClassVar[str] = "gated"
    states: ClassVar[tuple[str, ...]] = ("h",)
    gates: ClassVar[tuple[str, ...]] = ("update_gate", "candidate")
    weights: ClassVar[tuple[Weight, ...]] = affine_weights(2)

    @property
    def jacobian_is_product(self) -> bool:
        return False

    def run(self, parameters: Weights, x: Array, batch: tuple[int, ...]) -> tuple[Array, Array]:
        size = parameters["h_0"].shape[-1]
        s = np.empty((len(x), *batch, 2 * size))
        s[:] = affine(parameters["U"], x) + parameters["b_s"]
        state = np.empty((len(x) + 1, *batch, size))
        state[0] = parameters["h_0"]
        for steps in stretches(len(x), s[0].size * size):
            for previous, s_t, h_t in zip(state[steps], s[steps], state[1:][steps], strict=True):
                np.add(s_t, affine(parameters["W"], previous), out=s_t)
                kept, candidate = self._gates(s_t)
                np.add(kept * previous, (1.0 - kept) * candidate, out=h_t)
        return s, state

    def _gates(self, s: Array) -> tuple[Array, Array]:
        size = s.shape[-1] // 2
        kept = ACTIVATIONS["sigmoid"].function(s[..., :size], np.empty_like(s[..., :size]))
        return kept, self.activation.function(s[..., size:], np.empty_like(kept))

    def linearize(self, parameters: Weights, x: Array, s: Array, state: Array) -> Linearization:
        size = state.shape[-1]
        kept, candidate = self._gates(s)
        slopes = np.empty_like(s)
        slopes[..., :size] = (state[:-1] - candidate) * ACTIVATIONS["sigmoid"].derivative(s[..., :size])
        # 1 − u is σ(−s), which keeps its digits where u rounds to 1.
        left = ACTIVATIONS["sigmoid"].function(-s[..., :size], np.empty_like(kept))
        slopes[..., size:] = left * self.activation.derivative(s[..., size:])
        return GatedLinearization(x, state, parameters["W"], kept, slopes)


@dataclass(frozen=True)
class GatedLinearization(AffineGradients):
    """The shares that are kept, and ∂h_t/∂s_t: one entry for each of s_t, for unit i of both blocks acts on h_i alone."""

    W: Array  # (2H, H)
    kept: Array  # (T, ..., H)
    slopes: Array  # (T, ..., 2H)

    @property
    def known(self) -> BoolArray:
        return np.isfinite(self.slopes).reshape(len(self.slopes), -1).all(axis=1)

    @property
    def log10_scale(self) -> Array:
        return np.zeros(len(self.slopes))

    @property
    def underflowed(self) -> BoolArray:
        return np.zeros(len(self.slopes), dtype=bool)

    def sweep_back(self, start: int, local: Array, adjoint: Array, readout: Array) -> None:
        weights = np.concatenate([self.W, readout])
        for row in range(len(local) - 1, -1, -1):
            local[row, ..., : len(self.W)] = np.tile(adjoint[row + 1], 2) * self.slopes[start + row]
            adjoint[row] = product(local[row], weights) + adjoint[row + 1] * self.kept[start + row]

    def step_back(self, rows: Rows, adjoint: Array) -> tuple[Array, Array]:
        local = np.concatenate([adjoint, adjoint], axis=-1) * self.slopes[rows]
        return local, product(local, self.W) + adjoint * self.kept[rows]

    def scaled_step_back(self, rows: Rows, adjoint: Array) -> tuple[Array, Array, Array, Array]:
        local, before = self.step_back(rows, adjoint)
        return local, before, np.zeros(len(local)), np.zeros(len(before))

    def state_jacobians(self, start: int, stop: int, out: Array) -> Array:
        size = self.W.shape[1]
        slopes = self.slopes[start:stop]
        np.multiply(slopes[:, :size, None], self.W[:size], out=out)
        out += slopes[:, size:, None] * self.W[size:]
        np.einsum("tii->ti", out)[...] += self.kept[start:stop]
        return out

    def jacobian_factors(self, row: int) -> tuple[Array, Array]:
        size = self.W.shape[1]
        return np.ones(size), self.state_jacobians(row, row + 1, np.empty((1, size, size)))[0]

    def wide_jacobian(self, row: int) -> tuple[Array, IntArray]:
        matrix = self.jacobian_factors(row)[1]
        return matrix, np.zeros((len(matrix), 1), dtype=np.int64)

    def log_derivative(self, rows: slice) -> None:
        return None

    def mean_derivative(self) -> None:
        return None
