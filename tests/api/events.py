"""Server-sent events, read back: what a client of a training stream does."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

COLUMNS = ("loss", "gradient_norm", "clipped_norm", "clipped", "spectral_radius", "sigma_max", "accuracy")


@dataclass
class Event:
    """One event; `id` is the last that the stream has given, as EventSource has it."""

    name: str
    data: dict[str, Any]
    id: str


def parsed(lines: Iterable[str], last_id: str = "") -> Iterator[Event]:
    """The events of a stream, as the HTML standard says; comments and `retry` are left out."""
    name, data = "message", ""
    for line in lines:
        key, _, value = line.partition(": ")
        if line == "":
            if data:
                yield Event(name, json.loads(data), last_id)
            name, data = "message", ""
        elif key == "event":
            name = value
        elif key == "data":
            data += value
        elif key == "id":
            last_id = value


@dataclass
class Series:
    """What the events of a run add up to, over one connection or several."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    snapshots: dict[int, dict[str, Any]] = field(default_factory=dict)
    ended: dict[str, Any] | None = None
    id: str = ""

    @property
    def steps(self) -> int:
        return len(self.columns["loss"])

    def hear(self, event: Event) -> None:
        """Add an event; none may be lost, and none may come twice."""
        self.id = event.id
        if event.name == "step":
            assert event.data["first"] == self.steps + 1
            assert event.id == str(event.data["last"])
            for name in COLUMNS:
                values = event.data[name] if event.data[name] is not None else [None] * (event.data["last"] - event.data["first"] + 1)
                assert len(values) == event.data["last"] - event.data["first"] + 1
                self.columns[name] += values
        elif event.name == "snapshot":
            for snapshot in event.data["snapshots"]:
                assert self.snapshots.setdefault(snapshot["step"], snapshot) == snapshot  # the same, if it comes again
        elif event.name == "finished":
            self.ended = event.data


def heard(lines: Iterable[str]) -> Series:
    """A whole stream."""
    series = Series()
    for event in parsed(lines):
        series.hear(event)
    return series
