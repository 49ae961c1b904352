"""Which other sites' pages may read the API in a browser."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from app.server.http.errors import CrossOriginRefused, error_response

CACHE_HEADER = "X-Cache"  # whether an answer was cached, joined or computed


def cross_origin(origins: Sequence[str]) -> list[Middleware]:
    """Lets pages of these sites read the API in a browser; without any, no other page may."""
    if not origins:
        return []
    return [
        Middleware(
            CrossOrigin,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type", "Last-Event-ID", "X-Request-ID"],
            expose_headers=["ETag", "Retry-After", "X-Request-ID", CACHE_HEADER],
        )
    ]


class CrossOrigin(CORSMiddleware):
    """Starlette's, but that a refusal has the one error shape."""

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        refused = bytes(response.body).decode().removeprefix("Disallowed CORS ")  # "origin, method, headers"
        answer = error_response(CrossOriginRefused(request_headers["origin"], refused))
        answer.headers["Vary"] = response.headers["Vary"]
        return answer
