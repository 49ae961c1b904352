"""HEAD for everything that answers GET."""

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MARK = "unrolled.head"


def is_head(scope: MutableMapping[str, Any]) -> bool:
    """True if the request was a HEAD; a body that takes long to make can be left out."""
    return MARK in scope


class HeadLikeGet:
    """ASGI middleware that answers HEAD as GET would be answered, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET", MARK: True}, receive, without_body)
