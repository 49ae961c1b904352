"""From what a request asks for to its response: 304, a cached answer, or one that is computed."""

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from app.common.cost import Cost
from app.server.compute.admission import check_cost
from app.server.compute.computations import FoundAnswer, Work
from app.server.compute.conditional import known_to_client, not_modified
from app.server.compute.responses import answer_reply
from app.server.state import AppState


@dataclass(frozen=True)
class Question:
    """What one request asks for.

    Attributes
    ----------
    tag : str
        The ETag of the answer, and its key in the cache.
    cost : Cost
        What the answer is estimated to cost.
    work : callable
        Computes the answer.
    """

    tag: str
    cost: Cost
    work: Work


async def respond(request: Request, server: AppState, question: Question) -> Response:
    """The response to a GET: 304 where the client has the answer."""
    headers = {"ETag": question.tag, "Cache-Control": f"public, max-age={server.settings.cache_seconds}"}
    if known_to_client(request, question.tag):
        return not_modified(headers)
    return answer_reply(await found(request, server, question), request, headers)


async def found(request: Request, server: AppState, question: Question, *, cached: bool = True) -> FoundAnswer:
    """The answer, if it may cost that much; `cached=False` computes it for this request alone."""
    check_cost(question.cost, server.settings)
    return await server.computations.get(question.tag if cached else None, question.work, question.cost, request)
