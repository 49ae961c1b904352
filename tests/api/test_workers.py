"""Longer runs: a bounded number at once, a bounded queue, short ones never behind long ones, nothing for a client that left."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from fastapi import Request

from app.api.errors import ClientGone, ServerBusy
from app.api.workers import QUICK_SECONDS, Workers

pytestmark = pytest.mark.anyio

LONG = 10 * QUICK_SECONDS


class Gate:
    """Work that begins when it is begun and ends when it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.release = threading.Event()
        self.count = 0

    def work(self) -> str:
        self.count += 1
        self.begun.release()
        assert self.release.wait(10)
        return "done"

    async def until_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.acquire, timeout=10)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.release.set()


class Client:
    """One request's end of the line."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    @property
    def request(self) -> Request:
        return Request({"type": "http"}, self.receive)

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "http.disconnect"}


async def settled() -> None:
    """Let every task run until it waits for something outside."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_short_work_is_done_at_once_and_in_place() -> None:
    workers = Workers(inline_seconds=0.01, size=1, queue_length=0)
    assert await workers.run(threading.get_ident, 0.01, Client().request) == threading.get_ident()
    assert await workers.run(threading.get_ident, 0.02, Client().request) != threading.get_ident()


async def test_what_work_raises_reaches_the_caller() -> None:
    def fails() -> None:
        raise ZeroDivisionError

    for seconds in (0.0, LONG):
        with pytest.raises(ZeroDivisionError):
            await Workers(0.01, 1, 1).run(fails, seconds, Client().request)


async def test_no_more_at_once_than_the_size_and_no_more_in_the_queue_than_its_length(gate: Gate) -> None:
    workers = Workers(inline_seconds=0, size=2, queue_length=3)
    tasks = [asyncio.create_task(workers.run(gate.work, LONG, Client().request)) for _ in range(5)]
    await gate.until_begun()
    await gate.until_begun()
    await settled()
    assert gate.count == 2
    with pytest.raises(ServerBusy) as busy:
        await workers.run(gate.work, LONG, Client().request)
    # Five runs of a second each on two threads.
    assert busy.value.retry_after == 3
    gate.release.set()
    assert await asyncio.gather(*tasks) == ["done"] * 5
    assert await workers.run(gate.work, LONG, Client().request) == "done"


async def test_shorter_runs_do_not_wait_behind_long_ones(gate: Gate) -> None:
    workers = Workers(inline_seconds=0, size=1, queue_length=5)
    long_ones = [asyncio.create_task(workers.run(gate.work, LONG, Client().request)) for _ in range(3)]
    await gate.until_begun()
    assert await asyncio.wait_for(workers.run(lambda: "quick", QUICK_SECONDS, Client().request), 10) == "quick"
    assert not any(task.done() for task in long_ones)
    gate.release.set()
    await asyncio.gather(*long_ones)


async def test_a_client_that_leaves_while_it_waits_costs_nothing(gate: Gate) -> None:
    workers = Workers(inline_seconds=0, size=1, queue_length=5)
    first = asyncio.create_task(workers.run(gate.work, LONG, Client().request))
    await gate.until_begun()
    impatient, patient = Client(), Client()
    leaves = asyncio.create_task(workers.run(gate.work, LONG, impatient.request))
    stays = asyncio.create_task(workers.run(gate.work, LONG, patient.request))
    await settled()
    impatient.left.set()
    with pytest.raises(ClientGone):
        await asyncio.wait_for(leaves, 10)
    gate.release.set()
    assert await asyncio.gather(first, stays) == ["done", "done"]
    assert gate.count == 2
    assert workers.long.inside == 0


async def test_a_client_that_leaves_during_its_run_frees_the_thread_only_when_it_is_done(gate: Gate) -> None:
    workers = Workers(inline_seconds=0, size=1, queue_length=5)
    client = Client()
    task = asyncio.create_task(workers.run(gate.work, LONG, client.request))
    await gate.until_begun()
    client.left.set()
    other = asyncio.create_task(workers.run(lambda: "other", LONG, Client().request))
    await settled()
    assert not other.done()
    gate.release.set()
    with pytest.raises(ClientGone):
        await task
    assert await asyncio.wait_for(other, 10) == "other"


async def test_the_event_loop_turns_while_threads_compute() -> None:
    from app.experiments.parameters import RunParameters  # noqa: PLC0415
    from app.experiments.run import explore  # noqa: PLC0415

    parameters = RunParameters(source="sine", hidden_size=100, length=400, include=("jacobian_norms", "flow_matrix"))
    task = asyncio.create_task(Workers(0, 1, 1).run(lambda: explore(parameters), LONG, Client().request))
    turns, longest, before = 0, 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.002)
        now = time.perf_counter()
        turns, longest, before = turns + 1, max(longest, now - before), now
    await task
    assert turns > 10
    assert longest < 1.0
