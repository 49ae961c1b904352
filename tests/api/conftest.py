"""An application in this process, and a client that talks to it without a socket."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings

Connect = Callable[..., httpx.AsyncClient]


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """One application with the default settings, whatever the environment says."""
    return create_app(Settings.model_construct())


def connect(app: FastAPI) -> httpx.AsyncClient:
    """A client of this application; a mistake of the server's is an answer (500), as a stranger would see it."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://localhost")


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with connect(app) as client:
        yield client
