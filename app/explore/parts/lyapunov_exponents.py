"""How fast each direction of the state grows or decays."""

from dataclasses import dataclass

from app.common.answers import described
from app.engine.arrays import Array
from app.engine.flow import lyapunov_exponents
from app.explore.exploration import Exploration
from app.explore.parts.part import Part
from app.explore.work import Sizes, Work


@dataclass(frozen=True)
class LyapunovExponents:
    """(1/T) ln of the singular values of ∂h_T/∂h_0, descending; null where a direction is lost exactly."""

    nats_per_step: Array = described("(1/T) ln σ_i(∂h_T/∂h_0).", shape="(H)")


def compute(exploration: Exploration) -> LyapunovExponents:
    return LyapunovExponents(lyapunov_exponents.lyapunov_exponents(exploration.trace))


def cost(sizes: Sizes) -> Work:
    T, S, extended = sizes.T, sizes.S, sizes.extended
    return Work(
        12.0 * T * S**3 + extended.multiply_adds,
        700.0 + 60.0 * T + extended.steps,
        S,
        held=24.0 * S * S + extended.held,
        kept=sizes.kept_trace,
    )


PART = Part("lyapunov_exponents", LyapunovExponents, compute, cost, heavy=True)
