"""Every kind of bad input gets its error in the one shape, in words that say what to do; never a 500."""

from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRouter
from pydantic import ValidationError

import app.main  # noqa: F401  (loads every exception class)
from app.contract.requests import CliffQuery, RunBody, RunQuery, TrainingQuery
from app.engine.errors import UnrolledError
from app.main import create_app
from app.server.http.errors import STATUS, ErrorBody
from app.server.http.security_headers import SECURITY_HEADERS
from tests.api.conftest import connect
from tests.api.wire import strict_json

pytestmark = pytest.mark.anyio

RUNS = "/api/v1/runs"
JSON = {"Content-Type": "application/json"}


def error_of(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error of a response, after checking the shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    body = strict_json(response.content)
    ErrorBody.model_validate(body, extra="forbid", strict=True)
    assert body["error"]["code"] == code, body
    return body["error"]


def subclasses(cls: type) -> Iterator[type]:
    yield cls
    for below in cls.__subclasses__():
        yield from subclasses(below)


def test_every_exception_class_has_a_status() -> None:
    assert set(subclasses(UnrolledError)) == set(STATUS)


@pytest.mark.parametrize(
    ("query", "code", "parameter", "words"),
    [
        ("hiden_size=3", "unknown_parameter", "hiden_size", "Did you mean 'hidden_size'?"),
        ("weights=1", "unknown_parameter", "weights", "no parameter"),
        ("hidden_size=0", "invalid_parameter", "hidden_size", "got '0', allowed: an integer from 1 to 512."),
        ("hidden_size=513", "invalid_parameter", "hidden_size", "Choose a smaller value."),
        ("hidden_size=2.5", "invalid_parameter", "hidden_size", "an integer from 1 to 512"),
        ("hidden_size=true", "invalid_parameter", "hidden_size", "got 'true'"),
        ("hidden_size=", "invalid_parameter", "hidden_size", "got ''"),
        ("spectral_radius=1e999", "invalid_parameter", "spectral_radius", "Give a finite number."),
        ("spectral_radius=NaN", "invalid_parameter", "spectral_radius", "a number from 0 to 10"),
        ("spectral_radius=-Infinity", "invalid_parameter", "spectral_radius", "a number from 0 to 10"),
        ("spectral_radius=0x1", "invalid_parameter", "spectral_radius", "a number from 0 to 10"),
        ("cell=rnnn", "unknown_name", "cell", "Did you mean 'rnn'?"),
        ("activation=Tanh", "unknown_name", "activation", "Did you mean 'tanh'?"),
        ("include=states,flow_matrx", "unknown_name", "include", "Did you mean 'flow_matrix'?"),
        ("arrays=binary", "invalid_parameter", "arrays", "allowed: list, typed."),
        ("hidden_size=3&hidden_size=4", "repeated_parameter", "hidden_size", "Give it once."),
        ("arrays=typed&arrays=list", "repeated_parameter", "arrays", "Give it once."),
        ("hidden_size=1_0", "invalid_parameter", "hidden_size", "got '1_0', allowed: an integer from 1 to 512."),
        ("spectral_radius=1_0", "invalid_parameter", "spectral_radius", "got '1_0', allowed: a number from 0 to 10."),
        ("loss_at=0", "invalid_parameter", "loss_at", "step numbers from 1 to 50"),
        ("loss_at=sometimes", "invalid_parameter", "loss_at", "last, every, or step numbers"),
        ("length=5&truncation=6", "invalid_parameter", "truncation", "1 to 5"),
        ("length=309", "invalid_parameter", "length", "1 to 308"),
        ("source=own", "invalid_parameter", "source", "POST"),
        ("readout=softmax", "invalid_parameter", "readout", "probability distribution"),
        ("include=terms", "invalid_parameter", "include", "terms only with length ≤ 5"),
        ("source=text&text=", "invalid_parameter", "text", ""),
        (f"text={'x' * 2001}", "invalid_parameter", "text", "at most 2,000 characters"),
    ],
)
async def test_a_bad_query(client: httpx.AsyncClient, query: str, code: str, parameter: str, words: str) -> None:
    error = error_of(await client.get(f"{RUNS}?{query}"), 422, code)
    assert error["parameter"] == parameter
    assert words in error["message"]
    assert error["allowed"]


@pytest.mark.parametrize(
    ("body", "code", "parameter", "words"),
    [
        ('{"hidden_size": true}', "invalid_parameter", "hidden_size", "got True"),
        ('{"seed": false}', "invalid_parameter", "seed", "got False"),
        ('{"spectral_radius": true}', "invalid_parameter", "spectral_radius", "got True"),
        ('{"hidden_size": "3"}', "invalid_parameter", "hidden_size", "got '3'"),
        ('{"hidden_size": 2.5}', "invalid_parameter", "hidden_size", "got 2.5"),
        ('{"hidden_size": null}', "invalid_parameter", "hidden_size", "got None"),
        ('{"spectral_radius": 1e999}', "invalid_parameter", "spectral_radius", "got inf"),
        ('{"spectral_radius": NaN}', "invalid_parameter", "spectral_radius", "got nan"),
        ('{"seed": 1e30}', "invalid_parameter", "seed", "from 0 to 2147483647"),
        ('{"cell": 3}', "invalid_parameter", "cell", "allowed: rnn"),
        ('{"include": "state"}', "invalid_parameter", "include", "Give a list."),
        ('{"include": ["states", 3]}', "invalid_parameter", "include[1]", "got 3"),
        ('{"hiddensize": 3}', "unknown_parameter", "hiddensize", "Did you mean 'hidden_size'?"),
        ('{"lang": "ko"}', "unknown_parameter", "lang", "no parameter"),
        ('{"x": [[1], [true]]}', "invalid_parameter", "x[1][0]", "got True"),
        ('{"x": [[1], ["2"]]}', "invalid_parameter", "x[1][0]", "got '2'"),
        ('{"x": [[1], [1e999]]}', "invalid_parameter", "x[1][0]", "Give a finite number."),
        ('{"x": [1, 2, NaN]}', "invalid_parameter", "x[2][0]", "got nan"),
        ('{"x": [[1], [2e100]]}', "invalid_parameter", "x[1][0]", "of size ≤ 1e100"),
        ('{"x": [[], []]}', "invalid_parameter", "x[0]", "Give at least one."),
        ('{"weights": {"W": [[]]}}', "invalid_parameter", "weights.W[0]", "Give at least one."),
        ('{"x": [[1], [2, 3]]}', "invalid_parameter", "x", "rows of the same length"),
        ('{"x": [1, [2]]}', "invalid_parameter", "x[0]", "got 1"),
        ('{"x": []}', "invalid_parameter", "x", ""),
        ('{"x": [1]}', "invalid_parameter", "x", "at least 2 rows"),
        ('{"target": [1, 2]}', "invalid_parameter", "target", "Post x"),
        ('{"x": [1, 2, 3], "target": [1, 2]}', "wrong_shape", "target", "one row per step"),
        ('{"hidden_size": 4, "weights": {"W": [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]]}}', "wrong_shape", "W", "(4, 4), got (4, 3)"),
        ('{"weights": {"w": [[1]]}}', "unknown_parameter", "weights.w", "no parameter"),
        ('{"weights": [[1]]}', "invalid_parameter", "weights", "Give an object."),
        ('{"weights": {"W": [[1e999]]}}', "invalid_parameter", "weights.W[0][0]", "got inf"),
        ('{"text": "\\ud800", "source": "text"}', "invalid_parameter", "text", "\\ud800"),
    ],
)
async def test_a_bad_body(client: httpx.AsyncClient, body: str, code: str, parameter: str, words: str) -> None:
    error = error_of(await client.post(RUNS, content=body, headers=JSON), 422, code)
    assert error["parameter"] == parameter
    assert words in error["message"]
    assert error["allowed"]


@pytest.mark.parametrize(
    "body",
    [
        '{"seed": 1}'.encode("utf-16"),
        '{"seed": 1}'.encode("utf-16-le"),
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"{'a': 1}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"seed": ' + b"9" * 5000 + b"}",
        b'{"\\ud800": 1}',
    ],
)
async def test_a_body_that_is_not_a_json_object(client: httpx.AsyncClient, body: bytes) -> None:
    error = error_of(await client.post(RUNS, content=body, headers=JSON), 400, "malformed_body")
    assert "JSON" in error["message"]


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
async def test_a_body_that_does_not_say_it_is_json(client: httpx.AsyncClient, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    error = error_of(await client.post(RUNS, content=b"{}", headers=headers), 415, "unsupported_media_type")
    assert "application/json" in error["message"]


async def test_every_problem_is_told_up_to_ten(client: httpx.AsyncClient) -> None:
    error = error_of(await client.post(RUNS, json={"hidden_size": 0, "seed": -1, "cel": "rnn"}), 422, "invalid_parameter")
    assert {problem["parameter"] for problem in error["details"]["errors"]} == {"hidden_size", "seed", "cel"}
    error = error_of(await client.post(RUNS, json={f"unknown_{i}": i for i in range(10_000)}), 422, "unknown_parameter")
    assert len(error["details"]["errors"]) == 10


def test_of_many_unknown_names_only_a_few_are_looked_at() -> None:
    unknown = {f"unknown_{number}": number for number in range(10_000)}
    for form in (RunBody, RunQuery, TrainingQuery, CliffQuery):
        name = next(iter(form.model_fields))
        with pytest.raises(ValidationError) as found:
            form.model_validate({**unknown, name: object()})
        assert found.value.error_count() == 11
        assert (name,) in {error["loc"][:1] for error in found.value.errors(include_input=False, include_url=False)}


async def test_a_long_value_is_not_repeated_in_full(client: httpx.AsyncClient) -> None:
    for body in ({"cell": "x" * 1_000_000}, {"x" * 1_000_000: 1}, {"x": {"a": "x" * 1_000_000}}, {"text": "x" * 1_000_000}):
        assert len((await client.post(RUNS, json=body)).content) < 3000


@pytest.mark.parametrize(
    "path",
    [
        *("/nope", "/api/v1/run", "/api/v1/runs/", "/api/v1/runs/%00"),
        *("/static", "/static/", "/static/js", "/static/nope.js", "/static/../pyproject.toml", "/static/%00", f"/static/{'x' * 300}"),
        *("/static/icon.svg/", "/static//icon.svg", "/static/js/%2e%2e/icon.svg"),
    ],
)
async def test_nothing_there(client: httpx.AsyncClient, path: str) -> None:
    error_of(await client.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", RUNS, ["GET", "HEAD", "POST"]),
        ("DELETE", RUNS, ["GET", "HEAD", "POST"]),
        ("POST", "/api/v1/catalog", ["GET", "HEAD"]),
        ("OPTIONS", "/healthz", ["GET", "HEAD"]),
        ("POST", "/", ["GET", "HEAD"]),
        ("POST", "/static/js/docs.js", ["GET", "HEAD"]),
    ],
)
async def test_a_method_that_a_path_does_not_answer(client: httpx.AsyncClient, method: str, path: str, allowed: list[str]) -> None:
    response = await client.request(method, path)
    error = error_of(response, 405, "method_not_allowed")
    assert response.headers["allow"] == ", ".join(allowed)
    assert error["allowed"] == allowed


@pytest.mark.parametrize("value", ["bytes=0-9", "bytes=999999-", "bytes=9-3", "bytes=", "lines=1-2", "x", "bytes=0-1,3-4"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_range_is_answered_by_the_whole_file(app: FastAPI, client: httpx.AsyncClient, method: str, value: str) -> None:
    """There is no 206, 400 or 416, which would have a form of their own."""
    for path in ("/static/icon.svg", "/" + app.state.server.templates.env.globals["asset"]("icon.svg")):
        whole = await client.get(path)
        response = await client.request(method, path, headers={"Range": value})
        assert response.status_code == 200
        assert response.headers["content-length"] == whole.headers["content-length"]
        assert response.content == (b"" if method == "HEAD" else whole.content)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_every_refusal_of_every_method_has_the_one_shape(app: FastAPI, client: httpx.AsyncClient, method: str) -> None:
    mounted = "/" + app.state.server.templates.env.globals["asset"]("icon.svg")
    routes = [path for path in app.openapi()["paths"] if path != "/api/v1/trainings/events"]
    preflight = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "DELETE"}
    refusals = 0
    for path in (*routes, "/", "/train", "/docs", "/openapi.json", "/static/icon.svg", mounted, "/static", "/nope"):
        for headers in ({}, {"Range": "bytes=9-3", "If-None-Match": "x", "Expect": "nothing", "Upgrade": "websocket"}, preflight):
            response = await client.request(method, path, headers=headers)
            if response.is_success:
                assert method in ("GET", "HEAD"), path
                continue
            refusals += 1
            assert response.headers["content-type"] == "application/json", (path, response.text)
            assert response.headers["x-request-id"]
            assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
            if method == "HEAD":
                assert response.content == b""
            else:
                assert set(response.json()["error"]) == {"code", "message", "parameter", "allowed", "details"}
            if response.status_code == 405:
                assert response.headers["allow"] == ", ".join(response.json()["error"]["allowed"])
    assert refusals >= 6


async def test_a_mistake_of_the_servers_tells_nothing_of_itself(app: FastAPI) -> None:
    broken = create_app()
    router = APIRouter()

    @router.get("/broken")
    async def fails() -> None:
        raise RuntimeError("secret")

    broken.include_router(router)
    async with connect(broken) as client:
        response = await client.get("/broken")
    error_of(response, 500, "internal_error")
    assert "secret" not in response.text
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == value


async def test_divergence_is_an_answer_and_not_an_error(client: httpx.AsyncClient) -> None:
    parameters = {"source": "sine", "activation": "identity", "spectral_radius": 10, "length": 1000, "hidden_size": 4}
    response = await client.get(RUNS, params=parameters)
    assert response.status_code == 200
    answer = strict_json(response.content)
    step = answer["divergence"]["step"]
    assert 1 < step < 1000
    h = np.array(answer["states"]["h"], dtype=np.float64)
    assert np.isfinite(h[:step]).all()
    assert np.isnan(h[step + 1 :]).all()
