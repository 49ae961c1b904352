"""Conditional requests (RFC 9110, 13): the ETag of an answer, and 304 for who has it already."""

import hashlib
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from app.contract.version import VERSION


def etag(parameters: Any, arrays: str) -> str:
    """A weak validator: the parameters and the version fix the numbers, compression changes the bytes."""
    canonical = orjson.dumps([type(parameters).__name__, parameters, arrays, VERSION])
    return f'W/"{hashlib.sha256(canonical).hexdigest()[:32]}"'


def known_to_client(request: Request, tag: str) -> bool:
    """Weak comparison of If-None-Match (RFC 9110, 13.1.2)."""
    given = [known.strip().removeprefix("W/") for known in request.headers.get("if-none-match", "").split(",")]
    return "*" in given or tag.removeprefix("W/") in given


def not_modified(headers: dict[str, str]) -> Response:
    """The answer to a client that has it already."""
    return Response(status_code=304, headers={**headers, "Vary": "Accept-Encoding"})
