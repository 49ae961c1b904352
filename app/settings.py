"""Everything an operator may set, from environment variables UNROLLED_HOST, UNROLLED_PORT, UNROLLED_…"""

import os
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _comma_separated(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


# A name of another form would never be that of a request: it would allow nothing, and say nothing.
HOST = r"^(\*|(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[?[0-9A-Fa-f:.]+\]?)$"
ORIGIN = r"^(\*|null|[a-z][a-z0-9+.-]*://[a-z0-9_.:\[\]-]+)$"  # as a browser sends it: lower case, no path
Hosts = Annotated[tuple[Annotated[str, Field(pattern=HOST)], ...], NoDecode, BeforeValidator(_comma_separated)]
Origins = Annotated[tuple[Annotated[str, Field(pattern=ORIGIN)], ...], NoDecode, BeforeValidator(_comma_separated)]


class Settings(BaseSettings):
    """The server's settings. The defaults suit one person or a class on one machine."""

    model_config = SettingsConfigDict(env_prefix="UNROLLED_", frozen=True, extra="forbid", allow_inf_nan=False)

    host: Annotated[str, Field(min_length=1, description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port to listen on; 0 takes a free one.")] = 8000
    max_seconds: Annotated[float, Field(gt=0, description="The longest that one run may be estimated to take, in seconds.")] = 10.0
    max_megabytes: Annotated[
        float, Field(gt=0, description="The most memory that runs of over 32 MB may be estimated to need, one or all together, in MB.")
    ] = 300.0
    max_answer_megabytes: Annotated[
        float, Field(gt=0, description="The largest that one answer may be estimated to be before it is compressed, in MB.")
    ] = 64.0
    max_body_bytes: Annotated[int, Field(ge=1024, description="The largest request body, in bytes.")] = 8_000_000
    max_url_bytes: Annotated[int, Field(ge=1024, description="The longest request target (path and query), in bytes.")] = 24_000
    max_header_bytes: Annotated[int, Field(ge=1024, description="The largest request headers, in bytes.")] = 32_000
    max_receiving_bytes: Annotated[
        int,
        Field(ge=1024, description="Bytes of large request bodies held at the same time, from all clients; beyond it the answer is 503."),
    ] = 32_000_000
    max_connections: Annotated[
        int,
        Field(ge=1, description="Open connections; for a new one beyond them the one is closed that has waited longest for a request."),
    ] = 1000
    head_seconds: Annotated[
        float, Field(gt=0, description="How long a client may take to send the line and headers of a request, in seconds.")
    ] = 10.0
    progress_seconds: Annotated[
        float, Field(gt=0, description="Over how many seconds the pace of a client that sends a body or reads an answer is averaged.")
    ] = 20.0
    min_bytes_per_second: Annotated[
        float, Field(ge=0, description="The slowest pace of such a client, in bytes a second; below it the connection is closed.")
    ] = 4_000.0
    inline_seconds: Annotated[
        float,
        Field(ge=0, description="Runs estimated to take no longer than this take turns on the event loop; longer ones go to threads."),
    ] = 0.006
    wait_seconds: Annotated[
        float, Field(gt=0, description="How long a short run may be expected to wait; where it would be longer, the answer is 503.")
    ] = 0.2
    long_wait_seconds: Annotated[float, Field(gt=0, description="The same for runs of more than 0.1 s.")] = 10.0
    workers: Annotated[int, Field(ge=1, description="How many longer runs are computed at the same time. Default: one per core.")] = (
        os.cpu_count() or 1
    )
    queue_length: Annotated[int, Field(ge=0, description="How many runs of a kind may wait at most, whatever they cost.")] = 64
    max_streams: Annotated[
        int,
        Field(
            ge=1,
            description="Training runs that may be streamed at the same time, by all clients: 30 students with four variants have 120.",
        ),
    ] = 160
    stream_megabytes: Annotated[float, Field(gt=0, description="Memory for the states of the runs that are streamed, in MB.")] = 128.0
    max_training_seconds: Annotated[
        float, Field(gt=0, description="The longest that a streamed training run may be estimated to take on its own, in seconds.")
    ] = 600.0
    checkpoint_megabytes: Annotated[
        float, Field(ge=0, description="Memory for states of training runs, which make going on after a lost connection quick, in MB.")
    ] = 64.0
    cache_seconds: Annotated[int, Field(ge=0, description="How long a browser or proxy may keep the answer of a GET, in seconds.")] = 600
    answer_megabytes: Annotated[
        float, Field(ge=0, description="Memory for answers that may be asked for again (the cache), in MB; 0 caches none.")
    ] = 64.0
    unsent_megabytes: Annotated[
        float,
        Field(
            gt=0,
            description="Memory for all answers together, in MB: cached, being computed, and finished ones that their clients have not "
            "read yet. Beyond it a large answer is refused with 503, unless it is the only one.",
        ),
    ] = 192.0
    allowed_hosts: Annotated[
        Hosts,
        Field(
            examples=["school.example", "*.school.example", "*"],
            description="Names that the server answers to, comma-separated; `*.school.example` is every name below, `*` any. IP addresses, "
            "localhost and names without a dot are always answered. Default: no other name where it listens on 127.0.0.1, else any.",
        ),
    ] = ()
    cors_origins: Annotated[
        Origins,
        Field(
            examples=["https://site.example", "http://127.0.0.1:3000", "*"],
            description="Sites whose pages may read the API in a browser, comma-separated (https://site.example), or `*`. Default: none.",
        ),
    ] = ()
    drain_seconds: Annotated[
        float,
        Field(ge=0, description="How long to go on accepting connections after SIGTERM, with /readyz at 503 for load balancers."),
    ] = 0.0
    shutdown_seconds: Annotated[int, Field(ge=1, description="How long answers may take to finish after that.")] = 10
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="The least that is logged; from warning on, of the requests only those that the server failed to answer (5xx)."),
    ] = "info"
    log_format: Annotated[
        Literal["auto", "json", "text"],
        Field(
            description="json: an object a line. text: lines to read, of the requests only 5xx unless the level is debug. "
            "auto: text where the output is a terminal, else json."
        ),
    ] = "auto"
