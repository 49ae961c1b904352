"""The server itself goes away and comes back: a real process, stopped and started again."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.driving import control, open_explore, parameters_in_address, picture
from tests.browser.problems import Problems
from tests.browser.waiting import another_picture
from tests.serving import ROOT, free_port, wait_until_it_answers


def start(port: int, log: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", f"import os; os.environ['UNROLLED_PORT'] = '{port}'; import app.__main__ as m; m.main()"]
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    wait_until_it_answers(process, f"http://127.0.0.1:{port}", log)
    return process


def test_the_page_lives_through_a_restart(new_page: Callable[..., Page], problems: Problems, tmp_path: Path) -> None:
    problems.expect("ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE")
    port, log = free_port(), tmp_path / "log.txt"
    process = start(port, log)
    try:
        page = new_page(base_url=f"http://127.0.0.1:{port}")
        open_explore(page)
        before = picture(page)
        process.terminate()
        process.wait(timeout=15)
        control(page, "spectral_radius").locator("input[type=number]").fill("0.6")
        expect(page.locator("#status")).to_contain_text("can't be reached")
        page.wait_for_timeout(1500)
        assert picture(page) == before
        # What is already on the page still answers.
        value = page.locator(".update-clipped .update-value").inner_text()
        control(page, "clip_threshold").locator("input[type=number]").fill("0.01")
        expect(page.locator(".update-clipped .update-value")).not_to_have_text(value)
        process = start(port, log)
        another_picture(page, before)
        expect(page.locator("#status")).to_be_hidden()
        assert parameters_in_address(page)["spectral_radius"] == "0.6"
        page.keyboard.press("Tab")
        page.locator("#action-presets").click()
        page.locator("[data-preset=edge]").click()
        expect(page.locator("#verdict")).to_contain_text("Stable")
    finally:
        process.kill()
        process.wait()


def test_a_slow_answer_is_announced_and_the_picture_stays(page: Page) -> None:
    open_explore(page)
    before = picture(page)
    page.route("**/api/v1/runs?*", lambda route: (page.wait_for_timeout(1800), route.continue_()))
    control(page, "spectral_radius").locator("input[type=number]").fill("0.6")
    expect(page.locator("#status")).to_contain_text("Still computing")
    another_picture(page, before)
    expect(page.locator("#status")).to_be_hidden()


def test_a_mistake_of_the_server_is_told_and_the_next_answer_is_drawn(page: Page, problems: Problems) -> None:
    problems.expect("status of 500")
    open_explore(page)
    before = picture(page)
    body = {
        "error": {"code": "internal_error", "message": "The server made a mistake.", "parameter": None, "allowed": None, "details": None}
    }
    page.route("**/api/v1/runs?*", lambda route: route.fulfill(status=500, json=body))
    control(page, "spectral_radius").locator("input[type=number]").fill("0.6")
    expect(page.locator("#status")).to_contain_text("The server made a mistake.")
    assert picture(page) == before
    page.unroute("**/api/v1/runs?*")
    control(page, "spectral_radius").locator("input[type=number]").fill("0.7")
    another_picture(page, before)
    expect(page.locator("#status")).to_be_hidden()


def test_an_answer_of_some_proxy_is_not_taken_for_ours(page: Page, problems: Problems) -> None:
    problems.expect("status of 502")
    open_explore(page)
    before = picture(page)
    page.route("**/api/v1/runs?*", lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>"))
    control(page, "spectral_radius").locator("input[type=number]").fill("0.6")
    expect(page.locator("#status")).to_contain_text("can't be reached")
    page.unroute("**/api/v1/runs?*")
    another_picture(page, before)
    expect(page.locator("#status")).to_be_hidden()


def test_dialogs_open_though_the_server_has_gone(page: Page, problems: Problems) -> None:
    """Their code is fetched while the page rests."""
    problems.expect("ERR_CONNECTION_REFUSED")
    with page.expect_request("**/dialogs/help.js") as asked:
        open_explore(page)
    folder = asked.value.url.removesuffix("help.js")
    page.evaluate("folder => Promise.all(['help', 'lesson-link'].map(name => import(`${folder}${name}.js`)))", folder)
    page.route("**/*", lambda route: route.abort("connectionrefused"))
    page.keyboard.press("?")
    expect(page.locator("#dialog-help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.locator("#dialog-lesson")).to_be_visible()


def test_a_dialog_whose_code_does_not_come_says_so(page: Page, problems: Problems) -> None:
    problems.expect("ERR_CONNECTION_REFUSED")
    page.route("**/dialogs/*.js", lambda route: route.abort("connectionrefused"))
    open_explore(page)
    page.locator("#action-export").dblclick()
    expect(page.locator(".toast")).to_contain_text("can't be reached")
    expect(page.locator("dialog")).to_have_count(0)


def test_two_quick_presses_open_one_dialog(page: Page) -> None:
    page.route("**/dialogs/help.js", lambda route: (page.wait_for_timeout(400), route.continue_()))
    open_explore(page)
    page.keyboard.press("?")
    page.keyboard.press("?")
    expect(page.locator("#dialog-help")).to_be_visible()
    page.wait_for_timeout(300)
    expect(page.locator("dialog")).to_have_count(1)
