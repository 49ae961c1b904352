"""The vanilla RNN: s_t = U x_t + W h_{t-1} + b_s, h_t = f(s_t)."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, cast

import numpy as np

from app.engine.arrays import Array, BoolArray, IntArray, Weights
from app.engine.interruption import stretches
from app.engine.model.activations import Activation
from app.engine.model.cells.base import Linearization, Rows
from app.engine.numerics.euclidean_norms import log10_norms
from app.engine.numerics.products import affine, product, summed_outer_products

# Below this largest f' of a step, the derivatives are rebuilt from their logarithms with a scale of their own.
SMALLEST_SAFE_DERIVATIVE = 1e-200
SMALLEST_EXPONENT = -(2.0**48)
# Below this, f' or its product with a weight is near the end of float64, and may have lost digits or have become a false zero.
SMALLEST_EXACT_DERIVATIVE = 1e-290


@dataclass(frozen=True)
class RNNLinearization:
    """f'(s_t) of every step is derivative[t]·10^log10_scale[t]."""

    derivative: Array  # (T, ..., H)
    log10_scale: Array  # (T,)
    s: Array  # (T, ..., H)
    activation: Activation
    parameters: Weights

    @cached_property
    def plain_derivative(self) -> Array:
        """f'(s_t), zero where float64 can't hold it."""
        if not self.log10_scale.any():
            return self.derivative
        return self.derivative * 10.0 ** self.log10_scale.reshape(-1, *[1] * (self.derivative.ndim - 1))

    @cached_property
    def underflowed(self) -> BoolArray:
        W = np.abs(self.parameters["W"])
        tiny = self.derivative < SMALLEST_EXACT_DERIVATIVE / W.min(where=W > 0.0, initial=1.0)  # False for NaN
        not_zero = np.zeros_like(tiny)
        not_zero[tiny] = np.isfinite(self.activation.log_derivative(self.s[tiny]))
        return np.asarray(not_zero.reshape(len(tiny), -1).any(axis=1))


@dataclass(frozen=True)
class RNN:
    """Elman's simple recurrent network, one matrix W from state to state."""

    activation: Activation
    name: ClassVar[str] = "rnn"
    gates: ClassVar[int] = 1

    def run(self, parameters: Weights, x: Array, batch: tuple[int, ...]) -> tuple[Array, Array]:
        U, W, b_s, function = parameters["U"], parameters["W"], parameters["b_s"], self.activation.function
        size = W.shape[-1]
        s = np.empty((len(x), *batch, size))
        if W.ndim > 2:
            s[:] = affine(U, x) + b_s
            state = np.empty((len(x) + 1, *batch, size))
            state[0] = parameters["h_0"]
            for steps in stretches(len(x), W.size):
                for previous, s_t, h_t in zip(state[steps], s[steps], state[1:][steps], strict=True):
                    np.add(s_t, affine(W, previous), out=s_t)
                    function(s_t, h_t)
            return s, state
        # s_t = [W U b_s] (h_{t-1}, x_t, 1): one product per step. Nothing is looked up or allocated inside the loop, which
        # at small sizes would cost more than the arithmetic.
        weights = np.ascontiguousarray(np.concatenate([W, U, b_s[:, None]], axis=1).T)
        stacked = np.empty((len(x) + 1, *batch, len(weights)))
        state = stacked[..., :size]
        state[0], stacked[:-1, ..., size:-1], stacked[..., -1] = parameters["h_0"], x, 1.0
        for steps in stretches(len(x), math.prod(batch) * weights.size):
            for given, s_t, h_t in zip(stacked[steps], s[steps], state[1:][steps], strict=True):
                given.dot(weights, s_t)
                function(s_t, h_t)
        return s, state

    def linearize(self, parameters: Weights, s: Array, state: Array) -> RNNLinearization:
        derivative = self.activation.derivative(s)
        log10_scale = np.zeros(len(s))
        if derivative.min(initial=1.0) >= SMALLEST_SAFE_DERIVATIVE:  # the common case, in one pass
            return RNNLinearization(derivative, log10_scale, s, self.activation, parameters)
        largest = derivative.max(axis=tuple(range(1, s.ndim)))
        saturated = largest < SMALLEST_SAFE_DERIVATIVE  # False for NaN
        if saturated.any():
            logarithm = self.activation.log_derivative(s[saturated])
            per_step = logarithm.max(axis=tuple(range(1, s.ndim)))
            reachable = np.where(np.isfinite(per_step), per_step, 0.0)  # all of f' exactly zero: nothing to rescale
            derivative[saturated] = np.exp(logarithm - reachable.reshape(-1, *[1] * (s.ndim - 1)))
            log10_scale[saturated] = reachable / np.log(10.0)
        return RNNLinearization(derivative, log10_scale, s, self.activation, parameters)

    def sweep_back(self, parameters: Weights, linear: Linearization, start: int, local: Array, adjoint: Array) -> None:
        weights, multiply = np.concatenate([parameters["W"], parameters["V"]]), np.multiply
        of_s = local[..., : len(parameters["W"])]
        derivative = cast(RNNLinearization, linear).plain_derivative[start : start + len(local)]
        backwards = derivative[::-1], adjoint[:0:-1], of_s[::-1], local[::-1], adjoint[-2::-1]
        for stretch in stretches(len(local), math.prod(local.shape[1:]) * weights.shape[1]):
            for slope, after, local_of_s, local_t, before in zip(*(arrays[stretch] for arrays in backwards), strict=True):
                multiply(after, slope, local_of_s)
                local_t.dot(weights, before)

    def step_back(self, parameters: Weights, linear: Linearization, step: Rows, adjoint: Array) -> tuple[Array, Array]:
        local = adjoint * cast(RNNLinearization, linear).derivative[step]
        return local, product(local, parameters["W"])

    def parameter_gradients(self, x: Array, state: Array, linear: Linearization, local: Array) -> Weights:
        flat = local.reshape(-1, local.shape[-1])
        return {
            "U": summed_outer_products(flat, x.reshape(-1, x.shape[-1])),
            "W": summed_outer_products(flat, state[:-1].reshape(-1, state.shape[-1])),
            "b_s": flat.sum(axis=0),
        }

    def recurrent_gradients(self, state: Array, linear: Linearization, steps: IntArray, local: Array) -> Array:
        return np.asarray(np.matmul(local.swapaxes(-1, -2), state[steps]))

    def log10_recurrent_term_norms(self, state: Array, linear: Linearization, steps: IntArray, local: Array) -> Array:
        # The term is the outer product of local and h_{t-1}. Its norm is the product of theirs, which may be out of range where neither is.
        return log10_norms(local) + log10_norms(state[steps])

    def state_jacobians(self, parameters: Weights, linear: Linearization, start: int, stop: int, out: Array) -> Array:
        derivative = cast(RNNLinearization, linear).derivative[start:stop]
        return np.multiply(derivative[:, :, None], parameters["W"], out=out)

    def jacobian_factors(self, parameters: Weights, linear: Linearization, step: int) -> tuple[Array, Array]:
        derivative = cast(RNNLinearization, linear).derivative[step]
        if linear.underflowed[step]:
            derivative = np.where(derivative == 0.0, self._wide_derivative(linear, step)[0], derivative)
        return derivative, parameters["W"]

    def wide_jacobian(self, parameters: Weights, linear: Linearization, step: int) -> tuple[Array, IntArray]:
        derivative, exponent = self._wide_derivative(linear, step)
        W = parameters["W"]
        shift = np.frexp(np.abs(W).max(axis=1))[1]  # rows near 1: the product with f' must not leave float64 either
        return derivative[:, None] * np.ldexp(W, -shift[:, None]), (exponent + shift)[:, None]

    def wide_step_back(self, parameters: Weights, linear: Linearization, step: int, adjoint: Array) -> tuple[Array, Array, IntArray]:
        derivative, exponent = self._wide_derivative(linear, step)
        local, own_exponent = np.frexp(adjoint * derivative)
        exponent = np.where(local == 0.0, np.iinfo(np.int64).min // 2, own_exponent + exponent)
        largest = exponent.max(axis=-1, keepdims=True)
        local = np.ldexp(local, exponent - largest)
        return local, product(local, parameters["W"]), np.where(local.any(axis=-1), largest[..., 0], 0)

    def _wide_derivative(self, linear: Linearization, step: int) -> tuple[Array, IntArray]:
        """f'(s_t) without log10_scale, as numbers between 1 and 2 (0 where it is exactly zero) and powers of two: (H,), (H,)."""
        saved = cast(RNNLinearization, linear)
        log2_derivative = self.activation.log_derivative(saved.s[step]) / np.log(2.0) - saved.log10_scale[step] * np.log2(10.0)
        # |s| beyond 1e14: the exponents of 10,000 steps must add up in 64 bits, so the derivative is taken as larger than it is.
        positive = np.isfinite(log2_derivative)
        log2_derivative = np.where(positive, np.maximum(log2_derivative, SMALLEST_EXPONENT), log2_derivative)
        exponent = np.floor(np.where(positive, log2_derivative, 0.0))
        return np.exp2(log2_derivative - exponent), exponent.astype(np.int64)

    def log_derivative(self, linear: Linearization, steps: slice) -> Array:
        return self.activation.log_derivative(cast(RNNLinearization, linear).s[steps])

    def mean_gain(self, linear: Linearization) -> Array:
        return np.asarray(cast(RNNLinearization, linear).derivative.mean(axis=-1))
