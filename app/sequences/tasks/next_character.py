"""Predicting the next character: of a user's text, or of a shipped one."""

import functools
from dataclasses import dataclass
from importlib import resources
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from app.engine.arrays import Array
from app.sequences.sequence import one_hot
from app.sequences.tasks.task import Batch, Task, every_step, share_right
from app.sequences.tasks.windows import target_counts, windows
from app.sequences.text import DEFAULT_TEXT, Characters, characters

LONGEST_DEFAULT = 25


@dataclass(frozen=True)
class NextCharacter(Task):
    """Windows of a text; at every step the next character.

    Attributes
    ----------
    name, about : str
        As in every task.
    file : str or None
        A shipped text in data/; None reads `text`.
    text : str
        The user's text.
    """

    name: str
    about: str
    file: str | None = None
    text: str = DEFAULT_TEXT

    readout: ClassVar[str] = "softmax"
    loss_at: ClassVar[str] = "every"
    chance_formula: ClassVar[str] = "the entropy of the text's characters: at every step, answering with how often each occurs"
    accuracy_about: ClassVar[str | None] = "The share of characters whose prediction is right."

    @functools.cached_property
    def read(self) -> Characters:
        """The text, cut into characters."""
        if self.file is None:
            return characters(self.text)
        whole = (resources.files("app.sequences") / "data" / self.file).read_text(encoding="utf-8")
        return characters(whole, longest=None)

    @functools.cached_property
    def indices(self) -> NDArray[np.intp]:
        """Each character's place in the vocabulary."""
        return self.read.indices()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The text's vocabulary."""
        return self.read.symbols

    @property
    def answers(self) -> tuple[str, ...]:
        """The same."""
        return self.symbols

    @property
    def input_size(self) -> int:
        """The number of distinct characters."""
        return len(self.symbols)

    @property
    def output_size(self) -> int:
        """The same."""
        return len(self.symbols)

    @property
    def longest(self) -> int:
        """One less than the characters of the text."""
        return len(self.indices) - 1

    @property
    def default_length(self) -> int:
        """25 steps, or what a shorter text allows."""
        return min(LONGEST_DEFAULT, self.longest)

    @property
    def read_text(self) -> str | None:
        """The user's text; None for a shipped one."""
        return self.text if self.file is None else None

    def with_text(self, text: str | None) -> "NextCharacter":
        """The task over a user's text; a shipped text stays what it is."""
        if text is None or self.file is not None:
            return self
        task = NextCharacter(self.name, self.about, text=text)
        task.check_length(1)  # a text that can't be used is refused here, not at the first batch
        return task

    def chance(self, length: int) -> float:
        """The entropy, in nats, of the targets over all windows."""
        self.check_length(length)
        share = np.bincount(self.indices[1:], target_counts(len(self.indices), length), self.output_size)
        share = share[share > 0.0] / share.sum()
        return float(-np.sum(share * np.log(share)))

    def draw(self, generator: np.random.Generator, batch_size: int, length: int) -> Batch:
        """A window of the text for each sequence."""
        rows = one_hot(self.indices[windows(generator, len(self.indices), batch_size, length)], self.output_size)
        return Batch(rows[:-1], rows[1:], every_step(length))

    def accuracy(self, y: Array, batch: Batch) -> float:
        """Over every step."""
        return share_right(y, batch.target)
