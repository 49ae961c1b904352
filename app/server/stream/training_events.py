"""A training run on the wire: its events as server-sent events, or all of it as one JSON."""

import dataclasses
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from fastapi.sse import format_sse_event
from starlette.responses import Response

from app.common.answers import plain
from app.common.cell_settings import without_unread
from app.contract.version import VERSION
from app.engine.errors import UnrolledError
from app.engine.interruption import interruptible
from app.server.http.errors import OutOfMemory, error_response, internal_error
from app.server.stream.event_stream import Streams
from app.server.wire.json_arrays import encode, encode_in_pieces
from app.train.answer import plan_of, snapshot_of, steps_of
from app.train.training import Diverged, Event, Finished, Replayed, Snapshot, Started, Step

SLICE_SECONDS = 0.1  # so at most ten events with steps come in a second, and ten with snapshots
RETRY_MILLISECONDS = 1000  # how long a client should wait before it connects again
END = "end"  # the id of the last event: there is nothing to resume

log = logging.getLogger(__name__)


class Stopped(Exception):
    """The stream is to end now."""


def _check(stop: threading.Event) -> None:
    if stop.is_set():
        raise Stopped


class TrainingEvents:
    """One run on its way to one client, slice by slice (see `event_stream.SlicedWork`).

    Parameters
    ----------
    events : iterator of Event
        The run.
    streams : Streams
        Where the steps are counted.
    arrays : str
        The wire form of arrays in snapshots.
    estimated_seconds : float
        Of the whole run.
    stop_after : int
        The step after which to end.
    address : str
        Path and query of the request, without the event to resume after.
    """

    def __init__(
        self, events: Iterator[Event], streams: Streams, *, arrays: str, estimated_seconds: float, stop_after: int, address: str
    ) -> None:
        self.ended = False
        self.replays = False
        self._events = events
        self._streams = streams
        self._arrays = arrays
        self._estimated_seconds = estimated_seconds
        self._stop_after = stop_after
        self._address = address
        self._began = time.monotonic()
        self._steps = 0  # computed for this stream
        self._sent = 0  # the last step that was sent, or after which the client asked to resume
        self._total = 0

    def slice(self, stop: threading.Event) -> bytes:
        """Compute for a while and write what came of it; a failure is an event, too."""
        found: list[Event] = []
        failure = None
        try:
            with interruptible(partial(_check, stop)):
                for event in self._computed(stop):
                    found.append(event)  # noqa: PERF402 — what was computed before a failure is sent all the same
        except Stopped:
            pass  # in the middle of a step, which is computed again when the client resumes
        except UnrolledError as error:
            failure = error_response(error)
        except MemoryError:
            failure = error_response(OutOfMemory())
        except Exception:
            log.exception("A training failed.")
            failure = internal_error()
        written = self._written(found)
        if failure is not None:
            return written + self._failed(failure)
        if not self.ended and (stop.is_set() or self._sent >= self._stop_after):
            self.ended = True
            reason = "stop_after" if self._sent >= self._stop_after else "shutdown" if self._streams.draining else "busy"
            written += self._event("interrupted", {"step": self._sent, "reason": reason, "resume": f"{self._address}{self._sent}"})
        return written

    def _computed(self, stop: threading.Event) -> Iterator[Event]:
        """What comes within a slice: `Started` alone, so that it is sent at once; else what is computed until the time is up."""
        until = time.monotonic() + SLICE_SECONDS
        for event in self._events:
            yield event
            if isinstance(event, Step | Replayed):
                self._steps += 1
                self._streams.count_step()
                if event.step >= self._stop_after:
                    return
            if isinstance(event, Started):
                self.replays = event.start_after > 0
                return
            if isinstance(event, Replayed):
                self.replays = event.step < self._sent
                if not self.replays:
                    return
            else:
                self.replays = False
            if stop.is_set() or time.monotonic() >= until:
                return

    def _written(self, events: Sequence[Event]) -> bytes:
        """A slice's events in the order in which they count: snapshots come before the steps that they belong to."""
        return b"".join(
            (
                *(self._started(event) for event in events if isinstance(event, Started)),
                self._snapshots([event for event in events if isinstance(event, Snapshot)]),
                self._step([event for event in events if isinstance(event, Step)]),
                *(self._event("diverged", dataclasses.asdict(event)) for event in events if isinstance(event, Diverged)),
                *(self._finished(event) for event in events if isinstance(event, Finished)),
            )
        )

    def _started(self, event: Started) -> bytes:
        self._sent = event.start_after
        self._total = event.parameters.steps
        data = {**understood(event, self._arrays), "plan": {**plain(plan_of(event)), "estimated_seconds": self._estimated_seconds}}
        return self._event("started", data, retry=RETRY_MILLISECONDS)

    def _snapshots(self, snapshots: Sequence[Snapshot]) -> bytes:
        return self._event("snapshot", {"snapshots": [plain(snapshot_of(event)) for event in snapshots]}) if snapshots else b""

    def _step(self, steps: Sequence[Step]) -> bytes:
        if not steps:
            return b""
        self._sent = steps[-1].step
        data = {**plain(steps_of(steps, steps[0].step)), "progress": self._progress()}
        return self._event("step", data, id=str(self._sent))

    def _progress(self) -> dict[str, float]:
        rate = self._steps / max(time.monotonic() - self._began, 1e-9)
        return {"fraction": self._sent / self._total, "steps_per_second": rate, "seconds_left": (self._total - self._sent) / rate}

    def _finished(self, event: Finished) -> bytes:
        self.ended = True
        return self._event("finished", dataclasses.asdict(event), id=END)

    def _failed(self, answer: Response) -> bytes:
        """The body of the answer that would have been given, had the failure come before the stream began."""
        self.ended = True
        return format_sse_event(event="failed", data_str=bytes(answer.body).decode(), id=END)

    def _event(self, name: str, data: dict[str, Any], *, id: str | None = None, retry: int | None = None) -> bytes:  # noqa: A002
        return format_sse_event(event=name, data_str=encode(data, self._arrays).decode(), id=id, retry=retry)


def whole_run(events: Iterable[Event], arrays: str) -> Iterator[bytes]:
    """All of a run as one JSON."""
    all_events = list(events)
    (started,) = (event for event in all_events if isinstance(event, Started))
    steps = [event for event in all_events if isinstance(event, Step)]
    divergences = [dataclasses.asdict(event) for event in all_events if isinstance(event, Diverged)]
    answer = {
        **understood(started, arrays),
        "plan": plain(plan_of(started)),
        "steps": plain(steps_of(steps, 1)),
        "snapshots": [plain(snapshot_of(event)) for event in all_events if isinstance(event, Snapshot)],
        "divergence": divergences[0] if divergences else None,
    }
    return encode_in_pieces(answer, arrays)


def understood(event: Started, arrays: str) -> dict[str, Any]:
    """The request as understood, and what computed the answer."""
    return {"parameters": {**without_unread(dataclasses.asdict(event.parameters)), "arrays": arrays}, "version": VERSION}
