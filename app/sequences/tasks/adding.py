"""The adding problem.

References
----------
Hochreiter and Schmidhuber (1997), Long short-term memory, section 5.4; in the form of Arjovsky, Shah and Bengio (2016),
Unitary evolution recurrent neural networks, section 5.2.
"""

import numpy as np

from app.engine.arrays import Array
from app.sequences.tasks.task import Batch, Task, last_step

TOLERANCE = 0.04  # an answer this close counts as right (Hochreiter and Schmidhuber 1997)


class Adding(Task):
    """Add two marked numbers out of many, said at the end."""

    name = "adding"
    about = (
        "Input 1 is a number from 0 to 1 at every step, input 2 marks one step of the first half and one of the second. "
        "At the end: the sum of the two marked numbers."
    )
    readout = "identity"
    loss_at = "last"
    chance_formula = "1/6 ≈ 0.167: always answering 1; the variance of the sum of two uniform numbers"
    accuracy_about = "The share of sums that are off by less than 0.04."
    default_length = 20
    shortest = 2
    input_size = 2
    output_size = 1

    def chance(self, length: int) -> float:
        """2 · 1/12."""
        return 1.0 / 6.0

    def draw(self, generator: np.random.Generator, batch_size: int, length: int) -> Batch:
        """Uniform numbers, and a mark in either half."""
        half, sequences = length // 2, np.arange(batch_size)
        first = generator.integers(0, half, batch_size)
        second = generator.integers(half, length, batch_size)
        x = np.zeros((length, batch_size, 2))
        x[:, :, 0] = generator.random((length, batch_size))
        x[first, sequences, 1] = 1.0
        x[second, sequences, 1] = 1.0
        target = np.zeros((length, batch_size, 1))
        target[-1, :, 0] = x[first, sequences, 0] + x[second, sequences, 0]
        return Batch(x, target, last_step(length))

    def accuracy(self, y: Array, batch: Batch) -> float:
        """The share of last answers within TOLERANCE."""
        return float(np.mean(np.abs(y[-1] - batch.target[-1]) < TOLERANCE))
