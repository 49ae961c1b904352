"""GET and POST /api/v1/runs: one exploration, from named parameters or with data of one's own."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.openapi.models import Example
from starlette.responses import Response

from app.common.cost import Cost
from app.contract.own_data import own_data
from app.contract.requests import RunBody, RunQuery, run_parameters
from app.contract.run_answer import RunAnswer
from app.contract.version import VERSION
from app.engine.interruption import interruptible
from app.explore.cost import estimate
from app.explore.parameters import RunParameters
from app.explore.run import OwnData, PreparedRun, compute, largest_argument, prepare
from app.server.compute.computations import CancelToken
from app.server.compute.conditional import etag
from app.server.compute.responses import answer_reply
from app.server.http.errors import documented
from app.server.respond import Question, found, respond
from app.server.state import AppState, CurrentState
from app.server.wire.json_arrays import encode_in_pieces
from app.server.wire.json_bodies import JsonRoute, declared_json
from app.server.wire.queries import each_parameter_once

router = APIRouter(prefix="/api/v1/runs", tags=["runs"], route_class=JsonRoute)

BODIES: dict[str, Example] = {
    "the default run": {"value": {}},
    "a run from parameters": {"value": {"spectral_radius": 0.9, "initializer": "orthogonal", "loss_at": "every", "truncation": 10}},
    "numbers of your own": {"value": {"x": [0.1, 0.4, 0.9, 1.6, 2.5], "hidden_size": 4, "include": ["states", "gradients"]}},
    "weights of your own": {
        "value": {
            "x": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
            "target": [[0.5], [-0.5], [0.0]],
            "loss_at": "every",
            "weights": {
                "U": [[0.5, -0.3], [0.2, 0.8]],
                "W": [[0.9, -0.4], [0.4, 0.9]],
                "V": [[1.0, -1.0]],
                "b_s": [0.0, 0.1],
                "b_z": [0.0],
                "h_0": [0.0, 0.0],
            },
            "include": ["states", "jacobian_norms", "gradients", "terms"],
        }
    },
}

# What it takes to draw one number of an input sequence.
SECONDS_PER_INPUT = 8e-8
BYTES_PER_INPUT = 64.0
NO_QUEUE_SECONDS = 5e-4  # what takes no longer is done as it comes


@router.get(
    "",
    summary="One run from named parameters",
    response_class=Response,
    responses={
        200: {"model": RunAnswer, "description": "The run. The same parameters always give the same answer."},
        304: {"description": "The answer is the one whose ETag `If-None-Match` gave."},
        **documented(400, 414, 422, 431, 503),
    },
    dependencies=[Depends(each_parameter_once)],
)
async def get_run(request: Request, server: CurrentState, query: Annotated[RunQuery, Query()]) -> Response:
    """Without parameters this is the page's first picture.

    The answer is a function of its parameters, so it carries `ETag` and `Cache-Control`; a proxy may keep it.
    The query of any page URL is a valid query here.
    """
    run = await prepared(server, run_parameters(query), None)
    return await respond(request, server, question(run, query.arrays))


@router.post(
    "",
    summary="One run, also with weights and data of your own",
    response_class=Response,
    responses={
        200: {"model": RunAnswer, "description": "The run. Posting its `parameters` gives the same bytes."},
        **documented(400, 413, 414, 415, 422, 431, 503),
    },
    dependencies=[Depends(declared_json)],
)
async def post_run(request: Request, server: CurrentState, body: Annotated[RunBody, Body(openapi_examples=BODIES)]) -> Response:
    """The parameters of GET as one JSON object, and if you like `weights`, `x` and `target`.

    Posting the `parameters` of an answer gives the same answer, byte for byte.
    """
    own = own_data(body)
    run = await prepared(server, run_parameters(body), own)
    answer = await found(request, server, question(run, body.arrays), cached=own is None)
    return answer_reply(answer, request, {"Cache-Control": "no-store"})


async def prepared(server: AppState, asked: RunParameters, own: OwnData | None) -> PreparedRun:
    """The run that is asked for. A short sequence is made at once; a long one in a lane, and again when the run begins."""
    inputs = (asked.length or 1) * max(asked.input_size or 1, asked.output_size or 1)
    cost = Cost(inputs * SECONDS_PER_INPUT, inputs * BYTES_PER_INPUT / 1e6, ("length", "input_size"))
    if cost.seconds <= NO_QUEUE_SECONDS:
        return prepare(asked, own)
    # While a run waits, it must not hold a sequence of megabytes.
    return await server.lanes.run(lambda: prepare(asked, own).without_sequence(), cost)


def question(run: PreparedRun, arrays: str) -> Question:
    """The run's answer, as the routes and the page ask for it."""
    return Question(etag(run.parameters, arrays), estimate(run.parameters, arrays, largest_argument(run)), partial(answer, run, arrays))


def answer(run: PreparedRun, arrays: str, token: CancelToken) -> Iterator[bytes]:
    """The whole answer as JSON."""
    with interruptible(token.check):
        computed = compute(run)
    understood = {**computed.pop("parameters"), "arrays": arrays}
    return encode_in_pieces({"parameters": understood, "version": VERSION, **computed}, arrays)


def warm_up() -> None:
    """Compute the default run once, so that the first visitor doesn't wait for what Python and NumPy load late."""
    b"".join(answer(prepare(RunParameters()), "typed", CancelToken()))
