"""The open connections of one server: how many there may be, and how long a client may keep one without using it.

Without limits in time, a client that opens connections and sends nothing, sends a body byte by byte, or never reads an answer
holds memory and sockets for as long as they like (RFC 9110, 15.5.9, and Apache's mod_reqtimeout describe the remedy).
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from app.settings import Settings

SWEEP_SECONDS = 0.5  # between two looks at all connections: at a thousand of them half a millisecond


class Connection(Protocol):
    """What this module asks of a connection."""

    def check(self, now: float) -> None:
        """Close it if its client has been too slow."""

    def make_room(self) -> None:
        """Close it for the sake of a new one."""


@dataclass
class Progress:
    """Whether bytes pass at a lowest rate, looked at once in so many seconds.

    Parameters
    ----------
    seconds : float
        Between two looks. Within them the rate may vary.
    least : float
        Bytes that must pass between two looks.

    Examples
    --------
    >>> progress = Progress(seconds=20, least=100)
    >>> [progress.is_too_slow(now, passed) for now, passed in ((0, 0), (19, 0), (21, 150), (40, 200), (42, 200))]
    [False, False, False, False, True]
    """

    seconds: float
    least: float
    _since: float | None = None
    _from: int = 0

    def is_too_slow(self, now: float, passed: int) -> bool:
        """Whether too few bytes have passed since the last look; `passed` is all that ever did."""
        if self._since is None:
            self._since, self._from = now, passed
            return False
        if now - self._since < self.seconds:
            return False
        slow = passed - self._from < self.least
        self._since, self._from = now, passed
        return slow

    def pause(self) -> None:
        """Nothing is expected to pass now: begin anew next time."""
        self._since = None


class Connections:
    """All connections of one server, with a timer that looks at them while there are any."""

    def __init__(self, settings: Settings) -> None:
        self.most = settings.max_connections
        self.head_seconds = settings.head_seconds
        self.progress_seconds = settings.progress_seconds
        self.least_bytes = settings.progress_seconds * settings.min_bytes_per_second
        self.refused: Counter[str] = Counter()  # by the code of the error, or why they were closed without an answer
        self._open: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}  # for a request; who has waited longest comes first
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    def progress(self) -> Progress:
        """What is expected of one direction of one connection."""
        return Progress(self.progress_seconds, self.least_bytes)

    def add(self, connection: Connection, loop: asyncio.AbstractEventLoop) -> bool:
        """Count a new connection. False if there are too many, all of them in use: one that only waits makes room."""
        room = len(self._open) < self.most or self._make_room()
        self._open.add(connection)
        if self._timer is None:
            self._timer = loop.call_later(SWEEP_SECONDS, self._sweep, loop)
        return room

    def remove(self, connection: Connection) -> None:
        """It has been closed."""
        self._open.discard(connection)
        self._waiting.pop(connection, None)

    def waits(self, connection: Connection) -> None:
        """It waits for its client to send a request, from now on."""
        self._waiting.pop(connection, None)
        self._waiting[connection] = None

    def is_in_use(self, connection: Connection) -> None:
        """It waits no longer."""
        self._waiting.pop(connection, None)

    def _make_room(self) -> bool:
        oldest = next(iter(self._waiting), None)
        if oldest is None:
            return False
        self.remove(oldest)
        self.refused["room_for_another"] += 1
        oldest.make_room()
        return True

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in list(self._open):
            connection.check(now)
        self._timer = loop.call_later(SWEEP_SECONDS, self._sweep, loop) if self._open else None
