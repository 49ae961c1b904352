"""What a source gives: inputs, targets and the labels of the steps; and the helpers that every source shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.engine.arrays import Array
from app.engine.errors import InvalidParameter


@dataclass(frozen=True, eq=False)
class InputSequence:
    """T steps of input with the answer wanted at each.

    Attributes
    ----------
    x : Array
        Inputs, (T, D).
    target : Array
        What y_t should be, (T, O).
    labels : tuple of str
        A name for each step: a date, a character, or its number.
    symbols : tuple of str or None
        The vocabulary that x and target are one-hot over; None for numbers.
    readout : str
        The read-out that fits the target: "identity" for numbers, "softmax" for symbols.
    """

    x: Array
    target: Array
    labels: tuple[str, ...]
    symbols: tuple[str, ...] | None = None
    readout: str = "identity"


class Maker(Protocol):
    """Makes a sequence; None asks for the source's own length or size."""

    def __call__(
        self, length: int | None, input_size: int | None, output_size: int | None, text: str | None, seed: int
    ) -> InputSequence: ...


@dataclass(frozen=True)
class Source:
    """A named kind of input sequence."""

    name: str
    about: str
    default_length: int
    make: Maker
    default_text: str | None = None  # only for a source that reads a text
    readouts: tuple[str, ...] = ("identity",)  # that fit its targets, the default first


def one_step_ahead(values: Array, labels: Sequence[str], input_size: int, output_size: int) -> InputSequence:
    """Inputs and targets of one-step-ahead prediction: target_t = x_{t+1}.

    Parameters
    ----------
    values : Array
        (T+1, N) with N ≥ D and N ≥ O; the last row is only a target.
    labels : sequence of str
        Names of the values; the first T label the steps.
    input_size, output_size : int
        D and O: x takes the first D columns, target the first O.

    Examples
    --------
    >>> sequence = one_step_ahead(np.array([[1.0], [2.0], [4.0]]), ["a", "b", "c"], 1, 1)
    >>> sequence.x.ravel(), sequence.target.ravel(), sequence.labels
    (array([1., 2.]), array([2., 4.]), ('a', 'b'))
    """
    return InputSequence(
        x=np.ascontiguousarray(values[:-1, :input_size]),
        target=np.ascontiguousarray(values[1:, :output_size]),
        labels=tuple(labels[: len(values) - 1]),
    )


def standardised(values: Array) -> Array:
    """Each column less its mean, over its standard deviation. A constant column becomes zeros.

    >>> standardised(np.array([[1.0], [3.0]])).ravel()
    array([-1.,  1.])
    """
    constant = values.max(axis=0) == values.min(axis=0)
    centred = np.where(constant, 0.0, values - values.mean(axis=0))
    return np.asarray(centred / np.where(constant, 1.0, centred.std(axis=0)))


def one_hot(indices: NDArray[np.intp], size: int) -> Array:
    """Rows of zeros with a single 1, at each index; the new axis is the last.

    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    rows = np.zeros((*indices.shape, size))
    np.put_along_axis(rows, indices[..., None], 1.0, axis=-1)
    return rows


def step_numbers(length: int) -> tuple[str, ...]:
    """The labels "1" to "T"."""
    return tuple(map(str, range(1, length + 1)))


def checked_length(length: int | None, default: int, longest: int | None, available: str) -> int:
    """The length asked for, or the default; an error that says what is available where it doesn't fit."""
    if length is None:
        return default
    if length < 1 or (longest is not None and length > longest):
        allowed = "1 or more" if longest is None else f"1 to {longest}"
        raise InvalidParameter("length", length, allowed, available)
    return length


def fixed_size(parameter: str, asked: int | None, size: int, reason: str) -> None:
    """Refuse a size other than the one that the data has."""
    if asked is not None and asked != size:
        raise InvalidParameter(parameter, asked, f"{size}", f"{reason} Leave {parameter} out, or set it to {size}.")
