"""Series that were really measured: sunspots and carbon dioxide. The target is the next value.

A sequence of T steps is the latest T+1 values of the record (the last one is only a target), standardised over those
values. The files, their sources and rights are described in data/README.md.
"""

import csv
import functools
from dataclasses import dataclass
from importlib import resources

import numpy as np

from app.engine.arrays import Array
from app.sequences.sequence import InputSequence, Source, checked_length, fixed_size, one_step_ahead, standardised

DEFAULT_LENGTH = 50


@dataclass(frozen=True, eq=False)
class Record:
    """A whole measured series: a date and a value per row."""

    dates: tuple[str, ...]
    values: Array  # (N,), read-only


def series(name: str, about: str) -> Source:
    """A source that reads data/{name}.csv."""

    def make(length: int | None, input_size: int | None, output_size: int | None, text: str | None, seed: int) -> InputSequence:
        whole = record(name)
        longest = len(whole.values) - 1
        span = f"{whole.dates[0]} to {whole.dates[-1]}"
        available = f"{name} has {longest + 1:,} values, {span}, and the last is only a target. Lower length."
        steps = checked_length(length, DEFAULT_LENGTH, longest, available)
        reason = f"{name} has one value per step."
        fixed_size("input_size", input_size, 1, reason)
        fixed_size("output_size", output_size, 1, reason)
        latest = standardised(whole.values[-steps - 1 :, None])
        return one_step_ahead(latest, whole.dates[-steps - 1 :], 1, 1)

    return Source(name, about, DEFAULT_LENGTH, make)


@functools.cache
def record(name: str) -> Record:
    """Read a series once; gaps are filled by linear interpolation.

    Examples
    --------
    >>> record("sunspots_yearly").dates[0], float(record("sunspots_yearly").values[0])
    ('1700', 5.0)
    """
    text = (resources.files("app.sequences") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))[1:]
    values = np.array([float(value or "nan") for _, value in rows])
    known = np.flatnonzero(~np.isnan(values))
    filled = np.interp(np.arange(len(values)), known, values[known])
    filled.flags.writeable = False
    return Record(tuple(date for date, _ in rows), filled)


SUNSPOTS_YEARLY = series(
    "sunspots_yearly",
    "Yearly mean sunspot number, 1700–2008: the latest years, standardised over the steps taken.",
)
SUNSPOTS_MONTHLY = series(
    "sunspots_monthly",
    "Monthly mean sunspot number, 1749–2008: the latest months, standardised over the steps taken.",
)
CO2 = series(
    "co2",
    "Weekly mean of atmospheric CO₂ at Mauna Loa, 1958–2001, gaps interpolated: the latest weeks, standardised over the steps taken.",
)
