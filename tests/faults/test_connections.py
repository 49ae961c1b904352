"""The application alone, without a proxy, and clients that reset, cut, dawdle, or speak something else than HTTP."""

import asyncio
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from benchmarks.load.half_open import Dawdlers
from tests.faults.scripted import RESET_ON_CLOSE

HEAD = b"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
LONG_RUN = b"GET /api/v1/runs?length=1000&hidden_size=64&include=flow_matrix HTTP/1.1\r\nHost: localhost\r\n\r\n"


def connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


def still_well(address: str) -> None:
    begun = time.monotonic()
    answer = httpx.get(f"{address}/api/v1/runs?length=10", trust_env=False)
    assert answer.status_code == 200
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET", HEAD, HEAD + b'{"seed": ', LONG_RUN, b"GET /api/v1/trainings/events?steps=100000 HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ids=["nothing", "half a line", "head", "half a body", "a long run", "a stream"],
)
@pytest.mark.parametrize("reset", [False, True], ids=["cut", "reset"])
def test_clients_that_leave_in_the_middle(live_server: str, sent: bytes, reset: bool) -> None:
    for _ in range(20):
        with connect(live_server) as connection:
            connection.sendall(sent)
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    still_well(live_server)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"\x00" * 1000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Long: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
    ids=["tls", "zeros", "version", "bytes in the path", "negative length", "bad chunk", "long header"],
)
def test_what_is_not_http_is_refused_or_dropped(live_server: str, sent: bytes) -> None:
    with connect(live_server) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        except OSError:  # it has hung up already
            answer = b""
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 200")), answer[:100]
    still_well(live_server)


def test_two_hundred_idle_connections(live_server: str) -> None:
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(connect(live_server))
        still_well(live_server)


def test_a_hundred_dawdlers(live_server: str) -> None:
    async def beside() -> None:
        async with Dawdlers(live_server, 100):
            await asyncio.to_thread(still_well, live_server)

    asyncio.run(beside())


def test_an_answer_that_is_not_read_holds_up_nobody(live_server: str) -> None:
    with connect(live_server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(5):
            connection.sendall(b"GET /api/v1/runs?length=300&include=flow_matrix,states HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.5)
        still_well(live_server)
