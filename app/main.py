"""The application: create_app wires its parts together and has no logic of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from operator import attrgetter

from fastapi import FastAPI
from fastapi.templating import Jinja2Templates
from starlette.middleware import Middleware
from starlette_compress import CompressMiddleware, remove_compress_type

from app import __version__
from app.mmap_threshold import raise_mmap_threshold
from app.paths import resource_directory
from app.server import exception_handlers
from app.server.compute.admission import EarlyRefusal
from app.server.compute.answer_memory import AnswerMemory
from app.server.compute.computations import Computations
from app.server.compute.lanes import Lanes
from app.server.http.access_log import AccessLog
from app.server.http.allowed_hosts import AllowedHosts, names_for
from app.server.http.connections import Connections
from app.server.http.cross_origin import cross_origin
from app.server.http.head_requests import HeadLikeGet
from app.server.http.metrics import Metrics
from app.server.http.request_limits import RequestLimits
from app.server.http.security_headers import SecurityHeaders
from app.server.http.shutdown import on_termination
from app.server.pages.assets import Assets
from app.server.routes import catalog, cliff, health, pages, runs, trainings
from app.server.state import AppState
from app.server.stream.checkpoints import CheckpointCache
from app.server.stream.event_stream import Streams
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
    encoded_catalog = catalog.encoded(settings)
    templates.env.globals |= {"asset": assets.url, "modules": assets.modules, "catalog": pages.json_block(encoded_catalog)}
    lanes = Lanes(settings)
    server = AppState(
        settings=settings,
        lanes=lanes,
        computations=Computations(
            lanes, AnswerMemory(int(settings.unsent_megabytes * 1e6)), int(settings.answer_megabytes * 1e6), settings.max_seconds
        ),
        metrics=Metrics(),
        templates=templates,
        catalog=encoded_catalog,
        streams=Streams(settings.max_streams, settings.workers, settings.stream_megabytes),
        checkpoints=CheckpointCache(int(settings.checkpoint_megabytes * 1e6)),
        connections=Connections(settings),
    )

    server.metrics.read(server.metrics_now)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        raise_mmap_threshold()
        runs.warm_up()
        server.ready = True
        with on_termination(server.drain, settings.drain_seconds):
            yield
        server.close()

    app = FastAPI(
        title="Unrolled",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=attrgetter("name"),  # a client made from the description has functions of these names: get_run
        middleware=[
            Middleware(AccessLog, server.metrics),
            Middleware(SecurityHeaders),
            Middleware(AllowedHosts, names_for(settings.host, settings.allowed_hosts)),
            *cross_origin(settings.cors_origins),
            Middleware(RequestLimits, settings),
            Middleware(HeadLikeGet),
            Middleware(EarlyRefusal, lanes.at_once),
            Middleware(CompressMiddleware, zstd_level=1, brotli_quality=1, gzip_level=1),
        ],
    )
    # An event stream must not wait inside a compressor.
    remove_compress_type("text/event-stream")
    app.state.server = server
    exception_handlers.install(app)
    for routes in (runs, trainings, cliff, catalog, health, pages):
        app.include_router(routes.router)
    app.mount("/static", assets, name="static")
    return app
