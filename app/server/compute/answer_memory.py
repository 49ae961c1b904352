"""Encoded answers, and how much memory all of them take: in the cache, and until the slowest client has read them.

An answer may be large, and a client may take minutes to read it. Without a limit on their sum, a few slow readers fill the memory.
"""

import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from app.server.http.errors import ServerBusy

SMALL_BYTES = 2_000_000  # answers up to this size are counted, and never refused: the page's own are below it
BUSY_SECONDS = 5  # how long a client should wait whose large answer is refused


class Body:
    """An encoded answer, in pieces."""

    __slots__ = ("__weakref__", "pieces", "size")

    def __init__(self, pieces: Iterable[bytes]) -> None:
        # Copies: orjson writes into blocks several times as large and shrinks them in place, which leaves holes that a cache of many
        # answers keeps from being used. 64 MB of them took 119 MB of the process; copied, they take 65.
        self.pieces = tuple(bytes(memoryview(piece)) for piece in pieces)
        self.size = sum(map(len, self.pieces))

    def __bytes__(self) -> bytes:
        return b"".join(self.pieces)


class AnswerMemory:
    """The bytes of all answers that are being computed, sent or cached.

    A finished answer is counted once, from when it is encoded until nothing refers to it: no response that is still being sent,
    and not the cache.

    Parameters
    ----------
    most_bytes : int
        From which on large answers are refused. A single one is always allowed.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self.refused = 0
        self._lock = threading.RLock()  # reentrant: the garbage collector may release a body at any time

    def has_room(self, expected: int) -> bool:
        """Whether an answer of this size may be computed."""
        return expected <= SMALL_BYTES or self.bytes <= SMALL_BYTES or self.bytes + expected <= self.most_bytes

    @contextmanager
    def expecting(self, expected: int) -> Iterator[None]:
        """Count an answer of this size while it is computed.

        Raises
        ------
        ServerBusy
            If it is large and there is no room for it.
        """
        if not self.has_room(expected):
            self.refused += 1
            raise ServerBusy(retry_after=BUSY_SECONDS)
        self._add(expected)
        try:
            yield
        finally:
            self._add(-expected)

    def counted(self, body: Body) -> Body:
        """The same body, counted while it exists."""
        self._add(body.size)
        weakref.finalize(body, self._add, -body.size).atexit = False
        return body

    def _add(self, size: int) -> None:
        with self._lock:
            self.bytes += size
