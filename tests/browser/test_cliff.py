"""The page of the cliff in a real browser: where the descents start, by mouse and by keys, what is shown and said of them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.driving import FINGERPRINT, control, drag, parameters_in_address, picture
from tests.browser.problems import Problems
from tests.browser.test_accessibility import LOOKS, violations
from tests.browser.waiting import another_picture, until

SURFACE = "[data-figure=surface] .figure-surface"
REFUSAL = {"error": {"code": "invalid_parameter", "message": "target must be another.", "parameter": "target", "allowed": None}}


def open_cliff(page: Page, query: str = "") -> None:
    """Open the page and wait for the surface, the fine one, and the descents."""
    with page.expect_response(lambda response: "b_points=301" in response.url):
        page.goto(f"/cliff{query}")
    expect(page.locator("#verdict")).not_to_be_empty()
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)


def paths(page: Page) -> str:
    """The fingerprint of what lies on the surface."""
    return str(page.locator("[data-figure=surface] .surface-glass").evaluate(FINGERPRINT))


def start_of(page: Page) -> tuple[float, float]:
    """w and b, as the controls show them."""
    w, b = (control(page, f"{axis}_start").locator("input[type=number]").input_value() for axis in "wb")
    return float(w), float(b)


def test_it_says_what_the_api_says(page: Page, live_server: str) -> None:
    open_cliff(page)
    answer = httpx.get(f"{live_server}/api/v1/cliff", trust_env=False, timeout=30).json()
    raw, clipped = answer["descents"]["raw"], answer["descents"]["clipped"]
    assert (raw["ended"], clipped["ended"]) == ("left_grid", "steps_done")
    words = page.locator("#verdict").inner_text()
    assert "Clipping keeps it on the surface" in words
    assert f"update {len(raw['w']) - 1} meets" in words
    assert f"{len(clipped['clipped_steps'])} of {len(clipped['w']) - 1} updates" in words
    caption = page.locator("[data-figure=surface] figcaption").inner_text()
    for fold in answer["bifurcation"]["folds"]:
        assert f"{abs(fold['b']):.4f}" in caption


def test_a_press_starts_the_descents_there_and_dragging_takes_the_start_along(page: Page) -> None:
    open_cliff(page)
    before = paths(page), page.locator("[data-figure=descents] figcaption").inner_text()
    box = page.locator(SURFACE).bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 90)
    page.mouse.down()
    pressed = start_of(page)
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 140, steps=5)
    dragged = start_of(page)
    page.mouse.up()
    assert dragged[0] < pressed[0]
    assert dragged[1] < pressed[1]
    until(page, lambda: paths(page) != before[0])
    until(page, lambda: page.locator("[data-figure=descents] figcaption").inner_text() != before[1])
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 200)
    assert start_of(page) == dragged
    address = parameters_in_address(page)
    assert (float(address["w_start"]), float(address["b_start"])) == dragged


def test_the_start_goes_by_keys(page: Page) -> None:
    open_cliff(page)
    page.locator(SURFACE).focus()
    w, b = start_of(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert start_of(page) == pytest.approx((w + 0.06, b + 0.04))
    page.keyboard.press("Shift+ArrowDown")
    assert start_of(page) == pytest.approx((w + 0.06 - 0.6, b + 0.04))
    expect(page.locator("#announcer")).to_contain_text("Start at w")


def test_clipping_threshold_and_rate_change_the_descents_alone(page: Page) -> None:
    open_cliff(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/cliff" in request.url else None)
    surface, before = picture(page, "surface"), paths(page)
    drag(page, "clip_threshold", 0.9)
    until(page, lambda: paths(page) != before)
    page.wait_for_timeout(400)
    assert picture(page, "surface") == surface
    assert asked
    assert all("w_points=2&" in url for url in asked)
    expect(page.locator("#verdict")).not_to_contain_text("Clipped at 0.2:")


def test_the_slice_moves_with_its_control(page: Page) -> None:
    open_cliff(page)
    before = picture(page, "surface")
    drag(page, "bifurcation_w", 0.5)
    another_picture(page, before, "surface")
    expect(page.locator("[data-figure=surface] figcaption")).to_contain_text("there is one fixed point for every b")


def test_zooming_asks_for_a_finer_piece_and_all_of_it_comes_back(page: Page) -> None:
    open_cliff(page)
    whole = picture(page, "surface")
    with page.expect_response(lambda response: "b_points=301" in response.url):
        page.locator("#surface-tools .icon-zoom-in").click()
    piece = another_picture(page, whole, "surface")
    address = parameters_in_address(page)
    assert float(address["w_maximum"]) - float(address["w_minimum"]) == pytest.approx(3)
    assert piece != whole
    page.locator(SURFACE).focus()
    with page.expect_response(lambda response: "b_points=301" in response.url):
        page.keyboard.press("0")
    until(page, lambda: picture(page, "surface") == whole)
    assert "w_minimum" not in parameters_in_address(page)


def test_the_address_brings_everything_back(page: Page) -> None:
    open_cliff(page, "?clip_threshold=0.05&w_start=6.5&b_start=-1.25&show=gradient&steps=30")
    seen = picture(page, "surface"), paths(page), picture(page, "descents")
    words = page.locator("#verdict").inner_text()
    with page.expect_response(lambda response: "b_points=301" in response.url):
        page.reload()
    until(page, lambda: page.locator("#verdict").inner_text() == words)
    until(page, lambda: (picture(page, "surface"), paths(page), picture(page, "descents")) == seen)


def test_stories_are_told_and_the_browsers_back_returns(page: Page) -> None:
    open_cliff(page)
    page.locator("[data-story=slope]").click()
    expect(page.locator("[data-story=slope]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#verdict")).to_contain_text("Both stay")
    page.go_back()
    expect(page.locator("[data-story=cliff]")).to_have_attribute("aria-pressed", "true")


def test_what_the_server_refuses_is_told_and_the_picture_stays(page: Page, problems: Problems) -> None:
    problems.expect("status of 422")
    open_cliff(page)
    before = picture(page, "surface")
    page.route("**/api/v1/cliff?*", lambda route: route.fulfill(status=422, body=json.dumps(REFUSAL), content_type="application/json"))
    drag(page, "target", 0.2)
    expect(control(page, "target").locator(".problem")).to_have_text(REFUSAL["error"]["message"])
    assert picture(page, "surface") == before


def taken_away(page: Page, what: str) -> Download:
    page.keyboard.press("e")
    with page.expect_download() as download:
        page.locator(f"#export-{what}").click()
    page.keyboard.press("Escape")
    return download.value


def test_pictures_tables_and_the_answer_can_be_taken_away(page: Page, live_server: str) -> None:
    open_cliff(page)
    answer = httpx.get(f"{live_server}/api/v1/cliff", trust_env=False, timeout=30).json()
    assert json.loads(Path(taken_away(page, "json").path()).read_text("utf-8")) == answer
    table = Path(taken_away(page, "csv").path()).read_text("utf-8").splitlines()
    assert len(table) == 1 + sum(len(descent["w"]) for descent in answer["descents"].values())
    assert Path(taken_away(page, "png").path()).read_bytes().startswith(b"\x89PNG")
    assert "<svg" in Path(taken_away(page, "svg").path()).read_text("utf-8")


def test_pages_lead_to_each_other_in_the_same_language(new_page: Callable[..., Page]) -> None:
    page = new_page(locale="ko-KR")
    open_cliff(page)
    page.locator("#language").click()
    expect(page.locator("h1")).to_contain_text("The cliff")
    page.locator(".page-link", has_text="Train").click()
    expect(page).to_have_url(re.compile("/train.*lang=en"))
    expect(page.locator(".page-link[aria-current=page]")).to_have_text("Train")
    expect(page.locator("#run-start")).to_have_text("Start")
    page.locator(".page-link", has_text="Explore").click()
    expect(page).to_have_url(re.compile(r"/\?.*lang=en"))
    expect(page.locator("#verdict")).not_to_be_empty()
    expect(page.locator(".page-link", has_text="Cliff")).to_have_attribute("href", re.compile("lang=en"))  # its words come before its code
    page.locator("#theme").click()
    page.locator(".page-link", has_text="Cliff").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("h1")).to_contain_text("The cliff")
    page.locator(".page-link", has_text="API").click()
    expect(page.locator(".page-link[aria-current=page]")).to_have_text("API")
    page.locator(".page-link", has_text="Explore").click()
    expect(page.locator("#verdict")).not_to_be_empty()


def test_a_finger_moves_the_start_on_a_phone(new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_cliff(page)
    box = page.locator(SURFACE).bounding_box()
    assert box
    before = start_of(page)
    page.touchscreen.tap(box["x"] + 0.7 * box["width"], box["y"] + 60)
    until(page, lambda: start_of(page) != before)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("look", LOOKS)
def test_no_violations(new_page: Callable[..., Page], look: str) -> None:
    page = new_page(**LOOKS[look])
    open_cliff(page)
    assert violations(page) == []
    for dialog in ("lesson", "export", "help"):
        page.locator(f"#action-{dialog}").click()
        expect(page.locator(f"#dialog-{dialog}")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
