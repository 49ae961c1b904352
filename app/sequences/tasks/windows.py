"""Windows of T+1 values out of a record of N, each start as likely as any other."""

import numpy as np
from numpy.typing import NDArray

from app.engine.arrays import Array


def windows(generator: np.random.Generator, count: int, batch_size: int, length: int) -> NDArray[np.intp]:
    """Places in a record of `count` values: batch_size random windows, (T+1, B)."""
    starts = generator.integers(0, count - length, batch_size)
    return np.asarray(starts + np.arange(length + 1)[:, None], dtype=np.intp)


def target_counts(count: int, length: int) -> Array:
    """In how many of the count − T windows the values 2, 3, ... N are a target.

    >>> target_counts(5, 2)  # targets 2 3, 3 4, 4 5
    array([1., 2., 2., 1.])
    """
    return np.convolve(np.ones(length), np.ones(count - length))
