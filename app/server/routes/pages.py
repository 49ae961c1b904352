"""The pages for people: / with its first picture already inside, /train, /cliff and /docs."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from pydantic import ValidationError
from starlette.responses import Response

from app.common.cost import Cost
from app.contract.requests import RunQuery, run_parameters
from app.engine.errors import UnrolledError
from app.explore.parameters import DEFAULT_PARTS
from app.server.http.access_log import note
from app.server.http.client import address_of
from app.server.http.security_headers import content_security_policy
from app.server.pages.language import language_of
from app.server.respond import found
from app.server.routes.runs import prepared, question
from app.server.state import AppState, CurrentState

router = APIRouter(include_in_schema=False)

# What the page asks for first: nothing points at a step yet, which is when step_gain is shown.
FIRST_PARTS = tuple(part for part in DEFAULT_PARTS if part != "step_gain")
# An answer up to this estimate comes with the page; a longer one is fetched by it.
EMBEDDED_SECONDS = 0.02
PAGE_COST = Cost(0.001, 0.0, ())  # of a page's HTML, without an embedded answer


@router.get("/")
async def explore_page(request: Request, server: CurrentState, embed: Annotated[str, Query()] = "") -> Response:
    """The Explore page. `embed=1` may be framed by other sites, nothing else may."""
    return await _page(request, server, "explore.html", embed, initial=json_block(await initial(request, server)))


@router.get("/train")
async def train_page(request: Request, server: CurrentState, embed: Annotated[str, Query()] = "") -> Response:
    """Training runs side by side; `embed=1` as above."""
    return await _page(request, server, "train.html", embed)


@router.get("/cliff")
async def cliff_page(request: Request, server: CurrentState, embed: Annotated[str, Query()] = "") -> Response:
    """The error surface of the one-unit network; `embed=1` as above."""
    return await _page(request, server, "cliff.html", embed)


@router.get("/docs")
async def docs_page(request: Request, server: CurrentState) -> Response:
    """The API's description as a page, from this server alone."""
    return server.templates.TemplateResponse(request, "docs.html", _languages(request), headers=_headers())


def _headers(frame_ancestors: str = "'none'") -> dict[str, str]:
    # A page names the version of the files it needs, so it must be asked for again each time.
    policy = content_security_policy(frame_ancestors)
    return {"Cache-Control": "no-cache", "Vary": "Accept-Language", "Content-Security-Policy": policy}


def _languages(request: Request) -> dict[str, str]:
    """The page's language, and the one that it would have without `lang` in its URL."""
    accepted = request.headers.get("accept-language", "")
    asked = request.query_params.get("lang")
    return {"language": language_of(asked, accepted), "preferred_language": language_of(None, accepted)}


async def _page(request: Request, server: AppState, template: str, embed: str, **context: Any) -> Response:
    """A page, made when its turn comes: a flood of page views must not take the time of the runs."""
    headers = _headers("*" if embed == "1" else "'none'")
    make = partial(server.templates.TemplateResponse, request, template, context | _languages(request), headers=headers)
    return await server.lanes.run(make, PAGE_COST, address_of(request.scope))


async def initial(request: Request, server: AppState) -> bytes:
    """The answer that the page would ask for first, typed; null where it is too long to wait for, or an error to show."""
    try:
        norms = "both" if request.query_params.get("spectral") == "1" else "frobenius"
        query = RunQuery.model_validate({**request.query_params, "include": FIRST_PARTS, "norms": norms, "arrays": "typed"})
        first = question(await prepared(server, run_parameters(query), None), query.arrays)
        if first.cost.seconds > EMBEDDED_SECONDS:
            return b"null"
        answer = await found(request, server, first)
    except (UnrolledError, ValidationError):
        return b"null"
    note(request, answer.lane, answer.source)
    return bytes(answer.body)


def json_block(json: bytes) -> Markup:
    """JSON for a <script type="application/json">: nothing in it can end the element."""
    text = json.decode()
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 — escaped for its place on the lines above
