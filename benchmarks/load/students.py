"""Students: each opens the page, drags a slider for a few seconds, looks for a while, and drags again.

They follow the rules that the page follows: a question that a newer one has made stale is aborted, a 503 is asked again after
its `Retry-After`, and a lost connection after a growing pause.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin

import aiohttp

from benchmarks.load.tally import Tally

# What the Explore page asks for when all of its figures are in view.
PAGE_QUERY = "include=states,jacobian_norms,adjoints,flow_matrix,gradient_by_lag,gradients,spectrum&norms=frobenius&arrays=typed"
# What it asked for before the API had `norms`; it asked for step_gain as well, which is left out: so this benchmark was always run.
OLD_PAGE_QUERY = "include=states,jacobian_norms,adjoints,flow_matrix,gradient_by_lag,gradients,spectrum&arrays=typed"
LONGEST_WAIT = aiohttp.ClientTimeout(total=60)
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # after a lost connection
MOST_TRIES = 30
KEPT = re.compile("hit", re.IGNORECASE)


def page_query(catalog: bytes) -> str:
    """What the page of a server asks for, as far as its catalog tells."""
    return PAGE_QUERY if "norms" in json.loads(catalog)["parameters"] else OLD_PAGE_QUERY


@dataclass(frozen=True)
class Habits:
    """How a class behaves. Seeds of their own leave nothing to a cache; with one shared seed the positions of the slider repeat."""

    seeds: Literal["own", "shared"] = "own"
    events_per_second: float = 4.0
    drag_seconds: float = 5.0
    look_seconds: float = 20.0
    arrive_within: float | None = None  # seconds; None: a period, so that drags are spread evenly
    opens_page: bool = True
    query: str = PAGE_QUERY
    encodings: str = "gzip, deflate"  # what browsers accept over plain HTTP

    @property
    def period(self) -> float:
        return self.drag_seconds + self.look_seconds


@dataclass
class Class:
    """Students of one address; more may join while it goes on."""

    address: str
    habits: Habits = Habits()
    tally: Tally = field(default_factory=Tally)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    _attending: list[asyncio.Task[None]] = field(default_factory=list)

    async def run(self, students: int, seconds: float) -> Tally:
        """So many students, for so long."""
        self.join(students)
        await asyncio.sleep(seconds)
        await self.leave()
        return self.tally

    def join(self, students: int) -> None:
        """So many more, who come one after the other within a period."""
        if not self._attending:
            self._attending.append(asyncio.create_task(self._watch_lag()))
        for _ in range(students):
            student = Student(len(self._attending), self, random.Random(self.chance.random()))
            self._attending.append(asyncio.create_task(student.attend()))

    async def leave(self) -> None:
        """All of them, at once."""
        for task in self._attending:
            task.cancel()
        results = await asyncio.gather(*self._attending, return_exceptions=True)
        self._attending.clear()
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _watch_lag(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.05)
            self.tally.lag.append(time.perf_counter() - before - 0.05)


async def one_answer(address: str, number: int) -> Tally:
    """What one new student sees who asks one question."""
    group = Class(address, Habits(opens_page=False))
    student = Student(number, group, random.Random(time.monotonic_ns()))
    async with student.browser():
        await student.ask()
    return group.tally


class Student:
    """One browser with one page open."""

    def __init__(self, number: int, group: Class, chance: random.Random) -> None:
        self.number = number
        self.address = group.address
        self.habits = group.habits
        self.group = group
        self.chance = chance
        self.position = 1.0

    @property
    def tally(self) -> Tally:
        return self.group.tally

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[None]:
        """At most six connections at the same time, kept open, as browsers have it over HTTP/1.1."""
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit_per_host=6),
            headers={"Accept-Encoding": self.habits.encodings},
            timeout=LONGEST_WAIT,
            auto_decompress=False,
        ) as self.session:
            yield

    async def attend(self) -> None:
        """Until cancelled."""
        within = self.habits.period if self.habits.arrive_within is None else self.habits.arrive_within
        await asyncio.sleep(self.chance.uniform(0, within))
        async with self.browser():
            if self.habits.opens_page:
                await self.open_page()
            while True:
                await self.drag()
                await asyncio.sleep(self.chance.uniform(0.8, 1.2) * self.habits.look_seconds)

    async def open_page(self) -> None:
        """The page and every file that it names, as a browser with an empty cache asks for them."""
        begun = time.perf_counter()
        page = await self.get(f"/?seed={self.seed}", encodings="identity")
        if page is None:
            return
        names = set(re.findall(rb'(?:src|href)="([^"]*static/[^"]*)"', page))
        await asyncio.gather(*(self.get(urljoin("/", name.decode())) for name in names))
        self.tally.pages.append(time.perf_counter() - begun)

    async def drag(self) -> None:
        """Move the slider; the newest position is the only one that matters, and the last one is waited for."""
        question: asyncio.Task[None] | None = None
        try:
            for _ in range(round(self.habits.drag_seconds * self.habits.events_per_second)):
                if question and not question.done():
                    question.cancel()
                    self.tally.aborted += 1
                question = asyncio.create_task(self.ask())
                await asyncio.sleep(self.chance.uniform(0.8, 1.2) / self.habits.events_per_second)
            if question:
                await question
        finally:
            if question:
                question.cancel()

    async def ask(self) -> None:
        """For the run at the slider's next position."""
        self.position = min(1.8, max(0.2, self.position + self.chance.choice((-1, 1)) * self.chance.randint(1, 5) / 100))
        radius = round(self.position, 2)
        if self.habits.seeds == "own":
            radius += self.chance.randint(0, 999_999) / 1e8  # no position comes twice, so that nothing can be kept
        await self.get(f"/api/v1/runs?spectral_radius={radius:.8g}&seed={self.seed}&{self.habits.query}", is_answer=True)

    @property
    def seed(self) -> int:
        return self.number if self.habits.seeds == "own" else 1

    async def get(self, path: str, *, is_answer: bool = False, encodings: str | None = None) -> bytes | None:
        """A body, as the rules allow to get it; None if they don't."""
        headers = {"Accept-Encoding": encodings} if encodings else {}
        lost = 0
        for _ in range(MOST_TRIES):
            begun = time.perf_counter()
            try:
                async with self.session.get(self.address + path, headers=headers) as response:
                    body = await response.read()
            except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
                self.tally.lost += 1
                if lost == len(PAUSES):
                    self.tally.failed[f"connection lost {lost} times: {error!r}"] += 1
                    return None
                await asyncio.sleep(PAUSES[lost])
                lost += 1
                continue
            if response.status == 503 and "Retry-After" in response.headers:
                self.tally.busy += 1
                await asyncio.sleep(float(response.headers["Retry-After"]) * self.chance.uniform(1.0, 1.2))
                continue
            if response.status == 502 and b'"server_failed"' in body:
                self.tally.interrupted += 1
                return None
            if response.status != 200:
                self.tally.failed[f"{response.status} {path.partition('?')[0]}"] += 1
                return None
            if is_answer:
                self.tally.answers.append(time.perf_counter() - begun)
                self.tally.kept += any(KEPT.search(response.headers.get(name, "")) for name in ("X-Proxy-Cache", "X-Cache"))
            return body
        self.tally.failed["busy every time"] += 1
        return None
