"""Every exception becomes an answer in the one error shape: ours, pydantic's, and those of HTTP itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from app.contract.forms import Form, allowed_in_words
from app.contract.own_data import Weights
from app.engine.errors import InvalidParameter, UnknownName, UnrolledError, in_words, shown
from app.server.http.access_log import request_id
from app.server.http.errors import MalformedBody, OutOfMemory, UnknownParameter, error_answer, error_response, internal_error
from app.server.http.security_headers import SECURITY_HEADERS
from app.server.wire.queries import form_of, models_of

MOST_PROBLEMS_TOLD = 10
LONGEST_NAME = 80  # looking for the nearest name in a longer one would only cost time

REMEDIES = {
    "finite_number": "Give a finite number.",
    "greater_than_equal": "Choose a larger value.",
    "less_than_equal": "Choose a smaller value.",
    "list_type": "Give a list.",
    "model_attributes_type": "Give an object.",
    "model_type": "Give an object.",
    "string_too_long": "Shorten it.",
    "too_long": "Shorten it.",
    "too_short": "Give at least one.",
}
ANY_REMEDY = "Change it, or leave it out for the default."


def install(app: FastAPI) -> None:
    """Answer every exception in the one shape."""
    app.add_exception_handler(UnrolledError, _answer_unrolled_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(MemoryError, _answer_memory_error)
    app.add_exception_handler(Exception, _answer_unexpected)


async def _answer_unrolled_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, UnrolledError)
    return error_response(error)


async def _answer_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return error_response(from_validation(error.errors(), _asked(request)))


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = _methods_of_path(request)
        message = f"{request.url.path} doesn't answer {request.method}, allowed: {in_words(allowed)}."
        return error_answer(405, "method_not_allowed", message, allowed=allowed, headers={"Allow": ", ".join(allowed)})
    if error.status_code == 404:
        return error_answer(404, "not_found", f"There is nothing at {shown(request.url.path)}. /docs lists what there is.")
    if isinstance(error.__cause__, UnrolledError):  # raised while FastAPI was reading the body
        return error_response(error.__cause__)
    if error.status_code == 400:
        return error_response(MalformedBody("The body can't be read as JSON. Send one JSON object, in UTF-8."))
    return error_answer(error.status_code, "http_error", str(error.detail), headers=error.headers)


async def _answer_memory_error(request: Request, error: Exception) -> Response:
    return error_response(OutOfMemory())


async def _answer_unexpected(request: Request, error: Exception) -> Response:
    # Starlette answers this outside of every middleware, so the headers that they add are given here.
    return internal_error({**SECURITY_HEADERS, "X-Request-ID": request_id.get() or ""})


def _methods_of_path(request: Request) -> list[str]:
    """What this path answers: each method is tried on the routes. HEAD goes where GET goes (see `head`)."""
    methods = ("DELETE", "GET", "PATCH", "POST", "PUT")
    answered = [
        method
        for method in methods
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]
    if not answered:  # below a mount no route is left to ask, and what is mounted are files
        answered = ["GET"]
    return sorted([*answered, "HEAD"] if "GET" in answered else answered)


@dataclass(frozen=True)
class Asked:
    """What a route reads: a form, and every name that its query or body may have."""

    form: Form
    names: Sequence[str]


def _asked(request: Request) -> Asked:
    """What the route of this request reads."""
    return Asked(form_of(request), [name for model in models_of(request) for name in model.model_fields])


def from_validation(problems: Sequence[Mapping[str, Any]], asked: Asked) -> UnrolledError:
    """pydantic's list of problems as one error of ours: the first one, with the others in its details."""
    errors = [_one_problem(problem, asked) for problem in problems[:MOST_PROBLEMS_TOLD]]
    first = errors[0]
    if len(errors) > 1 and isinstance(first, InvalidParameter):
        first.details = {"errors": [{"code": e.code, "message": str(e), "parameter": getattr(e, "parameter", None)} for e in errors]}
    return first


def _one_problem(problem: Mapping[str, Any], asked: Asked) -> UnrolledError:
    _, *path = problem["loc"]
    kind, got, context = problem["type"], problem.get("input"), problem.get("ctx", {})
    if kind == "json_invalid":
        return MalformedBody(f"The body isn't JSON: {context.get('error', 'unreadable')} at character {path[0]}. Send one JSON object.")
    if not path:
        return MalformedBody(f"The body must be one JSON object with names in UTF-8, got {shown(got)}.")
    name = str(path[0])
    if kind == "extra_forbidden":
        return UnknownParameter(_dotted(path)[:LONGEST_NAME], list(Weights.model_fields) if name == "weights" else asked.names)
    fields = asked.form.fields
    if kind == "literal_error" and name in fields and isinstance(got, str):
        return UnknownName(name, got[:LONGEST_NAME], fields[name].metadata["choices"])
    return InvalidParameter(_dotted(path), got, allowed_in_words(asked.form, name), REMEDIES.get(kind, ANY_REMEDY))


def _dotted(path: Sequence[str | int]) -> str:
    """("weights", "W", 0, 1) as a person writes it: weights.W[0][1]."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
