"""Central differences: the gradient as a limit, with none of the mathematics that it is meant to check."""

from collections.abc import Callable

import numpy as np

from app.engine.arrays import Array, Weights


def central_differences(loss: Callable[[Weights], float], parameters: Weights, step: float = 1e-5) -> Weights:
    """(L(θ + ε e_i) − L(θ − ε e_i)) / 2ε for every entry of every parameter.

    Parameters
    ----------
    loss : callable
        Parameters → L. Must not keep or change them.
    parameters : dict
        θ, by name.
    step : float
        ε, relative to the entry's size where that is above 1. Error O(ε²) from the formula, O(1e-16/ε) from rounding.

    Examples
    --------
    >>> gradient = central_differences(lambda p: float((p["w"] ** 2).sum()), {"w": np.array([3.0])})
    >>> round(float(gradient["w"][0]), 6)
    6.0
    """
    return {name: _one_parameter(loss, parameters, name, step) for name in parameters}


def _one_parameter(loss: Callable[[Weights], float], parameters: Weights, name: str, step: float) -> Array:
    original = parameters[name]
    gradient = np.zeros_like(original)
    for index in np.ndindex(*original.shape):
        width = step * max(1.0, float(np.abs(original[index])))
        values = []
        for sign in (1.0, -1.0):
            moved = original.copy()
            moved[index] += sign * width
            values.append(loss({**parameters, name: moved}))
        gradient[index] = (values[0] - values[1]) / (2.0 * width)
    return gradient
