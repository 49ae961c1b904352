"""GET /api/v1/cliff: the error surface of the one-unit network, descents on it, and its bifurcations."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.cliff.answer import check, estimate_cliff, explore_cliff
from app.cliff.parameters import CliffParameters
from app.common.answers import plain
from app.contract.cliff_answer import CliffAnswer
from app.contract.requests import CliffQuery, cliff_parameters
from app.contract.version import VERSION
from app.engine.interruption import interruptible
from app.server.compute.computations import CancelToken
from app.server.compute.conditional import etag
from app.server.http.errors import documented
from app.server.respond import Question, respond
from app.server.state import CurrentState
from app.server.wire.json_arrays import encode_in_pieces
from app.server.wire.queries import QueryRoute, each_parameter_once

router = APIRouter(prefix="/api/v1/cliff", tags=["cliff"], route_class=QueryRoute)


@router.get(
    "",
    summary="The cliff of the one-unit network",
    response_class=Response,
    responses={
        200: {"model": CliffAnswer, "description": "Surface, descents and bifurcations."},
        304: {"description": "The answer is the one whose ETag `If-None-Match` gave."},
        **documented(400, 414, 422, 431, 503),
    },
    dependencies=[Depends(each_parameter_once)],
)
async def get_cliff(request: Request, server: CurrentState, query: Annotated[CliffQuery, Query()]) -> Response:
    """x_t = w σ(x_{t−1}) + b and its error (σ(x_T) − target)², after Pascanu, Mikolov and Bengio (2013)."""
    parameters = cliff_parameters(query)
    check(parameters)
    work = partial(_answer, parameters, query.arrays)
    return await respond(request, server, Question(etag(parameters, query.arrays), estimate_cliff(parameters), work))


def _answer(parameters: CliffParameters, arrays: str, token: CancelToken) -> Iterator[bytes]:
    with interruptible(token.check):
        found = explore_cliff(parameters)
    return encode_in_pieces({"parameters": {**vars(parameters), "arrays": arrays}, "version": VERSION, **plain(found)}, arrays)
