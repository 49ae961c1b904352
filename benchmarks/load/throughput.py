"""Answers a second with 50 connections and two workers, as a share of FastAPI's hello-world in the same run (wrk)."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.load.students import PAGE_QUERY
from tests.serving import ROOT, free_port, wait_until_it_answers
from tests.site import proxying

WORKERS = 2
CONNECTIONS = 50
SMALL = "/api/v1/runs?include=states,jacobian_norms&hidden_size=32&length=100"
PAGE = f"/api/v1/runs?{PAGE_QUERY}"
NO_LIMIT = {"rate=1000r/s": "rate=1000000r/s"}  # wrk is one address that floods
HELLO, APPLICATION, PROXY = "hello", "application", "nginx"
CASES = (  # what, where, path, target
    ("hello-world", HELLO, "/", None),
    ("states + jacobian_norms, H = 32, T = 100", APPLICATION, f"{SMALL}&seed=unique", 0.08),
    ("the same, typed", APPLICATION, f"{SMALL}&arrays=typed&seed=unique", 0.08),
    ("the page's default request", APPLICATION, f"{PAGE}&seed=unique", 0.02),
    ("states + jacobian_norms, from the cache", APPLICATION, SMALL, 0.5),
    ("the same, typed, from the cache", APPLICATION, f"{SMALL}&arrays=typed", 0.5),
    ("the page's default request, from the cache", APPLICATION, PAGE, 0.5),
    ("the page's default request, kept by nginx", PROXY, PAGE, None),
)


def throughput(seconds: float, rounds: int) -> bool:
    """Print rates and shares, medians over rounds in which every case has its turn; whether all targets were met."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is not installed (Debian: apt-get install wrk).")
    rates: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        hello = stack.enter_context(_serving("benchmarks.load.hello:create_app", directory))
        application = stack.enter_context(_serving("app.main:create_app", directory))
        proxy = stack.enter_context(proxying(directory, [application.removeprefix("http://")], NO_LIMIT))
        addresses = {HELLO: hello, APPLICATION: application, PROXY: proxy.address}
        for turn in range(rounds):
            for name, where, path, _ in CASES:
                rates[name].append(_rate(wrk, addresses[where] + path, seconds, turn))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    met = True
    for name, _, _, target in CASES:
        share = medians[name] / medians["hello-world"]
        met &= target is None or share >= target
        aim = "" if target is None else f"   (target: at least {target:.0%}) {'✓' if share >= target else '✗'}"
        print(f"{name:44s} {medians[name]:9.1f} /s   {share:7.1%}{aim}")
    return met


def _rate(wrk: str, url: str, seconds: float, turn: int) -> float:
    environment = os.environ | {"FIRST_SEED": str(1 + turn * 1_000_000)}
    script = str(Path(__file__).with_name("queries.lua"))
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--timeout", "10s", "-s", script]
    done = subprocess.run([wrk, *options, url], capture_output=True, text=True, check=True, env=environment)
    found = re.search(r"^rate ([\d.]+) p99 ([\d.]+) errors (\d+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    if int(found[3]):
        raise SystemExit(f"{url}: {found[3]} errors\n{done.stdout}")
    return float(found[1])


@contextmanager
def _serving(factory: str, directory: Path) -> Iterator[str]:
    """Both applications in the same server with the same number of workers, without a log of requests."""
    port = free_port()
    log = directory / f"{port}.log"
    options = ["--factory", factory, "--port", str(port), "--workers", str(WORKERS), "--no-access-log", "--log-level", "warning"]
    with log.open("wb") as output:
        # Fifty connections that ask again at once are more than one would keep waiting; here the question is how many are served.
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "UNROLLED_WAIT_SECONDS": "10"}
        process = subprocess.Popen([sys.executable, "-m", "uvicorn", *options], cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        wait_until_it_answers(process, f"http://127.0.0.1:{port}", log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
