"""σ(s) = 1/(1 + e^−s), with σ'(s) = σ(s) σ(−s)."""

import numpy as np

from app.engine.arrays import Array
from app.engine.model.activations.activation import LARGEST_ARGUMENT, Activation


def _function(s: Array, out: Array) -> Array:
    # With e = exp(−|s|): 1/(1 + e) for s ≥ 0, e/(1 + e) for s < 0. (1 + tanh(s/2))/2 would lose every digit of a small value.
    decay = np.abs(s)
    np.negative(decay, decay)
    np.exp(decay, decay)
    numerator = np.where(s < 0.0, decay, 1.0)
    decay += 1.0
    return np.divide(numerator, decay, out=out)


def _derivative(s: Array) -> Array:
    decay = np.abs(s)
    np.negative(decay, decay)
    np.exp(decay, decay)
    denominator = decay + 1.0
    denominator *= denominator
    decay /= denominator
    return decay


def _log_derivative(s: Array) -> Array:
    size = np.minimum(np.abs(s), LARGEST_ARGUMENT)
    return -size - 2.0 * np.log1p(np.exp(-size))


SIGMOID = Activation("sigmoid", _function, _derivative, _log_derivative, 0.25)
