"""The norms of the chain of Jacobians, back from the last step."""

from dataclasses import dataclass

from app.common.answers import described
from app.engine.arrays import Array
from app.explore.exploration import Exploration
from app.explore.parts.part import Part, exact_zeros
from app.explore.work import Sizes, Work


@dataclass(frozen=True)
class JacobianNorms:
    """log10 ‖∂h_T/∂h_k‖ for k = 0..T."""

    of_step: int = described(
        "The last step whose Jacobian is known: T, or, where a state left float64, the step before it. "
        "In a linear network T all the same: its Jacobians don't depend on the states."
    )
    log10_frobenius: Array = described("log10 ‖∂h_T/∂h_k‖_F.", shape="(T+1)")
    log10_spectral: Array | None = described("log10 ‖∂h_T/∂h_k‖₂; null where `norms` leaves it out.", shape="(T+1)")
    exact_zero: list[int] = described("The k whose norm is exactly zero.")


def compute(exploration: Exploration) -> JacobianNorms:
    found = exploration.jacobian_norms
    return JacobianNorms(
        of_step=found.of_step,
        log10_frobenius=found.log10_frobenius,
        log10_spectral=found.log10_spectral if exploration.parameters.norms == "both" else None,
        exact_zero=exact_zeros(found.log10_frobenius),
    )


def cost(sizes: Sizes) -> Work:
    T, S, extended = sizes.T, sizes.S, sizes.extended
    spectral = float(sizes.parameters.norms == "both")
    return Work(
        T * (S**3 + 8.0 * S * S) + spectral * T * min(4.0 * S**3, 120.0 * S * S) + 20.0 * S**3 + extended.multiply_adds,
        12.0 * T + extended.steps,
        3.0 * T,
        held=sizes.chain + extended.held + 4.0 * T + 6.0 * min(T * S, 2.0**16),
        kept=sizes.kept_trace,
    )


PART = Part("jacobian_norms", JacobianNorms, compute, cost)
