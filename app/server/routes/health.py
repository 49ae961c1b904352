"""Is the process alive, may it be sent work, and how is it doing?"""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.server.http.errors import ServerBusy, documented
from app.server.state import CurrentState

router = APIRouter(tags=["server"])


class Health(BaseModel):
    """The state of the server process."""

    status: str = Field(examples=["ok"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Answers as long as the process does; it computes nothing."""
    return Health(status="ok")


@router.get("/readyz", summary="May it be sent work?", responses=documented(503))
async def readyz(server: CurrentState) -> Health:
    """200 once the server has warmed up, 503 before that and while it is shutting down."""
    if not server.ready:
        raise ServerBusy(retry_after=1)
    return Health(status="ready")


@router.get(
    "/metrics",
    summary="How is it doing?",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "In Prometheus' text format."}},
)
async def metrics(server: CurrentState) -> Response:
    """Numbers for Prometheus: times, runs by lane, what was refused, what was cached, streams."""
    return Response(server.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})
