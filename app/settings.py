"""Everything an operator may set, from environment variables UNROLLED_HOST, UNROLLED_PORT, UNROLLED_…"""

import os
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The server's settings. The defaults suit one person or a class on one machine."""

    model_config = SettingsConfigDict(env_prefix="UNROLLED_", frozen=True, extra="forbid")

    host: Annotated[str, Field(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port to listen on; 0 takes a free one.")] = 8000
    max_seconds: Annotated[float, Field(gt=0, description="The longest that one run may be estimated to take, in seconds.")] = 10.0
    max_megabytes: Annotated[float, Field(gt=0, description="The most memory that one run may be estimated to need, in MB.")] = 512.0
    max_body_bytes: Annotated[int, Field(ge=1024, description="The largest request body, in bytes.")] = 8_000_000
    max_url_bytes: Annotated[int, Field(ge=1024, description="The longest request target (path and query), in bytes.")] = 24_000
    inline_seconds: Annotated[
        float, Field(ge=0, description="Runs estimated to take no longer than this are computed at once; longer ones wait for a worker.")
    ] = 0.007
    workers: Annotated[int, Field(ge=1, description="How many longer runs are computed at the same time. Default: one per core.")] = (
        os.cpu_count() or 1
    )
    queue_length: Annotated[int, Field(ge=0, description="How many longer runs may wait for a worker; beyond it the answer is 503.")] = 64
    max_streams: Annotated[
        int, Field(ge=1, description="Training runs that may be streamed at the same time; beyond it the answer is 503.")
    ] = 64
    max_training_seconds: Annotated[
        float, Field(gt=0, description="The longest that a streamed training run may be estimated to take on its own, in seconds.")
    ] = 600.0
    checkpoint_megabytes: Annotated[
        float, Field(ge=0, description="Memory for states of training runs, which make going on after a lost connection quick, in MB.")
    ] = 64.0
    cache_seconds: Annotated[int, Field(ge=0, description="How long a browser or proxy may keep the answer of a GET, in seconds.")] = 600
    log_level: Annotated[str, Field(description="uvicorn's log level.")] = "info"
