"""The verdict on a run: what the norm curve says, in a few numbers, and where its gain comes from."""

import math
from dataclasses import dataclass

import numpy as np

from app.common.answers import Value, described
from app.engine.arrays import Array
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


@dataclass(frozen=True)
class StraightPiece:
    """A straight piece of the curve of log10 gains; the pieces' changes add up to the whole."""

    from_lag: int = described("Where it begins.")
    to_lag: int = described("Where it ends.")
    slope_log10_per_step: float = described("Of log10 of the gain.")
    factor_per_step: Value = described("What a step back multiplies the gain by.")


@dataclass(frozen=True)
class CurvePoint:
    """A point of the curve."""

    lag: int = described("T − k.")
    log10_gain: float = described("log10 of the gain there.")


@dataclass(frozen=True)
class Crossings:
    """The first lag at which the gain passes each threshold, or null."""

    below_1e_3: int | None = described("A thousandth.", name="below_1e-3")
    below_1e_7: int | None = described("Float32's resolution.", name="below_1e-7")
    above_1e3: int | None = described("A thousand times.")
    above_1e7: int | None = described("Ten million times.")


@dataclass(frozen=True)
class CauseSplit:
    """log10 ‖∂h_T/∂h_k‖₂ as weights + derivative, along the direction that keeps most; k is 0, or where the chain is last not zero."""

    steps: int = described("T − k.")
    log10_weights: float = described("Σ log10 (‖Wᵀ(f'∘u)‖ / ‖f'∘u‖).")
    log10_derivative: float = described("Σ log10 (‖f'∘u‖ / ‖u‖), never above log10_ceiling.")
    log10_ceiling: float = described("What the derivative's share would be if every f' were sup f': steps · log10 sup f'.")
    saturated_share: Value = described(
        "The share of ‖u‖² that meets units with f' < 0.1 sup f', averaged over the steps by the decades lost to f'."
    )


@dataclass(frozen=True)
class ZeroPoint:
    """Where the chain becomes exactly zero."""

    step: int = described("The t whose Jacobian J_t makes it zero.")
    factor: str | None = described("Which factor of J_t does; null for a cell whose J_t is no product.", choices=("derivative", "weights"))


@dataclass(frozen=True)
class Verdict:
    """What the norm curve says. A gain is ‖∂h_T/∂h_k‖_F/√S, the root-mean-square size with which a small change of h_k arrives at h_T."""

    kind: str = described("How the gain runs over the lag; transient: grows, then fades, or fades, then comes back.", choices=curve.KINDS)
    slope_log10_per_step: Value = described("On average over the lags from 0 to the last whose gain isn't exactly zero.")
    factor_per_step: Value = described("What a step back multiplies the gain by, on average: 10^slope_log10_per_step.")
    pieces: tuple[StraightPiece, ...] = described("The curve in at most four straight pieces, from lag 0 on; the last is its tail.")
    half_life: Value = described("In steps, in the tail, where it halves there at least once.")
    doubling_time: Value = described("In steps, in the tail, where it doubles there at least once.")
    log10_gain_h0: Value = described("log10 of the gain of h_0; null where it is exactly zero.")
    log10_spectral_h0: Value = described("log10 ‖∂h_T/∂h_0‖₂: the most that any change of h_0 keeps.")
    peak: CurvePoint = described("The largest gain.")
    trough: CurvePoint = described("The smallest gain that isn't exactly zero.")
    exactly_zero_from_lag: int | None = described("The first lag that is exactly zero; null where none is.")
    crossings: Crossings = described("The first lag at which the gain passes each threshold, or null.")
    long_run: str | None = described(
        "What becomes of the gain as the chain grows, in a linear network, where ρ decides it; else null.", choices=("fades", "grows")
    )
    cause: str | None = described(
        "What the gain loses or grows by; null for a cell whose J_t isn't diag(f'(s_t)) W.",
        choices=("weights", "derivative", "both", "none"),
    )
    derivative_is: str | None = described(
        "How the derivative takes its share, where it is a cause.", choices=("slope", "saturated", "ceiling", "switched_off")
    )
    split: CauseSplit | None = described(
        "log10 ‖∂h_T/∂h_k‖₂ as weights + derivative, k being 0 or where the chain is last not zero; "
        "null for a cell whose J_t isn't diag(f') W, or where rounding decides the path."
    )
    zero: ZeroPoint | None = described("Where the chain becomes exactly zero; null where it doesn't.")
    mean_derivative: Value = described(
        "Geometric mean over the steps of the mean of f'(s_t): 0 if all units are switched off at any step; null where J_t is no product."
    )
    spectral_radius: Value = described(
        "ρ(W). This and the next two are null for a cell whose J_t isn't diag(f'(s_t)) W: there they bound nothing."
    )
    sigma_max: Value = described("σ_max(W).")
    sup_derivative: Value = described("sup f'.")


def verdict(exploration: Exploration) -> Verdict:
    """Judge the curve of gains ‖∂h_T/∂h_k‖_F/√S over the lag T − k, and split ‖∂h_T/∂h_0‖₂ into weights and derivative."""
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
    cause = zeroed_by or (cause_of(kind, split, curve.fading(kind, gains)) if cell.jacobian_is_product else None)
    return Verdict(
        kind=kind,
        slope_log10_per_step=slope,
        factor_per_step=curve.power_of_ten(slope),
        pieces=tuple(StraightPiece(**vars(piece), factor_per_step=piece.factor_per_step) for piece in pieces),
        half_life=half_life,
        doubling_time=doubling_time,
        log10_gain_h0=_finite(gains[-1]),
        log10_spectral_h0=_finite(log10_largest),
        peak=_point(gains, int(gains.argmax())),
        trough=_point(gains, int(gains[: lags + 1].argmin())),
        exactly_zero_from_lag=lags + 1 if first else None,
        crossings=_crossings(gains),
        long_run=long_run,
        cause=cause,
        derivative_is=derivative_is(cell.activation, split) if cause in ("derivative", "both") else None,
        split=_split(split, lags, spectrum.sup_derivative if spectrum else None),
        zero=ZeroPoint(first, zeroed_by) if first else None,
        mean_derivative=_mean_derivative(trace, norms.of_step),
        spectral_radius=spectrum.spectral_radius if spectrum else None,
        sigma_max=spectrum.sigma_max if spectrum else None,
        sup_derivative=cell.activation.sup_derivative if spectrum else None,
    )


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
    ceiling = -math.log10(activation.sup_derivative)
    if ceiling > 0.0 and ceiling >= DOMINANCE * (share - ceiling):
        return "ceiling"
    return "saturated" if (split.saturated_share or 0.0) >= SATURATED_SHARE else "slope"


def _split(split: GainSplit, steps: int, supremum: float | None) -> CauseSplit | None:
    """The sums over all steps, which add up to the whole; None where there is no such split."""
    if split.log10_weights is None or split.log10_derivative is None or supremum is None:
        return None
    return CauseSplit(
        steps=steps,
        log10_weights=float(split.log10_weights.sum()),
        log10_derivative=float(split.log10_derivative.sum()),
        log10_ceiling=steps * math.log10(supremum),
        saturated_share=split.saturated_share,
    )


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


def _point(gains: Array, lag: int) -> CurvePoint:
    return CurvePoint(lag, float(gains[lag]))


def _crossings(gains: Array) -> Crossings:
    reached = gains < -3.0, gains < -7.0, gains > 3.0, gains > 7.0
    return Crossings(*(curve.first_lag(each) for each in reached))
