"""The socket that the server listens on."""

import errno
import socket
from contextlib import suppress

PORTS_TRIED = 20


class CannotListen(OSError):
    """The address or port can't be listened on; says why and what to do."""


def bound_socket(host: str, port: int) -> socket.socket:
    """A TCP socket bound to this address, for a server to listen on; port 0 takes a free one.

    Raises
    ------
    CannotListen
        The port is taken or reserved, or the address isn't one of this machine.
    """
    try:
        return _bound(host, port)
    except OSError as error:
        raise CannotListen(_reason(error.errno, host, port)) from error


def _bound(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        # Else a restarted server would have to wait until the connections of the last one have timed out.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def _reason(code: int | None, host: str, port: int) -> str:
    if code == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop that program, or {_try_port(_free_port(host, port + 1))}"
    if code == errno.EACCES:
        return f"Port {port} is reserved for the administrator of this machine: {_try_port(_free_port(host, 8000))}"
    return (
        f"{host!r} is not an address of this machine. 127.0.0.1 is reached from this machine alone, 0.0.0.0 from its network, too: "
        "try --host 127.0.0.1 (or UNROLLED_HOST=127.0.0.1)."
    )


def _try_port(port: int) -> str:
    return f"try --port {port} (or UNROLLED_PORT={port})."


def _free_port(host: str, first: int) -> int:
    """The first port from `first` on that is free now; 0, which takes any free one, where the next ones are all taken."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        with suppress(OSError), _bound(host, port):
            return port
    return 0
