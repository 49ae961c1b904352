"""The end of the process: asked to stop it takes nothing new, finishes what it has begun, tells streams where to go on, and succeeds."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.serving import ROOT, free_port, wait_until_it_answers

RUNS = "/api/v1/runs"
LONG = {"source": "sine", "length": 400, "hidden_size": 128, "include": "jacobian_norms,flow_matrix"}
TRAINING = {"task": "adding", "steps": 100_000, "hidden_size": 16, "length": 20}


@contextmanager
def server(log: Path, **settings: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server whose end is the test's to watch."""
    port = free_port()
    environment = os.environ | {"UNROLLED_HOST": "127.0.0.1", "UNROLLED_PORT": str(port), **settings}
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "app"], cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        wait_until_it_answers(process, f"http://127.0.0.1:{port}", log)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def test_asked_to_stop_while_idle_it_succeeds_soon(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with server(tmp_path / "log.txt") as (_, process):
            process.send_signal(number)
            assert process.wait(timeout=15) == 0
            assert "Traceback" not in (tmp_path / "log.txt").read_text("utf-8")


def test_a_running_answer_is_finished(tmp_path: Path) -> None:
    with server(tmp_path / "log.txt", UNROLLED_SHUTDOWN_SECONDS="60") as (address, process):
        answers: list[httpx.Response] = []
        asking = threading.Thread(target=lambda: answers.append(httpx.get(address + RUNS, params=LONG, trust_env=False, timeout=60)))
        asking.start()
        until(lambda: metric(address, 'unrolled_runs_running{lane="long"}') == 1)
        process.send_signal(signal.SIGTERM)
        asking.join()
        assert process.wait(timeout=60) == 0
        assert [answer.status_code for answer in answers] == [200]
        assert answers[0].json()["flow_matrix"]
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{address}/healthz", trust_env=False)


def test_a_stream_ends_with_the_event_that_says_where_to_go_on(tmp_path: Path) -> None:
    with server(tmp_path / "log.txt", UNROLLED_MAX_TRAINING_SECONDS="100000") as (address, process):
        events: list[tuple[str, dict[str, object]]] = []
        with httpx.stream("GET", f"{address}/api/v1/trainings/events", params=TRAINING, trust_env=False, timeout=60) as response:
            name = ""
            for line in response.iter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    events.append((name, json.loads(line.removeprefix("data: "))))
                    if name == "step" and process.poll() is None and len([1 for one, _ in events if one == "step"]) == 1:
                        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
        last, told = events[-1]
        assert last == "interrupted"
        assert told["reason"] == "shutdown"
        assert told["step"] == [data["last"] for one, data in events if one == "step"][-1]
        assert str(told["resume"]).endswith(f"last_event_id={told['step']}")


def test_while_it_drains_it_is_not_ready_and_still_answers(tmp_path: Path) -> None:
    with server(tmp_path / "log.txt", UNROLLED_DRAIN_SECONDS="3") as (address, process):
        assert httpx.get(f"{address}/readyz", trust_env=False).status_code == 200
        process.send_signal(signal.SIGTERM)
        until(lambda: httpx.get(f"{address}/readyz", trust_env=False).status_code == 503)
        assert httpx.get(f"{address}/healthz", trust_env=False).status_code == 200
        assert httpx.get(address + RUNS, trust_env=False).status_code == 200
        refused = httpx.get(f"{address}/api/v1/trainings/events", params=TRAINING, trust_env=False)
        assert refused.status_code == 503
        assert process.wait(timeout=15) == 0


def test_a_run_that_does_not_end_does_not_keep_the_process(tmp_path: Path) -> None:
    endless = {"source": "sine", "length": 1500, "hidden_size": 300, "include": "flow_matrix"}
    settings = {"UNROLLED_MAX_SECONDS": "1000", "UNROLLED_MAX_MEGABYTES": "10000", "UNROLLED_SHUTDOWN_SECONDS": "1"}
    with server(tmp_path / "log.txt", **settings) as (address, process):
        asking = threading.Thread(target=ask_in_vain, args=(address, endless))
        asking.start()
        until(lambda: metric(address, 'unrolled_runs_running{lane="long"}') == 1)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - begun < 15
        asking.join()


def ask_in_vain(address: str, parameters: dict[str, object]) -> None:
    with suppress(httpx.TransportError):
        httpx.get(address + RUNS, params=parameters, trust_env=False, timeout=60)


def metric(address: str, name: str) -> float:
    lines = httpx.get(f"{address}/metrics", trust_env=False).text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(name))


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not come to pass"
        time.sleep(0.02)
