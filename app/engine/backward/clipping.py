"""Gradient clipping in its three meanings. Clipping rescales an update; it changes no ∂h_T/∂h_k."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Weights
from app.engine.numerics.euclidean_norms import angle_between, euclidean_norm


@dataclass(frozen=True)
class Clipped:
    """A clipped gradient and what the clipping did to it.

    Attributes
    ----------
    parameters : dict
        The clipped gradients.
    factors : dict
        {"global": factor}, a factor per parameter, or {} for `value`, which has no factor.
    clipped_share : float
        Share of the gradient's entries that were changed.
    norm_before, norm : float
        Global norms before and after.
    angle : float
        Between the gradient before and after, radians; 0 for `global_norm`. NaN where one of the two is zero: it has no direction.
    """

    parameters: Weights
    factors: dict[str, float]
    clipped_share: float
    norm_before: float
    norm: float
    angle: float


def global_norm(gradients: Weights) -> float:
    """‖g‖ over all parameters together.

    >>> global_norm({"U": np.array([[3.0]]), "W": np.array([[4.0]])})
    5.0
    """
    return euclidean_norm(flattened(gradients))


def flattened(gradients: Weights) -> np.ndarray:
    """All gradients as one vector, in the order of their names."""
    return np.concatenate([gradients[name].ravel() for name in sorted(gradients)])


def clip(gradients: Weights, mode: str, threshold: float) -> Clipped:
    """Clip gradients.

    global_norm: g · min(1, c/‖g‖) with one ‖g‖ for all parameters; per_parameter: the same for each tensor alone;
    value: element-wise to [−c, c].

    Parameters
    ----------
    gradients : dict
        By parameter name.
    mode : str
        A name in CLIP_MODES.
    threshold : float
        c ≥ 0.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013). On the difficulty of training recurrent neural networks. ICML.

    Examples
    --------
    >>> clip({"W": np.array([[3.0, 4.0]])}, "global_norm", 1.0).parameters["W"]
    array([[0.6, 0.8]])
    >>> clip({"W": np.array([[3.0, 4.0]])}, "value", 3.5).parameters["W"]
    array([[3. , 3.5]])
    """
    with np.errstate(over="ignore", invalid="ignore"):  # a gradient that has left float64 stays outside
        clipped, factors = CLIP_MODES[mode](gradients, threshold)
        before, after = flattened(gradients), flattened(clipped)
        norm_before, norm = euclidean_norm(before), euclidean_norm(after)
        parallel = mode == "global_norm" and norm_before > 0.0 and norm > 0.0
        angle = 0.0 if parallel else angle_between(before, after)
        return Clipped(clipped, factors, float(np.mean(before != after)), norm_before, norm, angle)


def _by_global_norm(gradients: Weights, threshold: float) -> tuple[Weights, dict[str, float]]:
    factor = _factor(global_norm(gradients), threshold)
    return {name: gradient * factor for name, gradient in gradients.items()}, {"global": factor}


def _per_parameter(gradients: Weights, threshold: float) -> tuple[Weights, dict[str, float]]:
    factors = {name: _factor(euclidean_norm(gradient), threshold) for name, gradient in gradients.items()}
    return {name: gradient * factors[name] for name, gradient in gradients.items()}, factors


def _by_value(gradients: Weights, threshold: float) -> tuple[Weights, dict[str, float]]:
    return {name: np.clip(gradient, -threshold, threshold) for name, gradient in gradients.items()}, {}


def _factor(norm: float, threshold: float) -> float:
    # static/js/math/clipping.js computes the same from norms; tests/cases/clipping.json tests both.
    return 1.0 if norm <= threshold else threshold / norm


CLIP_MODES: dict[str, Callable[[Weights, float], tuple[Weights, dict[str, float]]]] = {
    "global_norm": _by_global_norm,
    "per_parameter": _per_parameter,
    "value": _by_value,
}
