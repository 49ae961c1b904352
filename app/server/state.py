"""What the routes share: the settings, what computes and caches, and whether the server is ready. One object per application."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from fastapi.templating import Jinja2Templates
from prometheus_client.core import Metric

from app.server.compute.computations import Computations
from app.server.compute.lanes import Lanes
from app.server.http import logs
from app.server.http.connections import Connections
from app.server.http.metrics import Metrics, counter, counters, gauge, gauges
from app.server.stream.checkpoints import CheckpointCache
from app.server.stream.event_stream import Streams
from app.settings import Settings


@dataclass
class AppState:
    """The state of one application; the routes get it as `CurrentState`."""

    settings: Settings
    lanes: Lanes
    computations: Computations
    metrics: Metrics
    templates: Jinja2Templates
    catalog: bytes  # as JSON; it never changes
    streams: Streams
    checkpoints: CheckpointCache
    connections: Connections
    parsing: asyncio.Lock = field(default_factory=asyncio.Lock)  # held while a large body is parsed
    ready: bool = field(default=False)

    def drain(self) -> None:
        """Take no more work, and end the streams: the process has been asked to stop."""
        self.ready = False
        self.streams.drain()

    def close(self) -> None:
        """Accept no more work and cancel running computations."""
        self.ready = False
        self.computations.abandon()
        self.lanes.close()
        self.streams.close()

    def metrics_now(self) -> Iterator[Metric]:
        """Metrics of lanes, caches, streams, checkpoints and connections."""
        every_lane = [*self.lanes, self.streams.training, self.streams.replay]
        yield counters("unrolled_runs", "Runs begun, by lane.", "lane", {lane.name: lane.begun for lane in every_lane})
        yield counters("unrolled_shed", "Runs refused with 503, by lane.", "lane", {lane.name: lane.refused for lane in every_lane})
        yield counters(
            "unrolled_runs_abandoned", "Runs cancelled before they began.", "lane", {lane.name: lane.abandoned for lane in every_lane}
        )
        yield gauges("unrolled_runs_waiting", "Runs that wait, by lane.", "lane", {lane.name: lane.waiting for lane in every_lane})
        yield gauges("unrolled_runs_running", "Runs that are computed, by lane.", "lane", {lane.name: lane.running for lane in every_lane})
        yield gauges(
            "unrolled_seconds_ahead",
            "Seconds that a new run would wait.",
            "lane",
            {lane.name: lane.seconds_ahead() for lane in every_lane},
        )
        yield counters(
            "unrolled_cache",
            "Computations from the cache (hit), from a computation under way (joined), or computed (miss).",
            "result",
            self.computations.counts,
        )
        yield gauge("unrolled_cache_bytes", "Bytes of cached answers, with keys and bookkeeping.", self.computations.cache.currsize)
        yield gauge("unrolled_answer_bytes", "Bytes of all answers: cached, expected, or not yet sent.", self.computations.memory.bytes)
        yield counter("unrolled_answers_refused", "Large answers refused with 503 for lack of memory.", self.computations.memory.refused)
        yield gauge("unrolled_streams_open", "Training runs that are being streamed.", self.streams.active)
        yield counter("unrolled_streams", "Training runs that were streamed.", self.streams.opened)
        yield counter("unrolled_streams_displaced", "Streams that gave way to a client with fewer.", self.streams.displaced)
        yield counter("unrolled_training_steps", "Steps of streamed training runs that were computed.", self.streams.steps_computed)
        yield gauge("unrolled_checkpoint_bytes", "Bytes of the cached states of training runs.", self.checkpoints.bytes)
        yield gauge("unrolled_connections_open", "Open connections.", len(self.connections))
        refused = dict(self.connections.refused)
        yield counters("unrolled_connections_refused", "Connections answered or closed by the server itself.", "reason", refused)
        yield counter("unrolled_log_lines_dropped", "Log lines dropped because standard output is not read.", logs.dropped_lines())
        yield gauge("unrolled_ready", "1 where this process may be sent work.", self.ready)


async def current_server(request: Request) -> AppState:
    """The server that answers this request."""
    server = request.app.state.server
    assert isinstance(server, AppState)
    return server


CurrentState = Annotated[AppState, Depends(current_server)]
