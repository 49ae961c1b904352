"""Longer runs: a bounded number at once, a bounded queue, short ones never behind long ones, nothing for what was given up."""

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from typing import Any

import pytest

from app.common.cost import Cost
from app.explore.parameters import RunParameters
from app.explore.run import explore
from app.server.compute.lanes import QUICK_SECONDS, Lanes
from app.server.http.errors import ServerBusy
from app.settings import Settings

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


def cost(seconds: float, megabytes: float = 0.0) -> Cost:
    return Cost(seconds, megabytes, ("length",))


def workers(**changed: Any) -> Lanes:
    """One at a time in every lane, unless said otherwise."""
    return Lanes(
        Settings(**{"inline_seconds": 0.0, "workers": 1, "queue_length": 5, "wait_seconds": 100, "long_wait_seconds": 100, **changed})
    )


async def settled() -> None:
    """Let every task run until it waits for something outside."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_cost_puts_a_run_into_its_lane() -> None:
    lanes = workers(inline_seconds=0.01)
    names = [lanes.lane(cost(seconds)).name for seconds in (0.0, 0.01, 0.02, QUICK_SECONDS, LONG)]
    assert names == ["at_once", "at_once", "quick", "quick", "long"]
    here = threading.get_ident()
    assert await lanes.run(threading.get_ident, cost(0.01)) == here
    assert await lanes.run(threading.get_ident, cost(0.02)) != here
    assert await lanes.run(threading.get_ident, cost(LONG)) != here


@pytest.mark.parametrize("seconds", [0.0, QUICK_SECONDS, LONG])
async def test_what_work_raises_reaches_the_caller_and_the_lane_goes_on(seconds: float) -> None:
    def fails() -> None:
        raise ZeroDivisionError

    lanes = workers()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await lanes.run(fails, cost(seconds))
    assert await lanes.run(lambda: "done", cost(seconds)) == "done"
    assert lanes.lane(cost(seconds)).running == 0


async def test_no_more_at_once_than_the_size_and_no_more_in_the_queue_than_its_length(gate: Gate) -> None:
    lanes = workers(workers=2, queue_length=3)
    tasks = [asyncio.create_task(lanes.run(gate.work, cost(LONG))) for _ in range(5)]
    await gate.until_begun()
    await gate.until_begun()
    await settled()
    assert gate.count == 2
    with pytest.raises(ServerBusy) as busy:
        await lanes.run(gate.work, cost(LONG))
    # Two runs of a second that are half done, and three that wait, on two threads.
    assert busy.value.retry_after == 2
    assert (lanes.long.refused, lanes.long.waiting) == (1, 3)
    gate.release.set()
    assert await asyncio.gather(*tasks) == ["done"] * 5
    assert await lanes.run(gate.work, cost(LONG)) == "done"


async def test_what_would_wait_too_long_is_refused_as_it_arrives(gate: Gate) -> None:
    lanes = workers(long_wait_seconds=2.0 * LONG)
    tasks = [asyncio.create_task(lanes.run(gate.work, cost(LONG))) for _ in range(3)]
    await gate.until_begun()
    await settled()
    assert lanes.long.seconds_ahead() == 2.5 * LONG
    with pytest.raises(ServerBusy):
        await lanes.run(gate.work, cost(LONG))
    gate.release.set()
    await asyncio.gather(*tasks)
    assert lanes.long.seconds_ahead() == 0.0


async def test_runs_on_the_loop_take_turns_with_it() -> None:
    lanes = workers(inline_seconds=1.0)
    turns: list[str] = []

    async def rest_of_the_loop() -> None:
        for _ in range(100):
            turns.append("loop")
            await asyncio.sleep(0)

    runs = [lanes.run(lambda: turns.append("run"), cost(0.01)) for _ in range(3)]
    await asyncio.gather(*runs, rest_of_the_loop())
    first, last = turns.index("run"), len(turns) - turns[::-1].index("run")
    assert turns.count("run") == 3
    assert "loop" in turns[first:last]
    between = [len(list(group)) for what, group in groupby(turns[first:last]) if what == "loop"]
    assert len(between) == 2
    assert min(between) >= 10  # enough for as many new connections


async def test_the_pace_is_learned_from_what_runs_took() -> None:
    lanes = workers(inline_seconds=1.0)
    for _ in range(300):
        await lanes.run(lambda: time.sleep(0.001), cost(0.0001))
    assert lanes.at_once.pace > 5.0


async def test_runs_that_would_need_too_much_memory_together_come_one_after_the_other(gate: Gate) -> None:
    lanes = workers(workers=4, max_megabytes=100)
    tasks = [asyncio.create_task(lanes.run(gate.work, cost(LONG, megabytes))) for megabytes in (60, 30, 60, 1)]
    await gate.until_begun()
    await gate.until_begun()
    await settled()
    assert (gate.count, lanes.long.waiting) == (2, 2)
    gate.release.set()
    assert await asyncio.gather(*tasks) == ["done"] * 4
    assert await lanes.run(lambda: "alone", cost(LONG, 1000)) == "alone"


async def test_shorter_runs_do_not_wait_behind_long_ones(gate: Gate) -> None:
    lanes = workers(inline_seconds=0.01)
    long_ones = [asyncio.create_task(lanes.run(gate.work, cost(LONG))) for _ in range(3)]
    await gate.until_begun()
    assert await asyncio.wait_for(lanes.run(lambda: "quick", cost(QUICK_SECONDS)), 10) == "quick"
    assert await asyncio.wait_for(lanes.run(lambda: "at once", cost(0.001)), 10) == "at once"
    assert not any(task.done() for task in long_ones)
    gate.release.set()
    await asyncio.gather(*long_ones)


@pytest.mark.parametrize("inline_seconds", [0.0, 10.0])
async def test_what_is_given_up_while_it_waits_is_never_begun(gate: Gate, inline_seconds: float) -> None:
    lanes = workers(inline_seconds=inline_seconds)
    lane, begun = lanes.lane(cost(LONG)), []
    tasks = [asyncio.create_task(lanes.run(lambda: begun.append(1), cost(LONG))) for _ in range(4)]
    await asyncio.sleep(0)
    assert lane.waiting > 0
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len(begun) <= 1
    assert await asyncio.wait_for(lanes.run(lambda: "next", cost(LONG)), 10) == "next"
    assert (lane.waiting, lane.running) == (0, 0)


async def test_a_thread_that_nobody_waits_for_keeps_its_place_to_the_end(gate: Gate) -> None:
    lanes = workers()
    task = asyncio.create_task(lanes.run(gate.work, cost(LONG)))
    await gate.until_begun()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    other = asyncio.create_task(lanes.run(lambda: "other", cost(LONG)))
    await settled()
    assert not other.done()
    assert lanes.long.running == 1
    gate.release.set()
    assert await asyncio.wait_for(other, 10) == "other"


async def test_the_event_loop_turns_while_threads_compute() -> None:
    parameters = RunParameters(source="sine", hidden_size=100, length=400, include=("jacobian_norms", "flow_matrix"))
    task = asyncio.create_task(workers().run(lambda: explore(parameters), cost(LONG)))
    turns, longest, before = 0, 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.002)
        now = time.perf_counter()
        turns, longest, before = turns + 1, max(longest, now - before), now
    await task
    assert turns > 10
    assert longest < 1.0


async def test_clients_take_turns(gate: Gate) -> None:
    lanes, order = workers(), []
    first = asyncio.create_task(lanes.run(gate.work, cost(LONG), "flood"))
    await gate.until_begun()
    names = ["flood 1", "flood 2", "flood 3", "other 1"]
    tasks = [asyncio.create_task(lanes.run(partial(order.append, name), cost(LONG), name.split()[0])) for name in names]
    await settled()
    gate.release.set()
    await asyncio.gather(first, *tasks)
    assert order == ["flood 1", "other 1", "flood 2", "flood 3"]


async def test_a_flood_of_one_client_fills_the_wait_of_that_client_alone(gate: Gate) -> None:
    lanes = workers(long_wait_seconds=2.0 * LONG, queue_length=100)
    tasks = [asyncio.create_task(lanes.run(gate.work, cost(LONG), "flood")) for _ in range(3)]
    await gate.until_begun()
    await settled()
    with pytest.raises(ServerBusy):
        await lanes.run(gate.work, cost(LONG), "flood")
    assert lanes.long.seconds_ahead("other") == 1.5 * LONG
    tasks.append(asyncio.create_task(lanes.run(gate.work, cost(LONG), "other")))
    await settled()
    gate.release.set()
    assert await asyncio.gather(*tasks) == ["done"] * 4


async def test_where_the_queue_is_full_the_newest_run_of_the_largest_client_gives_way(gate: Gate) -> None:
    lanes = workers(queue_length=3)
    tasks = [asyncio.create_task(lanes.run(gate.work, cost(LONG), "flood")) for _ in range(4)]
    await gate.until_begun()
    await settled()
    other = asyncio.create_task(lanes.run(gate.work, cost(LONG), "other"))
    await settled()
    with pytest.raises(ServerBusy):
        await tasks[3]
    with pytest.raises(ServerBusy):
        await lanes.run(gate.work, cost(LONG), "flood")
    assert lanes.long.refused == 2
    gate.release.set()
    assert await asyncio.gather(*tasks[:3], other) == ["done"] * 4
