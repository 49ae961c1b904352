"""How large the hidden states are."""

from dataclasses import dataclass

import numpy as np

from app.common.answers import described
from app.engine.arrays import Array
from app.explore.exploration import Exploration
from app.explore.parts.part import Part
from app.explore.work import Sizes, Work

BINS = 20


@dataclass(frozen=True)
class StateSizes:
    """A histogram of |h| over all units and steps."""

    edge: Array = described("Where the bins begin and end.", shape="(21)")
    count: Array = described("Entries of h_1..h_T in each bin.", shape="(20)")


def compute(exploration: Exploration) -> StateSizes:
    sizes = np.abs(exploration.trace.h[1:])
    known = sizes[np.isfinite(sizes)]
    largest = float(known.max(initial=0.0)) or 1.0
    edge = np.linspace(0.0, largest, BINS + 1)
    inside = np.minimum((known / largest * BINS).astype(np.int64), BINS - 1)
    return StateSizes(edge, np.bincount(inside, minlength=BINS).astype(np.float64))


def cost(sizes: Sizes) -> Work:
    return Work(2.0 * sizes.T * sizes.H, 10.0, 2.0 * BINS, held=3.0 * sizes.T * sizes.H, kept=sizes.kept_trace)


PART = Part("state_sizes", StateSizes, compute, cost)
