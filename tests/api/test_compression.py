"""Answers come compressed as the client says, and not otherwise."""

import asyncio
import gzip

import brotli
import httpx
import pytest
import zstandard
from starlette.types import Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from app.server.compute.answer_memory import Body
from app.server.compute.responses import PIECE_BYTES, gzipped, json_reply

pytestmark = pytest.mark.anyio

RUNS = "/api/v1/runs"
DECODERS = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


async def raw(client: httpx.AsyncClient, path: str, accept: str | None) -> tuple[httpx.Headers, bytes]:
    """The headers and the bytes as they came."""
    request = client.build_request("GET", path)
    if accept is None:
        del request.headers["accept-encoding"]
    else:
        request.headers["accept-encoding"] = accept
    response = await client.send(request, stream=True)
    body = b"".join([piece async for piece in response.aiter_raw()])
    await response.aclose()
    return response.headers, body


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("zstd", "zstd"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("br;q=0, gzip", "gzip"),
        ("*", "zstd"),
        ("identity", None),
        ("deflate", None),
        ("", None),
        (None, None),
    ],
)
@pytest.mark.parametrize("query", ["", "?source=sine&length=300"])  # the second is long, and comes in pieces
async def test_by_accept_encoding(client: httpx.AsyncClient, accept: str | None, encoding: str | None, query: str) -> None:
    _, plain = await raw(client, RUNS + query, "identity")
    headers, body = await raw(client, RUNS + query, accept)
    assert headers.get("content-encoding") == encoding
    assert headers["vary"] == "Accept-Encoding"
    if encoding is None:
        assert body == plain
        assert int(headers["content-length"]) == len(plain)
    else:
        assert DECODERS[encoding](body) == plain
        assert len(body) < 0.6 * len(plain)


@pytest.mark.parametrize("accept", ["gzip", "gzip, deflate", "br;q=0, gzip"])
async def test_over_plain_http_a_short_answer_costs_no_search_for_repetitions(client: httpx.AsyncClient, accept: str) -> None:
    _, plain = await raw(client, RUNS, "identity")
    headers, body = await raw(client, RUNS, accept)
    assert headers["content-encoding"] == "gzip"
    assert body == gzipped(plain)
    assert int(headers["content-length"]) == len(body)


async def test_small_answers_are_left_alone(client: httpx.AsyncClient) -> None:
    headers, body = await raw(client, "/healthz", "zstd, br, gzip")
    assert "content-encoding" not in headers
    assert body == b'{"status":"ok"}'


async def test_the_etag_is_the_same_and_weak_in_every_encoding(client: httpx.AsyncClient) -> None:
    tags = {(await raw(client, RUNS, accept))[0]["etag"] for accept in ("zstd", "br", "gzip", "identity")}
    assert len(tags) == 1
    tag = tags.pop()
    assert tag.startswith('W/"')
    response = await client.get(RUNS, headers={"If-None-Match": tag, "Accept-Encoding": "br"})
    assert response.status_code == 304
    assert "content-encoding" not in response.headers


async def test_the_event_loop_turns_while_a_long_answer_is_compressed_and_sent() -> None:
    """Even to a client that reads as fast as it comes."""
    turns = 0
    answered = asyncio.Event()

    async def rest_of_the_loop() -> None:
        nonlocal turns
        while not answered.is_set():
            turns += 1
            await asyncio.sleep(0)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await json_reply(Body([bytes(PIECE_BYTES)] * 50), {})(scope, receive, send)

    async def send(message: Message) -> None:
        pass

    async def receive() -> Message:
        await answered.wait()
        return {"type": "http.disconnect"}

    scope = {"type": "http", "headers": [(b"accept-encoding", b"gzip")], "asgi": {"version": "3.0", "spec_version": "2.4"}}
    other = asyncio.create_task(rest_of_the_loop())
    await CompressMiddleware(app, gzip_level=1)(scope, receive, send)
    answered.set()
    await other
    assert turns >= 50
