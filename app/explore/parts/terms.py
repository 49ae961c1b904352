"""BPTT is a sum: every matrix in it, in numbers, for small networks."""

from dataclasses import dataclass

import numpy as np

from app.common.answers import described
from app.engine.arrays import Array
from app.engine.backward import terms
from app.engine.errors import InvalidParameter
from app.explore.exploration import Exploration
from app.explore.parts.part import Part
from app.explore.work import Sizes, Work

LARGEST_WORKED_EXAMPLE = {"length": 5, "hidden_size": 8}


@dataclass(frozen=True)
class Terms:
    """Every matrix of the sum, in numbers, for T ≤ 5 and H ≤ 8."""

    weights: dict[str, Array] = described("The network's parameters.", shape="(m) or (m, n)")
    J: Array = described("J_t.", shape="(T, H, H)")
    dh_dh: Array = described("∂h_T/∂h_k for k = 0..T.", shape="(T+1, H, H)")
    dh_dW: Array = described("The terms of ∂h_T/∂W, through step k = row + 1.", shape="(T, H, H, H)")
    dh_dW_total: Array = described("Their sum.", shape="(H, H, H)")
    dL_dW: Array = described("The terms of ∂L/∂W, from loss step t through step k.", shape="(T, T, H, H)")
    dL_dW_total: Array = described("Their sum.", shape="(H, H)")


def compute(exploration: Exploration) -> Terms:
    """Compute the terms.

    Raises
    ------
    InvalidParameter
        Where the run is larger than LARGEST_WORKED_EXAMPLE.
    """
    sizes = {"length": len(exploration.sequence.x), "hidden_size": exploration.network.hidden_size}
    for name, largest in LARGEST_WORKED_EXAMPLE.items():
        if sizes[name] > largest:
            allowed = " and ".join(f"{name} ≤ {most}" for name, most in LARGEST_WORKED_EXAMPLE.items())
            remedy = f"Leave terms out of include, or ask for {allowed}."
            raise InvalidParameter("include", "terms", f"terms only with {name} ≤ {largest}, here it is {sizes[name]}", remedy)
    found = terms.terms(exploration.trace, exploration.per_loss_adjoints)
    with np.errstate(over="ignore", invalid="ignore"):
        dh_dW_total, dL_dW_total = found.dh_dW.sum(axis=0), found.dL_dW.sum(axis=(0, 1))
    weights = exploration.network.parameters
    return Terms(weights, found.jacobian, found.dh_dh, found.dh_dW, dh_dW_total, found.dL_dW, dL_dW_total)


def cost(sizes: Sizes) -> Work:
    T, S, P, H = sizes.T, sizes.S, sizes.P, sizes.H
    held = T * P * H * (S + T)
    return Work(T * S * P * H * H, T * S + 200.0, held + 2.0 * sizes.weights, held=held, kept=sizes.kept_backward)


PART = Part("terms", Terms, compute, cost, plain_gradient=True)
