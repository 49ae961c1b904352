"""ln(1 + e^s), with softplus'(s) = σ(s)."""

import numpy as np

from app.engine.arrays import Array
from app.engine.model.activations.activation import LARGEST_ARGUMENT, Activation


def _function(s: Array, out: Array) -> Array:
    return np.logaddexp(0.0, s, out=out)


def _derivative(s: Array) -> Array:
    decay = np.exp(-np.abs(s))
    return np.where(s < 0.0, decay, 1.0) / (1.0 + decay)


def _log_derivative(s: Array) -> Array:
    size = np.minimum(np.abs(s), LARGEST_ARGUMENT)
    return np.where(s < 0.0, -size, 0.0) - np.log1p(np.exp(-size))


SOFTPLUS = Activation("softplus", _function, _derivative, _log_derivative, 1.0)
