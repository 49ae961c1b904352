"""The mean of the numbers of a sequence, said at the end."""

import numpy as np

from app.engine.arrays import Array
from app.sequences.tasks.task import Batch, Task, last_step


class Mean(Task):
    """Say the mean of all numbers."""

    name = "mean"
    about = "A number from −1 to 1 at every step. At the end: their mean."
    readout = "identity"
    loss_at = "last"
    chance_formula = "1/(3T): always answering 0; the variance of the mean of T uniform numbers"
    accuracy_about = None
    default_length = 10
    shortest = 1
    input_size = 1
    output_size = 1

    def chance(self, length: int) -> float:
        """The variance of a uniform number, 1/3, divided by T."""
        return 1.0 / (3.0 * length)

    def draw(self, generator: np.random.Generator, batch_size: int, length: int) -> Batch:
        """Uniform numbers."""
        x = generator.uniform(-1.0, 1.0, (length, batch_size, 1))
        target = np.zeros_like(x)
        target[-1] = x.mean(axis=0)
        return Batch(x, target, last_step(length))

    def accuracy(self, y: Array, batch: Batch) -> None:
        """There is none: the answer is a number."""
        return
