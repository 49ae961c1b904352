"""Activation functions f and their derivatives, computed from the pre-activation s.

f' comes from s, never from 1 − h²: under saturation h rounds to ±1 and 1 − h² is then wrong or falsely zero.
Where even the derivative leaves float64 (|s| beyond some 370), `log_derivative` still knows it. All of them are right to the
last digits at any s.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array

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
    # sech² s = (2e/(1 + e²))² with e = exp(−|s|), in place: at thousands of steps, fresh arrays cost more than the arithmetic.
    # exp(−2|s|) itself would lose digits where it is subnormal.
    decay = np.abs(s)
    np.negative(decay, decay)
    np.exp(decay, decay)
    denominator = decay * decay
    denominator += 1.0
    decay *= 2.0
    decay /= denominator
    decay *= decay
    return decay


def _tanh_log_derivative(s: Array) -> Array:
    # −2 ln cosh s. Around 0 it is −ln(1 + sinh² s): in the other form, ln 4 would cancel.
    size = np.minimum(np.abs(s), LARGEST_ARGUMENT)
    far = np.log(4.0) - 2.0 * size - 2.0 * np.log1p(np.exp(-2.0 * size))
    return np.where(size < 1.0, -np.log1p(np.square(np.sinh(np.minimum(size, 1.0)))), far)


def _sigmoid(s: Array, out: Array) -> Array:
    # With e = exp(−|s|): 1/(1 + e) for s ≥ 0, e/(1 + e) for s < 0. (1 + tanh(s/2))/2 would lose every digit of a small value.
    decay = np.abs(s)
    np.negative(decay, decay)
    np.exp(decay, decay)
    numerator = np.where(s < 0.0, decay, 1.0)
    decay += 1.0
    return np.divide(numerator, decay, out=out)


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
