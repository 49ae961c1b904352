"""nginx in front of servers that refuse, reset, cut, hang or are busy: the client gets an answer from another one, or is told the truth."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.scripted import Behaviour, Scripted, answers, cuts, hangs, resets, scripted
from tests.serving import free_port
from tests.site import proxying

pytestmark = pytest.mark.usefixtures("nginx")

RUN = "/api/v1/runs?seed=1"
EVENTS = "/api/v1/trainings/events?seed=1"
GOOD = b'{"good": true}'
KEPT = "Cache-Control: public, max-age=60"
BUSY = answers(b'{"error": {}}', "503 Service Unavailable", "Retry-After: 7")
IMPATIENT = {"proxy_read_timeout 30s;": "proxy_read_timeout 1s;"}


@contextmanager
def behind_nginx(directory: Path, *behaviours: Behaviour) -> Iterator[tuple[httpx.Client, list[Scripted]]]:
    with ExitStack() as stack:
        servers = [stack.enter_context(scripted(behaviour)) for behaviour in behaviours]
        proxy = stack.enter_context(proxying(directory, [server.address for server in servers], IMPATIENT))
        yield stack.enter_context(httpx.Client(base_url=proxy.address, trust_env=False, timeout=20)), servers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_one_server_does_not_answer_in_time_another_one_does(tmp_path: Path, method: str) -> None:
    with behind_nginx(tmp_path, hangs, answers(GOOD)) as (client, servers):
        for _ in range(4):
            answer = client.request(method, RUN, content=b'{"seed": 1}' if method == "POST" else None)
            assert (answer.status_code, answer.content) == (200, GOOD)
        failing, working = servers
        assert len(working.requests) == 4
        assert failing.requests, "the bad server was never asked: nothing was tested"
        assert all(request.endswith('{"seed": 1}') for request in working.requests if method == "POST")


@pytest.mark.parametrize("bad", [resets, cuts], ids=["resets", "cuts"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_whose_server_died_is_not_handed_on(tmp_path: Path, bad: Behaviour, method: str) -> None:
    """It may be what the server died of. Whoever sent it sees that, and the next request goes to a server that is up."""
    with behind_nginx(tmp_path, bad, bad, answers(GOOD)) as (client, servers):
        seen = [client.request(method, f"{RUN}{number}", content=b"{}" if method == "POST" else None) for number in range(8)]
        assert sum(len(server.requests) for server in servers) == 8, "one request reached two servers"
        for answer in (answer for answer in seen if answer.status_code != 200):
            assert (answer.status_code, answer.json()["error"]["code"]) == (502, "server_failed")
            assert set(answer.json()["error"]) == {"code", "message", "parameter", "allowed", "details"}
            assert "retry-after" not in answer.headers
        assert sorted(answer.status_code for answer in seen) == [200] * 6 + [502] * 2, "a server that failed is left alone for a second"


def test_a_server_that_refuses_connections_costs_nothing(tmp_path: Path) -> None:
    with scripted(answers(GOOD)) as working, proxying(tmp_path, [f"127.0.0.1:{free_port()}", working.address]) as proxy:
        begun = time.monotonic()
        for _ in range(10):
            assert httpx.get(proxy.address + RUN, trust_env=False).content == GOOD
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize("servers", [1, 2, 5])
def test_no_server_left_is_told_as_a_busy_server_in_the_one_shape(tmp_path: Path, servers: int) -> None:
    with (
        proxying(tmp_path, [f"127.0.0.1:{free_port()}" for _ in range(servers)]) as proxy,
        httpx.Client(base_url=proxy.address, trust_env=False) as client,
    ):
        for path in (RUN, RUN, EVENTS, EVENTS):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            error = answer.json()["error"]
            assert error["code"] == "server_busy"
            assert set(error) == {"code", "message", "parameter", "allowed", "details"}
            assert answer.headers["cache-control"] == "no-store"


def test_what_somebody_typed_is_in_no_log_even_if_the_server_fails(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, resets, cuts) as (client, _):
        answer = client.get("/api/v1/runs?text=a-secret-word")
        assert answer.status_code == 502
    log = (tmp_path / "nginx.log").read_text("utf-8")
    assert answer.headers["x-request-id"] in log
    assert "secret" not in log


def test_busy_is_told_in_the_application_s_own_words_and_not_asked_of_all(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, BUSY, BUSY) as (client, servers):
        for _ in range(6):
            answer = client.get(RUN)
            assert (answer.status_code, answer.headers["retry-after"], answer.content) == (503, "7", b'{"error": {}}')
        assert sum(len(server.requests) for server in servers) == 6


def test_a_stream_that_one_server_refuses_another_one_gives(tmp_path: Path) -> None:
    """A browser doesn't ask again for a stream that was refused."""
    with behind_nginx(tmp_path, BUSY, answers(GOOD)) as (client, (busy, _)):
        for _ in range(4):
            assert client.get(EVENTS).content == GOOD
        assert busy.requests


def test_servers_that_were_busy_are_asked_again_at_once(tmp_path: Path) -> None:
    """A proxy that put busy servers aside would have none left after a rush."""
    with behind_nginx(tmp_path, BUSY, BUSY) as (client, servers):
        for _ in range(10):
            assert client.get(RUN).headers["retry-after"] == "7"
        for server in servers:
            server.behaviour = answers(GOOD)
        assert client.get(RUN).content == GOOD


def test_an_answer_cut_short_is_seen_as_one_and_is_not_kept(tmp_path: Path) -> None:
    half = answers(GOOD[:5], "200 OK", KEPT, declared=len(GOOD))
    with behind_nginx(tmp_path, half) as (client, servers):
        for _ in range(3):
            with pytest.raises(httpx.RemoteProtocolError):
                client.get(RUN)
        servers[0].behaviour = answers(GOOD, "200 OK", KEPT)
        assert client.get(RUN).content == GOOD


def test_a_slow_server_gets_fewer_requests(tmp_path: Path) -> None:
    """Least connections: the other one is asked while this one is at work."""
    with behind_nginx(tmp_path, answers(GOOD, after=0.5), answers(GOOD)) as (client, (slow, quick)), ExitStack() as stack:
        pool = stack.enter_context(httpx.Client(base_url=client.base_url, trust_env=False))
        waiting = [stack.enter_context(in_background(pool, RUN)) for _ in range(4)]
        time.sleep(0.2)
        for _ in range(20):
            assert client.get(RUN).content == GOOD
        assert len(waiting) == 4
        assert len(quick.requests) > 4 * len(slow.requests)


@contextmanager
def in_background(client: httpx.Client, path: str) -> Iterator[None]:
    thread = threading.Thread(target=client.get, args=(path,))
    thread.start()
    yield
    thread.join()


def test_a_client_that_goes_away_is_no_longer_worked_for(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, hangs) as (client, (server,)):
        with pytest.raises(httpx.ReadTimeout):
            client.get(RUN, timeout=0.3)
        assert server.gone.wait(0.5), "the abort did not reach the server"


def test_what_was_kept_is_given_while_the_servers_are_away(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, answers(GOOD, "200 OK", "Cache-Control: public, max-age=1")) as (client, (server,)):
        assert [client.get(RUN).headers["x-proxy-cache"] for _ in range(3)] == ["MISS", "MISS", "HIT"]
        server.behaviour = cuts
        time.sleep(2.1)
        answer = client.get(RUN)
        assert (answer.content, answer.headers["x-proxy-cache"]) == (GOOD, "STALE")


def test_a_file_of_another_version_is_asked_of_the_other_server(tmp_path: Path) -> None:
    missing = answers(b'{"error": {}}', "404 Not FoundAnswer")
    with behind_nginx(tmp_path, missing, answers(b"export {};", "200 OK", KEPT)) as (client, servers):
        for number in range(4):
            assert client.get(f"/static/0123456789abcdef/js/{number}.js").content == b"export {};"
        assert servers[0].requests
        assert client.get("/api/v1/nothing").status_code in (200, 404)
        assert len([request for request in servers[0].requests + servers[1].requests if "nothing" in request]) == 1
