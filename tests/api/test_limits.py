"""What is over a limit: work, memory, answers, URLs and bodies."""

import dataclasses
from typing import Any

import httpx
import pytest

import app.main  # noqa: F401  (loads every exception class)
from app.explore.parts import PARTS
from app.main import create_app
from app.settings import Settings
from tests.api.conftest import connect
from tests.api.test_errors import JSON, RUNS, error_of

pytestmark = pytest.mark.anyio


async def test_work_over_the_limits_says_the_estimate_and_what_to_lower(client: httpx.AsyncClient) -> None:
    error = error_of(await client.get(f"{RUNS}?source=sine&length=10000&hidden_size=512"), 422, "work_too_large")
    details = error["details"]
    assert details["estimated_seconds"] > details["limit_seconds"] == Settings().max_seconds
    assert details["lower"][0] in error["message"]
    assert "at most 10 s" in error["message"]


async def test_memory_over_the_limit() -> None:
    async with connect(create_app(Settings(max_megabytes=1.0))) as client:
        error = error_of(await client.get(f"{RUNS}?source=sine&length=500"), 422, "work_too_large")
    assert error["details"]["estimated_megabytes"] > 1.0
    assert "at most 1 MB" in error["message"]


async def test_a_url_over_the_limit(client: httpx.AsyncClient) -> None:
    error = error_of(await client.get(f"{RUNS}?text={'x' * 30_000}"), 414, "url_too_long")
    assert error["details"]["limit_bytes"] == Settings().max_url_bytes


async def test_the_longest_korean_text_fits_in_a_url(client: httpx.AsyncClient) -> None:
    text = ("안녕하세요 반갑습니다 " * 200)[:2000]
    response = await client.get(RUNS, params={"source": "text", "text": text, "include": "states", "hidden_size": 2})
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_the_limit(declared: bool) -> None:
    async def pieces() -> Any:
        for _ in range(100):
            yield b" " * 100

    async with connect(create_app(Settings(max_body_bytes=1024))) as client:
        content = b" " * 10_000 if declared else pieces()
        error = error_of(await client.post(RUNS, content=content, headers=JSON), 413, "body_too_large")
        assert error["details"] == {"limit_bytes": 1024}
        assert (await client.post(RUNS, content=b"{}" + b" " * 1022, headers=JSON)).status_code == 200


@pytest.mark.parametrize("digits", [9, 18, 19, 5000])
async def test_a_declared_length_of_many_digits(client: httpx.AsyncClient, digits: int) -> None:
    """Python refuses to read an integer of more than 4,300 digits, which would be a mistake of the server's."""
    response = await client.post(RUNS, content=b"{}", headers={**JSON, "Content-Length": "9" * digits})
    assert error_of(response, 413, "body_too_large")["details"] == {"limit_bytes": Settings().max_body_bytes}


async def test_a_body_over_the_limit_is_refused_while_it_arrives() -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 1000
            yield b" " * 1000

    async with connect(create_app(Settings(max_body_bytes=5000))) as client:
        error_of(await client.post(RUNS, content=endless(), headers=JSON), 413, "body_too_large")
    assert sent <= 6000


async def test_an_answer_may_be_too_large_though_it_is_quick() -> None:
    async with connect(create_app(Settings(max_answer_megabytes=0.1))) as client:
        error = error_of(await client.get(f"{RUNS}?source=sine&length=1000&include=states"), 422, "work_too_large")
        assert "MB of answer" in error["message"]
        assert error["details"]["estimated_answer_megabytes"] > 0.1
        assert (await client.get(f"{RUNS}?source=sine&length=10&include=states")).status_code == 200


async def test_no_memory_is_an_answer_and_the_server_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the estimate said: the parts of a run are computed beside others, and the machine may be smaller than its settings."""

    def none_left(exploration: object) -> None:
        raise MemoryError

    async with connect(create_app(Settings())) as client:
        monkeypatch.setitem(PARTS, "states", dataclasses.replace(PARTS["states"], compute=none_left))
        error = error_of(await client.get(f"{RUNS}?include=states"), 422, "out_of_memory")
        assert "smaller run" in error["message"]
        monkeypatch.undo()
        assert (await client.get(f"{RUNS}?include=states")).status_code == 200
