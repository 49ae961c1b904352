"""Activation functions f and their derivatives, computed from the pre-activation s.

f' comes from s, never from 1 − h²: under saturation h rounds to ±1 and 1 − h² is then wrong or falsely zero.
Where even the derivative leaves float64 (|s| beyond some 370), `log_derivative` still knows it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# Derivatives are taken no further than at this |s|, so that thousands of their logarithms can be added up.
LARGEST_ARGUMENT = 1e300


@dataclass(frozen=True)
class Activation:
    """One activation function.

    Attributes
    ----------
    function : callable
        (s, out) → f(s), written into `out`, which may be s itself.
    derivative : callable
        s → f'(s), element-wise; NaN where s is NaN unless f' is constant.
    log_derivative : callable
        s → ln f'(s), finite wherever f' is mathematically positive; −inf where f' is exactly zero.
    supremum_of_derivative : float
        sup f', the bound in Pascanu, Mikolov and Bengio (2013).
    linear : bool
        Whether f(s) = s.
    """

    name: str
    function: Callable[[Array, Array], Array]
    derivative: Callable[[Array], Array]
    log_derivative: Callable[[Array], Array]
    supremum_of_derivative: float
    linear: bool = False


def _tanh_derivative(s: Array) -> Array:
    # 4e/(1 + e)² with e = exp(−2|s|), in place: at thousands of steps, fresh arrays cost more than the arithmetic.
    decay = np.abs(s)
    np.minimum(decay, LARGEST_ARGUMENT, out=decay)
    decay *= -2.0
    np.exp(decay, decay)
    denominator = decay + 1.0
    denominator *= denominator
    decay *= 4.0
    decay /= denominator
    return decay


def _tanh_log_derivative(s: Array) -> Array:
    size = np.minimum(np.abs(s), LARGEST_ARGUMENT)
    return np.asarray(np.log(4.0) - 2.0 * size - 2.0 * np.log1p(np.exp(-2.0 * size)))


def _sigmoid(s: Array, out: Array) -> Array:
    # σ(s) = (1 + tanh(s/2)) / 2 neither overflows nor needs a branch.
    np.multiply(s, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1.0
    out *= 0.5
    return out


def _sigmoid_derivative(s: Array) -> Array:
    decay = np.abs(s)
    np.negative(decay, decay)
    np.exp(decay, decay)
    denominator = decay + 1.0
    denominator *= denominator
    decay /= denominator
    return decay


def _sigmoid_log_derivative(s: Array) -> Array:
    size = np.minimum(np.abs(s), LARGEST_ARGUMENT)
    return -size - 2.0 * np.log1p(np.exp(-size))


def _relu(s: Array, out: Array) -> Array:
    return np.maximum(s, 0.0, out=out)


def _relu_derivative(s: Array) -> Array:
    # Heaviside keeps NaN, so that an unknown state has an unknown derivative; relu'(0) = 0 by convention.
    return np.heaviside(s, 0.0)


def _relu_log_derivative(s: Array) -> Array:
    return np.where(s > 0.0, 0.0, np.where(np.isnan(s), np.nan, -np.inf))


def _identity(s: Array, out: Array) -> Array:
    if out is not s:
        np.copyto(out, s)
    return out


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("tanh", np.tanh, _tanh_derivative, _tanh_log_derivative, 1.0),
        Activation("relu", _relu, _relu_derivative, _relu_log_derivative, 1.0),
        Activation("sigmoid", _sigmoid, _sigmoid_derivative, _sigmoid_log_derivative, 0.25),
        Activation("identity", _identity, np.ones_like, np.zeros_like, 1.0, linear=True),
    )
}
