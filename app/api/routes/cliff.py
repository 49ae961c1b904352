"""GET /api/v1/cliff: the error surface of the one-unit network, descents on it, and its bifurcations."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import Interest
from app.api.arrays import encode_in_pieces
from app.api.cliff_answer import CliffAnswer
from app.api.errors import documented
from app.api.queries import QueryRoute
from app.api.replies import VERSION, each_parameter_once, etag
from app.api.respond import Question, respond
from app.api.schemas import CliffQuery, cliff_parameters
from app.api.server import CurrentServer
from app.cliff.answer import check, estimate_cliff, explore_cliff
from app.cliff.parameters import CliffParameters
from app.engine.interruption import interruptible

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
async def get_cliff(request: Request, server: CurrentServer, query: Annotated[CliffQuery, Query()]) -> Response:
    """x_t = w σ(x_{t−1}) + b and its error (σ(x_T) − target)², after Pascanu, Mikolov and Bengio (2013)."""
    parameters = cliff_parameters(query)
    check(parameters)
    work = partial(_answer, parameters, query.arrays)
    return await respond(request, server, Question(etag(parameters, query.arrays), estimate_cliff(parameters), work))


def _answer(parameters: CliffParameters, arrays: str, interest: Interest) -> Iterator[bytes]:
    with interruptible(interest.check):
        found = explore_cliff(parameters)
    return encode_in_pieces({"parameters": {**found.pop("parameters"), "arrays": arrays}, "version": VERSION, **found}, arrays)
