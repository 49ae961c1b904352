"""The access log: an id, a log line and metrics for every request. Never what a person has typed."""

import contextvars
import logging
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.http.metrics import Metrics

SANE_ID = re.compile(rb"[A-Za-z0-9._:+/=@-]{1,64}")
LONGEST_METHOD = 16

log = logging.getLogger("unrolled.access")
request_id: contextvars.ContextVar[str | None] = contextvars.ContextVar("request_id", default=None)


@dataclass
class RequestFacts:
    """Fields of one request for the access log and the metrics, filled in by routes and middleware."""

    route: str | None = None
    size: str = "other"  # the lane that computed it, `cached` or `stream`
    cache: str | None = None


def facts_of(scope: Scope) -> RequestFacts:
    """The facts of this request, to be filled in."""
    facts = scope.setdefault("state", {}).setdefault("facts", RequestFacts())
    assert isinstance(facts, RequestFacts)
    return facts


def note(request: Request, size: str, cache: str | None = None) -> None:
    """Record how a request was answered."""
    facts = facts_of(request.scope)
    facts.size, facts.cache = size, cache


class AccessLog:
    """ASGI middleware around everything else.

    The id is the client's (`X-Request-ID`) if it is short and plain, else a new one; the answer repeats it.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        facts = facts_of(scope)
        name = _id_of(scope)
        request_id.set(name)
        begun = time.perf_counter()
        status = size = 0

        async def observed(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", name.encode("ascii"))]
            else:
                size += len(message.get("body", b""))
            await send(message)

        self.metrics.begin()
        try:
            await self.app(scope, receive, observed)
        except Exception:
            status = status or 500  # answered outside of every middleware
            raise
        finally:
            seconds = time.perf_counter() - begun
            method = scope["method"][:LONGEST_METHOD]
            route = facts.route or _route(scope)
            self.metrics.end(method, route, status, facts.size, seconds)
            level = logging.WARNING if status >= 500 else logging.INFO
            if log.isEnabledFor(level):
                measured: dict[str, Any] = {"method": method, "route": route, "status": status, "bytes": size, "seconds": round(seconds, 6)}
                log.log(level, "answered", extra={"facts": {**measured, "size": facts.size, "cache": facts.cache}})


def _id_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and SANE_ID.fullmatch(value):
            return bytes(value).decode("ascii")
    return uuid.uuid4().hex


def _route(scope: Scope) -> str:
    """The path of the route as it was declared, so that neither logs nor metrics hold what a client made up."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    return "/static" if scope["path"].startswith("/static/") else "none"
