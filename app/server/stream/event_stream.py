"""Long computations as event streams (text/event-stream).

A stream computes a slice of its work in a thread, sends what came of it, and computes the next slice: nothing is queued, a
client that reads slowly slows its own work down, and many streams take turns on a few threads. When the client goes away,
or the server is about to, the slice at work ends within one step.
"""

import asyncio
import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from fastapi.sse import KEEPALIVE_COMMENT
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.common.cost import Cost
from app.server.compute.lanes import Lane
from app.server.http.client import address_of, client_gone
from app.server.http.errors import ServerBusy, error_response
from app.server.http.head_requests import is_head

SILENCE_SECONDS = 10.0  # after which a comment says that the stream is alive
BUSY_SECONDS = 5  # how long a client should wait when all streams are taken
SLICE_COST = Cost(0.1, 0.0, ())
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the latter: a proxy must pass every event on at once


@dataclass(eq=False)
class OpenStream:
    """One stream that is open: whose it is, how much memory it needs, and the event that ends its computation."""

    client: str
    megabytes: float
    stop: threading.Event = field(default_factory=threading.Event)


class Streams:
    """The streams of one application: how many there may be, who is streaming, and what has been computed.

    Slices take turns by client. Steps that were computed before, and are computed again on the way to those that were asked for
    (`last_event_id`), have a lane of their own, with half of the threads: they are never sent, and a client can ask for very many.

    Parameters
    ----------
    most : int
        Streams at the same time. Where there are as many, the newest stream of the client that has the most gives way to a client
        that has fewer.
    workers : int
        Threads that compute slices of new steps.
    most_megabytes : float
        Of the states of all runs; a single one is always allowed.
    """

    def __init__(self, most: int, workers: int, most_megabytes: float = math.inf) -> None:
        self.most = most
        self.most_megabytes = most_megabytes
        self.training = Lane("training", workers, 2 * most, longest_wait=math.inf)
        self.replay = Lane("replay", max(1, workers // 2), 2 * most, longest_wait=math.inf)
        self.draining = False
        self.opened = 0
        self.displaced = 0
        self.steps_computed = 0
        self._open: dict[OpenStream, None] = {}  # the oldest comes first
        self._counting = threading.Lock()

    @property
    def active(self) -> int:
        """Streams that are open."""
        return len(self._open)

    @contextmanager
    def one_more(self, client: str = "", megabytes: float = 0.0) -> Iterator[threading.Event]:
        """Count one stream while it is open; gives the event that ends its computation.

        Raises
        ------
        ServerBusy
            If there are as many as there may be and no other client has more of them, or the server is about to stop.
        """
        if self.draining:
            raise ServerBusy(retry_after=BUSY_SECONDS)
        while self._open and (self.active >= self.most or self._megabytes() + megabytes > self.most_megabytes):
            self._displace_for(client)
        stream = OpenStream(client, megabytes)
        self._open[stream] = None
        self.opened += 1
        try:
            yield stream.stop
        finally:
            stream.stop.set()
            self._open.pop(stream, None)

    def _megabytes(self) -> float:
        return sum(stream.megabytes for stream in self._open)

    def _displace_for(self, client: str) -> None:
        counts = Counter(stream.client for stream in self._open)
        largest, count = counts.most_common(1)[0]
        if count <= counts[client] + 1:
            raise ServerBusy(retry_after=BUSY_SECONDS)
        newest = [stream for stream in self._open if stream.client == largest][-1]
        del self._open[newest]
        newest.stop.set()
        self.displaced += 1

    def close(self) -> None:
        """Begin no more slices."""
        self.training.close()
        self.replay.close()

    def count_step(self) -> None:
        """Note that a step was computed; from any thread."""
        with self._counting:
            self.steps_computed += 1

    def drain(self) -> None:
        """End every stream within a step, and open no more. May be called from a signal handler."""
        self.draining = True
        for stream in tuple(self._open):
            stream.stop.set()


class SlicedWork(Protocol):
    """A source of server-sent events that computes for a short time per call."""

    @property
    def ended(self) -> bool:
        """Whether everything has been sent."""

    @property
    def replays(self) -> bool:
        """Whether the next slice only computes again what was sent before."""

    def slice(self, stop: threading.Event) -> bytes:
        """Work for a while and give what there is to send; called in a thread. Ends within a step of `stop`."""


class EventStream(Response):
    """A response that sends slices of work until it has ended, the client has gone, or the server drains."""

    media_type = "text/event-stream"

    def __init__(self, work: SlicedWork, streams: Streams, megabytes: float = 0.0) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self.work = work
        self.streams = streams
        self.megabytes = megabytes  # that the work holds between two slices

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_head(scope):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b""})
            return
        try:
            client = address_of(scope)
            with self.streams.one_more(client, self.megabytes) as stop:
                await self._until_gone(receive, send, stop, client)
        except ServerBusy as busy:
            await error_response(busy)(scope, receive, send)

    async def _until_gone(self, receive: Receive, send: Send, stop: threading.Event, client: str) -> None:
        sending = asyncio.create_task(self._send_slices(send, stop, client))
        gone = asyncio.create_task(client_gone(receive))
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            stop.set()
            sending.cancel()
            gone.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)

    async def _send_slices(self, send: Send, stop: threading.Event, client: str) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        spoke = time.monotonic()
        while not self.work.ended:
            written = await self._slice(send, stop, client)
            silent = time.monotonic() - spoke > SILENCE_SECONDS
            if written or silent:
                await send({"type": "http.response.body", "body": written or KEEPALIVE_COMMENT, "more_body": True})
                spoke = time.monotonic()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _slice(self, send: Send, stop: threading.Event, client: str) -> bytes:
        """The next slice, when its turn comes; comments while that takes long."""
        lane = self.streams.replay if self.work.replays else self.streams.training
        work = asyncio.create_task(lane.run(partial(self.work.slice, stop), SLICE_COST, client))
        try:
            while not work.done():
                await asyncio.wait((work,), timeout=SILENCE_SECONDS)
                if not work.done():
                    await send({"type": "http.response.body", "body": KEEPALIVE_COMMENT, "more_body": True})
            return work.result()
        finally:
            work.cancel()  # removes it from its queue; a thread that has begun ends within a step of `stop`
