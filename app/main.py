"""The application: create_app wires its parts together and has no logic of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.templating import Jinja2Templates
from starlette.middleware import Middleware
from starlette_compress import CompressMiddleware, remove_compress_type

from app import __version__
from app.api import handlers
from app.api.assets import Assets
from app.api.checkpoints import CheckpointCache
from app.api.head import HeadLikeGet
from app.api.headers import SecurityHeaders
from app.api.limits import RequestLimits
from app.api.routes import catalog, cliff, health, pages, runs, trainings
from app.api.server import Server
from app.api.signals import on_termination
from app.api.streaming import Streams
from app.api.workers import Workers
from app.paths import resource_directory
from app.settings import Settings

DESCRIPTION = """
See the gradients of a recurrent network flow back through time.

The page's URL, the query of a GET and the body of a POST are the same flat set of parameters: put `/api/v1/runs` in front of the
query of any page URL, and you have the data behind that picture. Norms are log10; `null` means that there is no finite value.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application with these settings, or with those of the environment."""
    settings = settings or Settings()
    assets = Assets(resource_directory("static"))
    templates = Jinja2Templates(resource_directory("templates"))
    templates.env.globals["asset"] = assets.url
    server = Server(
        settings=settings,
        workers=Workers(settings.inline_seconds, settings.workers, settings.queue_length),
        templates=templates,
        streams=Streams(settings.max_streams, settings.workers),
        checkpoints=CheckpointCache(int(settings.checkpoint_megabytes * 1e6)),
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        runs.warm_up()
        server.ready = True
        with on_termination(server.drain):
            yield
        server.ready = False

    app = FastAPI(
        title="Unrolled",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(RequestLimits, settings.max_url_bytes, settings.max_body_bytes),
            Middleware(HeadLikeGet),
            Middleware(CompressMiddleware, zstd_level=1, brotli_quality=1, gzip_level=1),
        ],
    )
    # An event stream must not wait inside a compressor.
    remove_compress_type("text/event-stream")
    app.state.server = server
    handlers.install(app)
    for routes in (runs, trainings, cliff, catalog, health, pages):
        app.include_router(routes.router)
    app.mount("/static", assets, name="static")
    return app
