"""GET /api/v1/catalog: what there is to choose from, with every range and default, and this server's limits."""

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from app.contract.catalog import Catalog, Limits, catalog
from app.server.compute.answer_memory import Body
from app.server.compute.responses import json_reply
from app.server.state import CurrentState
from app.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["runs"])


@router.get(
    "/catalog",
    summary="What there is to choose from",
    response_class=Response,
    responses={200: {"model": Catalog, "description": "Everything there is to choose from."}},
)
async def get_catalog(server: CurrentState) -> Response:
    """Names, ranges, units and defaults, presets, and the limits of this server."""
    return json_reply(Body((server.catalog,)), {"Cache-Control": f"public, max-age={server.settings.cache_seconds}"})


def encoded(settings: Settings) -> bytes:
    """The catalog as JSON."""
    limits = Limits(
        seconds=settings.max_seconds,
        training_seconds=settings.max_training_seconds,
        megabytes=settings.max_megabytes,
        answer_megabytes=settings.max_answer_megabytes,
        body_bytes=settings.max_body_bytes,
        url_bytes=settings.max_url_bytes,
    )
    return orjson.dumps(catalog(limits).model_dump())
