"""Training streams over real sockets: a server that is killed, a page that is closed, many at once, too many, a client that is slow."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from app.train.parameters import TrainingParameters
from app.train.training import Step, events
from tests.api.events import COLUMNS, Series, parsed
from tests.serving import ROOT, free_port, serving, wait_until_it_answers

EVENTS = "/api/v1/trainings/events"
RUN = {
    "task": "adding",
    "steps": 2500,
    "hidden_size": 16,
    "length": 20,
    "clip_threshold": 0.5,
    "optimizer": "rmsprop",
    "snapshot_every": 500,
}
LONG = {"task": "adding", "steps": 100_000, "hidden_size": 16, "length": 20}
PATIENT = {"UNROLLED_MAX_TRAINING_SECONDS": "100000"}


def in_this_process(**parameters: Any) -> dict[str, list[Any]]:
    """Every number of every step, told by nobody over no network."""
    steps = [event for event in events(TrainingParameters(**parameters)) if isinstance(event, Step)]
    return {name: [getattr(step, name) for step in steps] for name in COLUMNS}


@contextmanager
def stream(address: str, last_id: str = "", **parameters: Any) -> Iterator[httpx.Response]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    with httpx.stream("GET", address + EVENTS, params=parameters, headers=headers, trust_env=False, timeout=120) as response:
        yield response


@contextmanager
def server_on(port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"UNROLLED_HOST": "127.0.0.1", "UNROLLED_PORT": str(port), **PATIENT}
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "app"], cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        wait_until_it_answers(process, f"http://127.0.0.1:{port}", log)
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_server_is_killed_in_the_middle_and_another_one_goes_on_number_by_number(tmp_path: Path) -> None:
    port, series, connections = free_port(), Series(), 0
    address = f"http://127.0.0.1:{port}"
    while series.ended is None:
        with server_on(port, tmp_path / f"log{connections}.txt") as process:
            connections += 1
            with suppress(httpx.RemoteProtocolError, httpx.ReadError), stream(address, series.id, **RUN) as response:
                assert response.status_code == 200
                begun = series.steps
                for event in parsed(response.iter_lines(), series.id):
                    series.hear(event)
                    if connections < 3 and series.steps > begun + 200:
                        process.send_signal(signal.SIGKILL)
    assert connections == 3  # two were killed
    assert series.ended == {"steps": 2500, "completed": True}
    assert series.columns == in_this_process(**RUN)
    assert sorted(series.snapshots) == list(range(0, 2501, 500))


@pytest.fixture(scope="module")
def patient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that takes on the longest of runs."""
    with serving(tmp_path_factory.mktemp("streams") / "log.txt", **PATIENT) as address:
        yield address


def metric(address: str, name: str) -> float:
    lines = httpx.get(f"{address}/metrics", trust_env=False, timeout=30).text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


def until_still(address: str, seconds: float = 20) -> None:
    """Wait until no stream is open."""
    give_up = time.monotonic() + seconds
    while metric(address, "unrolled_streams_open"):
        assert time.monotonic() < give_up, "a stream is still open"
        time.sleep(0.02)


def test_closing_the_connection_stops_the_computation(patient_server: str) -> None:
    with stream(patient_server, **LONG) as response:
        told = parsed(response.iter_lines())
        while (event := next(told)).name != "step" or event.data["last"] <= 100:
            pass
        assert metric(patient_server, "unrolled_streams_open") == 1
    until_still(patient_server, seconds=5)
    computed = metric(patient_server, "unrolled_training_steps_total")
    assert 100 < computed < 100_000
    time.sleep(0.5)
    assert metric(patient_server, "unrolled_training_steps_total") == computed


def test_a_client_that_does_not_read_slows_its_own_run_down_and_nothing_else(patient_server: str) -> None:
    """What isn't read is not computed: the run waits as soon as the socket's buffers are full."""
    url = urlsplit(patient_server)
    before = metric(patient_server, "unrolled_training_steps_total")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((url.hostname, url.port))
        query = urlencode({**LONG, "hidden_size": 2, "length": 2, "batch_size": 1, "snapshot_every": 1})  # many bytes for little work
        connection.sendall(f"GET {EVENTS}?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        still_since, last = time.monotonic(), before
        give_up = time.monotonic() + 60
        while time.monotonic() - still_since < 1.5:
            assert time.monotonic() < give_up, "it computes on"
            now = metric(patient_server, "unrolled_training_steps_total")
            if now != last:
                still_since, last = time.monotonic(), now
            time.sleep(0.1)
        assert before < last < before + 100_000
        assert httpx.get(f"{patient_server}/api/v1/runs", trust_env=False, timeout=30).status_code == 200
    until_still(patient_server)


def test_twenty_streams_at_once_lose_nothing_and_the_rest_of_the_server_answers(patient_server: str) -> None:
    run = {**RUN, "steps": 250, "snapshot_every": 100}
    done = threading.Event()
    waits: list[float] = []

    def explore() -> None:
        seed = 0
        while not done.is_set():
            begun = time.perf_counter()
            answer = httpx.get(f"{patient_server}/api/v1/runs", params={"seed": seed}, trust_env=False, timeout=60)
            assert answer.status_code == 200
            waits.append(time.perf_counter() - begun)
            seed += 1

    def listen(seed: int) -> Series:
        series = Series()
        with stream(patient_server, **run, seed=seed) as response:
            for event in parsed(response.iter_lines()):
                series.hear(event)
        return series

    with ThreadPoolExecutor(21) as pool:
        exploring = pool.submit(explore)
        heard = list(pool.map(listen, range(20)))
        done.set()
        exploring.result()
    for series in heard:
        assert series.ended == {"steps": 250, "completed": True}
        assert sorted(series.snapshots) == [0, 100, 200, 250]
        assert series.steps == 250
    for seed in (0, 7, 19):  # the others are as good; computing them again would only take time
        assert heard[seed].columns == in_this_process(**run, seed=seed)
    assert statistics.median(waits) < 1.0
    until_still(patient_server)


def test_events_come_at_most_twenty_times_a_second(patient_server: str) -> None:
    """However fast the steps are, and though each of them has a snapshot."""
    with stream(patient_server, task="adding", steps=1500, length=4, hidden_size=2, batch_size=1, snapshot_every=1) as response:
        arrivals = [time.monotonic() for _ in parsed(response.iter_lines())]
    assert len(arrivals) > 5
    assert len(arrivals) <= 20.0 * (arrivals[-1] - arrivals[0]) + 5  # the first and the last ones may stand close together


def test_past_the_most_streams_the_answer_is_503_until_one_ends(tmp_path: Path) -> None:
    with serving(tmp_path / "log.txt", UNROLLED_MAX_STREAMS="1", **PATIENT) as address:
        with stream(address, **LONG) as response:
            told = parsed(response.iter_lines())
            assert next(told).name == "started"
            refused = httpx.get(address + EVENTS, params=LONG, trust_env=False)
            assert refused.status_code == 503
            assert refused.json()["error"]["code"] == "server_busy"
            assert int(refused.headers["retry-after"]) >= 1
        until_still(address)
        with stream(address, **{**LONG, "steps": 1}) as response:
            assert [event.name for event in parsed(response.iter_lines())][-1] == "finished"
