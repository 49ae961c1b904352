"""JSON bodies: what is read of them, and what is refused before it is read."""

import httpx
import pytest

from tests.api.test_errors import JSON, RUNS, error_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("sign", "repeated"), [(b"[", b"[],"), (b"{", b"{},"), (b":", b'"a":1,')])
async def test_a_large_body_of_more_lists_or_names_than_any_request_needs(client: httpx.AsyncClient, sign: bytes, repeated: bytes) -> None:
    """It is refused before it is parsed: a million small objects would take longer to make than any run that may be asked for."""
    inside = repeated * 60_000 + (b'"a":1' if sign == b":" else b"[]")
    body = b'{"x": {' + inside + b"}}" if sign == b":" else b'{"x": [' + inside + b"]}"
    error = error_of(await client.post(RUNS, content=body, headers=JSON), 400, "malformed_body")
    assert f"times {sign.decode()!r}: no request needs so many" in error["message"]


async def test_a_large_body_of_one_list_a_step_is_answered(client: httpx.AsyncClient) -> None:
    body = b'{"hidden_size": 2, "include": ["lyapunov_exponents"], "x": [' + b"[0.123456], " * 9_999 + b"[0.5]]}"
    assert len(body) > 100_000
    assert (await client.post(RUNS, content=body, headers=JSON)).status_code == 200


async def test_of_a_name_given_twice_the_last_counts_and_a_mark_of_utf_8_is_ignored(client: httpx.AsyncClient) -> None:
    body = '{"hidden_size": 0, "seed": 1, "seed": 2, "hidden_size": 3, "include": ["spectrum"]}'.encode("utf-8-sig")
    response = await client.post(RUNS, content=body, headers=JSON)
    assert response.status_code == 200
    assert (response.json()["parameters"]["seed"], response.json()["parameters"]["hidden_size"]) == (2, 3)
