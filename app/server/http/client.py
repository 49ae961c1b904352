"""Who sent a request, and whether they are still there."""

from starlette.types import Receive, Scope


def address_of(scope: Scope) -> str:
    """The address of the client: of its connection, or as a trusted proxy gives it (X-Forwarded-For)."""
    client = scope.get("client")
    return client[0] if client else ""


async def client_gone(receive: Receive) -> None:
    """Returns when the client has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
