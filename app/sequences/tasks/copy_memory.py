"""The copying memory problem.

References
----------
Hochreiter and Schmidhuber (1997), Long short-term memory; in the form of Arjovsky, Shah and Bengio (2016), Unitary
evolution recurrent neural networks, section 5.1.
"""

import math

import numpy as np

from app.engine.arrays import Array
from app.sequences.sequence import one_hot
from app.sequences.tasks.task import Batch, Task, every_step, share_right

LETTERS = 8  # symbols to remember
REMEMBERED = 10  # how many of them
BLANK, GO = 8, 9  # the other two input symbols


class CopyMemory(Task):
    """Remember ten symbols over a gap, and repeat them when told to."""

    name = "copy_memory"
    about = (
        "Ten of the symbols a–h come first, then T − 21 blanks, the sign to go, and ten more blanks. "
        "The answer is blank at every step but the last ten: there it repeats the ten symbols. The delay is T − 20 steps."
    )
    readout = "softmax"
    loss_at = "every"
    chance_formula = "10·ln 8/T, with T − 20 the delay: blanks where blanks belong, and a guess for each of the ten symbols"
    accuracy_about = "The share of the ten remembered symbols that are right; 1/8 by chance."
    default_length = 30
    shortest = 2 * REMEMBERED + 1
    input_size = LETTERS + 2
    output_size = LETTERS + 1
    symbols = (*"abcdefgh", "_", ":")
    answers = (*"abcdefgh", "_")

    def chance(self, length: int) -> float:
        """10·ln 8/T, the mean over all T steps."""
        return REMEMBERED * math.log(LETTERS) / length

    def draw(self, generator: np.random.Generator, batch_size: int, length: int) -> Batch:
        """Ten letters, blanks with the sign to go among them; and the same letters at the end."""
        letters = generator.integers(0, LETTERS, (REMEMBERED, batch_size))
        shown = np.full((length, batch_size), BLANK)
        shown[:REMEMBERED] = letters
        shown[-REMEMBERED - 1] = GO
        wanted = np.full((length, batch_size), BLANK)
        wanted[-REMEMBERED:] = letters
        return Batch(one_hot(shown, LETTERS + 2), one_hot(wanted, LETTERS + 1), every_step(length))

    def accuracy(self, y: Array, batch: Batch) -> float:
        """Over the last ten steps only; the blanks would flatter."""
        return share_right(y[-REMEMBERED:], batch.target[-REMEMBERED:])
