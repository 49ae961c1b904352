"""Reading JSON bodies: quickly, since it happens on the event loop, and only if they say that they are JSON."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.api.errors import UnsupportedMediaType


async def declared_json(request: Request) -> None:
    """Refuse a body that doesn't say that it is JSON."""
    content_type = request.headers.get("content-type")
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType(content_type)


class JsonRequest(Request):
    """A request whose JSON is read by orjson, five times as fast as by the standard library."""

    async def json(self) -> Any:
        """The body's JSON."""
        body = await self.body()
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            # The standard library reads NaN and 1e999, so that the answer can name the parameter that has such a value.
            return json.loads(body)


class JsonRoute(APIRoute):
    """A route that gives its endpoint a JsonRequest."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the request replaced."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(JsonRequest(request.scope, request.receive))

        return handle
