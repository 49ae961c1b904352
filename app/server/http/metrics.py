"""Metrics in Prometheus' format. What other modules count is read at each scrape."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app import __version__

Counted = Callable[[], Iterator[Metric]]

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.4, 1.0, 2.5, 10.0, 30.0)


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter("unrolled_requests", "Answers.", ("method", "route", "status"), registry=self.registry)
        self._seconds = Histogram(
            "unrolled_request_seconds",
            "From the first byte of a request to the last of its answer, by where it was computed.",
            ("route", "size"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._in_flight = Gauge("unrolled_requests_in_flight", "Requests that are being answered.", registry=self.registry)
        Gauge("unrolled_info", "The version.", ("version",), registry=self.registry).labels(__version__).set(1)

    def read(self, counted: Counted) -> None:
        """Register a callable that yields metrics at every scrape."""
        self.registry.register(Reading(counted))

    def begin(self) -> None:
        """Count a request whose answer begins."""
        self._in_flight.inc()

    def end(self, method: str, route: str, status: int, size: str, seconds: float) -> None:
        """Count a request that has been answered; status 0: the client had gone."""
        self._in_flight.dec()
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route, size).observe(seconds)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)


class Reading(Collector):
    """A collector that calls a callable."""

    def __init__(self, counted: Counted) -> None:
        self.counted = counted

    def collect(self) -> Iterator[Metric]:
        """As Prometheus' library asks for it."""
        return self.counted()

    def describe(self) -> list[Metric]:
        """Nothing: the names are known when they are read."""
        return []


def counter(name: str, about: str, value: float) -> Metric:
    """A number that only grows."""
    return CounterMetricFamily(name, about, value)


def gauge(name: str, about: str, value: float) -> Metric:
    """A number that goes up and down."""
    return GaugeMetricFamily(name, about, value)


def counters(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    """Numbers that only grow, by label."""
    family = CounterMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def gauges(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    """Numbers that go up and down, by label."""
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
