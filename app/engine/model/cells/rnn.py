"""The vanilla RNN: s_t = U x_t + W h_{t-1} + b_s, h_t = f(s_t)."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from app.engine.arrays import Array, BoolArray, IntArray, Weights
from app.engine.interruption import stretches
from app.engine.model.activations import Activation
from app.engine.model.cells.affine import AffineGradients, stacked_steps
from app.engine.model.cells.base import Rows
from app.engine.model.weights import Weight, affine_weights
from app.engine.numerics.euclidean_norms import LOG10_2
from app.engine.numerics.products import affine, product

# Below this largest f' of a step, the derivatives are rebuilt from their logarithms with a scale of their own: products of such
# derivatives with weights and adjoints would come near 2e-308.
SMALLEST_SAFE_DERIVATIVE = 1e-200
SMALLEST_EXPONENT = -(2.0**48)  # of two: 10,000 of them still add up in 64 bits
# Below this, f' or its product with a weight is near the end of float64, and may have lost digits or have become a false zero.
SMALLEST_EXACT_DERIVATIVE = 1e-290


@dataclass(frozen=True)
class RNN:
    """Elman's simple recurrent network, one matrix W from state to state."""

    activation: Activation
    name: ClassVar[str] = "rnn"
    states: ClassVar[tuple[str, ...]] = ("h",)
    gates: ClassVar[tuple[str, ...]] = ()
    weights: ClassVar[tuple[Weight, ...]] = affine_weights()

    @property
    def jacobian_is_product(self) -> bool:
        """J_t = diag(f'(s_t)) W."""
        return True

    def run(self, parameters: Weights, x: Array, batch: tuple[int, ...]) -> tuple[Array, Array]:
        W, function = parameters["W"], self.activation.function
        size = W.shape[-1]
        s = np.empty((len(x), *batch, size))
        if W.ndim > 2:
            s[:] = affine(parameters["U"], x) + parameters["b_s"]
            state = np.empty((len(x) + 1, *batch, size))
            state[0] = parameters["h_0"]
            for steps in stretches(len(x), W.size):
                for previous, s_t, h_t in zip(state[steps], s[steps], state[1:][steps], strict=True):
                    np.add(s_t, affine(W, previous), out=s_t)
                    function(s_t, h_t)
            return s, state
        # One product per step. Nothing is looked up or allocated inside the loop, which at small sizes would cost more than the arithmetic.
        weights, stacked = stacked_steps(parameters, x, batch)
        state = stacked[..., :size]
        for steps in stretches(len(x), math.prod(batch) * weights.size):
            for given, s_t, h_t in zip(stacked[steps], s[steps], state[1:][steps], strict=True):
                given.dot(weights, s_t)
                function(s_t, h_t)
        return s, state

    def linearize(self, parameters: Weights, x: Array, s: Array, state: Array) -> "RNNLinearization":
        derivative = self.activation.derivative(s)
        log10_scale = np.zeros(len(s))
        if not derivative.min(initial=1.0) >= SMALLEST_SAFE_DERIVATIVE:  # NaN as well; else the common case, in one pass
            _rebuild_saturated(self.activation, s, derivative, log10_scale)
        return RNNLinearization(x, state, s, derivative, log10_scale, self.activation, parameters)


def _rebuild_saturated(activation: Activation, s: Array, derivative: Array, log10_scale: Array) -> None:
    """Give the steps all of whose derivatives are tiny a scale of their own, and what float64 holds beside it."""
    largest = derivative.max(axis=tuple(range(1, s.ndim)))
    saturated = largest < SMALLEST_SAFE_DERIVATIVE  # False for NaN
    if saturated.any():
        logarithm = activation.log_derivative(s[saturated])
        per_step = logarithm.max(axis=tuple(range(1, s.ndim)))
        reachable = np.where(np.isfinite(per_step), per_step, 0.0)  # all of f' exactly zero: nothing to rescale
        derivative[saturated] = np.exp(logarithm - reachable.reshape(-1, *[1] * (s.ndim - 1)))
        log10_scale[saturated] = reachable / np.log(10.0)


@dataclass(frozen=True)
class RNNLinearization(AffineGradients):
    """f'(s_t) of every step is derivative[t]·10^log10_scale[t]."""

    s: Array  # (T, ..., H)
    derivative: Array  # (T, ..., H)
    log10_scale: Array  # (T,)
    activation: Activation
    parameters: Weights

    @cached_property
    def known(self) -> BoolArray:
        return np.asarray(np.isfinite(self.derivative).reshape(len(self.derivative), -1).all(axis=1))

    @cached_property
    def underflowed(self) -> BoolArray:
        W = np.abs(self.parameters["W"])
        tiny = self.derivative < SMALLEST_EXACT_DERIVATIVE / W.min(where=W > 0.0, initial=1.0)  # False for NaN
        not_zero = np.zeros_like(tiny)
        not_zero[tiny] = np.isfinite(self.activation.log_derivative(self.s[tiny]))
        return np.asarray(not_zero.reshape(len(tiny), -1).any(axis=1))

    @cached_property
    def plain_derivative(self) -> Array:
        """f'(s_t), zero where float64 can't hold it."""
        scale = self._plain_scale
        return self.derivative if scale is None else self.derivative * scale

    @cached_property
    def _plain_scale(self) -> Array | None:
        """10^log10_scale, with as many axes as `derivative`; None where it is 1 everywhere."""
        if not self.log10_scale.any():
            return None
        return np.asarray(10.0 ** self.log10_scale.reshape(-1, *[1] * (self.derivative.ndim - 1)))

    def sweep_back(self, start: int, local: Array, adjoint: Array, readout: Array) -> None:
        W = self.parameters["W"]
        weights, multiply = np.concatenate([W, readout]), np.multiply
        of_s, derivative = local[..., : len(W)], self.plain_derivative[start : start + len(local)]
        backwards = derivative[::-1], adjoint[:0:-1], of_s[::-1], local[::-1], adjoint[-2::-1]
        for stretch in stretches(len(local), math.prod(local.shape[1:]) * weights.shape[1]):
            for slope, after, local_of_s, local_t, before in zip(*(arrays[stretch] for arrays in backwards), strict=True):
                multiply(after, slope, local_of_s)
                local_t.dot(weights, before)

    def step_back(self, rows: Rows, adjoint: Array) -> tuple[Array, Array]:
        local, before = self._step_back(rows, adjoint)
        if self._plain_scale is None:
            return local, before
        return local * self._plain_scale[rows], before * self._plain_scale[rows]

    def scaled_step_back(self, rows: Rows, adjoint: Array) -> tuple[Array, Array, Array, Array]:
        local, before = self._step_back(rows, adjoint)
        scale = self.log10_scale[rows]
        places = np.flatnonzero(self.underflowed[rows])
        if len(places):
            local[places], before[places], exponent = self._wide_step_back(np.arange(len(self.s))[rows][places], adjoint[places])
            scale = scale.copy()
            scale[places] += exponent * LOG10_2
        return local, before, scale, scale

    def _step_back(self, rows: Rows, adjoint: Array) -> tuple[Array, Array]:
        """One step back without log10_scale."""
        local = adjoint * self.derivative[rows]
        return local, product(local, self.parameters["W"])

    def _wide_step_back(self, rows: IntArray, adjoint: Array) -> tuple[Array, Array, IntArray]:
        """`_step_back` over steps (n,) that underflowed: both results near 1, and the power of two that goes with them, (n,)."""
        derivative, exponent = (of_steps[rows] for of_steps in self._wide_derivative)
        local, own_exponent = np.frexp(adjoint * derivative)
        exponent = np.where(local == 0.0, np.iinfo(np.int64).min // 2, own_exponent + exponent)
        largest = exponent.max(axis=-1, keepdims=True)
        local = np.ldexp(local, exponent - largest)
        before = np.matmul(local[:, None, :], self.parameters["W"])[:, 0]
        return local, before, np.where(local.any(axis=-1), largest[:, 0], 0)

    def state_jacobians(self, start: int, stop: int, out: Array) -> Array:
        return np.multiply(self.derivative[start:stop, :, None], self.parameters["W"], out=out)

    def jacobian_factors(self, row: int) -> tuple[Array, Array]:
        derivative = self.derivative[row]
        if self.underflowed[row]:
            derivative = np.where(derivative == 0.0, self._wide_derivative[0][row], derivative)
        return derivative, self.parameters["W"]

    def wide_jacobian(self, row: int) -> tuple[Array, IntArray]:
        derivative, exponent = (of_steps[row] for of_steps in self._wide_derivative)
        W = self.parameters["W"]
        shift = np.frexp(np.abs(W).max(axis=1))[1]  # rows near 1: the product with f' must not leave float64 either
        return derivative[:, None] * np.ldexp(W, -shift[:, None]), (exponent + shift)[:, None]

    @cached_property
    def _wide_derivative(self) -> tuple[Array, IntArray]:
        """f'(s_t) without log10_scale, as numbers between 1 and 2 (0 where it is exactly zero) and powers of two: (T, H), (T, H)."""
        log2_derivative = self.activation.log_derivative(self.s) / np.log(2.0) - self.log10_scale[:, None] * np.log2(10.0)
        # |s| beyond 1e14: the exponents of 10,000 steps must add up in 64 bits, so the derivative is taken as larger than it is.
        positive = np.isfinite(log2_derivative)
        log2_derivative = np.where(positive, np.maximum(log2_derivative, SMALLEST_EXPONENT), log2_derivative)
        exponent = np.floor(np.where(positive, log2_derivative, 0.0))
        return np.exp2(log2_derivative - exponent), exponent.astype(np.int64)

    def log_derivative(self, rows: slice) -> Array:
        return self.activation.log_derivative(self.s[rows])

    def mean_derivative(self) -> Array:
        return np.asarray(self.derivative.mean(axis=-1))
