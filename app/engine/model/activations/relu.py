"""max(s, 0), with relu'(0) = 0 by convention."""

import numpy as np

from app.engine.arrays import Array
from app.engine.model.activations.activation import Activation


def _function(s: Array, out: Array) -> Array:
    return np.maximum(s, 0.0, out=out)


def _derivative(s: Array) -> Array:
    # Heaviside keeps NaN, so that an unknown state has an unknown derivative; relu'(0) = 0 by convention.
    return np.heaviside(s, 0.0)


def _log_derivative(s: Array) -> Array:
    return np.where(s > 0.0, 0.0, np.where(np.isnan(s), np.nan, -np.inf))


RELU = Activation("relu", _function, _derivative, _log_derivative, 1.0)
