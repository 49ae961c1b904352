"""What one step does to a gradient: is it the weights or the saturation?"""

from dataclasses import dataclass

from app.common.answers import described
from app.engine.arrays import Array
from app.engine.flow import step_gain
from app.explore.exploration import Exploration
from app.explore.parts.part import Part
from app.explore.work import Sizes, Work


@dataclass(frozen=True)
class StepGain:
    """Is it the weights or the saturation? Mean f' and σ_max(J_t) of every step."""

    mean_derivative: Array | None = described(
        "Mean of f'(s_t) over the units; null for a cell whose J_t isn't diag(f'(s_t)) W.", shape="(T)"
    )
    sigma_max: Array = described("σ_max(J_t).", shape="(T)")
    log10_mean_derivative: Array | None = described("Its log10, also where float64 ends.", shape="(T)")
    log10_sigma_max: Array = described("Its log10, also where float64 ends.", shape="(T)")


def compute(exploration: Exploration) -> StepGain:
    gain = step_gain.step_gain(exploration.trace)
    return StepGain(gain.mean_derivative, gain.sigma_max, gain.log10_mean_derivative, gain.log10_sigma_max)


def cost(sizes: Sizes) -> Work:
    T, S = sizes.T, sizes.S
    return Work(T * (S**3 + 100.0 * S * S), 8.0 * T, 4.0 * T, held=sizes.chain, kept=sizes.kept_trace)


PART = Part("step_gain", StepGain, compute, cost, heavy=True)
