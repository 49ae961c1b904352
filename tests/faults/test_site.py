"""A whole site under load while its copies die, freeze and come back, and while others hold its connections open.

Small editions of `python -m benchmarks.load kill` and `half-open`.
"""

import asyncio
import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence

import httpx
import pytest

from benchmarks.load import scenarios
from benchmarks.load.students import Class, Habits
from benchmarks.load.tally import percentile
from tests.site import Copy, Site, site

pytestmark = pytest.mark.usefixtures("nginx")

STEPS = 4000
TRAINING = (
    f"/api/v1/trainings/events?steps={STEPS}&hidden_size=16&length=20&batch_size=8&seed=5&snapshot_every={STEPS}&spectrum_every={STEPS}"
)
EAGER = Habits(opens_page=False, drag_seconds=2, look_seconds=0.2, query="include=jacobian_norms&length=30&hidden_size=8")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site"), copies=3, changes={"proxy_read_timeout 30s;": "proxy_read_timeout 1s;"}) as made:
        yield made


def test_copies_that_die_cost_no_client_that_follows_the_rules_an_answer(three: Site) -> None:
    tally = asyncio.run(scenarios.kill_in_turn(three.address, three.copies, students=8, kills=2, habits=EAGER))
    assert len(tally.answers) > 50
    assert tally.failed == {}


def test_a_frozen_copy_costs_a_moment_and_no_answer(three: Site) -> None:
    three.copies[0].send(signal.SIGSTOP)
    try:
        tally = asyncio.run(Class(three.address, EAGER).run(students=6, seconds=5))
    finally:
        three.copies[0].send(signal.SIGCONT)
    assert tally.failed == {}
    assert len(tally.answers) > 30
    assert percentile(tally.answers, 50) < 0.5
    assert percentile(tally.answers, 100) < 5


def test_after_all_copies_were_gone_the_site_comes_back_by_itself(three: Site) -> None:
    for copy in three.copies:
        copy.send(signal.SIGKILL)
        copy.end()
    away = httpx.get(f"{three.address}/readyz", trust_env=False)
    assert (away.status_code, away.headers["retry-after"]) == (503, "1")
    for copy in three.copies:
        copy.start()
    assert asyncio.run(scenarios.recovery(three.address, in_a_row=5, within=0.5, give_up=20)) < 5


def test_slow_and_half_open_connections_do_not_keep_an_honest_client_waiting(three: Site) -> None:
    alone, beside, _ = asyncio.run(scenarios.beside_dawdlers(three.address, connections=200, seconds=5))
    assert alone.failed == beside.failed == {}
    # How fast is measured in benchmarks/load; here, on a machine that does much else, honest answers come in good time.
    assert percentile(beside.answers, 95) < max(1.0, 5 * percentile(alone.answers, 95))


def test_a_stream_whose_copy_dies_goes_on_at_another_with_the_same_numbers(three: Site) -> None:
    whole = follow(three, {})
    copies = list(three.copies)
    broken: dict[int, float] = {}
    with pytest.raises(httpx.RemoteProtocolError):
        follow(three, broken, lambda: busiest(copies).send(signal.SIGKILL))
    told = len(broken)
    assert 0 < told < STEPS
    follow(three, broken)
    assert broken == whole
    assert len(whole) == STEPS
    for copy in copies:
        if copy.process and copy.process.poll() is not None:
            copy.start()


def follow(of: Site, losses: dict[int, float], after_two_events: Callable[[], None] = lambda: None) -> dict[int, float]:
    """Read the events of a training from the step after the last known one on, as a browser does; gives the loss of each step."""
    headers = {"Last-Event-ID": str(max(losses))} if losses else {}
    with httpx.stream("GET", of.address + TRAINING, headers=headers, trust_env=False, timeout=30) as answer:
        assert answer.status_code == 200
        told = 0
        for line in answer.iter_lines():
            data = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if "loss" in data and "first" in data:
                assert data["first"] == len(losses) + 1, "a step is missing, or comes twice"
                losses |= dict(enumerate(data["loss"], data["first"]))
                told += 1
                if told == 2:
                    after_two_events()
    return losses


def busiest(copies: Sequence[Copy]) -> Copy:
    """The one that computes."""
    before = [copy.cpu_seconds() for copy in copies]
    time.sleep(0.3)
    return max(zip(copies, before, strict=True), key=lambda pair: pair[0].cpu_seconds() - pair[1])[0]
