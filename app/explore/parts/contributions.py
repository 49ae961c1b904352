"""The sizes of the terms that backpropagation through time sums."""

from dataclasses import dataclass

import numpy as np

from app.common.answers import described
from app.engine.arrays import Array
from app.engine.backward import per_loss_adjoints
from app.explore.exploration import Exploration
from app.explore.parts.part import Part, runs
from app.explore.work import Sizes, Work


@dataclass(frozen=True)
class Contributions:
    """log10 norms of the terms of ∂L/∂W: from loss step t by way of step k."""

    log10_norm: Array = described(
        "log10 ‖term‖_F: rows t = 1..T, columns k = 1..T; null above the diagonal and where t carries no loss.", shape="(T, T)"
    )
    exact_zero: list[list[list[int]]] = described("Per row t the k whose term is exactly zero, as runs [first, last].")


def compute(exploration: Exploration) -> Contributions:
    log10_norm = per_loss_adjoints.contributions(exploration.trace, exploration.per_loss_adjoints)
    return Contributions(log10_norm, [runs(np.isneginf(row)) for row in log10_norm])


def cost(sizes: Sizes) -> Work:
    T, terms, pairs = sizes.T, sizes.terms, sizes.pairs
    return Work(
        pairs.multiply_adds + 60.0 * T * T,
        pairs.steps + 10.0 * T,
        listed=terms,
        gaps=max(0.0, T * T - terms),
        held=min(terms, 2.0**16) * 8.0 + 4.0 * sizes.R * sizes.S + T * T / 2.0,
        kept=sizes.kept_trace | sizes.kept_apart,
    )


PART = Part("contributions", Contributions, compute, cost, heavy=True)
