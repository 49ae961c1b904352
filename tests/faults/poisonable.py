"""The application, but a request with the header `X-Poison` ends its process, as a run that takes all memory does.

For tests only: the application itself has no such switch. `python -m tests.faults.poisonable` serves as `python -m app` does.
"""

import asyncio
import os
import signal

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

import app.__main__ as command
from app.main import create_app
from app.settings import Settings


class Poison:
    """ASGI middleware that kills the process 0.1 s after such a request has come."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if any(name == b"x-poison" for name, _ in scope.get("headers", ())):
            await asyncio.sleep(0.1)
            os.kill(os.getpid(), signal.SIGKILL)
        await self.app(scope, receive, send)


def poisonable(settings: Settings) -> FastAPI:
    """The application with that middleware."""
    made = create_app(settings)
    made.add_middleware(Poison)
    return made


if __name__ == "__main__":
    command.create_app = poisonable
    command.main()
