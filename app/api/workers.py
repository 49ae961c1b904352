"""Where runs are computed: small ones at once, longer ones in a bounded number of threads with a bounded queue.

A run of a millisecond is served fastest inside its endpoint. Longer work would hold up the event loop, so it goes to
threads: NumPy lets the interpreter go in its larger operations, and the loop gets its turn in between. Runs of up to
`QUICK_SECONDS` have threads of their own, so that they never wait behind long ones.
"""

import asyncio
import math
from collections.abc import Callable
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Request

from app.api.errors import ClientGone, ServerBusy

Result = TypeVar("Result")

QUICK_SECONDS = 0.1
LONGEST_RETRY = 30  # seconds


class Workers:
    """The threads of one application.

    Parameters
    ----------
    inline_seconds : float
        Runs estimated to take no longer are computed inside the endpoint.
    size : int
        Runs at the same time, per lane.
    queue_length : int
        Runs that may wait, per lane.
    """

    def __init__(self, inline_seconds: float, size: int, queue_length: int) -> None:
        self.inline_seconds = inline_seconds
        self.quick = Lane(size, queue_length)
        self.long = Lane(size, queue_length)

    async def run(self, work: Callable[[], Result], seconds: float, request: Request) -> Result:
        """Do work that is estimated to take so many seconds.

        Raises
        ------
        ServerBusy
            If the queue is full.
        ClientGone
            If the client went away while the work was waiting; it is then never begun.
        """
        if seconds <= self.inline_seconds:
            return work()
        lane = self.quick if seconds <= QUICK_SECONDS else self.long
        return await lane.run(work, seconds, request)


class Lane:
    """Threads with a queue in front of them."""

    def __init__(self, size: int, queue_length: int) -> None:
        self.size = size
        self.queue_length = queue_length
        self.inside = 0  # runs that are computed or wait
        self.seconds_ahead = 0.0
        self._slots = CapacityLimiter(size)

    async def run(self, work: Callable[[], Result], seconds: float, request: Request) -> Result:
        """Do the work in a thread once one is free."""
        if self.inside >= self.size + self.queue_length:
            raise ServerBusy(retry_after=min(LONGEST_RETRY, math.ceil(self.seconds_ahead / self.size) or 1))
        self.inside += 1
        self.seconds_ahead += seconds
        scope = CancelScope()
        task = asyncio.create_task(self._in_thread(work, scope))
        gone = asyncio.create_task(_client_gone(request))
        try:
            await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise ClientGone
            return task.result()
        finally:
            # The scope, unlike task.cancel(), ends only what still waits for its slot: a thread that has begun can't be stopped, and
            # keeps its slot to the end.
            scope.cancel()
            gone.cancel()
            await asyncio.gather(task, gone, return_exceptions=True)
            self.inside -= 1
            self.seconds_ahead -= seconds

    async def _in_thread(self, work: Callable[[], Result], scope: CancelScope) -> Result:
        with scope:
            return await to_thread.run_sync(work, limiter=self._slots)
        raise ClientGone


async def _client_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
