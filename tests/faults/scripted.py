"""Servers that misbehave on purpose, over real sockets."""

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer

Behaviour = Callable[[socket.socket], None]
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Scripted:
    """One such server: where it listens, the requests that it read, and how many of its clients went away before they had an answer."""

    behaviour: Behaviour
    address: str = ""
    requests: list[str] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)


@contextmanager
def scripted(behaviour: Behaviour) -> Iterator[Scripted]:
    """A server that does the same with every request, each on a connection of its own."""
    script = Scripted(behaviour)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            request = read_request(self.request)
            if request:
                script.requests.append(request)
                try:
                    script.behaviour(self.request)
                except OSError:
                    script.gone.set()

    class Server(ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        script.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()


def read_request(connection: socket.socket) -> str:
    """One request with its body, as text; empty if the client left."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return ""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return (head + b"\r\n\r\n" + body).decode("latin-1")


def answers(body: bytes = b"{}", status: str = "200 OK", *headers: str, after: float = 0, declared: int | None = None) -> Behaviour:
    """Answer after so many seconds; `declared` is the length that it announces, if that isn't the body's."""
    length = len(body) if declared is None else declared
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {length}", "Connection: close", *headers]

    def behave(connection: socket.socket) -> None:
        time.sleep(after)
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return behave


def resets(connection: socket.socket) -> None:
    """Close with a reset (RST) once the request has been read."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    connection.close()


def cuts(connection: socket.socket) -> None:
    """Close without a word once the request has been read."""
    connection.close()


def hangs(connection: socket.socket) -> None:
    """Say nothing until the client has gone."""
    while connection.recv(65536):
        pass
    raise ConnectionAbortedError
