"""Processor time that one request takes of the server's process, everything between its socket and its answer included.

    python -m benchmarks.requests [--requests 500] [--beside DIRECTORY]

One client, one connection at a time; every run has a seed of its own, so that no cache helps it. With --beside the server of another
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

from benchmarks.load.students import page_query
from benchmarks.report import Report
from tests.serving import ROOT
from tests.site import Copy

TURN = 50  # requests to one server before the other has its turn
WARM_UP = 20
SEEDS = 10**6  # of each kind of request


@dataclass(frozen=True)
class Question:
    """One kind of request: its address by seed and the page's query, and the most milliseconds that it may take."""

    what: str
    address: Callable[[int, str], str]
    limit: float | None = None


QUESTIONS = (
    # In a window of 1440 × 900 what is drawn from flow_matrix and gradient_by_lag is out of view: a slider that moves asks for neither.
    Question("the page's run, as it opens", lambda seed, page: f"/api/v1/runs?seed={seed}&{without(page)}", 2.5),
    Question("the page's run, all figures in view", lambda seed, page: f"/api/v1/runs?seed={seed}&{page}"),
    Question("the API's default run, typed", lambda seed, _: f"/api/v1/runs?seed={seed}&arrays=typed"),
    Question("/, its first answer from the cache", lambda *_: "/", 2.0),
    Question("/, its first answer computed", lambda seed, _: f"/?seed={seed}"),
    Question("/train", lambda *_: "/train", 2.0),
    Question("/cliff", lambda *_: "/cliff", 2.0),
)


def without(page_query: str) -> str:
    """The page's query as it is while a slider moves."""
    return page_query.replace("flow_matrix,", "").replace("gradient_by_lag,", "")


@dataclass
class Asked:
    """One server, and a connection to it."""

    copy: Copy
    connection: http.client.HTTPConnection = field(init=False)
    page_query: str = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(self.copy.address).netloc, timeout=60)
        self.page_query = page_query(self.get("/api/v1/catalog"))

    def milliseconds(self, question: Question, seeds: Sequence[int]) -> float:
        """Processor time of the process for all of these requests, on a new connection."""
        self.connection.close()  # idle while the other server had its turn, it may have been closed from there
        begun = self.copy.cpu_seconds()
        for seed in seeds:
            self.get(question.address(seed, self.page_query), {"Accept-Encoding": "gzip, deflate"})
        return 1e3 * (self.copy.cpu_seconds() - begun)

    def get(self, address: str, headers: dict[str, str] | None = None) -> bytes:
        self.connection.request("GET", address, headers=headers or {})
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{address} was answered with {response.status}: {body[:300]!r}")
        return body


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
        server.milliseconds(question, seeds[:WARM_UP])
    for start in range(WARM_UP, len(seeds), TURN):
        for number, server in enumerate(servers):
            totals[number] += server.milliseconds(question, seeds[start : start + TURN])
    return [total / (len(seeds) - WARM_UP) for total in totals]


if __name__ == "__main__":
    sys.exit(main())
