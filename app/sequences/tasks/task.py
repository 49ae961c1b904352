"""What a training task is: fresh mini-batches out of a generator, a chance level, and a measure of success."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.engine.arrays import Array
from app.engine.errors import InvalidParameter


@dataclass(frozen=True, eq=False)
class Batch:
    """B sequences of T steps.

    Attributes
    ----------
    x : Array
        Inputs, (T, B, D).
    target : Array
        Answers wanted, (T, B, O); zeros at the steps that don't count.
    loss_weights : Array
        m_t, (T,), not negative, summing to 1. The batch's loss is Σ_t m_t · mean over the batch of ℓ(y_t, target_t).
    """

    x: Array
    target: Array
    loss_weights: Array


class Task(ABC):
    """Something to learn.

    A batch is a function of its generator alone: the generator of step n under seed s gives batch n of run s on every
    machine. The chance level is the loss of an answer that doesn't look at the input; `chance_formula` says which one.
    """

    name: str
    about: str
    readout: ClassVar[str]  # "identity" (squared error) or "softmax" (cross-entropy)
    loss_at: ClassVar[str]  # "last" or "every": the steps with a weight
    chance_formula: ClassVar[str]
    accuracy_about: ClassVar[str | None] = None  # None: the task has no accuracy
    shortest: ClassVar[int] = 1

    @property
    @abstractmethod
    def input_size(self) -> int:
        """D."""

    @property
    @abstractmethod
    def output_size(self) -> int:
        """O."""

    @property
    @abstractmethod
    def default_length(self) -> int:
        """T where nothing else is asked for."""

    @property
    def longest(self) -> int | None:
        """The most steps that the task's data allow; None where it makes its own."""
        return None

    @property
    def symbols(self) -> tuple[str, ...] | None:
        """What the inputs stand for where they are one-hot."""
        return None

    @property
    def answers(self) -> tuple[str, ...] | None:
        """What the outputs stand for where they are one-hot."""
        return None

    @property
    def read_text(self) -> str | None:
        """The user's text that the task reads; None where it reads none."""
        return None

    def with_text(self, text: str | None) -> "Task":
        """The task over this text; the task itself where it reads none."""
        return self

    @abstractmethod
    def chance(self, length: int) -> float:
        """The chance level at T = length, in the units of the batch's loss."""

    def batch(self, generator: np.random.Generator, batch_size: int, length: int) -> Batch:
        """A fresh mini-batch.

        Parameters
        ----------
        generator : numpy.random.Generator
            Everything random comes from it.
        batch_size : int
            B, 1 or more.
        length : int
            T, from `shortest` to `longest`.

        Raises
        ------
        InvalidParameter
            If either is out of its range.
        """
        self.check_length(length)
        if batch_size < 1:
            raise InvalidParameter("batch_size", batch_size, "1 or more", "A mini-batch has at least one sequence.")
        return self.draw(generator, batch_size, length)

    @abstractmethod
    def draw(self, generator: np.random.Generator, batch_size: int, length: int) -> Batch:
        """What `batch` does once the sizes are checked."""

    def accuracy(self, y: Array, batch: Batch) -> float | None:
        """The share of right answers as `accuracy_about` defines it; None where the task has none.

        Parameters
        ----------
        y : Array
            The network's outputs for the batch, (T, B, O).
        batch : Batch
            The batch that they answer.
        """
        return None

    def check_length(self, length: int) -> None:
        """Refuse a length that the task can't have."""
        if length < self.shortest or (self.longest is not None and length > self.longest):
            allowed = f"{self.shortest} or more" if self.longest is None else f"{self.shortest} to {self.longest}"
            raise InvalidParameter("length", length, allowed, f"That is what task={self.name} can have.")


def last_step(length: int) -> Array:
    """Weights of a many-to-one loss: 1 at step T."""
    weights = np.zeros(length)
    weights[-1] = 1.0
    return weights


def every_step(length: int) -> Array:
    """Weights of a many-to-many loss: the mean over the steps."""
    return np.full(length, 1.0 / length)


def share_right(y: Array, target: Array) -> float:
    """The share of rows in which the largest output is the target's symbol."""
    return float(np.mean(y.argmax(axis=-1) == target.argmax(axis=-1)))
