"""The gradient of the loss with respect to every state."""

from dataclasses import dataclass

from app.common.answers import described
from app.engine.arrays import Array
from app.engine.numerics.euclidean_norms import unit_vectors
from app.explore.exploration import Exploration
from app.explore.parts.part import Part, exact_zeros
from app.explore.work import Sizes, Work


@dataclass(frozen=True)
class Adjoints:
    """∂L/∂h_t for t = 0..T, plain, and as unit vector and log10 norm."""

    dL_dh: Array = described("∂L/∂h_t in plain float64.", shape="(T+1, H)")
    log10_norm: Array = described("log10 ‖∂L/∂h_t‖; holds where dL_dh overflows or underflows.", shape="(T+1)")
    direction: Array = described("Unit vectors: dL_dh = direction · 10^log10_norm.", shape="(T+1, H)")
    exact_zero: list[int] = described("The t whose adjoint is exactly zero.")


def compute(exploration: Exploration) -> Adjoints:
    direction, log10_norm = exploration.adjoints.direction, exploration.adjoints.log10_norm
    size = exploration.network.hidden_size
    if size < direction.shape[1]:  # h is a part of the state, and has a norm of its own
        direction, log10_share = unit_vectors(direction[:, :size])
        log10_norm = log10_norm + log10_share
    return Adjoints(exploration.backward.adjoint[:, :size], log10_norm, direction, exact_zeros(log10_norm))


def cost(sizes: Sizes) -> Work:
    T, S = sizes.T, sizes.S
    kept = sizes.kept_backward | {"directions": T * S}
    return Work(sizes.back, 6.0 * T, 2.0 * T * sizes.H + T, held=4.0 * T * (S + sizes.O), kept=kept)


PART = Part("adjoints", Adjoints, compute, cost, plain_gradient=True)
