"""Is the process alive, and may it be sent work?"""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.api.errors import ServerBusy, documented
from app.api.server import CurrentServer

router = APIRouter(tags=["server"])


class Health(BaseModel):
    """The state of the server process."""

    status: str = Field(examples=["ok"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Answers as long as the process does; it computes nothing."""
    return Health(status="ok")


@router.get("/readyz", summary="May it be sent work?", responses=documented(503))
async def readyz(server: CurrentServer) -> Health:
    """200 once the server has warmed up, 503 before that and while it is shutting down."""
    if not server.ready:
        raise ServerBusy(retry_after=1)
    return Health(status="ready")
