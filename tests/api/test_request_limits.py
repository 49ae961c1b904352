"""The limits of requests to the byte, and the host names, without a server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.http.allowed_hosts import AllowedHosts, names_for
from app.server.http.errors import BodyTooLarge, ServerBusy
from app.server.http.request_limits import SMALL_BODY_BYTES, RequestLimits
from app.settings import Settings

pytestmark = pytest.mark.anyio

SETTINGS = Settings(max_url_bytes=1024, max_header_bytes=1024, max_body_bytes=200_000, max_receiving_bytes=150_000)


async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await PlainTextResponse("read")(scope, receive, send)


def scope_of(path: str = "/", query: bytes = b"", headers: list[tuple[bytes, bytes]] | None = None, **more: Any) -> Scope:
    return {"type": "http", "method": "POST", "path": path, "query_string": query, "headers": headers or [], **more}


async def status(app: ASGIApp, scope: Scope, pieces: list[bytes] | None = None) -> int:
    """The status of the response to a request whose body comes in pieces."""
    left = [*(pieces or [b""])]
    answered: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: Message) -> None:
        answered.extend([message["status"]] if "status" in message else [])

    await app(scope, receive, send)
    return answered[0]


@pytest.mark.parametrize(("bytes_of_query", "expected"), [(1014, 200), (1015, 414)])
async def test_a_url_is_path_and_query(bytes_of_query: int, expected: int) -> None:
    app = RequestLimits(reads_all, SETTINGS)
    assert await status(app, scope_of("/123456789", b"q" * bytes_of_query)) == expected
    assert await status(app, scope_of("/", b"q" * bytes_of_query, raw_path=b"/123456789")) == expected  # as sent, not as decoded
    assert await status(app, scope_of("/é67890", b"q" * (bytes_of_query + 2))) == expected


@pytest.mark.parametrize(("bytes_of_value", "expected"), [(1015, 200), (1016, 431)])
async def test_headers_are_names_and_values(bytes_of_value: int, expected: int) -> None:
    headers = [(b"a", b"1234"), (b"b", b"123"), (b"c", b"v" * (bytes_of_value - 1))]
    assert await status(RequestLimits(reads_all, SETTINGS), scope_of(headers=headers)) == expected


@pytest.mark.parametrize(
    ("length", "expected"),
    [(b"200000", 200), (b"200001", 413), (b"9" * 900, 413), (b"-1", 200), (b"many", 200)],
)
async def test_a_declared_length_is_refused_unread(length: bytes, expected: int) -> None:
    headers = [(b"accept", b"9999999"), (b"content-length", length)]
    assert await status(RequestLimits(reads_all, SETTINGS), scope_of(headers=headers)) == expected


async def test_a_length_of_more_digits_than_python_converts_is_refused() -> None:
    app = RequestLimits(reads_all, Settings(max_header_bytes=32_000))
    assert await status(app, scope_of(headers=[(b"content-length", b"9" * 5_000)])) == 413


async def test_a_body_of_unknown_length_is_counted_while_it_arrives() -> None:
    alone = RequestLimits(reads_all, Settings(max_body_bytes=200_000))
    assert await status(alone, scope_of(), [b"x" * 100_000, b"x" * 100_000]) == 200
    with pytest.raises(BodyTooLarge):
        await status(alone, scope_of(), [b"x" * 100_000, b"x" * 100_001])
    assert alone.receiving == 0


async def held_by(app: RequestLimits, begin: Callable[[], Awaitable[None]], size: int) -> tuple[int, ServerBusy | None]:
    """While one body of 100,000 bytes is held: what of the bodies is counted, and the refusal of another of some size."""
    refusal = None
    task = asyncio.ensure_future(begin())
    await asyncio.sleep(0)
    counted = app.receiving
    try:
        await status(app, scope_of("/other"), [b"x" * size])
    except ServerBusy as error:
        refusal = error
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return counted, refusal


@pytest.mark.parametrize(("size", "refused"), [(SMALL_BODY_BYTES, False), (SMALL_BODY_BYTES + 1, True), (50_000, False), (100_000, True)])
async def test_large_bodies_have_a_limit_together_until_their_responses_begin(size: int, refused: bool) -> None:
    async def holds(scope: Scope, receive: Receive, send: Send) -> None:
        await reads_all(scope, receive, send)
        if scope["path"] == "/":
            await asyncio.sleep(60)

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/":
            await receive()
            await asyncio.sleep(60)
        await reads_all(scope, receive, send)

    waiting = RequestLimits(waits, Settings(max_receiving_bytes=100_000 + SMALL_BODY_BYTES))
    counted, refusal = await held_by(waiting, lambda: status(waiting, scope_of(), [b"x" * 100_000]), size)
    assert counted == 100_000
    assert (refusal is not None) is refused
    if refusal is not None:
        assert refusal.retry_after == 2
    assert waiting.receiving == 0

    answering = RequestLimits(holds, Settings(max_receiving_bytes=100_000 + SMALL_BODY_BYTES))
    counted, refusal = await held_by(answering, lambda: status(answering, scope_of(), [b"x" * 100_000]), size)
    assert (counted, refusal) == (0, None)


async def test_what_is_no_request_passes() -> None:
    passed = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(scope["type"])

    async def nothing(*_: object) -> Any:
        return {}

    for layer in (RequestLimits(app, SETTINGS), AllowedHosts(app, ())):
        await layer({"type": "lifespan"}, nothing, nothing)
    assert passed == ["lifespan", "lifespan"]


@pytest.mark.parametrize(
    ("names", "hosts", "expected"),
    [
        (("school.example",), ["school.example"], 200),
        (("School.Example",), ["SCHOOL.example.:8000"], 200),
        (("school.example",), ["www.school.example"], 421),
        (("*.school.example",), ["www.school.example"], 200),
        (("*.school.example",), ["school.example"], 421),
        (("*.school.example",), ["wwwschool.example"], 421),
        (("*",), ["evil.example"], 200),
        (("*",), ["evil.example", "evil.example"], 400),
        ((), ["evil.example"], 421),
        ((), ["127.0.0.1:8000"], 200),
        ((), ["[::1]:8000"], 200),
        ((), ["[::1"], 200),
        ((), ["192.168.0.7"], 200),
        ((), ["teacher"], 200),
        ((), ["app.localhost"], 200),
        ((), ["localhost.evil.example"], 421),
        ((), ["127.0.0.1.evil.example"], 421),
        ((), [], 200),
    ],
)
async def test_hosts_that_are_answered(names: tuple[str, ...], hosts: list[str], expected: int) -> None:
    headers = [(b"host", host.encode()) for host in hosts]
    assert await status(AllowedHosts(reads_all, names), scope_of(headers=headers)) == expected


@pytest.mark.parametrize(
    ("listening", "allowed", "names"),
    [
        ("localhost", (), ()),
        ("::1", (), ()),
        ("127.0.0.2", (), ()),
        ("192.168.0.7", (), ("*",)),
        ("teacher", (), ("*",)),
        ("127.0.0.1", ("school.example",), ("school.example",)),
    ],
)
def test_names_answered_without_a_setting(listening: str, allowed: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert tuple(names_for(listening, allowed)) == names
