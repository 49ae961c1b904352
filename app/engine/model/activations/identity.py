"""f(s) = s: a linear network."""

import numpy as np

from app.engine.arrays import Array
from app.engine.model.activations.activation import Activation


def _function(s: Array, out: Array) -> Array:
    if out is not s:
        np.copyto(out, s)
    return out


IDENTITY = Activation("identity", _function, np.ones_like, np.zeros_like, 1.0, linear=True)
