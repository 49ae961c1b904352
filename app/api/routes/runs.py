"""GET and POST /api/v1/runs: one exploration, from named parameters or with data of one's own."""

import dataclasses
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

import orjson
from fastapi import APIRouter, Body, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from app import __version__
from app.api.answer import SCHEMA_VERSION, RunAnswer
from app.api.arrays import encode
from app.api.errors import RepeatedParameter, UnsupportedMediaType, documented
from app.api.limits import check_cost
from app.api.schemas import RunBody, RunQuery, form_of, own_data, run_parameters
from app.api.server import CurrentServer, Server
from app.experiments.cost import estimate
from app.experiments.parameters import RunParameters
from app.experiments.run import OwnData, explore, resolve

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])

# Answers over this size go out in pieces, so that compressing one doesn't hold up the others.
PIECE_BYTES = 256 * 1024


async def each_parameter_once(request: Request) -> None:
    """Refuse a query that gives a parameter twice, except `include`, which is a list, and what only the page reads."""
    fields = form_of(request).fields
    count = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in count.items():
        if times > 1 and name in fields and name != "include":
            raise RepeatedParameter(name, request.query_params.getlist(name))


async def json_body(request: Request) -> None:
    """Refuse a body that doesn't say that it is JSON."""
    content_type = request.headers.get("content-type")
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType(content_type)


@router.get(
    "",
    summary="One run from named parameters",
    response_class=Response,
    responses={
        200: {"model": RunAnswer, "description": "The run. The same parameters always give the same answer."},
        304: {"description": "The answer is the one whose ETag `If-None-Match` gave."},
        **documented(414, 422, 503),
    },
    dependencies=[Depends(each_parameter_once)],
)
async def get_run(request: Request, server: CurrentServer, query: Annotated[RunQuery, Query()]) -> Response:
    """Without parameters this is the page's first picture.

    The answer is a function of its parameters, so it carries `ETag` and `Cache-Control`; a proxy may keep it.
    The query of any page URL is a valid query here.
    """
    parameters = resolve(run_parameters(query))
    etag = _etag(parameters, query.arrays)
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={server.settings.cache_seconds}"}
    if _known_to_client(request, etag):
        return Response(status_code=304, headers={**headers, "Vary": "Accept-Encoding"})
    return _json(await _compute(request, server, parameters, None, query.arrays), headers)


@router.post(
    "",
    summary="One run, also with weights and data of your own",
    response_class=Response,
    responses={
        200: {"model": RunAnswer, "description": "The run. Posting its `parameters` gives the same bytes."},
        **documented(400, 413, 414, 415, 422, 503),
    },
    dependencies=[Depends(json_body)],
)
async def post_run(request: Request, server: CurrentServer, body: Annotated[RunBody, Body()]) -> Response:
    """The parameters of GET as one JSON object, and if you like `weights`, `x` and `target`.

    Posting the `parameters` of an answer gives the same answer, byte for byte.
    """
    own = own_data(body)
    parameters = resolve(run_parameters(body), own)
    return _json(await _compute(request, server, parameters, own, body.arrays), {"Cache-Control": "no-store"})


async def _compute(request: Request, server: Server, parameters: RunParameters, own: OwnData | None, arrays: str) -> bytes:
    cost = estimate(parameters)
    check_cost(cost, server.settings)
    return await server.workers.run(partial(answer, parameters, own, arrays), cost.seconds, request)


def answer(parameters: RunParameters, own: OwnData | None, arrays: str) -> bytes:
    """The whole answer as JSON."""
    computed = explore(parameters, own)
    understood = {**computed.pop("parameters"), "arrays": arrays}
    version = {"software": __version__, "schema": SCHEMA_VERSION}
    return encode({"parameters": understood, "version": version, **computed}, arrays)


def warm_up() -> None:
    """Compute the default run once, so that the first visitor doesn't wait for what Python and NumPy load late."""
    answer(resolve(RunParameters()), None, "typed")


def _etag(parameters: RunParameters, arrays: str) -> str:
    """A weak validator: the parameters and the version fix the numbers, compression changes the bytes."""
    canonical = orjson.dumps([dataclasses.asdict(parameters), arrays, __version__, SCHEMA_VERSION])
    return f'W/"{hashlib.sha256(canonical).hexdigest()[:32]}"'


def _known_to_client(request: Request, etag: str) -> bool:
    """Weak comparison of If-None-Match (RFC 9110, 13.1.2)."""
    given = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return "*" in given or etag.removeprefix("W/") in given


def _json(body: bytes, headers: dict[str, str]) -> Response:
    if len(body) <= PIECE_BYTES:
        return Response(body, headers=headers, media_type="application/json")
    headers = {**headers, "Content-Length": str(len(body))}
    return StreamingResponse(_pieces(body), headers=headers, media_type="application/json")


async def _pieces(body: bytes) -> AsyncIterator[memoryview | bytes]:
    for start in range(0, len(body), PIECE_BYTES):
        yield body[start : start + PIECE_BYTES]
