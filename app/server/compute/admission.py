"""Refuses runs that cost more than the limits, and every run while the server is too busy."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.common.cost import Cost
from app.engine.errors import WorkTooLarge
from app.server.compute.lanes import Lane
from app.server.http.access_log import facts_of
from app.server.http.client import address_of
from app.server.http.errors import error_response
from app.settings import Settings

COMPUTED = frozenset({"/", "/train", "/cliff", "/api/v1/runs", "/api/v1/cliff", "/api/v1/trainings"})


def check_cost(cost: Cost, settings: Settings, max_seconds: float | None = None) -> None:
    """Refuse a run that is estimated to cost more than the server's limits.

    Parameters
    ----------
    max_seconds : float, optional
        In place of the limit for one run.

    Raises
    ------
    WorkTooLarge
        With the estimate, the limit, and what to lower.
    """
    limit = settings.max_seconds if max_seconds is None else max_seconds
    for estimated, allowed, unit in (
        (cost.seconds, limit, "s"),
        (cost.megabytes, settings.max_megabytes, "MB of memory"),
        (cost.answer_megabytes, settings.max_answer_megabytes, "MB of answer"),
    ):
        if estimated > allowed:
            raise WorkTooLarge(
                cost.lower[0],
                f"an estimated {estimated:.3g} {unit}",
                f"at most {allowed:g} {unit}",
                f"Lower {' or '.join(cost.lower)}.",
                estimated_seconds=round(cost.seconds, 3),
                limit_seconds=limit,
                estimated_megabytes=round(cost.megabytes, 1),
                limit_megabytes=settings.max_megabytes,
                estimated_answer_megabytes=round(cost.answer_megabytes, 1),
                limit_answer_megabytes=settings.max_answer_megabytes,
                lower=list(cost.lower),
            )


class EarlyRefusal:
    """ASGI middleware that refuses runs and pages unread while the event loop has more to do than their client should wait for.

    To read one takes a good part of what a small one takes to compute. A flood of them would leave no time for those that were taken on.
    """

    def __init__(self, app: ASGIApp, lane: Lane) -> None:
        self.app = app
        self.lane = lane

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = address_of(scope)
        if scope["type"] == "http" and scope["path"] in COMPUTED and self.lane.is_full(client):
            facts_of(scope).route = scope["path"]
            await error_response(self.lane.refusal(client))(scope, receive, send)
            return
        await self.app(scope, receive, send)
