"""Whole responses to repeated GETs, given again before anything is parsed.

An answer is a function of its query, so the same bytes of a query need no validation, no routing and no compression twice. Only
a response that comes from the memory of answers (`X-Cache: hit`) is kept: most positions of a slider are asked for once, and
keeping each of them twice would only push others out.
"""

from dataclasses import dataclass

from cachetools import LRUCache
from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.answers import HEADER, HIT
from app.api.observation import facts_of
from app.api.replies import known_to_client

PREFIX = "/api/v1/"
Key = tuple[str, bytes, bytes]  # path, query, Accept-Encoding
LARGEST_SHARE = 8  # no response may take more than this fraction of the memory
NOT_MODIFIED = (b"etag", b"cache-control", b"vary", b"x-cache")


@dataclass(frozen=True)
class Kept:
    """One response."""

    headers: list[tuple[bytes, bytes]]
    etag: str
    body: bytes

    @property
    def size(self) -> int:
        """Bytes, the headers roughly."""
        return len(self.body) + 500


class ResponseMemory:
    """The responses that this process remembers, up to so many bytes; 0 remembers nothing."""

    def __init__(self, most_bytes: int) -> None:
        self.largest = most_bytes // LARGEST_SHARE
        self.hits = 0
        self.kept: LRUCache[Key, Kept] = LRUCache(most_bytes, getsizeof=lambda kept: kept.size)


class KeptResponses:
    """ASGI middleware that gives a remembered response again."""

    def __init__(self, app: ASGIApp, memory: ResponseMemory) -> None:
        self.app = app
        self.memory = memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        key = (scope["path"], scope["query_string"], ",".join(request.headers.getlist("accept-encoding")).encode("latin-1"))
        kept = self.memory.kept.get(key)
        if kept is None:
            await self.app(scope, receive, Keeping(self.memory, key, send))
            return
        self.memory.hits += 1
        facts = facts_of(scope)
        facts.route, facts.size, facts.cache = scope["path"], "kept", HIT
        await _give(kept, request, send)


async def _give(kept: Kept, request: Request, send: Send) -> None:
    status, headers, body = 200, list(kept.headers), kept.body
    if known_to_client(request, kept.etag):
        status, headers, body = 304, [(name, value) for name, value in headers if name in NOT_MODIFIED], b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Keeping:
    """A `send` that passes a response on, and keeps it if it is one to keep."""

    def __init__(self, memory: ResponseMemory, key: Key, send: Send) -> None:
        self.memory = memory
        self.key = key
        self.send = send
        self.headers: list[tuple[bytes, bytes]] | None = None
        self.etag = ""
        self.pieces: list[bytes] = []
        self.length = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            if message["status"] == 200 and headers.get(HEADER) == HIT and "etag" in headers:
                self.headers, self.etag = list(message["headers"]), headers["etag"]
        elif self.headers is not None:
            self._keep(message)
        await self.send(message)

    def _keep(self, message: Message) -> None:
        body = bytes(message.get("body", b""))
        self.length += len(body)
        if self.length > self.memory.largest:
            self.headers = None
            self.pieces.clear()
            return
        self.pieces.append(body)
        if not message.get("more_body", False) and self.headers is not None:
            body = b"".join(self.pieces)
            headers = [pair for pair in self.headers if pair[0] not in (b"content-length", b"transfer-encoding")]
            headers.append((b"content-length", str(len(body)).encode()))
            self.memory.kept[self.key] = Kept(headers, self.etag, body)
