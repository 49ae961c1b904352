"""What a stranger may not do, over a real socket: other hosts, other sites, too large headers, frames; and hostile texts stay text."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from app.server.http.allowed_hosts import names_for
from app.server.http.security_headers import SECURITY_HEADERS
from tests.api.wire import strict_json
from tests.serving import serving

RUNS = "/api/v1/runs"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with names and sites of its own."""
    log = tmp_path_factory.mktemp("configured") / "log.txt"
    settings = {"UNROLLED_ALLOWED_HOSTS": "school.example, *.class.example", "UNROLLED_CORS_ORIGINS": "https://site.example"}
    with serving(log, **settings) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


def raw(address: str, request: bytes, seconds: float = 20) -> bytes:
    """What comes back for these bytes, until the server closes or says nothing more."""
    server = urlsplit(address)
    with socket.create_connection((server.hostname, server.port), timeout=seconds) as connection:
        connection.sendall(request)
        connection.settimeout(2)
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except TimeoutError:
            pass
        return received


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", RUNS, "/healthz", "/metrics", "/static/js/docs.js", "/nope", f"{RUNS}?seed=-1"]
)
def test_security_headers_come_with_every_answer_and_no_name_of_the_server(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert set(map(str.lower, SECURITY_HEADERS)) <= set(headers)
    assert "unsafe" not in headers["content-security-policy"]
    assert "server" not in headers
    assert "x-powered-by" not in headers


def test_only_the_embedded_page_may_be_framed(client: httpx.Client) -> None:
    assert "frame-ancestors *" in client.get("/?embed=1").headers["content-security-policy"]
    for path in ("/", "/?embed=0", "/docs", RUNS, "/nope?embed=1"):
        assert "frame-ancestors 'none'" in client.get(path).headers["content-security-policy"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "app.localhost:1", "[::1]:8000", "teacher", "192.168.0.7"])
def test_addresses_and_local_names_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("second", ["127.0.0.1", "evil.example", ""])
def test_a_request_has_one_host(live_server: str, configured: httpx.Client, second: str) -> None:
    for address in (live_server, str(configured.base_url)):
        request = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: {second}\r\nConnection: close\r\n\r\n"
        head, _, body = raw(address, request.encode()).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert strict_json(body)["error"]["code"] == "bad_request"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example"])
def test_on_this_machine_alone_no_public_name_is_answered(client: httpx.Client, host: str) -> None:
    response = client.get(RUNS, headers={"Host": host})
    assert response.status_code == 421
    error = strict_json(response.content)["error"]
    assert error["code"] == "unknown_host"
    assert "UNROLLED_ALLOWED_HOSTS" in error["message"]


def test_the_names_of_the_settings_are_answered_and_no_others(configured: httpx.Client) -> None:
    for host in ("school.example", "SCHOOL.example:443", "school.example.", "a.class.example", "127.0.0.1"):
        assert configured.get("/healthz", headers={"Host": host}).status_code == 200, host
    for host in ("class.example", "other.example", "xschool.example", "school.example.evil.example"):
        assert configured.get("/healthz", headers={"Host": host}).status_code == 421, host


def test_reachable_from_elsewhere_it_answers_to_any_name_unless_told() -> None:
    assert names_for("0.0.0.0", ()) == names_for("::", ()) == names_for("192.168.0.7", ()) == ("*",)
    assert names_for("127.0.0.1", ()) == names_for("::1", ()) == names_for("localhost", ()) == ()


def test_no_other_site_may_read_unless_told(client: httpx.Client) -> None:
    asked = client.get(RUNS, headers={"Origin": "https://site.example"})
    assert not [name for name in asked.headers if name.startswith("access-control-")]
    preflight = client.options(RUNS, headers={"Origin": "https://site.example", "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 405
    assert not [name for name in preflight.headers if name.startswith("access-control-")]


def test_the_sites_of_the_settings_may_read_and_no_others(configured: httpx.Client) -> None:
    for _ in range(3):  # from memory, too
        asked = configured.get(RUNS, headers={"Origin": "https://site.example"})
        assert asked.headers["access-control-allow-origin"] == "https://site.example"
        assert "Origin" in asked.headers["vary"]
        assert "ETag" in asked.headers["access-control-expose-headers"]
        other = configured.get(RUNS, headers={"Origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    preflight = configured.options(RUNS, headers={"Origin": "https://site.example", **wanted})
    assert preflight.status_code == 200
    assert "POST" in preflight.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    ("origin", "wanted", "refused"),
    [
        (
            "https://other.example",
            {"Access-Control-Request-Method": "GET"},
            "'https://other.example' may not ask",
        ),
        ("https://site.example", {"Access-Control-Request-Method": "DELETE"}, "not allowed is its method"),
        ("https://site.example", {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-Odd"}, "its headers"),
    ],
)
def test_a_refused_preflight_has_the_one_shape(configured: httpx.Client, origin: str, wanted: dict[str, str], refused: str) -> None:
    answer = configured.options(RUNS, headers={"Origin": origin, **wanted})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "cross_origin_refused")
    assert refused in answer.json()["error"]["message"]
    assert "access-control-allow-origin" not in answer.headers or origin == "https://site.example"


def test_headers_over_the_limit_are_refused_in_words(client: httpx.Client) -> None:
    response = client.get(RUNS, headers={"X-Large": "x" * 40_000})
    assert response.status_code == 431
    assert strict_json(response.content)["error"]["code"] == "headers_too_large"
    assert client.get(RUNS, headers={"X-Large": "x" * 20_000}).status_code == 200


@pytest.mark.parametrize("piece", [b"X-More: " + b"x" * 1000 + b"\r\n", b"x" * 1000])
def test_headers_without_end_are_cut_off(live_server: str, piece: bytes) -> None:
    server = urlsplit(live_server)
    with socket.create_connection((server.hostname, server.port), timeout=20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-First: ")
        sent = 0
        try:
            while sent < 1_000_000:
                sent += connection.send(piece)
                time.sleep(0)
        except OSError:
            pass
        assert connection.recv(65536).startswith(b"HTTP/1.1 431 ")


def test_a_body_may_be_longer_than_headers_may(client: httpx.Client) -> None:
    x = [[0.1] * 100 for _ in range(600)]
    assert client.post(RUNS, json={"x": x, "include": [], "hidden_size": 1}).status_code == 200
    for _ in range(3):  # on one connection, so that nothing is counted twice
        assert client.post(RUNS, content=b" " * 200_000 + b"{}", headers=JSON).status_code == 200


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n{}",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_ambiguous_or_broken_requests_harm_nothing(live_server: str, client: httpx.Client, request_bytes: bytes) -> None:
    answer = raw(live_server, request_bytes)
    assert b"HTTP/1.1 5" not in answer
    assert client.get("/healthz").status_code == 200


def test_an_upgrade_to_a_websocket_is_an_ordinary_request(live_server: str) -> None:
    upgrade = (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert raw(live_server, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + upgrade).startswith(b"HTTP/1.1 200 ")


HOSTILE = {
    "script": '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "end of the block": "</script><script>alert(1)</script><!--",
    "right to left": "abc\u202edef\u2066ghi\u2069 \u200f\u061c",
    "combining": "a" + "\u0301" * 1_000_000,
    "few combining": "a" + "\u0301" * 500 + "b",
    "NUL": "a\x00b\x00c",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "line separators": "a\u2028b\u2029c",
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7}",
    "beyond the BMP": "👩‍👩‍👧‍👦🏳️‍🌈\U0010ffff\ufeff\ufffe",
    "format": "%s%n%x {0.__class__} \\u0000 \\x00",
    "long": "x" * 1_000_000,
}
TEXTS = ("text", "source", "cell", "include", "loss_at", "arrays", "lang", "theme", "hide", "lock", "embed", "pin", "at", "no_such_name")


@pytest.mark.parametrize("parameter", TEXTS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_is_answered_as_text_or_refused(client: httpx.Client, kind: str, parameter: str) -> None:
    """In a query, in a body and in the page's URL; with `source=text`, so that `text` is read."""
    text = HOSTILE[kind]
    parameters: dict[str, Any] = {"source": "text", "hidden_size": 2, parameter: [text] if parameter == "include" else text}
    begun = time.monotonic()
    answers = [client.post(RUNS, json=parameters)]
    if len(query := "&".join(f"{name}={quote(str(value))}" for name, value in {**parameters, parameter: text}.items())) < 60_000:
        answers += [client.get(f"{RUNS}?{query}"), client.get(f"/?{query}")]
    assert time.monotonic() - begun < 6
    for response in answers:
        assert response.status_code in (200, 414, 422), response.text[:300]
        if response.headers["content-type"].startswith("text/html"):
            assert "<script>alert" not in response.text
            assert "onerror=" not in response.text.replace('onerror=\\"', "")
            assert "\x00" not in response.text
        elif response.status_code == 200:
            echoed = strict_json(response.content)["parameters"]
            assert echoed.get(parameter) in (None, "text", text, parameters[parameter]) or parameter == "arrays"
        else:
            assert len(response.content) < 10_000
            assert set(strict_json(response.content)) == {"error"}
        assert response.headers["x-content-type-options"] == "nosniff"


def test_what_is_refused_is_not_repeated_with_marks_that_change_the_order_of_the_line(client: httpx.Client) -> None:
    for parameter in ("cell", "loss_at", "no\u202esuch"):
        message = client.get(RUNS, params={parameter: "abc\u202edef\x1b[31m"}).json()["error"]["message"]
        assert not {"\u202e", "\x1b"} & set(message), parameter


def test_an_error_message_is_json_and_never_a_page(client: httpx.Client) -> None:
    response = client.get(RUNS, params={"<script>alert(1)</script>": "1"}, headers={"Accept": "text/html"})
    assert response.headers["content-type"] == "application/json"
    json.loads(response.text)


def test_the_log_of_a_server_has_no_query(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with serving(log) as address:
        httpx.get(f"{address}{RUNS}?source=text&text=topsecret", trust_env=False)
        httpx.get(f"{address}/topsecret", trust_env=False)
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert "topsecret" not in log.read_text("utf-8")
    assert {"answered"} <= {line["message"] for line in lines}
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)


def test_large_bodies_have_a_limit_together(tmp_path: Path) -> None:
    """Two unfinished ones fill it: a third is refused while it arrives, a small one passes, and all is well when they have gone."""
    large = b'{"x":[[' + b"1," * 200_000
    head = b"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving(tmp_path / "log.txt", UNROLLED_MAX_RECEIVING_BYTES="1000000") as address:
        server = urlsplit(address)
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:

            def post(data: dict[str, Any]) -> int:
                return client.post(RUNS, json=data).status_code

            unfinished = [socket.create_connection((server.hostname, server.port), timeout=10) for _ in range(2)]
            for connection in unfinished:
                connection.sendall(head + b"%x\r\n%s\r\n" % (len(large), large))
            data = {"x": [[1.25]] * 40_000, "length": 40_000}
            give_up = time.monotonic() + 20
            while (status := post(data)) != 503:
                assert status == 422  # received, and refused for its length: the unfinished ones are still on their way
                assert time.monotonic() < give_up
            assert post({"length": 5}) == 200
            for connection in unfinished:
                connection.close()
            give_up = time.monotonic() + 20
            while post(data) == 503:
                assert time.monotonic() < give_up
                time.sleep(0.05)
