"""The page of training runs in a real browser: run, pause, step, look back, share, lose the server, take away."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.driving import control, picture
from tests.browser.problems import Problems
from tests.browser.test_accessibility import LOOKS, violations
from tests.browser.waiting import until

# Two variants, quickly done.
SHORT = "?task=adding&length=8&hidden_size=6&steps=120&snapshot_every=20&batch_size=8&variant=&variant=clip_threshold:0.5"
# One that takes some seconds.
LONG = "?task=adding&length=30&hidden_size=32&steps=900&snapshot_every=300&clip_threshold=1&variant=&variant=learning_rate:0.01"
# So long that nobody waits for its end.
ENDLESS = "?task=adding&length=40&hidden_size=64&steps=50000&clip_threshold=1&variant="


def open_train(page: Page, query: str = SHORT) -> None:
    """Open the page and wait for the first step of every variant."""
    page.goto(f"/train{query}")
    expect(page.locator("#run-bar .run-text")).to_contain_text("1")
    expect(page.locator(".variant-loss").last).not_to_have_text("–")
    page.evaluate("document.fonts.ready")


def run_to_the_end(page: Page) -> None:
    page.locator("#run-start").click()
    expect(page.locator("#run-start")).to_be_disabled(timeout=60_000)
    page.wait_for_timeout(150)


def step_now(page: Page) -> int:
    """The step that the slowest variant has come to."""
    found = re.search(r"step ([\d,]+) of|([\d,]+) steps done", page.locator(".run-text").inner_text())
    assert found
    return int((found[1] or found[2]).replace(",", ""))


def exported(page: Page, what: str = "json") -> Download:
    page.keyboard.press("e")
    with page.expect_download() as download:
        page.locator(f"#export-{what}").click()
    page.keyboard.press("Escape")
    return download.value


def series(page: Page) -> list[dict[str, Any]]:
    """What the page has been told, as it gives it away."""
    return list(json.loads(Path(exported(page).path()).read_text("utf-8"))["variants"])


def same_as_the_api(variant: dict[str, Any], address: str) -> None:
    answer = httpx.get(f"{address}/api/v1/trainings?{variant['query']}", trust_env=False, timeout=60).json()
    assert variant["steps"] == answer["steps"]
    assert variant["snapshots"] == answer["snapshots"]


def test_the_first_step_of_a_story_is_there_at_once(page: Page) -> None:
    page.goto("/train")
    expect(page.locator(".story-button[aria-pressed=true]")).to_have_count(1)
    expect(page.locator(".story-text")).not_to_be_empty()
    expect(page.locator(".variant-state").first).to_contain_text("step 1 of")
    until(page, lambda: page.locator("[data-figure=learning] .surface-ink").evaluate("canvas => canvas.height > 200"))


def test_run_to_the_end_every_number_is_the_servers(page: Page, live_server: str) -> None:
    open_train(page)
    before = {name: picture(page, name) for name in ("learning", "gradient_norms", "weights")}
    run_to_the_end(page)
    assert step_now(page) == 120
    for name, painted in before.items():
        assert picture(page, name) != painted, name
    expect(page.locator(".story-after li")).to_have_count(2)
    told = series(page)
    assert [len(variant["steps"]["loss"]) for variant in told] == [120, 120]
    for variant in told:
        same_as_the_api(variant, live_server)


def test_pause_closes_and_going_on_continues_without_a_gap(page: Page, live_server: str) -> None:
    open_train(page, LONG)
    page.locator("#run-start").click()
    until(page, lambda: step_now(page) > 20)
    page.locator("#run-start").click()
    expect(page.locator("#run-start")).to_have_text("Go on")
    page.wait_for_timeout(300)
    paused = step_now(page)
    page.wait_for_timeout(500)
    assert step_now(page) == paused < 900
    run_to_the_end(page)
    for variant in series(page):
        same_as_the_api(variant, live_server)


def test_step_goes_one_further_and_reset_goes_back(page: Page) -> None:
    open_train(page)
    for expected in (2, 3):
        page.locator("#run-step").click()
        until(page, lambda expected=expected: step_now(page) == expected)
    page.locator("#run-reset").click()
    until(page, lambda: step_now(page) == 1)
    assert [variant["steps"]["last"] for variant in series(page)] == [1, 1]


def test_scrubbing_shows_the_network_of_an_earlier_step(page: Page) -> None:
    open_train(page)
    run_to_the_end(page)
    page.locator("#scrubber").scroll_into_view_if_needed()
    expect(page.locator(".scrubber-title")).to_have_text("The network after step 120")
    page.wait_for_timeout(200)
    newest = picture(page, "snapshot_norms"), picture(page, "snapshot_flows")
    page.locator("#scrubber-range").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".scrubber-title")).to_have_text("The network after step 100")
    page.keyboard.press("Home")
    expect(page.locator(".scrubber-title")).to_have_text("The untrained network")
    page.wait_for_timeout(200)
    untrained = picture(page, "snapshot_norms"), picture(page, "snapshot_flows")
    assert untrained[0] != newest[0]
    assert untrained[1] != newest[1]
    expect(page.locator("[data-figure=snapshot_norms] figcaption")).to_contain_text("untrained network")
    page.locator(".scrubber-live").click()
    expect(page.locator(".scrubber-title")).to_have_text("The network after step 120")


def test_a_press_on_a_curve_shows_the_network_of_that_step(page: Page) -> None:
    open_train(page)
    run_to_the_end(page)
    surface = page.locator("[data-figure=learning] .figure-surface")
    box = surface.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 120)
    expect(page.locator(".reading strong")).to_contain_text("Loss at step")
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".scrubber-title")).to_have_text("The network after step 60")
    surface.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator(".scrubber-title")).to_have_text("The untrained network")


def test_the_address_brings_everything_back(page: Page) -> None:
    open_train(page)
    run_to_the_end(page)
    page.locator("#scrubber-range").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(5, 5)
    page.wait_for_timeout(500)
    told = series(page)
    painted = picture(page, "learning"), picture(page, "weights")
    assert "until=120" in page.url
    assert "at=40" in page.url
    page.reload()
    expect(page.locator("#run-start")).to_be_disabled(timeout=30_000)
    expect(page.locator(".scrubber-title")).to_have_text("The network after step 40")
    page.wait_for_timeout(300)
    assert series(page) == told
    assert (picture(page, "learning"), picture(page, "weights")) == painted


def test_a_change_of_one_variant_begins_it_anew_and_leaves_the_other(page: Page) -> None:
    open_train(page)
    run_to_the_end(page)
    before = series(page)
    page.locator(".variant-select").nth(1).click()
    expect(page.locator("input[name=scope]:checked")).to_have_value("1")
    box = control(page, "clip_threshold").locator("input[type=number]")
    box.fill("0.25")
    box.press("Tab")
    until(page, lambda: "clip_threshold:0.25" in page.url)
    expect(page.locator(".variant-state").nth(1)).to_contain_text("step 1 of")
    after = series(page)
    assert after[0] == before[0]
    assert after[1]["steps"]["last"] == 1
    expect(control(page, "clip_threshold").locator(".own-letters")).to_have_text("B")


def test_variants_are_added_and_removed(page: Page) -> None:
    open_train(page)
    page.locator(".variant-add").click()
    expect(page.locator(".variant")).to_have_count(3)
    expect(page.locator("input[name=scope]:checked")).to_have_value("2")
    control(page, "optimizer").locator("select").select_option("adam")
    expect(page.locator(".variant-name").nth(2)).to_contain_text("Adam")
    until(page, lambda: "optimizer:adam" in page.url)
    page.locator(".variant .icon-close").first.click()
    expect(page.locator(".variant")).to_have_count(2)
    expect(page.locator(".variant-name").nth(1)).to_contain_text("Adam")


def test_a_story_is_told_and_the_browsers_back_returns(page: Page) -> None:
    open_train(page)
    page.locator("[data-story=vanishing]").click()
    expect(page.locator(".variant")).to_have_count(3)
    expect(page.locator("[data-story=vanishing]")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.locator(".variant")).to_have_count(2)


def test_what_the_server_refuses_is_told_at_its_control(page: Page, problems: Problems) -> None:
    problems.expect("status of 422")
    page.goto("/train?task=adding&length=1000&hidden_size=512&batch_size=512&steps=100000&variant=")
    expect(page.locator(".variant-state")).to_contain_text("lower", ignore_case=True)
    until(page, lambda: bool(problems))


def test_the_words_are_korean_in_korean(new_page: Callable[..., Page]) -> None:
    page = new_page(locale="ko-KR")
    page.goto(f"/train{SHORT}")
    expect(page.locator("#run-start")).to_have_text("시작")
    expect(page.locator(".variant-loss").last).not_to_have_text("–")
    run_to_the_end(page)
    expect(page.locator(".story-after li").first).to_contain_text("손실")
    page.locator("#language").click()
    expect(page.locator(".story-after li").first).to_contain_text("loss")
    expect(page.locator(".page-link").first).to_have_attribute("href", re.compile("lang=en"))


def test_pictures_and_tables_can_be_taken_away(page: Page) -> None:
    open_train(page)
    run_to_the_end(page)
    table = Path(exported(page, "csv").path()).read_text("utf-8").splitlines()
    assert table[0].startswith("variant,name,step,loss")
    assert len(table) == 241
    picture_file = exported(page, "png")
    assert Path(picture_file.path()).read_bytes().startswith(b"\x89PNG")
    assert "<svg" in Path(exported(page, "svg").path()).read_text("utf-8")


@pytest.mark.parametrize("look", LOOKS)
def test_no_violations(new_page: Callable[..., Page], look: str) -> None:
    page = new_page(**LOOKS[look])
    page.goto(f"/train{SHORT}")
    expect(page.locator(".variant-loss").last).not_to_have_text("–")
    run_to_the_end(page)
    page.locator(".variant-select").nth(1).click()
    assert violations(page) == []
    for dialog in ("lesson", "export", "help"):
        page.locator(f"#action-{dialog}").click()
        expect(page.locator(f"#dialog-{dialog}")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
