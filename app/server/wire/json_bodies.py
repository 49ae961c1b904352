"""Reading JSON bodies: quickly, in a thread if they are large, and only if they say that they are JSON."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
import orjson
from fastapi import Request
from starlette.responses import Response

from app.contract.own_data import LARGEST, LONGEST, MATRICES, MOST, MOST_ROWS
from app.server.http.errors import MalformedBody, UnsupportedMediaType
from app.server.wire.queries import QueryRoute

LARGE_BYTES = 64 * 1024
# Upper bounds, checked before parsing: allocating and freeing millions of small objects would hold the interpreter's lock.
# The parser holds the interpreter's lock: 90 ms for the four million numbers of "1,1,1,…", under 20 ms for half a million, which are
# as many as 8 MB hold at full precision (16 digits each). Lists: 10,001 rows of x and of the target, 512 of each weight matrix.
MOST_OF = {b"[": 25_000, b"{": 20_000, b":": 20_000, b",": 500_000}


async def declared_json(request: Request) -> None:
    """Refuse a body that doesn't say that it is JSON."""
    content_type = request.headers.get("content-type")
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType(content_type)


class JsonRequest(Request):
    """A request whose JSON is read by orjson, five times as fast as by the standard library; a large one in a thread."""

    async def json(self) -> Any:
        """The body's JSON. Valid numeric matrices are arrays already; all else is left as lists, for pydantic to report."""
        body = await self.body()
        if len(body) <= LARGE_BYTES:
            return read(body)
        # One at a time: several parsers in a row would hold the interpreter's lock for their sum.
        async with self.app.state.server.parsing:
            return await asyncio.to_thread(large, body)


def large(body: bytes) -> Any:
    """The value of a large body, with its matrices as arrays."""
    for sign, most in MOST_OF.items():
        if body.count(sign) > most:
            raise MalformedBody(
                f"The body has more than {most} times {sign.decode()!r}: no request needs so many lists, names or numbers in its JSON."
            )
    return with_arrays(read(body))


def read(body: bytes) -> Any:
    """The value of a JSON text in UTF-8."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if len(body) > LARGE_BYTES:  # reading it a second time, more slowly, would hold the interpreter's lock for too long
            raise MalformedBody(
                f"The body isn't JSON: {error.msg} (character {error.pos}). Send one JSON object, in UTF-8, without NaN and Infinity."
            ) from error
        # The standard library reads NaN and 1e999, so that the answer can name the parameter that has such a value.
        return json.loads(body.decode("utf-8-sig"))


def with_arrays(data: Any) -> Any:
    """The data of a large body, with its matrices as arrays."""
    if not isinstance(data, dict):
        return data
    for name in ("x", "target"):
        if name in data:
            data[name] = plain_matrix(data[name], LONGEST + 1)
    if isinstance(weights := data.get("weights"), dict):
        data["weights"] = {name: plain_matrix(value, MOST_ROWS[name]) if name in MATRICES else value for name, value in weights.items()}
    return data


def plain_matrix(value: Any, most_rows: int) -> Any:
    """Rows of equally many numbers within their limits as an array; anything else as short as shows what is wrong with it.

    The validation that follows runs on the event loop, and stops at the first row that it refuses: the rows before that one may be
    short, and those behind it are left out.

    >>> plain_matrix([[1, 2.5]], 10), plain_matrix([[1], [True], [2]], 10), plain_matrix([[1], [2, 3], [4]], 10)
    (array([[1. , 2.5]]), [[0.0, 0.0], [True]], [[1], [2, 3]])
    """
    if not isinstance(value, list) or not value:
        return value
    if not all(isinstance(row, list) for row in value):
        # A flat list of numbers is a column, of a series only: each number is a row.
        return value[: most_rows + 1] if not any(isinstance(row, list) for row in value) else _up_to_the_first(value, _is_no_list)
    if len(value) > most_rows:
        return [[0.0]] * (most_rows + 1)
    # Row by row, so that the interpreter can turn to others in between.
    wrong = _up_to_the_first(value, _is_wrong)
    if wrong is not None:
        return wrong
    width = len(value[0])
    for row in value:
        if len(row) != width:
            return [value[0], row]
    return np.array([np.array(row, dtype=np.float64) for row in value])


def _is_no_list(row: Any) -> bool:
    return not isinstance(row, list)


def _is_wrong(row: list[Any]) -> bool:
    """Whether validation refuses it."""
    if not 0 < len(row) <= LARGEST or not {int, float} >= set(map(type, row)):
        return True
    try:
        return not (np.abs(np.array(row, dtype=np.float64)) <= MOST).all()
    except OverflowError:  # an integer beyond float64
        return True


def _up_to_the_first(value: list[Any], is_wrong: Callable[[Any], bool]) -> list[Any] | None:
    """The first wrong row at its place, cut where it is too long; None if none is wrong."""
    for number, row in enumerate(value):
        if is_wrong(row):
            cut = row[: LARGEST + 1] if isinstance(row, list) else row
            # Rows of another width than the wrong one: if validation should let that pass, it still is no matrix.
            short = [0.0, 0.0] if isinstance(row, list) and len(row) == 1 else [0.0]
            return [short] * number + [cut]
    return None


class JsonRoute(QueryRoute):
    """A route that gives its endpoint a JsonRequest."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the request replaced."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(JsonRequest(request.scope, request.receive))

        return handle
