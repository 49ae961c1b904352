"""Made-up signals: impulse, sine, white noise, random walk. The target is the next value.

A signal may have any number of dimensions; x takes the first D and target the first O of the same values, so input j
and output j speak of one dimension. How the dimensions differ is said in each source's description.
"""

from collections.abc import Callable

import numpy as np

from app.engine.arrays import Array
from app.engine.errors import InvalidParameter
from app.engine.interruption import checkpoint
from app.engine.model.initializers import generator
from app.sequences.sequence import InputSequence, Source, checked_length, one_step_ahead, standardised, step_numbers

DEFAULT_LENGTH = 50
PERIOD = 20.0  # steps per turn of the sine


def signal(name: str, about: str, values: Callable[[int, int, int], Array]) -> Source:
    """A source whose values are a function of (how many values, how many dimensions, seed)."""

    def make(length: int | None, input_size: int | None, output_size: int | None, text: str | None, seed: int) -> InputSequence:
        steps = checked_length(length, DEFAULT_LENGTH, None, f"{name} can be made for any number of steps.")
        inputs, outputs = _size("input_size", input_size), _size("output_size", output_size)
        return one_step_ahead(values(steps + 1, max(inputs, outputs), seed), step_numbers(steps), inputs, outputs)

    return Source(name, about, DEFAULT_LENGTH, make)


def _size(parameter: str, size: int | None) -> int:
    if size is None:
        return 1
    if size < 1:
        raise InvalidParameter(parameter, size, "1 or more", "A signal has at least one dimension.")
    return size


def _impulse(count: int, dimensions: int, seed: int) -> Array:
    values = np.zeros((count, dimensions))
    values[0] = 1.0
    return values


def _sine(count: int, dimensions: int, seed: int) -> Array:
    t = np.arange(1, count + 1)[:, None]
    return np.asarray(np.sin(2.0 * np.pi * t / PERIOD + np.arange(dimensions)))


def _white_noise(count: int, dimensions: int, seed: int) -> Array:
    # A generator per dimension: a longer or wider sequence begins with the same numbers.
    return _normal_columns("white_noise", count, dimensions, seed)


def _random_walk(count: int, dimensions: int, seed: int) -> Array:
    increments = _normal_columns("random_walk", count, dimensions, seed)
    return standardised(np.cumsum(increments, axis=0, out=increments))


def _normal_columns(name: str, count: int, dimensions: int, seed: int) -> Array:
    values = np.empty((count, dimensions))
    for dimension in range(dimensions):
        checkpoint()
        values[:, dimension] = generator(seed, f"{name} {dimension}").standard_normal(count)
    return values


IMPULSE = signal(
    "impulse",
    "1 at step 1, then 0: what is left of it later is memory. Every dimension is alike; the seed plays no part.",
    _impulse,
)
SINE = signal(
    "sine",
    "A sine of amplitude 1 and period 20 steps. Each dimension is 1 radian ahead of the one before; the seed plays no part.",
    _sine,
)
WHITE_NOISE = signal(
    "white_noise",
    "Independent normal numbers of mean 0 and variance 1, in every dimension.",
    _white_noise,
)
RANDOM_WALK = signal(
    "random_walk",
    "The running sum of independent normal numbers, standardised over the steps taken. The dimensions are independent walks.",
    _random_walk,
)
