"""The norms of the chain between every pair of steps."""

from dataclasses import dataclass

import numpy as np

from app.common.answers import described
from app.engine.arrays import Array
from app.engine.flow import flow_matrix
from app.engine.interruption import checkpoint
from app.explore.exploration import Exploration
from app.explore.parts.part import Part
from app.explore.work import Sizes, Work

ENTRIES_AT_A_TIME = 2**18  # of a large matrix that is looked through


@dataclass(frozen=True)
class FlowMatrix:
    """log10 ‖∂h_t/∂h_k‖_F for every k ≤ t."""

    log10_frobenius: Array = described("log10 ‖∂h_t/∂h_k‖_F: rows t, columns k; null above the diagonal.", shape="(T+1, T+1)")
    exact_zero: list[int | None] = described("Per row t the largest k whose norm is exactly zero, or null.")


def compute(exploration: Exploration) -> FlowMatrix:
    matrix = flow_matrix.flow_matrix(exploration.trace)
    return FlowMatrix(matrix, last_zeros(matrix))


def last_zeros(flow: Array) -> list[int | None]:
    """Of every row the last column whose norm is exactly zero: it says it all, for every longer product is zero, too."""
    found: list[int | None] = []
    together = max(1, ENTRIES_AT_A_TIME // flow.shape[1])
    for start in range(0, len(flow), together):
        checkpoint()
        zero = np.isneginf(flow[start : start + together])
        last = flow.shape[1] - 1 - np.argmax(zero[:, ::-1], axis=1)
        found += [int(column) if any_zero else None for column, any_zero in zip(last, np.asarray(zero.any(axis=1)), strict=True)]
    return found


def cost(sizes: Sizes) -> Work:
    T, S, extended, saturated = sizes.T, sizes.S, sizes.extended, sizes.saturated
    return Work(
        T * T * S * S * (0.5 + 3.0 * sizes.apart_units) + 6.0 * T * S**3 + T * T * saturated * 15.0 * S**3 + T * T * 60.0,
        10.0 * T + extended.steps + saturated * T * T,
        listed=T * T / 2.0 + T,
        gaps=T * T / 2.0,
        held=(T + 16.0) * 3.6 * S * S + T * T / 4.0 + 420_000.0 + extended.held,
        kept=sizes.kept_trace,
    )


PART = Part("flow_matrix", FlowMatrix, compute, cost, heavy=True)
