"""Long computations as event streams (text/event-stream).

A stream computes a slice of its work in a thread, sends what came of it, and computes the next slice: nothing is queued, a
client that reads slowly slows its own work down, and many streams take turns on a few threads. When the client goes away,
or the server is about to, the slice at work ends within one step.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi.sse import KEEPALIVE_COMMENT
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.client import client_gone
from app.api.errors import ServerBusy, error_response
from app.api.head import wants_no_body

SILENCE_SECONDS = 10.0  # after which a comment says that the stream is alive
BUSY_SECONDS = 5  # how long a client should wait when all streams are taken
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the latter: a proxy must pass every event on at once


class Streams:
    """The streams of one application: how many there may be, who is streaming, and what has been computed.

    Parameters
    ----------
    most : int
        Streams at the same time.
    workers : int
        Threads that compute their slices in turn.
    """

    def __init__(self, most: int, workers: int) -> None:
        self.most = most
        self.slots = CapacityLimiter(workers)
        self.draining = False
        self.opened = 0
        self.steps_computed = 0
        self._stops: set[threading.Event] = set()
        self._counting = threading.Lock()

    @property
    def active(self) -> int:
        """Streams that are open."""
        return len(self._stops)

    @contextmanager
    def one_more(self) -> Iterator[threading.Event]:
        """Count one stream while it is open; gives what tells its computation to stop.

        Raises
        ------
        ServerBusy
            If there are as many as there may be, or the server is about to stop.
        """
        if self.draining or self.active >= self.most:
            raise ServerBusy(retry_after=BUSY_SECONDS)
        stop = threading.Event()
        self._stops.add(stop)
        self.opened += 1
        try:
            yield stop
        finally:
            stop.set()
            self._stops.discard(stop)

    def count_step(self) -> None:
        """Note that a step was computed; from any thread."""
        with self._counting:
            self.steps_computed += 1

    def drain(self) -> None:
        """End every stream within a step, and open no more. May be called from a signal handler."""
        self.draining = True
        for stop in tuple(self._stops):
            stop.set()


class Sliced(Protocol):
    """Work that is done, and told, slice by slice."""

    @property
    def ended(self) -> bool:
        """Whether everything has been told."""

    def slice(self, stop: threading.Event) -> bytes:
        """Work for a while and give what there is to send; called in a thread. Ends within a step of `stop`."""


class EventStream(Response):
    """A response that sends slices of work until it has ended, the client has gone, or the server drains."""

    media_type = "text/event-stream"

    def __init__(self, work: Sliced, streams: Streams) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self.work = work
        self.streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if wants_no_body(scope):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b""})
            return
        try:
            with self.streams.one_more() as stop:
                await self._until_gone(receive, send, stop)
        except ServerBusy as busy:
            await error_response(busy)(scope, receive, send)

    async def _until_gone(self, receive: Receive, send: Send, stop: threading.Event) -> None:
        telling = asyncio.create_task(self._tell(send, stop))
        gone = asyncio.create_task(client_gone(receive))
        try:
            await asyncio.wait((telling, gone), return_when=asyncio.FIRST_COMPLETED)
            if telling.done():
                telling.result()
        finally:
            stop.set()
            telling.cancel()
            gone.cancel()
            await asyncio.gather(telling, gone, return_exceptions=True)

    async def _tell(self, send: Send, stop: threading.Event) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        spoke = time.monotonic()
        while not self.work.ended:
            written = await self._slice(send, stop)
            silent = time.monotonic() - spoke > SILENCE_SECONDS
            if written or silent:
                await send({"type": "http.response.body", "body": written or KEEPALIVE_COMMENT, "more_body": True})
                spoke = time.monotonic()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _slice(self, send: Send, stop: threading.Event) -> bytes:
        """The next slice, once a thread is free; comments while that takes long."""
        scope = CancelScope()
        work = asyncio.create_task(self._in_thread(stop, scope))
        try:
            while True:
                done, _ = await asyncio.wait((work,), timeout=SILENCE_SECONDS)
                if done:
                    return work.result()
                await send({"type": "http.response.body", "body": KEEPALIVE_COMMENT, "more_body": True})
        finally:
            # The scope, unlike work.cancel(), ends only what still waits for a thread: one that has begun keeps its slot until `stop`
            # has ended it, within a step.
            scope.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _in_thread(self, stop: threading.Event, scope: CancelScope) -> bytes:
        with scope:
            return await to_thread.run_sync(partial(self.work.slice, stop), limiter=self.streams.slots)
        return b""
