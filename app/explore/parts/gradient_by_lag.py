"""The gradient of W split by lag, and what every sliding truncation leaves of it."""

from dataclasses import dataclass

from app.common.answers import described
from app.engine.arrays import Array
from app.engine.backward import truncation
from app.engine.model.weights import RECURRENT
from app.explore.exploration import Exploration
from app.explore.parts.part import Part, exact_zeros
from app.explore.work import Sizes, Work


@dataclass(frozen=True)
class SlidingTruncation:
    """The truncated gradient of every window K = 1..T."""

    norm: Array = described("‖g_K‖ of W.", shape="(T)")
    relative_bias: Array = described("‖g_K − g‖ / ‖g‖.", shape="(T)")
    cosine: Array = described("With the full gradient; null where one of the two is zero.", shape="(T)")
    parameter_norms: dict[str, Array] = described(
        "The norm of every parameter's gradient, so that clipping by norm follows for each K.", shape="(T)"
    )


@dataclass(frozen=True)
class GradientByLag:
    """∂L/∂W, split by the lag t − k = 0..T−1."""

    of: str = described("Whose gradient: W's.")
    norm: Array = described("‖sum of the terms of this lag‖_F.", shape="(T)")
    log10_norm: Array = described("The same as log10, also where float64 ends.", shape="(T)")
    cosine: Array = described("With the full gradient; null where one of the two is zero.", shape="(T)")
    exact_zero: list[int] = described("The lags whose norm is exactly zero.")
    truncated: SlidingTruncation = described("What a window of K steps leaves, for K = 1..T.")


def compute(exploration: Exploration) -> GradientByLag:
    full = exploration.backward.gradients[RECURRENT]
    found = truncation.gradient_by_lag(exploration.trace, exploration.per_loss_adjoints, full)
    return GradientByLag(
        of=RECURRENT,
        norm=found.norm,
        log10_norm=found.log10_norm,
        cosine=found.cosine,
        exact_zero=exact_zeros(found.log10_norm),
        truncated=SlidingTruncation(found.truncated_norm, found.relative_bias, found.truncated_cosine, found.parameter_norms),
    )


def cost(sizes: Sizes) -> Work:
    T, H, D, O = sizes.T, sizes.H, sizes.D, sizes.O  # noqa: E741  (the mathematics' own name)
    S, P, R, pairs = sizes.S, sizes.P, sizes.R, sizes.pairs
    return Work(
        pairs.multiply_adds + sizes.thin * sizes.terms * P * (H + D) + T * (12.0 * P * H + 6.0 * P * D + 2_000.0),
        pairs.steps + 14.0 * T,
        12.0 * T,
        held=8.0 * min(T * (sizes.weights + R * (S + P + D)), 2.0**16 + sizes.weights) + 10.0 * T + T * (O + S) + 4.0 * R * S,
        kept=sizes.kept_backward | sizes.kept_apart,
    )


PART = Part("gradient_by_lag", GradientByLag, compute, cost, plain_gradient=True, heavy=True)
