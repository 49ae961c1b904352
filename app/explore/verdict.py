"""The verdict on a run: what the norm curve says, in a few numbers, and where its gain comes from."""

import math
from typing import Any

import numpy as np

from app.engine.flow.gain_split import GainSplit, ended_by, smallest_nonzero
from app.engine.flow.step_gain import log10_mean_derivative
from app.engine.model.activations import Activation
from app.engine.model.network import Trace
from app.explore import curve
from app.explore.exploration import Exploration

# One cause is named alone if its share, in decades, is at least twice the other's.
DOMINANCE = 2.0
# f is called saturated if a third of what the gradient carries meets units with f' under a tenth of sup f'. In 72 tanh networks with inputs
# of ordinary size (input_scale ≤ 1) it was less; in 68 of 72 whose inputs drive them into the flat ends (4 and 6) it was more.
SATURATED_SHARE = 1.0 / 3.0
# A spectral radius this close to 1 is 1 but for rounding, which decides nothing in the long run.
ROUNDING = 1e-9


def verdict(exploration: Exploration) -> dict[str, Any]:
    """Judge the curve of gains ‖∂h_T/∂h_k‖_F/√S over the lag T − k, and split ‖∂h_T/∂h_0‖₂ into weights and derivative.

    Returns
    -------
    dict
        `app.contract.run_answer.Verdict` describes its fields.
    """
    trace, norms, cell = exploration.trace, exploration.jacobian_norms, exploration.network.cell
    gains = curve.gains_by_lag(norms.log10_frobenius[: norms.of_step + 1], trace.state.shape[-1])
    first, split = smallest_nonzero(norms), exploration.gain_split
    spectrum = exploration.spectrum if cell.jacobian_is_product else None  # elsewhere ρ(W) and σ_max(W) bound nothing
    long_run = _long_run(spectrum.spectral_radius) if spectrum and cell.activation.linear else None
    log10_largest = split.log10_norm if first == 0 else -math.inf
    kind = curve.kind_of(gains, log10_largest, fades_in_the_long_run=long_run == "fades")
    pieces = curve.pieces_of(gains)
    lags = norms.of_step - first
    slope = float(gains[lags]) / lags if lags else None
    half_life, doubling_time = (None, None) if first else curve.times(kind, pieces)
    zeroed_by = ended_by(trace, norms)
    cause = zeroed_by or cause_of(kind, split, curve.fading(kind, gains))
    return {
        "kind": kind,
        "slope_log10_per_step": slope,
        "factor_per_step": curve.power_of_ten(slope),
        "pieces": [{**vars(piece), "factor_per_step": curve.power_of_ten(piece.slope_log10_per_step)} for piece in pieces],
        "half_life": half_life,
        "doubling_time": doubling_time,
        "log10_gain_h0": _finite(gains[-1]),
        "log10_spectral_h0": _finite(log10_largest),
        "peak": curve.point(gains, int(gains.argmax())),
        "trough": curve.point(gains, int(gains[: lags + 1].argmin())),
        "exactly_zero_from_lag": lags + 1 if first else None,
        "crossings": curve.crossings(gains),
        "long_run": long_run,
        "cause": cause,
        "derivative_is": derivative_is(cell.activation, split) if cause in ("derivative", "both") else None,
        "split": _split(split, lags, spectrum.supremum_of_derivative if spectrum else None),
        "zero": {"step": first, "factor": zeroed_by} if first else None,
        "mean_derivative": _mean_derivative(trace, norms.of_step),
        "spectral_radius": spectrum.spectral_radius if spectrum else None,
        "sigma_max": spectrum.sigma_max if spectrum else None,
        "sup_derivative": cell.activation.supremum_of_derivative if spectrum else None,
    }


def cause_of(kind: str, split: GainSplit, fading: slice) -> str:
    """What the gain loses by: weights, derivative, both or none. What it grows by is the weights, for no f here has f' > 1.

    Parameters
    ----------
    kind : str
        Of the curve.
    split : GainSplit
        The shares of every step.
    fading : slice
        The steps over which the curve falls, last step first.
    """
    if kind in ("stable", "too_short") or split.log10_weights is None or split.log10_derivative is None:
        return "none"
    weights, derivative = -split.log10_weights[::-1][fading].sum(), -split.log10_derivative[::-1][fading].sum()
    if kind == "exploding" or weights >= DOMINANCE * derivative:
        return "weights"
    return "derivative" if derivative >= DOMINANCE * weights else "both"


def derivative_is(activation: Activation, split: GainSplit) -> str:
    """How the derivative takes its share: switched_off, ceiling, saturated or slope.

    Where f' is 0 on one side, units are switched off. Where sup f' < 1, the ceiling alone can do it. `saturated` is said where
    what the gradient carries meets units in the flat ends of f, and `slope` where f' is merely below 1.
    """
    if np.isneginf(activation.log_derivative(np.array([-1.0]))).any():
        return "switched_off"
    share = 0.0 if split.log10_derivative is None else -split.log10_derivative.mean()
    ceiling = -math.log10(activation.supremum_of_derivative)
    if ceiling > 0.0 and ceiling >= DOMINANCE * (share - ceiling):
        return "ceiling"
    return "saturated" if (split.saturated_share or 0.0) >= SATURATED_SHARE else "slope"


def _split(split: GainSplit, steps: int, supremum: float | None) -> dict[str, Any] | None:
    """The sums over all steps, which add up to the whole; None where there is no such split."""
    if split.log10_weights is None or split.log10_derivative is None or supremum is None:
        return None
    return {
        "steps": steps,
        "log10_weights": float(split.log10_weights.sum()),
        "log10_derivative": float(split.log10_derivative.sum()),
        "log10_ceiling": steps * math.log10(supremum),
        "saturated_share": split.saturated_share,
    }


def _long_run(spectral_radius: float) -> str | None:
    """What becomes of a linear network's gain as the chain grows: ‖W^n‖ goes as ρ^n."""
    if abs(spectral_radius - 1.0) <= ROUNDING:
        return None
    return "fades" if spectral_radius < 1.0 else "grows"


def _mean_derivative(trace: Trace, steps: int) -> float | None:
    """Over units and steps; None without a step, and for a cell whose J_t isn't diag(f'(s_t)) W."""
    log10_of_steps = log10_mean_derivative(trace)
    return None if log10_of_steps is None or not steps else float(10.0 ** log10_of_steps[:steps].mean())


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
