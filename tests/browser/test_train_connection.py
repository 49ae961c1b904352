"""The Train page while its connection, its server or its time is short."""

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.problems import Problems
from tests.browser.test_server_away import start
from tests.browser.test_train import ENDLESS, LONG, open_train, same_as_the_api, series, step_now
from tests.browser.waiting import until
from tests.serving import free_port


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A server of its own, and how to kill it and put another one in its place."""
    port, log = free_port(), tmp_path / "log.txt"
    processes: list[subprocess.Popen[bytes]] = [start(port, log)]

    def replace() -> None:
        processes[-1].send_signal(signal.SIGKILL)
        processes[-1].wait(timeout=15)
        processes.append(start(port, log))

    yield f"http://127.0.0.1:{port}", replace
    for process in processes:
        process.kill()
        process.wait()


def test_a_killed_server_costs_no_number(
    new_page: Callable[..., Page], problems: Problems, own_server: tuple[str, Callable[[], None]]
) -> None:
    problems.expect("ERR_")
    address, replace = own_server
    page = new_page(base_url=address)
    open_train(page, LONG)
    page.locator("#run-start").click()
    until(page, lambda: step_now(page) > 60)
    replace()
    at = step_now(page)
    assert at < 900, "the run was over before the server was killed"
    expect(page.locator("#run-start")).to_be_disabled(timeout=60_000)
    told = series(page)
    assert [len(variant["steps"]["loss"]) for variant in told] == [900, 900]
    for variant in told:
        same_as_the_api(variant, address)


def test_a_lost_connection_is_told_while_it_lasts(
    new_page: Callable[..., Page], problems: Problems, own_server: tuple[str, Callable[[], None]]
) -> None:
    problems.expect("ERR_")
    address, replace = own_server
    page = new_page(base_url=address)
    open_train(page, ENDLESS)
    page.locator("#run-start").click()
    until(page, lambda: step_now(page) > 5)
    page.evaluate(
        "window.seen = []; new MutationObserver(() => window.seen.push(document.getElementById('status').textContent))"
        ".observe(document.getElementById('status'), { childList: true, subtree: true })"
    )
    replace()
    at = step_now(page)
    until(page, lambda: step_now(page) > at + 5, seconds=30)
    assert any("connection is lost" in text for text in page.evaluate("window.seen"))
    expect(page.locator("#status")).to_be_hidden()
    page.close()


def metric(address: str, name: str) -> float:
    """A number of the server about itself."""
    text = httpx.get(f"{address}/metrics", trust_env=False).text
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found
    return float(found[1])


@pytest.mark.parametrize("how", ["close", "pause", "leave"])
def test_whoever_goes_away_stops_the_computation(
    new_page: Callable[..., Page], own_server: tuple[str, Callable[[], None]], how: str
) -> None:
    address, _ = own_server
    page = new_page(base_url=address)
    open_train(page, ENDLESS)
    page.locator("#run-start").click()
    until(page, lambda: step_now(page) > 5)
    assert metric(address, "unrolled_streams_open") == 1
    if how == "close":
        page.close()
    elif how == "pause":
        page.locator("#run-start").click()
    else:
        page.goto("/cliff")
    waiting = new_page(base_url=address)
    until(waiting, lambda: metric(address, "unrolled_streams_open") == 0)
    waiting.wait_for_timeout(200)
    computed = metric(address, "unrolled_training_steps_total")
    waiting.wait_for_timeout(700)
    assert metric(address, "unrolled_training_steps_total") == computed


def test_drawing_is_bounded_and_the_page_answers_meanwhile(page: Page) -> None:
    open_train(page, LONG)
    page.evaluate("""() => {
      window.drawn = [];
      const canvas = document.querySelector("[data-figure=learning] .surface-ink");
      const clear = CanvasRenderingContext2D.prototype.clearRect;
      CanvasRenderingContext2D.prototype.clearRect = function (...area) {
        if (this.canvas === canvas) window.drawn.push(performance.now());
        return clear.apply(this, area);
      };
    }""")
    page.locator("#run-start").click()
    until(page, lambda: step_now(page) > 20)
    box = page.locator("[data-figure=learning] .figure-surface").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 100)
    expect(page.locator(".reading strong")).to_contain_text("Loss at step")
    expect(page.locator("#run-start")).to_be_disabled(timeout=60_000)
    drawn = page.evaluate("window.drawn")
    assert len(drawn) > 5
    # They are 50 ms apart; a late frame may come nearer to the next one, but over the whole run they are no more.
    assert len(drawn) <= (drawn[-1] - drawn[0]) / 50 + 2
