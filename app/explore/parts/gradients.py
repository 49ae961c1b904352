"""The gradient of every parameter: in full, truncated, and clipped."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.common.answers import Value, described
from app.engine.arrays import Array
from app.engine.backward import clipping
from app.engine.numerics import euclidean_norms
from app.explore.exploration import Exploration
from app.explore.parts.part import Part
from app.explore.work import Sizes, Work


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """A gradient: all parameters of the network, and its norm over all of them."""

    norm: Value = described("Over all parameters.")
    parameters: dict[str, Array] = described("Each of the shape of its parameter.", shape="(m) or (m, n)")


@dataclass(frozen=True, kw_only=True)
class TruncatedGradient:
    """The gradient at the chosen truncation."""

    mode: str = described("truncation_mode.")
    length: int = described("K.")
    norm: Value = described("Over all parameters.")
    parameters: dict[str, Array] = described("Each of the shape of its parameter.", shape="(m) or (m, n)")
    relative_bias: Value = described("‖g_K − g‖ / ‖g‖.")
    cosine: Value = described("With the full gradient; null where one of the two is zero.")


@dataclass(frozen=True, kw_only=True)
class ClippedGradient:
    """The truncated gradient, clipped: what a training step would use."""

    mode: str = described("clip_mode.")
    threshold: float = described("c.")
    factors: Mapping[str, Value] = described("global, or one per parameter.")
    clipped_share: Value = described("The share of entries that were cut.")
    angle: Value = described("To the unclipped gradient, in radians; null where one of the two is zero.")
    norm_before: Value = described("Over all parameters, before clipping.")
    norm: Value = described("The same after clipping.")
    parameters: dict[str, Array] = described("Each of the shape of its parameter.", shape="(m) or (m, n)")


@dataclass(frozen=True)
class Gradients:
    """∂L/∂θ of every parameter: in full, truncated, clipped."""

    full: Gradient = described("By full BPTT.")
    truncated: TruncatedGradient = described("At the chosen truncation.")
    clipped: ClippedGradient = described("The truncated gradient, clipped: what a training step would use.")


def compute(exploration: Exploration) -> Gradients:
    full, truncated, clipped = exploration.backward.gradients, exploration.truncated, exploration.clipped
    parameters = exploration.parameters
    with np.errstate(all="ignore"):
        full_vector, truncated_vector = clipping.flattened(full), clipping.flattened(truncated)
        full_norm = np.float64(euclidean_norms.euclidean_norm(full_vector))
        return Gradients(
            full=Gradient(norm=clipping.global_norm(full), parameters=full),
            truncated=TruncatedGradient(
                norm=clipping.global_norm(truncated),
                parameters=truncated,
                mode=parameters.truncation_mode,
                length=parameters.truncation or exploration.trace.length,
                relative_bias=euclidean_norms.euclidean_norm(truncated_vector - full_vector) / full_norm,
                cosine=euclidean_norms.cosine(truncated_vector, full_vector),
            ),
            clipped=ClippedGradient(
                norm=clipping.global_norm(clipped.parameters),
                parameters=clipped.parameters,
                mode=parameters.clip_mode,
                threshold=parameters.clip_threshold,
                factors=clipped.factors,
                clipped_share=clipped.clipped_share,
                angle=clipped.angle,
                norm_before=clipped.norm_before,
            ),
        )


def cost(sizes: Sizes) -> Work:
    weights, truncated = sizes.weights, sizes.truncated
    return Work(
        sizes.back + truncated.multiply_adds + 60.0 * weights,
        truncated.steps + 4.0 * sizes.T,
        3.0 * weights,
        held=14.0 * weights + sizes.T * (sizes.S + sizes.P) + truncated.held,
        kept=sizes.kept_backward | truncated.kept,
    )


PART = Part("gradients", Gradients, compute, cost, plain_gradient=True, backward=True)
