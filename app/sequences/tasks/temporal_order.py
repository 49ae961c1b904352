"""The temporal order problem with six symbols.

References
----------
Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, section 4.1, with the positions
of the authors' program; after Hochreiter and Schmidhuber (1997), Long short-term memory, task 6a, where the two symbols
stand at steps 10–20 and 50–60 of about 100.
"""

import math

import numpy as np

from app.engine.arrays import Array
from app.sequences.sequence import one_hot
from app.sequences.tasks.task import Batch, Task, last_step, share_right


class TemporalOrder(Task):
    """Which two symbols came, in which order, said at the end."""

    name = "temporal_order"
    about = (
        "Random symbols c, d, e, f; but one of A and B comes in the second tenth of the sequence, and one of them in the sixth tenth. "
        "At the end: was it AA, AB, BA or BB?"
    )
    readout = "softmax"
    loss_at = "last"
    chance_formula = "ln 4 ≈ 1.386: a quarter for each of the four orders"
    accuracy_about = "The share of orders that are right; 1/4 by chance."
    default_length = 20
    shortest = 10
    input_size = 6
    output_size = 4
    symbols = ("A", "B", "c", "d", "e", "f")
    answers = ("AA", "AB", "BA", "BB")

    def chance(self, length: int) -> float:
        """ln 4, at any length."""
        return math.log(4.0)

    def draw(self, generator: np.random.Generator, batch_size: int, length: int) -> Batch:
        """Distractors, with A or B at a random step of [T/10, 2T/10) and of [5T/10, 6T/10), counted from 0."""
        tenth, sequences = length // 10, np.arange(batch_size)
        shown = generator.integers(2, 6, (length, batch_size))
        first, second = generator.integers(0, 2, (2, batch_size))
        shown[tenth + generator.integers(0, tenth, batch_size), sequences] = first
        shown[length // 2 + generator.integers(0, tenth, batch_size), sequences] = second
        target = np.zeros((length, batch_size, 4))
        target[-1] = one_hot(2 * first + second, 4)
        return Batch(one_hot(shown, 6), target, last_step(length))

    def accuracy(self, y: Array, batch: Batch) -> float:
        """At the last step."""
        return share_right(y[-1], batch.target[-1])
