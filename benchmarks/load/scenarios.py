"""What happens to a site, and what its clients see of it."""

import asyncio
import signal
import time
from collections.abc import Sequence

from benchmarks.load.half_open import Dawdlers
from benchmarks.load.students import Class, Habits, one_answer
from benchmarks.load.tally import Tally, percentile
from tests.site import Copy

# Two people who drag all the time: enough questions for a percentile.
HONEST = Habits(opens_page=False, drag_seconds=5, look_seconds=0)
LATE = 0.3  # seconds at p95: then the site is past its capacity
REFUSED = 0.01  # share of 503: likewise


async def step_up(address: str, step: int, seconds: float, habits: Habits) -> tuple[int, Tally, float]:
    """More and more students until answers are late or refused, then twice as many.

    Gives how many were served well, what the too many saw, and how many seconds after their leaving the site was itself again.
    """
    group = Class(address, habits)
    students = served_well = 0
    while True:
        group.join(step)
        students += step
        tally = await _settled(group, seconds)
        late = percentile(tally.answers, 95)
        print(
            f"{students:5d} students {len(tally.answers) / seconds:7.1f} answers/s   p95 {1e3 * late:6.1f} ms   {tally.busy} × 503",
            flush=True,
        )
        if late > LATE or tally.busy > REFUSED * len(tally.answers):
            break
        served_well = students
    group.join(students)
    too_many = await _settled(group, seconds)
    await group.leave()
    return served_well, too_many, await recovery(address)


async def _settled(group: Class, seconds: float) -> Tally:
    """What the group sees in so many seconds, once the last to join has come."""
    await asyncio.sleep(group.habits.period)
    group.tally = Tally()
    await asyncio.sleep(seconds)
    return group.tally


async def recovery(address: str, in_a_row: int = 10, within: float = 0.1, give_up: float = 60) -> float:
    """Seconds until so many questions in a row have been answered in time, none of them refused."""
    begun = time.monotonic()
    good = number = 0
    while good < in_a_row and time.monotonic() - begun < give_up:
        number += 1
        tally = await one_answer(address, number)
        good = good + 1 if tally.answers and tally.answers[0] < within and not tally.busy else 0
    return time.monotonic() - begun


async def kill_in_turn(address: str, copies: Sequence[Copy], students: int, kills: int, habits: Habits) -> Tally:
    """What a class sees while one copy after the other is killed, in turn by SIGKILL and SIGTERM, and started again."""
    group = Class(address, habits)
    group.join(students)
    await asyncio.sleep(habits.period)  # until all of them are there
    for number in range(kills):
        copy = copies[number % len(copies)]
        copy.send((signal.SIGKILL, signal.SIGTERM)[number % 2])
        await asyncio.sleep(2)
        await asyncio.to_thread(copy.end, 15)
        await asyncio.to_thread(copy.start)
        await asyncio.sleep(1)
    await group.leave()
    return group.tally


async def beside_dawdlers(address: str, connections: int, seconds: float) -> tuple[Tally, Tally, int]:
    """Two honest clients, alone and beside slow and half-open connections. Gives both, and how often a slow client came back."""
    alone = await Class(address, HONEST).run(2, max(5.0, seconds / 4))
    async with Dawdlers(address, connections) as dawdlers:
        beside = await Class(address, HONEST).run(2, seconds)
    return alone, beside, dawdlers.came_back
