"""What is refused or cancelled: runs while the loop is full, beyond the queue, and beyond their time."""

import asyncio
import time

import httpx
import pytest

from app.common.cost import Cost
from app.engine.errors import WorkTooLarge
from app.main import create_app
from app.server.compute.answer_memory import AnswerMemory
from app.server.compute.computations import CancelToken, Computations
from app.server.compute.lanes import Lanes, QueueEntry
from app.settings import Settings
from tests.api.conftest import connect
from tests.api.test_answers import LONG, RUNS, SMALL, Client, server_of

pytestmark = pytest.mark.anyio


async def test_while_the_loop_is_full_runs_are_refused_unread_and_all_else_is_answered() -> None:
    app = create_app(Settings(queue_length=0))
    async with connect(app) as client:
        for _ in range(2):
            await client.get(RUNS, params=SMALL)
        lane = server_of(app).lanes.at_once
        lane._running.add(QueueEntry(Cost(1.0, 0.0, ()), asyncio.get_running_loop().create_future()))
        refused = await client.get(RUNS, params={"hidden_size": 0})  # read, it would be a 422
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert (await client.get("/api/v1/catalog")).status_code == 200
        for page in ("/", "/train", "/cliff"):
            assert (await client.get(page)).status_code == 503
        assert lane.refused >= 1
        lane._running.clear()
        assert (await client.get(RUNS, params={"hidden_size": 0})).status_code == 422


async def test_past_its_bound_the_server_refuses_at_once_and_comes_back() -> None:
    """A hundred small runs at the same moment, more than may wait: some answers, the others 503 with Retry-After, nothing else."""
    app = create_app(Settings(wait_seconds=0.03))
    async with connect(app) as client:
        asked = [client.get(RUNS, params={"seed": seed}) for seed in range(100)]
        answered = await asyncio.gather(*asked)
        by_status: dict[int, list[httpx.Response]] = {}
        for response in answered:
            by_status.setdefault(response.status_code, []).append(response)
        assert set(by_status) == {200, 503}
        for refused in by_status[503]:
            assert refused.json()["error"]["code"] == "server_busy"
            assert int(refused.headers["retry-after"]) >= 1
        assert server_of(app).lanes.at_once.refused == len(by_status[503])
        assert (await client.get(RUNS)).status_code == 200


async def test_a_run_that_takes_far_longer_than_was_estimated_is_given_up() -> None:
    def work(interest: CancelToken) -> list[bytes]:
        while True:
            interest.check()

    impatient = Computations(Lanes(Settings()), AnswerMemory(10**9), 0, most_seconds=0.02)
    with pytest.raises(WorkTooLarge, match=r"not finished', allowed: at most 0\.06 s\. Leave parts out of include"):
        await impatient.get(None, work, LONG, Client().request)


def test_only_seconds_of_computing_count() -> None:
    interest = CancelToken(most_seconds=0.01)
    interest.check()
    time.sleep(0.05)
    interest.check()
