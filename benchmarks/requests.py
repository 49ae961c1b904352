"""Processor time that one request takes of the server's process, everything between its socket and its answer included.

    python -m benchmarks.requests [--requests 500] [--beside DIRECTORY]

One client on one connection; every run has a seed of its own, so that no cache helps it. With --beside the server of another
checkout is asked in turns, so that a busy machine makes both slower.
"""

import argparse
import http.client
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.load.students import PAGE_QUERY
from benchmarks.report import Report
from tests.serving import ROOT
from tests.site import Copy

TURN = 50  # requests to one server before the other has its turn
WARM_UP = 20
SEEDS = 10**6  # of each kind of request


@dataclass(frozen=True)
class Question:
    """One kind of request: its address by number, and the most milliseconds that it may take."""

    what: str
    address: Callable[[int], str]
    limit: float | None = None


QUESTIONS = (
    Question("the page's default run", lambda seed: f"/api/v1/runs?seed={seed}&{PAGE_QUERY}", 2.5),
    Question("the API's default run, typed", lambda seed: f"/api/v1/runs?seed={seed}&arrays=typed"),
    Question("/, its first answer from the cache", lambda _: "/", 2.0),
    Question("/, its first answer computed", lambda seed: f"/?seed={seed}"),
    Question("/train", lambda _: "/train", 2.0),
    Question("/cliff", lambda _: "/cliff", 2.0),
)


@dataclass
class Asked:
    """One server, and a connection to it."""

    copy: Copy
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(self.copy.address).netloc, timeout=60)

    def milliseconds(self, addresses: list[str]) -> float:
        """Processor time of the process for all of these requests."""
        begun = self.copy.cpu_seconds()
        for address in addresses:
            self.connection.request("GET", address, headers={"Accept-Encoding": "gzip, deflate"})
            response = self.connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"{address} was answered with {response.status}: {body[:300]!r}")
        return 1e3 * (self.copy.cpu_seconds() - begun)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.requests")
    parser.add_argument("--requests", type=int, default=500, help="of each kind")
    parser.add_argument("--beside", type=Path, help="the directory of another checkout")
    given = parser.parse_args()
    report = Report()
    directories = [ROOT, *([given.beside.resolve()] if given.beside else [])]
    with tempfile.TemporaryDirectory() as logs, ExitStack() as stack:
        servers = []
        for number, directory in enumerate(directories):
            copy = Copy(Path(logs) / f"{number}.log", {"UNROLLED_LOG_LEVEL": "warning"}, directory=directory)
            stack.callback(copy.end)
            copy.start()
            servers.append(Asked(copy))
        report.heading(f"Milliseconds of processor time, mean of {given.requests} requests")
        for number, question in enumerate(QUESTIONS):
            means = measured(question, servers, range(number * SEEDS, number * SEEDS + WARM_UP + given.requests))
            print(f"{question.what:36s} " + "   beside ".join(f"{mean:6.2f}" for mean in means), flush=True)
            if question.limit is not None:
                report.target(question.what, means[0], question.limit, unit="ms")
    report.heading("Targets")
    print("all met" if not report.missed else "missed:")
    report.lines(report.missed)
    return bool(report.missed)


def measured(question: Question, servers: list[Asked], seeds: Sequence[int]) -> list[float]:
    """Mean milliseconds per request of each server; the first few only warm it up."""
    totals = [0.0] * len(servers)
    for server in servers:
        server.milliseconds([question.address(seed) for seed in seeds[:WARM_UP]])
    for start in range(WARM_UP, len(seeds), TURN):
        addresses = [question.address(seed) for seed in seeds[start : start + TURN]]
        for number, server in enumerate(servers):
            totals[number] += server.milliseconds(addresses)
    return [total / (len(seeds) - WARM_UP) for total in totals]


if __name__ == "__main__":
    sys.exit(main())
