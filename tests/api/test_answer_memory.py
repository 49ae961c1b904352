"""All answers together are bounded in bytes, until the slowest client has read them; small ones always pass."""

import asyncio
import gc

import pytest
from starlette.types import Message

from app.common.cost import Cost
from app.server.compute.answer_memory import SMALL_BYTES, AnswerMemory, Body
from app.server.compute.computations import CancelToken, Computations
from app.server.compute.lanes import Lanes
from app.server.compute.responses import json_reply
from app.server.http.errors import ServerBusy
from app.settings import Settings
from tests.api.test_answers import Client

pytestmark = pytest.mark.anyio

LARGE = 3 * SMALL_BYTES


def test_a_body_counts_from_when_it_is_encoded_until_nothing_refers_to_it() -> None:
    memory = AnswerMemory(10**9)
    body = memory.counted(Body([b"abc", b"de"]))
    assert (bytes(body), body.size, memory.bytes) == (b"abcde", 5, 5)
    reader = body
    del body
    assert memory.bytes == 5
    del reader
    gc.collect()
    assert memory.bytes == 0


def test_while_it_is_computed_its_estimate_counts() -> None:
    memory = AnswerMemory(2 * LARGE)
    with memory.expecting(LARGE):
        assert memory.bytes == LARGE
        with memory.expecting(LARGE), pytest.raises(ServerBusy), memory.expecting(LARGE):
            pass
        assert memory.refused == 1
        with memory.expecting(SMALL_BYTES), memory.expecting(SMALL_BYTES), memory.expecting(SMALL_BYTES):
            pass  # small ones pass
    assert memory.bytes == 0


def test_an_answer_larger_than_the_limit_may_be_the_only_one() -> None:
    memory = AnswerMemory(LARGE)
    with memory.expecting(2 * LARGE), pytest.raises(ServerBusy), memory.expecting(2 * LARGE):
        pass


async def test_large_answers_are_refused_before_they_are_computed_while_clients_read_others() -> None:
    answers = Computations(Lanes(Settings()), AnswerMemory(2 * LARGE), cache_bytes=0)
    computed = 0

    def work(interest: CancelToken) -> list[bytes]:
        nonlocal computed
        computed += 1
        return [bytes(LARGE)]

    async def ask(megabytes: float = LARGE / 1e6) -> Body:
        return (await answers.get(None, work, Cost(0.001, megabytes, (), megabytes), Client().request)).body

    unread = [await ask(), await ask()]
    with pytest.raises(ServerBusy) as busy:
        await ask()
    assert (computed, busy.value.retry_after) == (2, 5)
    await ask(megabytes=0.1)
    unread.pop()
    await asyncio.sleep(0)
    gc.collect()
    await ask()
    assert computed == 4


async def test_a_large_answer_in_the_cache_makes_room() -> None:
    """Where what is cached leaves no room for a large answer, the longest unused go."""
    memory = AnswerMemory(2 * LARGE)
    answers = Computations(Lanes(Settings()), memory, cache_bytes=8 * LARGE)
    cost = Cost(0.001, LARGE / 1e6, (), LARGE / 1e6)
    for key in "abcde":
        await answers.get(key, lambda interest: [bytes(LARGE)], cost, Client().request)
    await asyncio.sleep(0)
    gc.collect()
    assert list(answers.cache) == ["d", "e"]
    assert memory.bytes == 2 * LARGE


async def test_a_reply_that_is_cancelled_releases_its_answer_at_once() -> None:
    """Not only when the garbage collector comes: until then large answers would be refused."""
    memory = AnswerMemory(10**9)
    reply = json_reply(memory.counted(Body([bytes(LARGE)])), {})
    sends = asyncio.Event()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            sends.set()
            await asyncio.Event().wait()  # a client that reads nothing

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    task = asyncio.create_task(reply({"type": "http", "asgi": {"version": "3.0"}}, receive, send))
    await sends.wait()
    assert memory.bytes == LARGE
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert memory.bytes == 0  # though `reply` and `task`, with its traceback, still exist
