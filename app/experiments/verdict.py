"""What the norm curve says, in a few numbers: vanishing, stable or exploding, how fast, and why."""

import math
from typing import Any

import numpy as np

from app.engine import flow
from app.engine.activations import Array
from app.experiments.exploration import Exploration

# Within 2 % of 1 per step (a half-life or doubling time over 34 steps) a gradient is called stable.
STABLE_FACTOR = 1.02
# One cause is named alone if its share of the slope is at least this many times the other's.
DOMINANCE = 2.0


def verdict(exploration: Exploration) -> dict[str, Any]:
    """Judge the curve of log10 ‖∂h_T/∂h_k‖₂.

    The slope is the least-squares one over the lags T − k whose norm is neither unknown nor exactly zero. It splits
    into log10 ρ(W) (weights), log10 sup f' (the activation's ceiling) and log10 (mean f' / sup f') (saturation).
    """
    norms = exploration.jacobian_norms if exploration.parameters.norms == "both" else flow.jacobian_norms(exploration.trace)
    by_lag = norms.log10_spectral[: norms.of_step + 1][::-1]  # lag 0..of_step
    slope = slope_per_lag(by_lag)
    kind = kind_of(slope, by_lag)
    activation = exploration.network.cell.activation
    of_W = exploration.spectrum
    spectral_radius = of_W.spectral_radius if exploration.network.cell.gates == 1 else None
    mean_derivative = geometric_mean(flow.log10_mean_derivative(exploration.trace))
    return {
        "kind": kind,
        "slope_log10_per_step": slope,
        "factor_per_step": 10.0**slope if slope is not None and slope < 300.0 else None,
        "half_life": math.log10(2.0) / -slope if slope is not None and slope < 0.0 and kind == "vanishing" else None,
        "doubling_time": math.log10(2.0) / slope if slope is not None and kind == "exploding" else None,
        "log10_norm_h0": finite(by_lag[-1]),
        "exactly_zero_from_lag": first_lag(np.isneginf(by_lag)),
        "crossings": crossings(by_lag),
        "cause": cause_of(kind, spectral_radius, mean_derivative, activation.supremum_of_derivative),
        "mean_derivative": mean_derivative,
        "spectral_radius": spectral_radius,
        "sigma_max": of_W.sigma_max,
        "sup_derivative": activation.supremum_of_derivative,
    }


def slope_per_lag(by_lag: Array) -> float | None:
    """Least-squares slope of log10 norm over lag; None with fewer than two finite values.

    >>> slope_per_lag(np.array([0.0, -0.5, -1.0, -np.inf]))
    -0.5
    """
    lags = np.flatnonzero(np.isfinite(by_lag))
    if len(lags) < 2:
        return None
    values, centred = by_lag[lags], lags - lags.mean()
    return float(centred @ (values - values.mean()) / (centred @ centred))


def kind_of(slope: float | None, by_lag: Array) -> str:
    """vanishing, stable or exploding; a chain that hits exact zero has vanished, whatever its slope before."""
    if np.isneginf(by_lag).any():
        return "vanishing"
    if slope is None or abs(slope) < math.log10(STABLE_FACTOR):
        return "stable"
    return "vanishing" if slope < 0.0 else "exploding"


def crossings(by_lag: Array) -> dict[str, int | None]:
    """The first lag at which the norm passes each threshold, or None."""
    return {
        "below_1e-3": first_lag(by_lag < -3.0),
        "below_1e-7": first_lag(by_lag < -7.0),
        "above_1e3": first_lag(by_lag > 3.0),
        "above_1e7": first_lag(by_lag > 7.0),
    }


def first_lag(reached: np.ndarray) -> int | None:
    """The index of the first True."""
    return int(np.argmax(reached)) if reached.any() else None


def geometric_mean(log10_values: Array) -> float:
    """10^mean over the finite values; 0 if there is none."""
    known = log10_values[np.isfinite(log10_values)]
    return float(10.0 ** known.mean()) if len(known) else 0.0


def cause_of(kind: str, spectral_radius: float | None, mean_derivative: float, supremum: float) -> str:
    """What pulls the slope its way: weights, saturation, activation (its ceiling sup f'), both (weights and f') or none.

    >>> cause_of("vanishing", 1.1, 0.6, 1.0), cause_of("vanishing", 0.5, 0.95, 1.0), cause_of("vanishing", 1.0, 0.24, 0.25)
    ('saturation', 'weights', 'activation')
    """
    if kind == "stable" or spectral_radius is None:
        return "none"
    if kind == "exploding":
        return "weights"
    if mean_derivative == 0.0 or spectral_radius == 0.0:
        return "saturation" if mean_derivative == 0.0 else "weights"
    weights = max(0.0, -math.log10(spectral_radius))
    ceiling, saturation = -math.log10(supremum), max(0.0, -math.log10(mean_derivative / supremum))
    if weights >= DOMINANCE * (ceiling + saturation):
        return "weights"
    if ceiling + saturation >= DOMINANCE * weights:
        return "activation" if ceiling > saturation else "saturation"
    return "both"


def finite(value: float) -> float | None:
    """The value, or None if it isn't finite."""
    return float(value) if math.isfinite(value) else None
