"""docs/architecture.md says how a value travels; this follows one."""

import re
import sys
from types import FrameType
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from tests.serving import ROOT

RADIUS = 0.9137
MOST_FUNCTIONS = 12

pytestmark = pytest.mark.anyio


def documented_walk() -> list[tuple[str, str]]:
    """(file, function) of every row, in order."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(
        r"^\| \d+ \| `(\w+)` \| `([\w/.]+)` \|", text.split("<!-- walk: spectral_radius -->")[1].split("<!-- end -->")[0], re.MULTILINE
    )
    return [(file, function) for function, file in rows]


async def test_the_walk_from_a_query_to_w_is_the_documented_one() -> None:
    """Every function of the walk is called, in this order, and the last one is given the value."""
    walk = documented_walk()
    assert len(walk) <= MOST_FUNCTIONS
    called: list[tuple[str, str]] = []
    given: list[Any] = []

    def record(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        place = (code.co_filename.removeprefix(f"{ROOT}/"), code.co_name)
        if event == "call" and place in walk and place not in called:
            called.append(place)
            if place == walk[-1]:
                given.append(frame.f_locals["spectral_radius"])

    app: FastAPI = create_app(Settings())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
    ):
        sys.setprofile(record)
        try:
            response = await client.get("/api/v1/runs", params={"spectral_radius": RADIUS, "include": "spectrum"})
        finally:
            sys.setprofile(None)
    assert response.status_code == 200
    assert called == walk
    assert given == [RADIUS]
