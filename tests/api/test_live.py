"""Over a socket, as a stranger meets it: health, a malformed request, a heavy run beside light ones, the end of the process."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.wire import strict_json
from tests.serving import serving

RUNS = "/api/v1/runs"


@pytest.fixture
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, trust_env=False, timeout=30) as client:
        yield client


def test_health_and_readiness(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert "server" not in client.get("/healthz").headers


def test_the_echo_posted_back_gives_the_same_bytes(client: httpx.Client) -> None:
    got = client.get(RUNS)
    assert client.post(RUNS, json=got.json()["parameters"]).content == got.content


def test_a_body_that_never_ends_is_cut_at_the_limit(live_server: str) -> None:
    address = urlsplit(live_server)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(
            b"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        try:
            for _ in range(200):  # 13 MB, where 8 are allowed
                connection.sendall(piece)
        except OSError:
            pass  # the server has closed its end
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "request_line",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"get / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_and_harms_nothing(live_server: str, client: httpx.Client, request_line: bytes) -> None:
    address = urlsplit(live_server)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(request_line)
        received = b""
        while not received.endswith(b"}}"):  # the head and the body may come apart
            piece = connection.recv(4096)
            assert piece, received
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 4")
    assert b"content-type: application/json" in head
    assert set(strict_json(body)["error"]) == {"code", "message", "parameter", "allowed", "details"}
    assert client.get("/healthz").status_code == 200


def test_the_server_answers_while_a_heavy_run_goes_on(client: httpx.Client, live_server: str) -> None:
    heavy = {"source": "sine", "length": 450, "hidden_size": 128, "include": "jacobian_norms,flow_matrix"}
    done = threading.Event()
    statuses = []

    def run() -> None:
        statuses.append(httpx.get(live_server + RUNS, params=heavy, trust_env=False, timeout=120).status_code)
        done.set()

    thread = threading.Thread(target=run)
    thread.start()
    waits = []
    while not done.is_set():
        before = time.perf_counter()
        assert client.get("/healthz").status_code == 200
        waits.append(time.perf_counter() - before)
        time.sleep(0.01)
    thread.join()
    assert statuses == [200]
    assert len(waits) > 10
    assert sorted(waits)[len(waits) // 2] < 0.2
    assert max(waits) < 2.0


def test_past_the_queue_the_answer_is_503_with_retry_after(tmp_path: Path) -> None:
    heavy = {"source": "sine", "length": 600, "hidden_size": 100, "include": "flow_matrix"}
    with serving(tmp_path / "log.txt", UNROLLED_WORKERS="1", UNROLLED_QUEUE_LENGTH="1") as address:
        answers: list[httpx.Response] = []

        def run(seed: int) -> None:
            answers.append(httpx.get(address + RUNS, params={**heavy, "seed": seed}, trust_env=False, timeout=120))

        threads = [threading.Thread(target=run, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status_code for answer in answers} == {200, 503}
        for answer in answers:
            if answer.status_code == 503:
                assert answer.json()["error"]["code"] == "server_busy"
                assert int(answer.headers["retry-after"]) >= 1
        assert httpx.get(address + RUNS, trust_env=False).status_code == 200
