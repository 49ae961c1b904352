"""Lanes: queues for runs of one size each, with threads of their own; how runs wait, and when they are refused.

The cost of a run is known before it begins (see `explore.cost`), and puts it in one of three lanes, so that a small run
never waits behind a big one:

- `at_once`: runs of a few milliseconds, on the event loop itself, which is the fastest place for them. They take turns: between
  two of them the loop serves its connections, so that it can still read, and refuse, the next request.
- `quick`: up to `QUICK_SECONDS` and `QUICK_MEGABYTES`, in threads.
- `long`: everything else, in threads of its own.

In a lane, clients take turns: one client with many runs delays its own runs, and those of others by one run a turn.

A lane knows how many seconds of work are ahead of a new run. Where that is longer than a client should wait, the run is refused as it
arrives: accepted runs stay quick, and a refused client gets its 503 at once.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from app.common.cost import Cost
from app.server.compute.fair_queue import FairQueue
from app.server.http.errors import ServerBusy
from app.settings import Settings

Result = TypeVar("Result")

QUICK_SECONDS = 0.1
# Runs that hold more than this wait with the long ones, so that short ones have memory of their own.
QUICK_MEGABYTES = 32.0
LONGEST_RETRY = 30  # seconds
DECAY = 0.95  # weight that the running average of measured ÷ estimated seconds keeps at each run: some 20 runs count
NO_MEMORY = math.inf
# Event-loop iterations between two runs. uvloop accepts one connection per iteration, so without these a burst of reconnecting
# clients would wait in the backlog instead of getting its 503.
ROUNDS = 16


class Lanes:
    """The lanes of one application."""

    def __init__(self, settings: Settings) -> None:
        self.inline_seconds = settings.inline_seconds
        wait, long_wait, queue = settings.wait_seconds, settings.long_wait_seconds, settings.queue_length
        self.at_once = Lane("at_once", 1, queue, longest_wait=wait, in_threads=False)
        self.quick = Lane("quick", settings.workers, queue, longest_wait=max(wait, 5 * QUICK_SECONDS), megabytes=2 * QUICK_MEGABYTES)
        self.long = Lane("long", settings.workers, queue, longest_wait=long_wait, megabytes=settings.max_megabytes)

    def lane(self, cost: Cost) -> "Lane":
        """Where a run of this cost belongs."""
        if cost.megabytes > QUICK_MEGABYTES:
            return self.long
        if cost.seconds <= self.inline_seconds:
            return self.at_once
        return self.quick if cost.seconds <= QUICK_SECONDS else self.long

    async def run(self, work: Callable[[], Result], cost: Cost, client: str = "") -> Result:
        """Do work of this estimated cost for a client. Cancelling removes it from the queue; see `Lane.run`.

        Raises
        ------
        ServerBusy
            If too much is ahead of it.
        """
        return await self.lane(cost).run(work, cost, client)

    def __iter__(self) -> Iterator["Lane"]:
        return iter((self.at_once, self.quick, self.long))

    def close(self) -> None:
        """Begin nothing more."""
        for lane in self:
            lane.close()


@dataclass(eq=False)
class QueueEntry:
    """One run's place in a lane."""

    cost: Cost
    turn: asyncio.Future[None]
    client: str = ""


class Lane:
    """A queue of runs and those that are being computed.

    Parameters
    ----------
    name : str
        For metrics and logs.
    size : int
        Runs at the same time.
    queue_length : int
        Runs that may wait. Where the queue is full, the newest run of the client that has the most gives way.
    longest_wait : float
        Seconds that a run may be expected to wait.
    megabytes : float
        Estimated memory of all runs at the same time; a single one may always run.
    in_threads : bool
        Whether runs are computed in threads; else on the event loop, in turns.
    """

    def __init__(
        self,
        name: str,
        size: int,
        queue_length: int,
        *,
        longest_wait: float,
        megabytes: float = NO_MEMORY,
        in_threads: bool = True,
    ) -> None:
        self.name = name
        self.size = size
        self.queue_length = queue_length
        self.longest_wait = longest_wait
        self.megabytes = megabytes
        self.begun = 0
        self.refused = 0
        self.abandoned = 0  # cancelled before they began
        self._threads = ThreadPoolExecutor(size, f"unrolled-{name}") if in_threads else None
        self._waiting: FairQueue[QueueEntry] = FairQueue()
        self._running: set[QueueEntry] = set()
        self._estimated = self._taken = 1.0  # seconds, of past runs; the first ones count little

    @property
    def waiting(self) -> int:
        """Runs that wait."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """Runs that are computed."""
        return len(self._running)

    @property
    def pace(self) -> float:
        """Seconds that a run takes for every second that it was estimated to take."""
        return self._taken / self._estimated

    def seconds_ahead(self, client: str = "") -> float:
        """How long a new run of a client would wait; of running runs half is still to come, on average."""
        if self.running < self.size:
            return 0.0
        estimated = sum(entry.cost.seconds for entry in self._waiting.ahead_of(client)) + 0.5 * sum(
            entry.cost.seconds for entry in self._running
        )
        return estimated / self.size * self.pace

    def is_full(self, client: str = "") -> bool:
        """Whether a new run of a client would have to wait for too long, or behind too many."""
        if self.running >= self.size and self.waiting >= self.queue_length and not self._waiting.has_room_for(client):
            return True
        return self.seconds_ahead(client) > self.longest_wait

    def refusal(self, client: str = "") -> ServerBusy:
        """Count a run that is refused; gives the error."""
        self.refused += 1
        return ServerBusy(retry_after=min(LONGEST_RETRY, math.ceil(self.seconds_ahead(client)) or 1))

    async def run(self, work: Callable[[], Result], cost: Cost, client: str = "") -> Result:
        """Do the work when its turn comes.

        Cancelled while it waits, it is never begun. A thread that has begun can't be stopped: it keeps its place in the lane to the
        end, though its client has gone.
        """
        if self.is_full(client):
            raise self.refusal(client)
        if self.running >= self.size and self.waiting >= self.queue_length:
            displaced = self._waiting.make_room()
            if not displaced.turn.done():
                displaced.turn.set_exception(self.refusal(displaced.client))
        entry = QueueEntry(cost, asyncio.get_running_loop().create_future(), client)
        self._waiting.push(client, entry)
        self._begin_next()
        try:
            await entry.turn
        except asyncio.CancelledError:
            self.abandoned += 1
            self._remove(entry)
            raise
        return await (self._on_the_loop(entry, work) if self._threads is None else self._in_a_thread(self._threads, entry, work))

    def close(self) -> None:
        """Begin nothing more."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin_next(self) -> None:
        while self._waiting and self.running < self.size and self._fits(self._waiting.next()):
            entry = self._waiting.pop()
            if entry.turn.done():  # cancelled, and still in the queue
                continue
            self._running.add(entry)
            entry.turn.set_result(None)

    def _remove(self, entry: QueueEntry) -> None:
        self._waiting.remove(entry.client, entry)
        self._end(entry)

    def _fits(self, entry: QueueEntry) -> bool:
        held = sum(running.cost.megabytes for running in self._running)
        return not self._running or held + entry.cost.megabytes <= self.megabytes

    async def _on_the_loop(self, entry: QueueEntry, work: Callable[[], Result]) -> Result:
        self.begun += 1
        begun = time.perf_counter()
        try:
            result = work()
            # The turn ends when the loop has come round, having looked at its connections: that time counts, too.
            for _ in range(ROUNDS):
                await asyncio.sleep(0)
            return result
        finally:
            self._end(entry, begun)

    async def _in_a_thread(self, threads: ThreadPoolExecutor, entry: QueueEntry, work: Callable[[], Result]) -> Result:
        self.begun += 1
        begun = time.perf_counter()
        future = asyncio.get_running_loop().run_in_executor(threads, work)

        def ended(done: asyncio.Future[Result]) -> None:
            if not done.cancelled():
                done.exception()  # read, for its client may be gone: asyncio logs exceptions that are never read
            self._end(entry, begun)

        future.add_done_callback(ended)
        return await asyncio.shield(future)

    def _end(self, entry: QueueEntry, begun: float | None = None) -> None:
        self._running.discard(entry)
        if begun is not None:
            self._estimated = DECAY * self._estimated + entry.cost.seconds
            self._taken = DECAY * self._taken + time.perf_counter() - begun
        self._begin_next()
