"""A request that ends its server, behind nginx: it ends one copy, not all, and its client gets a clear error."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.site import Copy, Site, site

pytestmark = pytest.mark.usefixtures("nginx")

POISON = {"X-Poison": "1"}
EVENTS = "/api/v1/trainings/events?steps=50"


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, copies=3, module="tests.faults.poisonable") as made:
        yield made


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/runs"), ("POST", "/api/v1/runs"), ("GET", EVENTS)])
def test_a_request_that_ends_its_server_ends_one_copy(three: Site, method: str, path: str) -> None:
    with httpx.Client(base_url=three.address, trust_env=False, timeout=20) as client:
        answer = client.request(method, path, headers=POISON, json={} if method == "POST" else None)
        assert (answer.status_code, answer.headers["content-type"]) == (502, "application/json")
        assert "retry-after" not in answer.headers
        error = answer.json()["error"]
        assert error["code"] == "server_failed"
        assert set(error) == {"code", "message", "parameter", "allowed", "details"}
        wait_for_one_to_end(three)
        # Others lose nothing, though one of the three can't be reached any more.
        statuses = [client.get(f"/api/v1/runs?length=10&seed={seed}").status_code for seed in range(30)]
        posted = [client.post("/api/v1/runs", json={"length": 10, "seed": seed}).status_code for seed in range(30)]
        streams = [client.get(f"{EVENTS}&seed={seed}").status_code for seed in range(5)]
    assert {*statuses, *posted, *streams} == {200}
    assert len(ended(three)) == 1


def ended(of: Site) -> list[Copy]:
    return [copy for copy in of.copies if copy.process is not None and copy.process.poll() is not None]


def wait_for_one_to_end(of: Site) -> None:
    """A process that is being killed closes its connections some time before it no longer accepts new ones."""
    for _ in range(100):
        if ended(of):
            return
        time.sleep(0.05)
