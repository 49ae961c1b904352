"""JSON bodies: what is read of them, and what is refused before it is read."""

import asyncio
import json
import time
from typing import Any

import httpx
import numpy as np
import pytest

from app.contract.forms import RUN
from app.contract.own_data import Weights
from app.engine.model.cells import CELLS, shapes_of
from app.server.wire import json_bodies
from tests.api.test_errors import JSON, RUNS, error_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("sign", "repeated"), [(b"[", b"[],"), (b"{", b"{},"), (b":", b'"a":1,')])
async def test_a_large_body_of_more_lists_or_names_than_any_request_needs(client: httpx.AsyncClient, sign: bytes, repeated: bytes) -> None:
    """It is refused before it is parsed: a million small objects would take longer to make than any run that may be asked for."""
    inside = repeated * 60_000 + (b'"a":1' if sign == b":" else b"[]")
    body = b'{"x": {' + inside + b"}}" if sign == b":" else b'{"x": [' + inside + b"]}"
    error = error_of(await client.post(RUNS, content=body, headers=JSON), 400, "malformed_body")
    assert f"times {sign.decode()!r}: no request needs so many" in error["message"]


async def test_large_bodies_are_parsed_one_at_a_time(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser holds the interpreter's lock: four at the same time would stop the event loop for four times as long."""
    parsing, most, read = 0, 0, json_bodies.read

    def counted(body: bytes) -> Any:
        nonlocal parsing, most
        parsing, most = parsing + 1, max(most, parsing + 1)
        time.sleep(0.05)
        parsing -= 1
        return read(body)

    monkeypatch.setattr(json_bodies, "read", counted)
    body = json.dumps({"x": [ROW] * ROWS, "hidden_size": 2, "include": ["spectrum"]})
    responses = await asyncio.gather(*[client.post(RUNS, content=body, headers=JSON) for _ in range(4)])
    assert [response.status_code for response in responses] == [200] * 4
    assert most == 1


async def test_a_large_body_of_one_list_a_step_is_answered(client: httpx.AsyncClient) -> None:
    body = b'{"hidden_size": 2, "include": ["lyapunov_exponents"], "x": [' + b"[0.123456], " * 9_999 + b"[0.5]]}"
    assert len(body) > 100_000
    assert (await client.post(RUNS, content=body, headers=JSON)).status_code == 200


async def test_of_a_name_given_twice_the_last_counts_and_a_mark_of_utf_8_is_ignored(client: httpx.AsyncClient) -> None:
    body = '{"hidden_size": 0, "seed": 1, "seed": 2, "hidden_size": 3, "include": ["spectrum"]}'.encode("utf-8-sig")
    response = await client.post(RUNS, content=body, headers=JSON)
    assert response.status_code == 200
    assert (response.json()["parameters"]["seed"], response.json()["parameters"]["hidden_size"]) == (2, 3)


ROWS = 150
ROW = [0.25] * 512  # a body of such rows is a large one


@pytest.mark.parametrize(
    ("x", "parameter", "got"),
    [
        ([*[ROW] * ROWS, [*ROW[:-1], True]], f"x[{ROWS}][511]", "got True"),
        ([*[[0.25]] * 9_000, [True]], "x[9000][0]", "got True"),
        ([*[ROW] * ROWS, [*ROW[:-1], "1"]], f"x[{ROWS}][511]", "got '1'"),
        ([*[ROW] * ROWS, [*ROW[:-1], 1e200]], f"x[{ROWS}][511]", "got 1e+200"),
        ([*[ROW] * ROWS, [*ROW[:-1], 10**18 * 1.0, 1]], f"x[{ROWS}]", "got [0.25"),
        ([*[ROW] * ROWS, []], f"x[{ROWS}]", "got []"),
        ([*[ROW] * ROWS, 1], f"x[{ROWS}]", "got 1"),
        ([*[ROW] * ROWS, [1, 2]], "x", "allowed: rows of the same length"),
        ([ROW, ROW[1:], *[ROW] * ROWS], "x", "got 'rows of 511 to 512 numbers'"),
        ([[0.123456]] * 10_002, "x", "allowed: "),
        ([1] * 200_000, "x", "allowed: "),
        ([[1] * 200_000], "x[0]", "allowed: "),
    ],
)
async def test_one_wrong_value_in_a_large_body_is_named(client: httpx.AsyncClient, x: list[object], parameter: str, got: str) -> None:
    error = error_of(await client.post(RUNS, json={"x": x}), 422, "invalid_parameter")
    assert error["parameter"] == parameter
    assert got in error["message"]


@pytest.mark.parametrize("end", [b"!", b", NaN]}", b""])
async def test_a_large_body_that_is_no_json_is_read_once(client: httpx.AsyncClient, end: bytes) -> None:
    body = b'{"x": [' + b"0.5, " * 20_000 + b"0.5" + end
    error = error_of(await client.post(RUNS, content=body, headers=JSON), 400, "malformed_body")
    assert "without NaN" in error["message"]


async def test_a_body_of_half_a_million_numbers_is_refused_before_it_is_parsed(client: httpx.AsyncClient) -> None:
    error = error_of(await client.post(RUNS, content=b'{"x": [[' + b"1," * 500_001 + b"1]]}", headers=JSON), 400, "malformed_body")
    assert "more than 500000 times ','" in error["message"]


async def test_loss_at_has_a_longest_length(client: httpx.AsyncClient) -> None:
    every = ",".join(map(str, range(1, 10_001)))
    accepted = await client.post(
        RUNS, json={"source": "sine", "length": 10_000, "hidden_size": 1, "include": ["spectrum"], "loss_at": every}
    )
    assert accepted.status_code == 200, accepted.text
    error = error_of(await client.post(RUNS, json={"loss_at": "1," * 30_000 + "1"}), 422, "invalid_parameter")
    assert error["parameter"] == "loss_at"
    assert "at most 60,000 characters" in error["message"]
    assert len(error["message"]) < 500


@pytest.mark.parametrize("cell", CELLS)
def test_weights_of_the_largest_network_are_accepted_for_every_cell(cell: str) -> None:
    """Stacked gates have more rows than there are units."""
    shapes = shapes_of(CELLS[cell], 1, RUN.fields["hidden_size"].metadata["maximum"], 1)
    given = Weights(**{name: np.zeros(shape).tolist() for name, shape in shapes.items()})
    assert {name: np.shape(getattr(given, name)) for name in shapes} == shapes
