"""The application alone, and clients that are too slow, too many, or say what isn't HTTP: each is answered or closed in time."""

import http.client
import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from app.server.http.connection_limits import LINGER_BYTES
from app.server.http.security_headers import SECURITY_HEADERS
from tests.serving import serving
from tests.site import Copy

HEAD_SECONDS, PROGRESS_SECONDS, PACE = 1.0, 1.5, 20_000
RUNS = "/api/v1/runs"
POST = b"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
JSON = {"Content-Type": "application/json"}
LARGE_ANSWER = b"GET /api/v1/runs?source=sine&length=3000&hidden_size=128&include=states HTTP/1.1\r\nHost: localhost\r\n\r\n"
STREAM = b"GET /api/v1/trainings/events?steps=100000&hidden_size=16 HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that gives its clients little time."""
    settings = {
        "UNROLLED_HEAD_SECONDS": str(HEAD_SECONDS),
        "UNROLLED_PROGRESS_SECONDS": str(PROGRESS_SECONDS),
        "UNROLLED_MIN_BYTES_PER_SECOND": str(PACE),
        "UNROLLED_MAX_CONNECTIONS": "12",
    }
    with serving(tmp_path_factory.mktemp("impatient") / "log.txt", **settings) as address:
        yield address


def connect(address: str, buffer: int | None = None) -> socket.socket:
    parts = urlsplit(address)
    connection = socket.socket()
    if buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.settimeout(15)
    connection.connect((parts.hostname, parts.port))
    return connection


def everything(connection: socket.socket) -> bytes:
    """What comes until the server closes."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def refusal(answer: bytes) -> tuple[int, str]:
    """Status and code of an answer in the one shape with all its headers."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("ascii").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert headers["content-type"] == "application/json"
    assert {name.lower() for name in SECURITY_HEADERS} <= set(headers)
    assert len(headers["x-request-id"]) == 32
    assert (headers["connection"], headers["cache-control"]) == ("close", "no-store")
    assert int(headers["content-length"]) == len(body)
    error = json.loads(body)["error"]
    assert set(error) == {"code", "message", "parameter", "allowed", "details"}
    return int(status_line.split()[1]), error["code"]


def test_a_silent_connection_is_closed(impatient: str) -> None:
    begun = time.monotonic()
    with connect(impatient) as connection:
        assert everything(connection) == b""
    assert HEAD_SECONDS <= time.monotonic() - begun < HEAD_SECONDS + 3


@pytest.mark.parametrize("line", [b"GET /heal", b"GET /healthz HTTP/1.1\r\nX-Slow: "])
def test_half_a_head_is_refused_though_bytes_trickle_in(impatient: str, line: bytes) -> None:
    with connect(impatient) as connection:
        connection.sendall(line)
        for _ in range(6):
            time.sleep(0.1)
            connection.sendall(b"a")
        assert refusal(everything(connection)) == (408, "request_timeout")


@pytest.mark.parametrize("framing", [b"Content-Length: 100000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
def test_a_body_that_trickles_is_refused(impatient: str, framing: bytes) -> None:
    with connect(impatient) as connection:
        connection.sendall(POST + framing)
        for _ in range(5):
            time.sleep(0.1)
            connection.sendall(b" " if b"Length" in framing else b"1\r\n \r\n")
        assert refusal(everything(connection)) == (408, "request_timeout")


def test_a_body_may_take_longer_if_it_keeps_coming(impatient: str) -> None:
    with connect(impatient) as connection:
        body = b"{}".rjust(40 * 8000)
        connection.sendall(POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        begun = time.monotonic()
        for start in range(0, len(body), 8000):
            connection.sendall(body[start : start + 8000])
            time.sleep(0.1)
        assert time.monotonic() - begun > 2 * PROGRESS_SECONDS
        assert everything(connection).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_nobody_reads_is_given_up(impatient: str) -> None:
    with connect(impatient, buffer=4096) as connection:
        connection.sendall(LARGE_ANSWER)
        time.sleep(2 * PROGRESS_SECONDS + 3)
        with suppress(ConnectionError):
            assert not everything(connection).endswith((b"}", b"0\r\n\r\n"))
    assert refused(impatient, "slow_reader") == 1


def test_an_answer_that_is_read_slowly_but_steadily_comes_whole(impatient: str) -> None:
    with connect(impatient, buffer=65536) as connection:
        connection.sendall(LARGE_ANSWER.replace(b"Host", b"Connection: close\r\nHost"))
        begun, received = time.monotonic(), b""
        while piece := connection.recv(65536):
            received += piece
            if time.monotonic() - begun < 2 * PROGRESS_SECONDS + 2:
                time.sleep(0.2)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith((b"}", b"0\r\n\r\n"))


def test_a_stream_that_is_read_stays_open(impatient: str) -> None:
    with connect(impatient) as connection:
        connection.sendall(STREAM)
        begun = time.monotonic()
        while time.monotonic() - begun < 2 * PROGRESS_SECONDS + 2:
            assert connection.recv(65536), "it was closed"


def test_whoever_waits_longest_makes_room_for_a_new_connection(impatient: str) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(connect(impatient)) for _ in range(12)]
        assert httpx.get(f"{impatient}/healthz", trust_env=False).status_code == 200
        assert refused(impatient, "room_for_another") >= 1
        assert everything(silent[0]) == b""


def test_a_connection_too_many_gets_the_one_shape(impatient: str) -> None:
    with ExitStack() as stack:
        for _ in range(12):
            stream = stack.enter_context(connect(impatient))
            stream.sendall(STREAM)
            assert stream.recv(100)
        with connect(impatient) as one_more:
            assert refusal(everything(one_more)) == (503, "server_busy")


def refused(address: str, reason: str) -> float:
    """The server's own count."""
    lines = httpx.get(f"{address}/metrics", trust_env=False).text.splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(f'unrolled_connections_refused_total{{reason="{reason}"')), 0)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GARBAGE\r\n\r\n", (400, "bad_request")),
        (b"GET / HTTP/9.9\r\n\r\n", (400, "bad_request")),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", (400, "bad_request")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (400, "bad_request")),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", (400, "bad_request")),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 50_000, (431, "headers_too_large")),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n", (431, "headers_too_large")),
    ],
    ids=["words", "version", "length", "tls", "bad chunk", "trailers without end", "long header"],
)
def test_what_the_parser_refuses_has_the_one_shape(live_server: str, sent: bytes, expected: tuple[int, str]) -> None:
    with connect(live_server) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert refusal(everything(connection)) == expected


def test_what_stands_before_rubbish_is_answered(live_server: str) -> None:
    with connect(live_server) as connection:
        connection.sendall(b"GET /api/v1/runs?source=sine&length=400&hidden_size=64 HTTP/1.1\r\nHost: localhost\r\n\r\nGARBAGE\r\n\r\n")
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"HTTP/1.1 ") == 1


LARGE = b" " * 10_000_000


def by_http_client(address: str) -> tuple[int, bytes]:
    parts = urlsplit(address)
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)) as connection:
        connection.request("POST", RUNS, LARGE, JSON)
        answer = connection.getresponse()
        return answer.status, answer.read()


def by_urllib(address: str) -> tuple[int, bytes]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(address + RUNS, LARGE, JSON), timeout=20)
    with caught.value as answer:
        return answer.code, answer.read()


def by_httpx(address: str) -> tuple[int, bytes]:
    answer = httpx.post(address + RUNS, content=LARGE, headers={**JSON, "Connection": "close"}, trust_env=False)
    return answer.status_code, answer.content


def in_chunks(address: str) -> tuple[int, bytes]:
    pieces = (b" " * 65536 for _ in range(160))
    answer = httpx.post(address + RUNS, content=pieces, headers={**JSON, "Connection": "close"}, trust_env=False)
    return answer.status_code, answer.content


def by_curl(address: str) -> tuple[int, bytes]:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    headers = ["-H", "Content-Type: application/json", "-H", "Expect:", "-H", "Connection: close"]
    command = [program, "-sS", *headers, "--data-binary", "@-", "-w", "\n%{http_code}", address + RUNS]
    done = subprocess.run(command, input=LARGE, capture_output=True, check=True)
    body, _, status = done.stdout.rpartition(b"\n")
    return int(status), body


CLIENTS: list[Callable[[str], tuple[int, bytes]]] = [by_http_client, by_urllib, by_httpx, in_chunks, by_curl]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_that_still_sends_reads_that_its_body_is_too_large(live_server: str, client: Callable[[str], tuple[int, bytes]]) -> None:
    for _ in range(3):
        status, body = client(live_server)
        assert (status, json.loads(body)["error"]["code"]) == (413, "body_too_large")


def test_what_a_refused_client_goes_on_sending_is_bounded(live_server: str) -> None:
    with connect(live_server) as connection:
        connection.sendall(POST + b"Content-Length: 99999999999\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
        sent = 0
        with suppress(ConnectionError):
            while sent < 3 * LINGER_BYTES:
                sent += connection.send(LARGE)
        assert sent < 3 * LINGER_BYTES


def test_a_request_that_crosses_the_end_of_the_process_is_answered(tmp_path: Path) -> None:
    """A proxy keeps connections open, and may just be sending on one when the process is asked to stop."""
    copy = Copy(tmp_path / "log.txt")
    copy.start()
    try:
        with connect(copy.address) as connection:
            ask = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
            connection.sendall(ask)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            copy.send(signal.SIGTERM)
            time.sleep(0.2)
            connection.sendall(ask)
            answer = everything(connection)
    finally:
        copy.end(10)
    assert b"HTTP/1.1 200 OK\r\n" in answer
    assert b"connection: close\r\n" in answer
