"""Where the server can't listen, a sentence says why and what to do."""

import socket

import pytest

from app.listening import CannotListen, bound_socket
from tests.serving import free_port

HOST = "127.0.0.1"


def test_a_free_port_can_be_listened_on_and_0_takes_any() -> None:
    port = free_port()
    with bound_socket(HOST, port) as listening:
        assert listening.getsockname() == (HOST, port)
    with bound_socket(HOST, 0) as listening:
        assert listening.getsockname()[1] > 0


def test_a_taken_port_is_named_with_one_that_is_free() -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotListen) as refused:
            bound_socket(HOST, port)
    reason, _, remedy = str(refused.value).partition("try --port ")
    assert reason == f"Port {port} is taken by another program. Stop that program, or "
    suggested = int(remedy.partition(" ")[0])
    assert remedy == f"{suggested} (or UNROLLED_PORT={suggested})."
    assert suggested == 0 or port < suggested <= port + 20
    bound_socket(HOST, suggested).close()


@pytest.mark.parametrize("host", ["192.0.2.1", "no host", "2001:db8::1"])
def test_an_address_of_another_machine(host: str) -> None:
    with pytest.raises(CannotListen, match=rf"^'{host}' is not an address of this machine\..*try --host 127\.0\.0\.1"):
        bound_socket(host, 0)


def test_a_reserved_port(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = socket.socket.bind

    def bind_as_a_user(self: socket.socket, address: tuple[str, int]) -> None:
        if 0 < address[1] < 1024:
            raise PermissionError(13, "Permission denied")
        bind(self, address)

    monkeypatch.setattr(socket.socket, "bind", bind_as_a_user)
    with pytest.raises(CannotListen, match=r"^Port 80 is reserved for the administrator of this machine: try --port \d+ \(or"):
        bound_socket(HOST, 80)
