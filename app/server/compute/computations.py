"""The answer to a request: from the cache, from a computation that runs already, or computed now."""

import asyncio
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cachetools import LRUCache
from fastapi import Request

from app.common.cost import Cost
from app.engine.errors import WorkTooLarge
from app.server.compute.answer_memory import AnswerMemory, Body
from app.server.compute.lanes import Lanes
from app.server.http.client import address_of, client_gone
from app.server.http.errors import ClientGone

HIT, JOINED, MISS = "hit", "joined", "miss"
OVERRUN = 3.0  # times the limit: estimates are right within a factor of three
LARGEST_SHARE = 4  # no answer may take more than this fraction of the cache
BYTES_PER_ENTRY = 850  # of the cache, beside the body: the key, and the objects around both

Work = Callable[["CancelToken"], Iterable[bytes]]  # gives the encoded answer in pieces, and may compute while it gives them


class CancelToken:
    """Cancels a computation: when all of its clients have gone, or when it takes too long.

    Parameters
    ----------
    most_seconds : float
        Of computing, from the first check on.
    """

    def __init__(self, most_seconds: float = math.inf) -> None:
        self.most_seconds = most_seconds
        self._gone = threading.Event()
        self._begun: float | None = None

    def lose(self) -> None:
        """Cancel the computation: its clients have gone."""
        self._gone.set()

    def check(self) -> None:
        """Raise ClientGone if all clients have gone, WorkTooLarge if it has taken too long; called by the thread that computes."""
        if self._gone.is_set():
            raise ClientGone
        now = time.thread_time()
        self._begun = now if self._begun is None else self._begun
        if now - self._begun > self.most_seconds:
            got, allowed = f"{now - self._begun:.3g} s of computing, and not finished", f"at most {self.most_seconds:g} s"
            raise WorkTooLarge("include", got, allowed, "Leave parts out of include, or lower length or hidden_size.")


@dataclass(eq=False)
class Computation:
    """One computation, and for how many requests it is made."""

    key: str | None
    task: asyncio.Task[Body]
    token: CancelToken
    waiting: int = 0


@dataclass(frozen=True)
class FoundAnswer:
    """An encoded answer, and where it came from: hit, joined or miss."""

    body: Body
    source: str
    lane: str


class Computations:
    """The answers that this process has cached, in LRU order, and those that it is computing.

    Parameters
    ----------
    workers : Lanes
        Where they are computed.
    memory : AnswerMemory
        Counts all answers.
    cache_bytes : int
        Of the cached answers, with keys and objects; 0 caches nothing.
    most_seconds : float
        What a run may be estimated to take. One whose estimate was wrong is cancelled at OVERRUN times as much.
    """

    def __init__(self, workers: Lanes, memory: AnswerMemory, cache_bytes: int, most_seconds: float = math.inf) -> None:
        self.workers = workers
        self.memory = memory
        self.most_seconds = most_seconds
        self.counts = {HIT: 0, JOINED: 0, MISS: 0}
        self.cache: LRUCache[str, Body] = LRUCache(cache_bytes, getsizeof=lambda body: body.size + BYTES_PER_ENTRY)
        self._open: set[Computation] = set()
        self._by_key: dict[str, Computation] = {}

    async def get(self, key: str | None, work: Work, cost: Cost, request: Request) -> FoundAnswer:
        """The answer with this key; without a key it is computed for this request alone.

        Requests for the same answer at the same time share one computation. It is cancelled when the last of them has gone.

        Raises
        ------
        ServerBusy
            If it is not cached, and there is too much to compute, or no memory for an answer of its size.
        ClientGone
            If the client went away.
        """
        lane = self.workers.lane(cost).name
        cached = None if key is None else self.cache.get(key)
        if cached is not None:
            return self._found(cached, HIT, "cached")
        computation = None if key is None else self._by_key.get(key)
        if computation is not None:
            return self._found(await self._wait(computation, request), JOINED, lane)
        return self._found(await self._wait(self._begin(key, work, cost, address_of(request.scope)), request), MISS, lane)

    def abandon(self) -> None:
        """Cancel all computations: the process is about to end."""
        for computation in self._open:
            computation.token.lose()

    def _found(self, body: Body, source: str, lane: str) -> FoundAnswer:
        self.counts[source] += 1
        return FoundAnswer(body, source, lane)

    def _begin(self, key: str | None, work: Work, cost: Cost, client: str) -> Computation:
        while len(self.cache) and not self.memory.has_room(_size(cost)):
            self.cache.popitem()
        token = CancelToken(OVERRUN * self.most_seconds)
        computation = Computation(key, asyncio.create_task(self._compute(work, cost, token, client)), token)
        self._open.add(computation)
        if key is not None:
            self._by_key[key] = computation
        computation.task.add_done_callback(lambda _: self._ended(computation))
        return computation

    async def _compute(self, work: Work, cost: Cost, token: CancelToken, client: str) -> Body:
        with self.memory.expecting(_size(cost)):
            return await self.workers.run(lambda: self.memory.counted(Body(_checked(work(token), token))), cost, client)

    def _ended(self, computation: Computation) -> None:
        self._remove(computation)
        failed = computation.task.cancelled() or computation.task.exception()
        if computation.key is None or failed:
            return
        body = computation.task.result()
        if self.cache.getsizeof(body) <= self.cache.maxsize // LARGEST_SHARE:
            self.cache[computation.key] = body

    def _remove(self, computation: Computation) -> None:
        self._open.discard(computation)
        if computation.key is not None and self._by_key.get(computation.key) is computation:
            del self._by_key[computation.key]

    async def _wait(self, computation: Computation, request: Request) -> Body:
        computation.waiting += 1
        gone = asyncio.create_task(client_gone(request.receive))
        try:
            await asyncio.wait((computation.task, gone), return_when=asyncio.FIRST_COMPLETED)
            if not computation.task.done():
                raise ClientGone
            return computation.task.result()
        finally:
            gone.cancel()
            computation.waiting -= 1
            if not computation.waiting and not computation.task.done():
                self._remove(computation)  # a request for the same answer that comes now starts a computation of its own
                computation.token.lose()
                computation.task.cancel()


def _size(cost: Cost) -> int:
    """Bytes of the answer, as estimated."""
    return int(cost.answer_megabytes * 1e6)


def _checked(pieces: Iterable[bytes], token: CancelToken) -> Iterator[bytes]:
    for piece in pieces:
        token.check()
        yield piece
