"""How large a request may be: bytes of URL, headers and body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.http.errors import BodyTooLarge, HeadersTooLarge, ServerBusy, UrlTooLong, error_response
from app.settings import Settings

SMALL_BODY_BYTES = 64 * 1024  # bodies up to this size are received whatever else is
BUSY_SECONDS = 2  # how long a client should wait whose large body isn't received
MOST_DIGITS = 18  # of a Content-Length: more bytes than any limit


class RequestLimits:
    """ASGI middleware that refuses URLs, headers and bodies over the limits, the latter while they arrive.

    Bodies of more than SMALL_BODY_BYTES have a limit together as well: they are counted until their response begins.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.max_url_bytes = settings.max_url_bytes
        self.max_header_bytes = settings.max_header_bytes
        self.max_body_bytes = settings.max_body_bytes
        self.max_receiving_bytes = settings.max_receiving_bytes
        self.receiving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        url_bytes = len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"])
        if url_bytes > self.max_url_bytes:
            await error_response(UrlTooLong(url_bytes, self.max_url_bytes))(scope, receive, send)
            return
        header_bytes = sum(len(name) + len(value) for name, value in scope["headers"])
        if header_bytes > self.max_header_bytes:
            await error_response(HeadersTooLarge(header_bytes, self.max_header_bytes))(scope, receive, send)
            return
        if _declared_length(scope) > self.max_body_bytes:
            await error_response(BodyTooLarge(self.max_body_bytes))(scope, receive, send)
            return

        received = held = 0

        async def counted() -> Message:
            nonlocal received, held
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_body_bytes:
                raise BodyTooLarge(self.max_body_bytes)
            if received > SMALL_BODY_BYTES:
                self.receiving += received - held
                held = received
                if self.receiving > self.max_receiving_bytes:
                    raise ServerBusy(BUSY_SECONDS, "The server is receiving as many large bodies as it can.")
            return message

        async def released(message: Message) -> None:
            release()
            await send(message)

        def release() -> None:
            nonlocal held
            self.receiving -= held
            held = 0

        try:
            await self.app(scope, counted, released)
        finally:
            release()


def _declared_length(scope: Scope) -> int:
    """Content-Length; 0 if absent or not a number, for what arrives is counted all the same."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:MOST_DIGITS])
    return 0
