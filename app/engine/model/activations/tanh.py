"""tanh s, with tanh'(s) = sech² s."""

import numpy as np

from app.engine.arrays import Array
from app.engine.model.activations.activation import LARGEST_ARGUMENT, Activation


def _derivative(s: Array) -> Array:
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


def _log_derivative(s: Array) -> Array:
    # −2 ln cosh s. Around 0 it is −ln(1 + sinh² s): in the other form, ln 4 would cancel.
    size = np.minimum(np.abs(s), LARGEST_ARGUMENT)
    far = np.log(4.0) - 2.0 * size - 2.0 * np.log1p(np.exp(-2.0 * size))
    return np.where(size < 1.0, -np.log1p(np.square(np.sinh(np.minimum(size, 1.0)))), far)


TANH = Activation("tanh", np.tanh, _derivative, _log_derivative, 1.0)
