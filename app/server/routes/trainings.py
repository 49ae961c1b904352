"""GET /api/v1/trainings: a training run, as one JSON, or as events while it runs."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from app.contract.requests import TrainingEventsQuery, TrainingQuery, training_parameters
from app.contract.training_answer import TrainingAnswer
from app.engine.errors import InvalidParameter
from app.engine.interruption import interruptible
from app.server.compute.admission import check_cost
from app.server.compute.computations import CancelToken
from app.server.compute.conditional import etag
from app.server.http.access_log import note
from app.server.http.errors import documented
from app.server.respond import Question, respond
from app.server.state import CurrentState
from app.server.stream.event_stream import EventStream
from app.server.stream.training_events import END, TrainingEvents, whole_run
from app.server.wire.queries import QueryRoute, each_parameter_once
from app.train.cost import estimate_longest_wait, estimate_stream, estimate_training, state_megabytes
from app.train.parameters import TrainingParameters
from app.train.training import events, resolve

router = APIRouter(prefix="/api/v1/trainings", tags=["trainings"], route_class=QueryRoute)

# OpenAPI 3.1 has no word for what a stream consists of; `itemSchema` came with 3.2, which few tools read. The schema has no type, because
# some tools hold it against the whole text and others against each event.
EVENT_STREAM = {
    "schema": {
        "description": "Server-sent events: `event`, `id` and `data`, which is one JSON object. docs/api.md describes the fields of each.",
    },
    "example": 'event: finished\ndata: {"steps":2,"completed":true}\nid: end\n\n',
}


@router.get(
    "",
    summary="A training run as one JSON",
    response_class=Response,
    responses={
        200: {"model": TrainingAnswer, "description": "The run. The same parameters always give the same answer."},
        304: {"description": "The answer is the one whose ETag `If-None-Match` gave."},
        **documented(400, 414, 422, 431, 503),
    },
    dependencies=[Depends(each_parameter_once)],
)
async def get_training(request: Request, server: CurrentState, query: Annotated[TrainingQuery, Query()]) -> Response:
    """What the events tell, when all of it is done. For longer runs take the events."""
    run = resolve(training_parameters(query))
    work = partial(_answer, run, query.arrays)
    return await respond(request, server, Question(etag(run, query.arrays), estimate_training(run), work))


def _answer(run: TrainingParameters, arrays: str, token: CancelToken) -> Iterator[bytes]:
    with interruptible(token.check):
        all_events = list(events(run))
    return whole_run(all_events, arrays)


@router.get(
    "/events",
    summary="A training run as events",
    response_class=Response,
    responses={
        200: {"content": {"text/event-stream": EVENT_STREAM}, "description": "The events."},
        204: {"description": "Everything has been sent: the id to resume after was `end`."},
        **documented(400, 414, 422, 431, 503),
    },
    dependencies=[Depends(each_parameter_once)],
)
async def stream_training(
    request: Request,
    server: CurrentState,
    query: Annotated[TrainingEventsQuery, Query()],
    last_event_id: Annotated[str | None, Header(description="The last id that came: the stream resumes after it.")] = None,
) -> Response:
    """Server-sent events, for EventSource. Closing the connection ends the computation."""
    last_id = query.last_event_id if last_event_id is None else last_event_id
    if last_id == END:
        return Response(status_code=204)
    run = resolve(training_parameters(query))
    cost = estimate_stream(run)
    check_cost(cost, server.settings, server.settings.max_training_seconds)
    check_cost(estimate_longest_wait(run), server.settings)  # nothing is sent meanwhile
    start_after = _start_after(last_id, run.steps)
    work = TrainingEvents(
        events(run, start_after, server.checkpoints),
        server.streams,
        arrays=query.arrays,
        estimated_seconds=cost.seconds,
        stop_after=query.stop_after,
        address=_address(request),
    )
    note(request, "stream")
    return EventStream(work, server.streams, state_megabytes(run))


def _start_after(last_id: str, steps: int) -> int:
    allowed = f'the id of an event that came: 0 to {steps}, or "{END}"'
    if not (last_id == "" or (last_id.isascii() and last_id.isdigit() and len(last_id) < 10 and int(last_id) <= steps)):
        raise InvalidParameter("last_event_id", last_id, allowed, "Leave it out to start from the beginning.")
    return int(last_id or 0)


def _address(request: Request) -> str:
    """This request's path and query, ending in `last_event_id=`."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name not in ("last_event_id", "stop_after")]
    return f"{request.url.path}?{urlencode([*query, ('last_event_id', '')])}"
