"""What the routes share: the settings, the workers, the streams, and whether the server is ready. One object per application."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from fastapi.templating import Jinja2Templates

from app.api.checkpoints import CheckpointCache
from app.api.streaming import Streams
from app.api.workers import Workers
from app.settings import Settings


@dataclass
class Server:
    """The state of one application; the routes get it as `CurrentServer`."""

    settings: Settings
    workers: Workers
    templates: Jinja2Templates
    streams: Streams
    checkpoints: CheckpointCache
    ready: bool = field(default=False)

    def drain(self) -> None:
        """Take no more work, and end the streams: the process has been asked to stop."""
        self.ready = False
        self.streams.drain()


async def current_server(request: Request) -> Server:
    """The server that answers this request."""
    server = request.app.state.server
    assert isinstance(server, Server)
    return server


CurrentServer = Annotated[Server, Depends(current_server)]
