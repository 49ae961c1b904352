"""Clients that hold a connection and dawdle: a header that never ends, a body that trickles, an answer that isn't read."""

import asyncio
import contextlib
import socket
from itertools import cycle, islice
from urllib.parse import urlsplit

LARGE_ANSWER = "/api/v1/runs?length=400&hidden_size=32&include=flow_matrix,states,adjoints"
BEGINNINGS = (
    b"",
    b"GET / HT",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{",
    f"GET {LARGE_ANSWER} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
)


class Dawdlers:
    """So many slow clients, each of which comes back when the server has had enough of it."""

    def __init__(self, address: str, number: int) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.number = number
        self.came_back = 0
        self._begun = asyncio.Semaphore(0)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Dawdlers":
        self._tasks = [asyncio.create_task(self._dawdle(beginning)) for beginning in islice(cycle(BEGINNINGS), self.number)]
        for _ in range(self.number):
            await self._begun.acquire()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _dawdle(self, beginning: bytes) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(OSError), socket.socket() as connection:
                connection.setblocking(False)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                await loop.sock_connect(connection, (self.host, self.port))
                await loop.sock_sendall(connection, beginning)
                self._begun.release()
                while True:  # a byte now and then, until the server closes the connection
                    await asyncio.sleep(2)
                    await loop.sock_sendall(connection, b"1")
            self.came_back += 1
            await asyncio.sleep(0.1)
