"""Predicting the next value: of a sine with unknown phase and period, and of the sunspot record."""

import functools

import numpy as np

from app.engine.arrays import Array
from app.sequences.sequence import standardised
from app.sequences.series import record
from app.sequences.tasks.task import Batch, Task, every_step
from app.sequences.tasks.windows import target_counts, windows

SHORTEST_PERIOD, LONGEST_PERIOD = 10.0, 30.0


class SinePrediction(Task):
    """The next value of a sine; one value isn't enough to tell, the network has to remember."""

    name = "sine_prediction"
    about = "A sine of amplitude 1 whose phase and period (10 to 30 steps) are random. At every step: its next value."
    readout = "identity"
    loss_at = "every"
    chance_formula = "1/2: always answering 0; the mean square of a sine"
    default_length = 25
    input_size = 1
    output_size = 1

    def chance(self, length: int) -> float:
        """The mean of sin² over a uniform phase."""
        return 0.5

    def draw(self, generator: np.random.Generator, batch_size: int, length: int) -> Batch:
        """A phase and a period for each sequence."""
        phase = generator.uniform(0.0, 2.0 * np.pi, batch_size)
        period = generator.uniform(SHORTEST_PERIOD, LONGEST_PERIOD, batch_size)
        t = np.arange(length + 1)[:, None]
        values = np.sin(phase + 2.0 * np.pi * t / period)[:, :, None]
        return Batch(values[:-1], values[1:], every_step(length))


class SunspotPrediction(Task):
    """Next year's sunspot number."""

    name = "sunspot_prediction"
    about = "Windows of the yearly sunspot numbers 1700–2008, standardised over the whole record. At every step: the next year's number."
    readout = "identity"
    loss_at = "every"
    chance_formula = "the variance of the targets, about 1: always answering their mean"
    default_length = 25
    input_size = 1
    output_size = 1

    @property
    def longest(self) -> int:
        """One less than the years on record."""
        return len(_sunspots()) - 1

    def chance(self, length: int) -> float:
        """The variance over all windows, in which years near either end of the record appear less often."""
        self.check_length(length)
        targets, counts = _sunspots()[1:], target_counts(len(_sunspots()), length)
        mean = np.average(targets, weights=counts)
        return float(np.average(np.square(targets - mean), weights=counts))

    def draw(self, generator: np.random.Generator, batch_size: int, length: int) -> Batch:
        """A window for each sequence."""
        values = _sunspots()[windows(generator, len(_sunspots()), batch_size, length)][:, :, None]
        return Batch(values[:-1], values[1:], every_step(length))


@functools.cache
def _sunspots() -> Array:
    return standardised(record("sunspots_yearly").values[:, None])[:, 0]
