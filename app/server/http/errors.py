"""Everything that can go wrong with a request, as one table: exception class → HTTP status; and as one body:

    {"error": {"code", "message", "parameter", "allowed", "details"}}

The exceptions that HTTP adds to the tree of `app.engine.errors`:

    UnrolledError
    ├── InvalidParameter
    │   ├── UnknownName
    │   │   └── UnknownParameter     a parameter that doesn't exist; suggests the nearest name
    │   └── RepeatedParameter        a parameter given twice in one query
    ├── MalformedBody                a body that isn't JSON
    ├── UnsupportedMediaType         a body that doesn't say it is JSON
    ├── BodyTooLarge
    ├── UrlTooLong
    ├── HeadersTooLarge
    ├── BadRequest                   bytes that aren't HTTP
    ├── RequestTimeout               a request that comes too slowly
    ├── UnknownHost                  a name that this server doesn't answer to
    ├── ServerBusy                   too much work is ahead; says when to come back
    └── ClientGone                   the client went away before it was answered
"""

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from starlette.responses import Response

from app.contract.error_answer import ErrorBody
from app.engine.errors import InvalidParameter, UnknownName, UnrolledError, WorkTooLarge, WrongShape, shown


class UnknownParameter(UnknownName):
    """A parameter that doesn't exist."""

    code: ClassVar[str] = "unknown_parameter"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name, name, known)
        nearest = difflib.get_close_matches(name, known, n=1)
        self.remedy = f"Did you mean {nearest[0]!r}?" if nearest else "Leave it out, or use one of the allowed names."
        self.args = (f"There is no parameter {shown(name)}. {self.remedy}",)


class RepeatedParameter(InvalidParameter):
    """A parameter given more than once, where only `include` is a list."""

    code: ClassVar[str] = "repeated_parameter"

    def __init__(self, name: str, values: Sequence[str]) -> None:
        super().__init__(name, list(values), "one value", "Give it once.")


class MalformedBody(UnrolledError):
    """The body isn't JSON, or not an object."""

    code: ClassVar[str] = "malformed_body"


class UnsupportedMediaType(UnrolledError):
    """The body doesn't say that it is JSON."""

    code: ClassVar[str] = "unsupported_media_type"

    def __init__(self, got: str | None) -> None:
        super().__init__(f"Content-Type: got {shown(got)}, allowed: application/json. Send the body as JSON with this header.")


class BodyTooLarge(UnrolledError):
    """More bytes than a request body may have."""

    code: ClassVar[str] = "body_too_large"

    def __init__(self, limit: int) -> None:
        self.details = {"limit_bytes": limit}
        super().__init__(f"The request body is larger than {limit} bytes. Send fewer or shorter numbers, or raise UNROLLED_MAX_BODY_BYTES.")


class UrlTooLong(UnrolledError):
    """A request target longer than the server reads."""

    code: ClassVar[str] = "url_too_long"

    def __init__(self, got: int, limit: int) -> None:
        self.details = {"got_bytes": got, "limit_bytes": limit}
        super().__init__(f"The URL has {got} bytes, allowed: at most {limit}. Send the parameters as the JSON body of a POST.")


class HeadersTooLarge(UnrolledError):
    """More bytes than a request's headers may have."""

    code: ClassVar[str] = "headers_too_large"

    def __init__(self, got: int, limit: int) -> None:
        self.details = {"got_bytes": got, "limit_bytes": limit}
        super().__init__(f"The headers have {got} bytes, allowed: at most {limit}. Send fewer of them.")


class BadRequest(UnrolledError):
    """What can't be read as a request of HTTP/1.1."""

    code: ClassVar[str] = "bad_request"

    def __init__(self, problem: str = "This is not a request that the server can read.") -> None:
        super().__init__(f"{problem} Send it as HTTP/1.1 (RFC 9112).")


class RequestTimeout(UnrolledError):
    """A request that comes too slowly."""

    code: ClassVar[str] = "request_timeout"

    def __init__(self, part: str, seconds: float) -> None:
        self.details = {"limit_seconds": seconds}
        allowed = f"{seconds:g} s for all of it" if part == "head" else f"UNROLLED_MIN_BYTES_PER_SECOND, averaged over {seconds:g} s"
        super().__init__(f"The {part} of the request came too slowly, allowed: {allowed}. Send it again, without pauses.")


class UnknownHost(UnrolledError):
    """A name that this server doesn't answer to."""

    code: ClassVar[str] = "unknown_host"

    def __init__(self, host: str) -> None:
        super().__init__(f"Host: got {shown(host)}, which is not a name of this server. Its operator can add it to UNROLLED_ALLOWED_HOSTS.")


class CrossOriginRefused(UnrolledError):
    """What a page of another site may not ask for; its browser asked before (a preflight)."""

    code: ClassVar[str] = "cross_origin_refused"

    def __init__(self, origin: str, refused: str) -> None:
        remedy = "GET and POST with Content-Type are allowed to the sites in UNROLLED_CORS_ORIGINS, which the operator sets."
        super().__init__(f"A page of {shown(origin)} may not ask this: not allowed is its {refused}. {remedy}")


class ServerBusy(UnrolledError):
    """More work is ahead than one should wait for."""

    code: ClassVar[str] = "server_busy"

    def __init__(self, retry_after: int, reason: str = "The server is computing as much as it can.") -> None:
        self.retry_after = retry_after
        self.details = {"retry_after_seconds": retry_after}
        super().__init__(f"{reason} Try again in {retry_after} s, or ask for a smaller run.")


class OutOfMemory(UnrolledError):
    """The server had no memory left for a computation, though its estimate was within the limits."""

    code: ClassVar[str] = "out_of_memory"

    def __init__(self) -> None:
        super().__init__(
            "The server ran out of memory while it computed this, though the estimate was within its limits. "
            "Ask for a smaller run: lower length or hidden_size, or include fewer parts."
        )


class ClientGone(UnrolledError):
    """The client closed the connection before its answer was there."""

    code: ClassVar[str] = "client_gone"


STATUS: dict[type[UnrolledError], int] = {
    UnrolledError: 500,
    InvalidParameter: 422,
    UnknownName: 422,
    WrongShape: 422,
    WorkTooLarge: 422,
    UnknownParameter: 422,
    RepeatedParameter: 422,
    MalformedBody: 400,
    UnsupportedMediaType: 415,
    BodyTooLarge: 413,
    UrlTooLong: 414,
    HeadersTooLarge: 431,
    BadRequest: 400,
    RequestTimeout: 408,
    UnknownHost: 421,
    OutOfMemory: 422,
    CrossOriginRefused: 400,
    ServerBusy: 503,
    ClientGone: 499,  # nginx's number for it, as its log says it
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these error statuses."""
    return {status: {"model": ErrorBody, "description": ABOUT[status]} for status in statuses}


ABOUT = {
    400: "The request can't be read as HTTP, or its body as JSON.",
    404: "There is nothing at this path.",
    413: "The body is larger than this server reads.",
    414: "The URL is longer than this server reads.",
    415: "The body isn't declared as JSON.",
    422: "A parameter is unknown, out of range or of the wrong shape; or the run costs more than the limits allow.",
    431: "The headers are larger than this server reads.",
    503: "The server is busy; `Retry-After` says when to come back.",
}


def error_response(error: UnrolledError) -> Response:
    """The answer to an exception of ours."""
    return error_answer(
        STATUS[type(error)],
        error.code,
        str(error),
        parameter=getattr(error, "parameter", None),
        allowed=_listed_or_in_words(getattr(error, "allowed", None)),
        details=getattr(error, "details", None),
        headers={"Retry-After": str(error.retry_after)} if isinstance(error, ServerBusy) else None,
    )


def internal_error(headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a mistake of the server's own."""
    return error_answer(500, "internal_error", "The server made a mistake, and has written it to its log.", headers=headers)


def _listed_or_in_words(allowed: Any) -> list[Any] | str | None:
    return allowed if allowed is None else list(allowed) if isinstance(allowed, list | tuple) else str(allowed)


def error_answer(
    status: int,
    code: str,
    message: str,
    *,
    parameter: str | None = None,
    allowed: Any = None,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The one body of everything that isn't a success."""
    error = {"code": code, "message": message, "parameter": parameter, "allowed": allowed, "details": details or None}
    # A name that a client sent may hold half of a surrogate pair, which no UTF-8 can say.
    body = json.dumps({"error": error}, ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")
