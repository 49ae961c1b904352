"""Answers are cached within bounds, shared while they are computed, and given up with the last client that waits."""

import asyncio
import dataclasses
import gc
import threading
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request

from app.common.cost import Cost
from app.explore.parts import PARTS
from app.main import create_app
from app.server.compute.answer_memory import AnswerMemory
from app.server.compute.computations import CancelToken, Computations
from app.server.compute.lanes import Lanes
from app.server.http.errors import ClientGone, ServerBusy
from app.server.routes.pages import FIRST_PARTS
from app.server.state import AppState
from app.settings import Settings
from tests.api.conftest import connect

pytestmark = pytest.mark.anyio

RUNS = "/api/v1/runs"
SMALL = {"hidden_size": 3, "length": 4}
LONG = Cost(1.0, 0.0, ("length",))


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


class Slow:
    """Work that begins when it is begun, ends when it is let go, and asks in between whether anybody waits."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.release = threading.Event()
        self.count = 0
        self.ended = threading.Event()

    def work(self, interest: CancelToken) -> list[bytes]:
        self.count += 1
        self.begun.release()
        assert self.release.wait(10)
        try:
            interest.check()
        finally:
            self.ended.set()
        return [b"answer"]

    async def until_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.acquire, timeout=10)


@pytest.fixture
def slow() -> Iterator[Slow]:
    slow = Slow()
    yield slow
    slow.release.set()


def answers(most_bytes: int = 10_000, **changed: Any) -> Computations:
    return Computations(Lanes(Settings(**{"workers": 1, "long_wait_seconds": 100, **changed})), AnswerMemory(10**9), most_bytes)


@pytest.fixture
def fresh() -> FastAPI:
    """An application that remembers nothing yet."""
    return create_app(Settings())


def server_of(app: FastAPI) -> AppState:
    server = app.state.server
    assert isinstance(server, AppState)
    return server


async def test_the_second_answer_comes_from_the_cache(fresh: FastAPI) -> None:
    async with connect(fresh) as client:
        first, *others = [await client.get(RUNS, params=SMALL) for _ in range(3)]
    assert [response.headers["x-cache"] for response in (first, *others)] == ["miss", "hit", "hit"]
    own = {"x-request-id", "x-cache"}
    for again in others:
        assert again.content == first.content
        assert {k: v for k, v in again.headers.items() if k not in own} == {k: v for k, v in first.headers.items() if k not in own}
    server = server_of(fresh)
    assert server.computations.counts["hit"] == 2
    assert sum(lane.begun for lane in server.lanes) == 1


async def test_the_key_is_what_the_parameters_mean(fresh: FastAPI) -> None:
    async with connect(fresh) as client:
        await client.get(RUNS, params=SMALL)
        for same in ({**SMALL, "seed": 1}, {"length": 4, "hidden_size": 3}, {**SMALL, "lang": "ko"}, {**SMALL, "truncation": 4}):
            assert (await client.get(RUNS, params=same)).headers["x-cache"] == "hit", same
        of_page = {"include": ",".join(FIRST_PARTS), "norms": "frobenius", "arrays": "typed"}
        for other in ({**SMALL, "seed": 2}, {**SMALL, **of_page}, {**SMALL, "include": "states"}):
            assert (await client.get(RUNS, params=other)).headers["x-cache"] == "miss", other
        assert (await client.post(RUNS, json=SMALL)).headers["x-cache"] == "hit"
        page = await client.get("/", params={**SMALL, "arrays": "list"})
        assert page.status_code == 200
    assert sum(lane.begun for lane in server_of(fresh).lanes) == 4 + 1  # four runs, and the page; its first picture is cached


async def test_data_of_ones_own_is_not_remembered(fresh: FastAPI) -> None:
    own = {"x": [0.1, 0.2, 0.3], "hidden_size": 2}
    async with connect(fresh) as client:
        assert [(await client.post(RUNS, json=own)).headers["x-cache"] for _ in range(2)] == ["miss", "miss"]


async def test_every_encoding_is_remembered_apart(fresh: FastAPI) -> None:
    async with connect(fresh) as client:
        for _ in range(3):
            for encoding in ("gzip", "br", "identity"):
                response = await client.get(RUNS, params={"length": 20}, headers={"Accept-Encoding": encoding})
                assert response.headers.get("content-encoding", "identity") == encoding
                assert response.json()["parameters"]["length"] == 20


async def test_what_was_remembered_still_answers_304_and_head(fresh: FastAPI) -> None:
    async with connect(fresh) as client:
        for _ in range(3):
            etag = (await client.get(RUNS, params=SMALL)).headers["etag"]
        known = await client.get(RUNS, params=SMALL, headers={"If-None-Match": etag})
        assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
        assert known.headers["vary"] == "Accept-Encoding"
        assert "max-age=" in known.headers["cache-control"]
        head = await client.head(RUNS, params=SMALL)
        assert (head.status_code, head.content, head.headers["x-cache"]) == (200, b"", "hit")


async def test_errors_are_not_cached(fresh: FastAPI) -> None:
    async with connect(fresh) as client:
        for _ in range(3):
            response = await client.get(RUNS, params={"hidden_size": 0})
            assert response.status_code == 422
            assert "x-cache" not in response.headers
    assert len(server_of(fresh).computations.cache) == 0


async def test_the_cache_is_bounded_in_bytes_of_bodies_keys_and_objects(slow: Slow) -> None:
    shared, size = answers(most_bytes=10_000_000), 100
    slow.release.set()

    async def ask(number: int) -> None:
        await shared.get(f'W/"{number:032x}"', lambda interest: [bytes(size)], Cost(0.0, 0.0, ()), Client().request)

    await ask(0)
    tracemalloc.start()
    try:
        gc.collect()
        counted, taken = shared.cache.currsize, tracemalloc.get_traced_memory()[0]
        for number in range(1, 2000):
            await ask(number)
        gc.collect()
        counted, taken = shared.cache.currsize - counted, tracemalloc.get_traced_memory()[0] - taken
    finally:
        tracemalloc.stop()
    assert taken <= 1.25 * counted
    assert counted <= 1.5 * taken


async def test_what_only_the_page_reads_and_accept_encoding_take_no_memory(fresh: FastAPI) -> None:
    """A query of 20 kB and headers of 20 kB, other ones each time: one answer, cached once."""
    async with connect(fresh) as client:
        await client.get(RUNS, params=SMALL)
        before = server_of(fresh).computations.cache.currsize
        for number in range(5):
            pin, accept = f"{number}" + 20_000 * "x", f"gzip, x{number}" + 20_000 * "y"
            again = await client.get(RUNS, params={**SMALL, "pin": pin}, headers={"Accept-Encoding": accept})
            assert again.headers["x-cache"] == "hit"
    assert server_of(fresh).computations.cache.currsize == before


async def test_the_longest_unused_answers_make_room() -> None:
    app = create_app(Settings(answer_megabytes=0.1))
    async with connect(app) as client:
        for seed in range(30):
            await client.get(RUNS, params={**SMALL, "seed": seed})
        assert (await client.get(RUNS, params={**SMALL, "seed": 29})).headers["x-cache"] == "hit"
        assert (await client.get(RUNS, params={**SMALL, "seed": 0})).headers["x-cache"] == "miss"
    cache = server_of(app).computations.cache
    assert 0 < len(cache) < 30
    assert sum(body.size for body in cache.values()) < cache.currsize <= 100_000


async def test_without_memory_everything_is_computed() -> None:
    app = create_app(Settings(answer_megabytes=0))
    async with connect(app) as client:
        assert [(await client.get(RUNS, params=SMALL)).headers["x-cache"] for _ in range(3)] == ["miss"] * 3


async def test_requests_for_the_same_at_the_same_time_share_one_computation(slow: Slow) -> None:
    shared = answers()
    tasks = [asyncio.create_task(shared.get("key", slow.work, LONG, Client().request)) for _ in range(5)]
    await slow.until_begun()
    slow.release.set()
    found = await asyncio.gather(*tasks)
    assert slow.count == 1
    assert [one.source for one in found] == ["miss"] + ["joined"] * 4
    assert {bytes(one.body) for one in found} == {b"answer"}
    assert (await shared.get("key", slow.work, LONG, Client().request)).source == "hit"


async def test_a_computation_goes_on_while_one_client_waits_and_ends_with_the_last(slow: Slow) -> None:
    shared = answers()
    clients = [Client(), Client(), Client()]
    tasks = [asyncio.create_task(shared.get("key", slow.work, LONG, client.request)) for client in clients]
    await slow.until_begun()
    for client in clients[:2]:
        client.left.set()
    assert all(isinstance(gone, ClientGone) for gone in await asyncio.gather(*tasks[:2], return_exceptions=True))
    assert not tasks[2].done()
    clients[2].left.set()
    with pytest.raises(ClientGone):
        await tasks[2]
    slow.release.set()
    assert await asyncio.to_thread(slow.ended.wait, 10)
    await asyncio.sleep(0.01)
    assert len(shared.cache) == 0  # it ended between two parts: nobody waited
    assert bytes((await shared.get("key", lambda interest: [b"anew"], LONG, Client().request)).body) == b"anew"


async def test_a_client_that_leaves_while_it_waits_costs_nothing(slow: Slow) -> None:
    shared = answers()
    first = asyncio.create_task(shared.get(None, slow.work, LONG, Client().request))
    await slow.until_begun()
    impatient, patient = Client(), Client()
    leaves = asyncio.create_task(shared.get("a", slow.work, LONG, impatient.request))
    stays = asyncio.create_task(shared.get("b", slow.work, LONG, patient.request))
    await asyncio.sleep(0.01)
    impatient.left.set()
    with pytest.raises(ClientGone):
        await asyncio.wait_for(leaves, 10)
    slow.release.set()
    assert [bytes(found.body) for found in await asyncio.gather(first, stays)] == [b"answer"] * 2
    assert slow.count == 2


async def test_everyone_who_waits_hears_of_a_failure_and_it_is_not_remembered() -> None:
    def fails(interest: CancelToken) -> list[bytes]:
        raise ServerBusy(retry_after=1)

    shared = answers()
    asked = [shared.get("key", fails, LONG, Client().request) for _ in range(3)]
    assert [type(error) for error in await asyncio.gather(*asked, return_exceptions=True)] == [ServerBusy] * 3
    assert bytes((await shared.get("key", lambda interest: [b"fine"], LONG, Client().request)).body) == b"fine"


@dataclasses.dataclass
class Empty:
    """A part without fields."""


async def test_a_client_that_leaves_ends_its_run_before_its_next_part(fresh: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the whole application: the parts that come after the client has gone are not computed."""
    begun, release = threading.Event(), threading.Event()
    computed: list[str] = []

    def first(_: object) -> Empty:
        begun.set()
        assert release.wait(10)
        computed.append("states")
        return Empty()

    def second(_: object) -> Empty:
        computed.append("spectrum")
        return Empty()

    for name, compute in {"states": first, "spectrum": second}.items():
        monkeypatch.setitem(PARTS, name, dataclasses.replace(PARTS[name], compute=compute))
    left = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pass

    query = b"source=sine&length=3000&hidden_size=100&include=states,spectrum"
    scope = httpx_scope(query)
    task = asyncio.create_task(fresh(scope, receive, send))
    assert await asyncio.to_thread(begun.wait, 10)
    left.set()
    await asyncio.wait_for(task, 10)
    release.set()
    for _ in range(100):
        if computed:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert computed == ["states"]


def httpx_scope(query: bytes) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": RUNS,
        "raw_path": RUNS.encode(),
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
