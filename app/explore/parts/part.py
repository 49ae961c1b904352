"""What a part of an answer is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.common.answers import about
from app.engine.arrays import Array, BoolArray
from app.explore.exploration import Exploration
from app.explore.work import Sizes, Work


@dataclass(frozen=True)
class Part:
    """A part of an answer that `include` picks.

    Attributes
    ----------
    name : str
        In `include`, and of the field in the answer.
    answer : type
        A frozen dataclass whose fields are declared by `described`.
    compute : callable
        From an Exploration to such an answer. In its arrays NaN and −inf mean "no finite value here".
    cost : callable
        From the sizes of a run to what computing this part takes.
    plain_gradient : bool
        Whether its numbers are gradients in plain float64, so that they can overflow where the states don't.
    backward : bool
        Whether it depends on truncation and clipping.
    heavy : bool
        Whether it takes much of a long run's time, so that the page asks for it when nothing moves.
    """

    name: str
    answer: type
    compute: Callable[[Exploration], Any]
    cost: Callable[[Sizes], Work]
    plain_gradient: bool = False
    backward: bool = False
    heavy: bool = False

    @property
    def about(self) -> str:
        """What it is, in one line."""
        return about(self.answer)


def exact_zeros(log10_values: Array) -> list[int]:
    """The indices whose value is exactly zero, not merely small."""
    return [int(index) for index in np.flatnonzero(np.isneginf(log10_values))]


def runs(marked: BoolArray) -> list[list[int]]:
    """The marked places as runs [first, last], counted from 1.

    >>> runs(np.array([True, True, False, True]))
    [[1, 2], [4, 4]]
    """
    changes = np.flatnonzero(np.diff(marked, prepend=False, append=False))
    return [[int(first) + 1, int(after)] for first, after in changes.reshape(-1, 2)]
