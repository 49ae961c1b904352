"""The configuration of deploy/nginx in front of the application: what is kept, compressed, passed on, limited, and told."""

import asyncio
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import httpx
import pytest

from tests.site import CONFIGURATION, Site, command, proxying, replace, site

RUN = "/api/v1/runs?length=20&hidden_size=4&seed="


@pytest.fixture(scope="module")
def whole(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def client(whole: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=whole.address, trust_env=False) as made:
        yield made


def test_nginx_accepts_the_configuration_as_it_is_deployed(nginx: str, tmp_path: Path) -> None:
    accepted(nginx, deployed(nginx, tmp_path))


def test_nginx_accepts_it_with_a_certificate(nginx: str, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    configuration = deployed(nginx, tmp_path)
    shutil.copy(CONFIGURATION / "listen-tls.conf", configuration.parent / "listen.conf")
    replace(configuration.parent, {"/etc/nginx/tls/": f"{tmp_path}/"})
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    files = ["-out", tmp_path / "fullchain.pem", "-keyout", tmp_path / "privkey.pem"]
    subprocess.run([openssl, *new, *files], check=True, capture_output=True)
    accepted(nginx, configuration)


def deployed(nginx: str, directory: Path) -> Path:
    """A copy of the configuration in which only the name server is made up."""
    said = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    version = tuple(map(int, re.findall(r"\d+", said)))
    if version < (1, 27, 3):
        pytest.skip(f"{said.strip()} does not follow a name to its addresses; the deployed one does")
    shutil.copytree(CONFIGURATION, directory / "nginx")
    (directory / "resolver.conf").write_text("resolver 127.0.0.11 valid=1s ipv6=off;")
    replace(directory / "nginx", {"/tmp/resolver.conf": f"{directory}/resolver.conf"})
    return directory / "nginx" / "nginx.conf"


def accepted(nginx: str, configuration: Path) -> None:
    done = subprocess.run(command(nginx, configuration, "-t"), capture_output=True, text=True, check=False)
    assert "syntax is ok" in done.stderr, done.stderr
    assert "test is successful" in done.stderr, done.stderr
    assert "[warn]" not in done.stderr, done.stderr


def test_start_script_finds_the_name_server(tmp_path: Path) -> None:
    """As it is written, but for the last line and the two paths."""
    (tmp_path / "resolv.conf").write_text("search lan\nnameserver fd00::1\nnameserver 10.89.0.1\n")
    script = (CONFIGURATION / "start.sh").read_text("utf-8")
    assert script.count("/etc/resolv.conf") == script.count("/tmp/resolver.conf") == 1
    script = script.replace("/etc/resolv.conf", f"{tmp_path}/resolv.conf").replace("/tmp/resolver.conf", f"{tmp_path}/resolver.conf")
    subprocess.run(["sh", "-c", script.partition("exec nginx")[0]], check=True)
    assert (tmp_path / "resolver.conf").read_text() == "resolver [fd00::1] valid=1s ipv6=off;\n"


def test_an_answer_is_kept_from_the_second_time_on(client: httpx.Client, whole: Site) -> None:
    seen = [client.get(f"{RUN}1") for _ in range(3)]
    assert [answer.headers["x-proxy-cache"] for answer in seen] == ["MISS", "MISS", "HIT"]
    own = httpx.get(f"{whole.copies[0].address}{RUN}1", trust_env=False)
    assert {answer.content for answer in seen} == {own.content}
    assert {answer.headers["etag"] for answer in seen} == {own.headers["etag"]}


def test_a_kept_answer_is_confirmed_to_who_has_it(client: httpx.Client) -> None:
    for _ in range(3):
        answer = client.get(f"{RUN}2")
    again = client.get(f"{RUN}2", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["x-proxy-cache"]) == (304, b"", "HIT")


@pytest.mark.parametrize("path", ["/api/v1/catalog", "/api/v1/cliff"])
def test_whatever_the_application_calls_public_is_kept(client: httpx.Client, path: str) -> None:
    seen = [client.get(path) for _ in range(3)]
    assert [answer.status_code for answer in seen] == [200] * 3
    assert "public" in seen[0].headers["cache-control"]
    assert seen[2].headers["x-proxy-cache"] == "HIT"


def test_pages_errors_and_posts_are_not_kept(client: httpx.Client) -> None:
    for _ in range(3):
        page, wrong = client.get("/"), client.get("/api/v1/runs?length=0")
        posted = client.post("/api/v1/runs", json={"length": 5})
        health = client.get("/readyz")
    assert (page.status_code, wrong.status_code, posted.status_code, health.status_code) == (200, 422, 200, 200)
    assert {answer.headers.get("x-proxy-cache") for answer in (page, wrong, health)} == {"MISS"}
    assert posted.headers.get("x-proxy-cache", "MISS") in {"MISS", "BYPASS"}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("br;q=1.0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_each_gets_the_kept_answer_in_an_encoding_that_it_reads(client: httpx.Client, accepted: str, encoding: str | None) -> None:
    path = f"{RUN}3&include=states,adjoints"
    plain = client.get(path, headers={"Accept-Encoding": "identity"}).content
    for _ in range(3):
        answer = client.get(path, headers={"Accept-Encoding": accepted})
    assert answer.headers["x-proxy-cache"] == "HIT"
    assert answer.headers.get("content-encoding") == encoding
    assert answer.content == plain  # decoded once is enough: it was encoded once


def test_events_are_passed_on_while_the_run_goes_on(client: httpx.Client) -> None:
    path = "/api/v1/trainings/events?steps=20000&hidden_size=32&length=50"
    with client.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "x-proxy-cache" not in answer.headers
        begun = time.monotonic()
        arrivals = []
        for line in answer.iter_lines():
            if line.startswith("id:"):
                arrivals.append(time.monotonic() - begun)
            if len(arrivals) == 5:
                break
    assert arrivals[4] - arrivals[0] > 0.05, "all at once: something has held them back"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/api/v1/runs", 413, "body_too_large"),
        ("GET", f"/api/v1/runs?text={'a' * 40_000}", 414, "url_too_long"),
        ("TRACE", "/", 405, "method_not_allowed"),
        ("GET", "/metrics", 403, "forbidden"),
    ],
)
def test_errors_of_nginx_have_the_one_shape(client: httpx.Client, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path, content=b" " * 10_000_000 if method == "POST" else None)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    error = answer.json()["error"]
    assert error["code"] == code
    assert set(error) == {"code", "message", "parameter", "allowed", "details"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]


def test_limits_of_the_application_are_told_by_the_application(client: httpx.Client) -> None:
    large = client.post("/api/v1/runs", content=b" " * 8_500_000, headers={"Content-Type": "application/json"})
    long = client.get(f"/api/v1/runs?text={'a' * 25_000}")
    assert (large.status_code, long.status_code) == (413, 414)
    assert all(answer.json()["error"]["details"]["limit_bytes"] for answer in (large, long))


def test_the_server_does_not_say_its_version(client: httpx.Client) -> None:
    for path in ("/", "/metrics", "/api/v1/catalog"):
        assert client.get(path).headers["server"] == "nginx"


def test_the_log_has_the_request_s_id_and_not_its_query(client: httpx.Client, whole: Site) -> None:
    answer = client.get("/api/v1/runs?source=text&text=a-secret-word")
    entry: dict[str, object] = {}
    for _ in range(40):
        time.sleep(0.1)
        lines = [json.loads(line) for line in whole.proxy.log.read_text("utf-8").splitlines() if line.startswith("{")]
        entry = next((line for line in lines if line["request_id"] == answer.headers["x-request-id"]), {})
        if entry:
            break
    assert (entry["path"], entry["status"], entry["client"]) == ("/api/v1/runs", 200, "127.0.0.1")
    assert "a-secret-word" not in whole.proxy.log.read_text("utf-8")


def test_thirty_students_behind_one_address_are_not_throttled(whole: Site) -> None:
    """All open the page and then drag as fast as their screens redraw, for a second."""
    statuses = asyncio.run(ask(whole.address, "/healthz", clients=30, times=30))
    assert statuses == [200] * 900


def test_a_flood_from_one_address_is_told_to_wait(nginx: str, whole: Site, tmp_path: Path) -> None:
    slow = {"rate=400r/s": "rate=1r/s", "burst=1000": "burst=20"}
    servers = [copy.address.removeprefix("http://") for copy in whole.copies]
    with proxying(tmp_path, servers, slow) as proxy:
        statuses = asyncio.run(ask(proxy.address, "/healthz", clients=4, times=20))
        refused = httpx.get(f"{proxy.address}/healthz", trust_env=False)
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= 21
    assert (refused.status_code, refused.headers["retry-after"], refused.json()["error"]["code"]) == (503, "1", "server_busy")


async def ask(address: str, path: str, clients: int, times: int) -> list[int]:
    async def one(session: aiohttp.ClientSession) -> list[int]:
        statuses = []
        for _ in range(times):
            async with session.get(address + path) as answer:
                statuses.append(answer.status)
        return statuses

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=clients)) as session:
        return [status for statuses in await asyncio.gather(*(one(session) for _ in range(clients))) for status in statuses]


def test_a_password_may_be_asked_for(nginx: str, whole: Site, tmp_path: Path) -> None:
    """As access.conf says, with the password of the comment in it."""
    text = (CONFIGURATION / "access.conf").read_text("utf-8")
    lines = re.findall(r"^#     (auth_basic.*;)", text, re.MULTILINE)
    assert len(lines) == 2
    users = tmp_path / "users"
    users.write_text("class:{PLAIN}word\n")
    directives = "\n".join(lines).replace("/etc/nginx/unrolled/users", str(users))
    with proxying(tmp_path, [whole.copies[0].address.removeprefix("http://")], {"# Everybody may ask.": f"{directives}\n#"}) as proxy:
        stranger, known = (httpx.get(proxy.address, auth=auth, trust_env=False) for auth in (None, ("class", "word")))
    assert (stranger.status_code, known.status_code) == (401, 200)
    assert "Basic" in stranger.headers["www-authenticate"]
