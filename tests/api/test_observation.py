"""Every request has an id, a line in the log that holds nothing a person typed, and its place in the metrics."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRouter
from prometheus_client.parser import text_string_to_metric_families

from app.main import create_app
from app.server.http import logs
from app.server.http.access_log import request_id
from app.settings import Settings
from tests.api.conftest import connect

pytestmark = pytest.mark.anyio

RUNS = "/api/v1/runs"


@pytest.fixture
def fresh() -> FastAPI:
    return create_app(Settings())


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the application logs, as JSON."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    names = ("unrolled", "app", "uvicorn.error")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.INFO)
    yield written
    for name in names:
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(before[name])


async def metric(client: httpx.AsyncClient, name: str, **labels: str) -> float:
    text = (await client.get("/metrics")).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name == name and labels.items() <= sample.labels.items())


@pytest.mark.parametrize("given", ["abc-123", "a.b:c/d+e=f@g_h", "x" * 64, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])
async def test_a_sane_id_of_the_clients_is_echoed(client: httpx.AsyncClient, given: str) -> None:
    assert (await client.get("/healthz", headers={"X-Request-ID": given})).headers["x-request-id"] == given


@pytest.mark.parametrize("given", [None, "", "x" * 65, "with space", '"quoted"', "<script>", "é", "a;b"])
async def test_any_other_gets_a_new_one(client: httpx.AsyncClient, given: str | None) -> None:
    headers = {} if given is None else {b"X-Request-ID": given.encode("latin-1")}
    ids = {(await client.get("/healthz", headers=headers)).headers["x-request-id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(name) == 32 and name.isalnum() for name in ids)


async def test_every_kind_of_answer_has_an_id(client: httpx.AsyncClient) -> None:
    for method, path in (("GET", "/"), ("GET", "/nope"), ("PUT", RUNS), ("GET", f"{RUNS}?hidden_size=0"), ("GET", "/static/js/docs.js")):
        assert (await client.request(method, path)).headers["x-request-id"]


async def test_a_line_per_request_without_what_was_typed(fresh: FastAPI, lines: io.StringIO) -> None:
    async with connect(fresh) as client:
        response = await client.get(
            RUNS,
            params={"source": "text", "text": "secret words", "include": "states"},
            headers={"X-Request-ID": "r1", "Accept-Encoding": "identity"},
        )
        await client.get("/secret/path?q=secret")
        await client.post(RUNS, json={"text": "secret body", "source": "text", "include": ["states"]})
        await client.request("SECRET", "/healthz")
    assert "secret" not in lines.getvalue()
    first, *others = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert first["request_id"] == "r1"
    assert first["bytes"] == len(response.content)
    assert {key: first[key] for key in ("message", "level", "method", "route", "status", "size", "cache")} == {
        "message": "answered",
        "level": "info",
        "method": "GET",
        "route": RUNS,
        "status": 200,
        "size": "at_once",
        "cache": "miss",
    }
    assert 0 < first["seconds"] < 60
    assert [(line["route"], line["status"]) for line in others] == [("none", 404), (RUNS, 200), ("/healthz", 405)]


async def test_a_mistake_has_the_id_of_its_request_and_is_counted_and_is_a_warning(fresh: FastAPI, lines: io.StringIO) -> None:
    router = APIRouter()

    @router.get("/broken")
    async def fails() -> None:
        raise RuntimeError("what happened")

    fresh.include_router(router)
    async with connect(fresh) as client:
        response = await client.get("/broken", headers={"X-Request-ID": "r2"})
        assert (response.status_code, response.headers["x-request-id"]) == (500, "r2")
        assert [json.loads(line)["level"] for line in lines.getvalue().splitlines() if "/broken" in line] == ["warning"]
        assert await metric(client, "unrolled_requests_total", route="/broken", status="500") == 1
        assert await metric(client, "unrolled_requests_in_flight") == 1


def test_hostile_text_stays_on_its_line() -> None:
    record = logging.LogRecord("unrolled", logging.WARNING, __file__, 1, 'one\ntwo "three" \x1b[31m \u2028', None, None)
    request_id.set(None)
    line = logs.JsonLines().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(line)["message"] == record.getMessage()


def test_plain_lines_are_for_people() -> None:
    record = logging.LogRecord("unrolled", logging.INFO, __file__, 1, "answered", None, None)
    record.facts = {"method": "GET", "route": RUNS, "status": 200, "bytes": 1, "seconds": 0.0123, "size": "at_once", "cache": "miss"}
    assert logs.PlainLines().format(record).endswith(f" 200 GET {RUNS} 12.3 ms at_once miss")
    try:
        int("no number")
    except ValueError:
        record = logging.LogRecord("unrolled", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    assert "failed\nTraceback" in logs.PlainLines().format(record)


async def test_metrics_count_requests_by_route_size_and_cache(fresh: FastAPI) -> None:
    async with connect(fresh) as client:
        for _ in range(3):
            await client.get(RUNS, params={"hidden_size": 3})
        await client.get(RUNS, params={"hidden_size": 0})
        await client.get("/somewhere/else")
        await client.get(RUNS, params={"source": "sine", "length": 400})
        assert await metric(client, "unrolled_requests_total", route=RUNS, status="200") == 4
        assert await metric(client, "unrolled_requests_total", route=RUNS, status="422") == 1
        assert await metric(client, "unrolled_requests_total", route="none", status="404") == 1
        assert await metric(client, "unrolled_request_seconds_count", route=RUNS, size="at_once") == 1
        assert await metric(client, "unrolled_request_seconds_count", route=RUNS, size="cached") == 2
        assert await metric(client, "unrolled_request_seconds_count", route=RUNS, size="quick") == 1
        assert await metric(client, "unrolled_cache_total", result="hit") == 2
        assert await metric(client, "unrolled_cache_total", result="miss") == 2
        assert await metric(client, "unrolled_runs_total", lane="at_once") == 1
        assert await metric(client, "unrolled_requests_in_flight") == 1  # this one
        assert await metric(client, "unrolled_cache_bytes") > 0
        assert await metric(client, "process_resident_memory_bytes") > 1e6


async def test_metrics_count_streams_and_steps(fresh: FastAPI) -> None:
    async with connect(fresh) as client:
        await client.get("/api/v1/trainings/events", params={"steps": 5, "hidden_size": 2, "length": 5, "batch_size": 1})
        assert await metric(client, "unrolled_streams_total") == 1
        assert await metric(client, "unrolled_training_steps_total") == 5
        assert await metric(client, "unrolled_streams_open") == 0
        assert await metric(client, "unrolled_request_seconds_count", route="/api/v1/trainings/events", size="stream") == 1


async def test_strangers_cannot_make_metrics_grow(fresh: FastAPI) -> None:
    async with connect(fresh) as client:
        before = len((await client.get("/metrics")).text.splitlines())
        for number in range(50):
            await client.request(f"METHOD{number}", f"/path/{number}")
            await client.get(f"/static/{number}.js")
        after = len((await client.get("/metrics")).text.splitlines())
    assert after - before < 80


async def test_a_busy_server_says_so_in_the_metrics() -> None:
    app = create_app(Settings(queue_length=0, workers=1, inline_seconds=0))
    async with connect(app) as client:
        import asyncio  # noqa: PLC0415

        answered = await asyncio.gather(*(client.get(RUNS, params={"seed": seed}) for seed in range(10)))
        refused = sum(response.status_code == 503 for response in answered)
        assert refused > 0
        assert await metric(client, "unrolled_shed_total") == refused
