"""Twenty training streams at once on one server: does everything arrive, and how long do people on the Explore page wait meanwhile?

    python -m benchmarks.streams [--streams 20] [--seconds 15]

Each stream trains for the whole time; an explorer asks for a run that no cache knows, four times a second, as a hand on a slider does.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx

from benchmarks.report import Report
from tests.api.events import Series, parsed
from tests.serving import serving

EVENTS, RUNS = "/api/v1/trainings/events", "/api/v1/runs"
TRAINING = {"task": "adding", "length": 20, "hidden_size": 24, "optimizer": "rmsprop", "clip_threshold": 1.0, "steps": 100_000}
PAUSE = 0.25


@dataclass
class Waits:
    """Seconds that an explorer waited for each answer."""

    seconds: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def __str__(self) -> str:
        return (
            f"p50 {1e3 * median(self.seconds):.0f} ms, p95 {1e3 * self.percentile(0.95):.0f} ms, slowest {1e3 * max(self.seconds):.0f} ms"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams")
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15.0)
    given = parser.parse_args()
    report = Report()
    settings = {"UNROLLED_MAX_STREAMS": str(given.streams), "UNROLLED_MAX_TRAINING_SECONDS": "100000"}
    with tempfile.TemporaryDirectory() as directory, serving(Path(directory) / "log.txt", **settings) as address:
        report.heading("Explore, nobody trains")
        print(f"  {explored(address, given.seconds / 3)}")
        report.heading(f"One stream, {given.seconds / 3:.0f} s")
        with streaming(address, 1) as series:
            time.sleep(given.seconds / 3)
        print(f"  {series[0].steps / (given.seconds / 3):.0f} steps a second")
        report.heading(f"{given.streams} streams, {given.seconds:.0f} s")
        with streaming(address, given.streams) as series:
            waits = explored(address, given.seconds)
        steps = [one.steps for one in series]
        print(f"  {sum(steps) / given.seconds:.0f} steps a second together; the quickest stream {max(steps)}, the slowest {min(steps)}")
        print(f"  Explore meanwhile: {waits}")
        report.target("streams that moved", sum(count > 0 for count in steps), given.streams, at_least=True, unit="streams")
        report.target("Explore, p95", 1e3 * waits.percentile(0.95), 300.0, unit="ms")
    report.summary()
    return bool(report.missed)


@contextmanager
def streaming(address: str, count: int) -> Iterator[list[Series]]:
    """So many streams, each heard by a thread of its own that notices what is lost or doubled (see `Series.hear`)."""
    heard, enough = [Series() for _ in range(count)], threading.Event()

    def listen(seed: int) -> None:
        query = {**TRAINING, "seed": seed}
        with httpx.stream("GET", address + EVENTS, params=query, trust_env=False, timeout=60) as response:
            for event in parsed(response.iter_lines()):
                heard[seed].hear(event)
                if enough.is_set():
                    return

    threads = [threading.Thread(target=listen, args=(seed,)) for seed in range(count)]
    for thread in threads:
        thread.start()
    yield heard
    enough.set()
    for thread in threads:
        thread.join()


def explored(address: str, seconds: float) -> Waits:
    """What one person waits for who drags a slider for so long."""
    waits, until = Waits(), time.monotonic() + seconds
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        while time.monotonic() < until:
            begun = time.perf_counter()
            client.get(RUNS, params={"seed": time.time_ns() % 2**31, "arrays": "typed"}).raise_for_status()
            waits.seconds.append(time.perf_counter() - begun)
            time.sleep(max(0.0, PAUSE - waits.seconds[-1]))
    return waits


if __name__ == "__main__":
    sys.exit(main())
