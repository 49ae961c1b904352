"""A lesson's link: made in its dialog, opened by a student."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import control, open_explore
from tests.browser.test_cliff import SURFACE, open_cliff, start_of
from tests.browser.test_train import SHORT, open_train, run_to_the_end
from tests.browser.waiting import until

# Pages with another opening than Explore: how, something to wait for in an embedded one, and a figure that takes its width.
OPENINGS: dict[str, tuple[Callable[[Page, str], None], str, str]] = {
    "/train": (open_train, ".variant-share", "learning"),
    "/cliff": (open_cliff, "#verdict", "surface"),
}
QUERIES = {"/train": SHORT, "/cliff": "?clip_threshold=0.05"}


def made(page: Page) -> str:
    """The query of the link in the dialog."""
    address = page.get_by_label("Link", exact=True).input_value()
    return "?" + address.partition("?")[2]


def show(page: Page, part: str) -> Locator:
    """The box of a part of the page."""
    return page.locator(f"input[name=show-{part}]")


def choose(page: Page, name: str, what: str) -> None:
    """Lock or hide a control in the dialog."""
    page.locator(f"input[name=control-{name}][value={what}] + span").click()


def test_a_teacher_makes_a_link_and_a_student_opens_it(new_page: Callable[..., Page]) -> None:
    teacher, student = new_page(), new_page()
    open_explore(teacher, "?spectral_radius=0.7&pin=spectral_radius%3D1.4")
    teacher.keyboard.press("l")
    show(teacher, "flow_matrix").uncheck()
    show(teacher, "own").uncheck()
    choose(teacher, "spectral_radius", "lock")
    choose(teacher, "seed", "hide")
    teacher.get_by_label("Language").select_option("ko")
    query = made(teacher)
    open_explore(student, query)
    expect(student.locator("[data-figure=flow_matrix]")).to_be_hidden()
    expect(student.locator("[data-figure=spectrum]")).to_be_visible()
    expect(student.locator("#action-own")).to_have_count(0)
    expect(student.locator("#action-presets")).to_be_visible()
    expect(control(student, "seed")).to_be_hidden()
    locked = control(student, "spectral_radius").locator("input[type=range]")
    expect(locked).to_be_disabled()
    expect(locked).to_have_attribute("aria-valuetext", "0.7")
    assert student.evaluate("document.documentElement.lang") == "ko"
    expect(student.locator(".compare-table tbody tr")).to_have_count(2)
    # What the link left out stays out while the page is used.
    control(student, "activation").locator("select").select_option("relu")
    student.wait_for_timeout(400)
    assert student.evaluate("new URLSearchParams(location.search).get('hide')") == "flow_matrix,own,seed"
    student.keyboard.press("Tab")
    student.keyboard.press("d")
    expect(student.locator("dialog")).to_have_count(0)


def test_an_embedded_page_has_no_frame(new_page: Callable[..., Page], live_server: str) -> None:
    teacher, reader = new_page(), new_page()
    open_explore(teacher)
    teacher.keyboard.press("l")
    expect(teacher.get_by_label("Code to embed it")).to_be_hidden()
    teacher.get_by_label("Without the page's frame").check()
    show(teacher, "rail").uncheck()
    code = teacher.get_by_label("Code to embed it").input_value()
    assert code.startswith("<iframe")
    query = made(teacher)
    reader.route(f"{live_server}/lecture", lambda route: route.fulfill(content_type="text/html", body=f"<title>A lecture</title>{code}"))
    reader.goto("/lecture")
    frame = reader.frame_locator("iframe")
    expect(frame.locator("#verdict")).to_contain_text("Vanishing")
    expect(frame.locator(".bar")).to_be_hidden()
    expect(frame.locator("#rail")).to_be_hidden()
    box, frame_box = frame.locator("[data-figure=aligned]").bounding_box(), reader.locator("iframe").bounding_box()
    assert box
    assert frame_box
    assert box["width"] > 0.9 * frame_box["width"]
    answer = httpx.get(f"{live_server}/{query}", trust_env=False)
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", OPENINGS)
def test_other_pages_are_embedded_without_their_frame(new_page: Callable[..., Page], live_server: str, address: str) -> None:
    opened, awaited, figure = OPENINGS[address]
    teacher, reader = new_page(), new_page()
    opened(teacher, QUERIES[address])
    teacher.keyboard.press("l")
    teacher.get_by_label("Without the page's frame").check()
    show(teacher, "rail").uncheck()
    show(teacher, "stories").uncheck()
    code = teacher.get_by_label("Code to embed it").input_value()
    query = made(teacher)
    reader.route(f"{live_server}/lecture", lambda route: route.fulfill(content_type="text/html", body=f"<title>A lecture</title>{code}"))
    reader.goto("/lecture")
    frame = reader.frame_locator("iframe")
    expect(frame.locator(awaited).first).to_contain_text(re.compile(r"\d"))
    for hidden in (".bar", "#rail", "#stories"):
        expect(frame.locator(hidden)).to_be_hidden()
    box, frame_box = frame.locator(".figures").bounding_box(), reader.locator("iframe").bounding_box()
    assert box
    assert frame_box
    assert box["width"] > 0.9 * frame_box["width"]
    expect(frame.locator(f"[data-figure={figure}]")).to_be_visible()
    answer = httpx.get(f"{live_server}{address}{query}", trust_env=False)
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in httpx.get(f"{live_server}{address}", trust_env=False).headers["Content-Security-Policy"]


def test_a_training_is_handed_on_as_far_as_it_has_come(new_page: Callable[..., Page]) -> None:
    teacher, student = new_page(), new_page()
    open_train(teacher)
    run_to_the_end(teacher)
    teacher.keyboard.press("l")
    show(teacher, "run").uncheck()
    show(teacher, "gradient_norms").uncheck()
    show(teacher, "weights").uncheck()
    show(teacher, "export").uncheck()
    choose(teacher, "learning_rate", "lock")
    choose(teacher, "clipping", "lock")
    choose(teacher, "seed", "hide")
    teacher.get_by_label("Language").select_option("ko")
    query = made(teacher)
    assert "until=120" in query
    student.goto(f"/train{query}")
    expect(student.locator(".story-after li")).to_have_count(2, timeout=30_000)
    for hidden in ("[data-figure=run]", "[data-figure=gradient_norms]", "[data-figure=weights]", "[data-control=seed]"):
        expect(student.locator(hidden)).to_be_hidden()
    expect(student.locator("#action-export")).to_have_count(0)
    expect(student.locator("#action-help")).to_be_visible()
    assert student.evaluate("document.documentElement.lang") == "ko"
    expect(control(student, "learning_rate").locator("input[type=range]")).to_be_disabled()
    expect(control(student, "clipping").locator("input").first).to_be_disabled()
    expect(control(student, "spectral_radius").locator("input[type=range]")).to_be_enabled()
    # The one figure that is left beside the hidden ones has their width, too.
    alone, both = (student.locator(selector).bounding_box() for selector in ("[data-figure=learning]", ".training"))
    assert alone
    assert both
    assert alone["width"] == pytest.approx(both["width"])
    # What is changed comes as far by itself: there is no button for it.
    student.locator(".variant-select").first.click()
    control(student, "spectral_radius").locator("input[type=number]").fill("0.5")
    expect(student.locator(".variant-name").first).to_contain_text("ρ = 0.5")
    expect(student.locator(".story-after li")).to_have_count(2, timeout=30_000)
    assert student.evaluate("new URLSearchParams(location.search).get('lock')") == "learning_rate,clipping"


def test_without_its_bar_a_training_knows_no_keys_for_it(page: Page) -> None:
    page.goto(f"/train{SHORT}&until=3&hide=run,export")
    state = page.locator(".variant-state").first
    expect(state).to_contain_text("step 3 of 120")
    for key in ("r", "s", "e"):
        page.keyboard.press(key)
    page.wait_for_timeout(500)
    expect(state).to_contain_text("step 3 of 120")
    expect(page.locator("dialog")).to_have_count(0)


def test_a_locked_start_stays_on_the_cliff(new_page: Callable[..., Page]) -> None:
    teacher, student = new_page(), new_page()
    open_cliff(teacher, "?show=gradient")
    teacher.keyboard.press("l")
    show(teacher, "descents").uncheck()
    choose(teacher, "w_start", "lock")
    choose(teacher, "target", "hide")
    query = made(teacher)
    assert "show=gradient" in query
    open_cliff(student, query)
    expect(student.locator("[data-figure=descents]")).to_be_hidden()
    expect(control(student, "target")).to_be_hidden()
    expect(control(student, "show").locator("input[value=gradient]")).to_be_checked()
    w, b = start_of(student)
    box, whole = student.locator(SURFACE).bounding_box(), student.locator(".cliff").bounding_box()
    assert box
    assert whole
    assert box["width"] > 0.9 * whole["width"]
    student.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 80)
    until(student, lambda: start_of(student)[1] != b)
    assert start_of(student)[0] == w
    student.locator(SURFACE).focus()
    student.keyboard.press("ArrowUp")
    assert start_of(student)[0] == w


def test_hiding_the_controls_takes_their_choices_along(page: Page) -> None:
    open_explore(page)
    page.keyboard.press("l")
    choose(page, "length", "lock")
    assert "lock=length" in made(page)
    show(page, "rail").uncheck()
    assert "hide=rail" in made(page)
    assert "lock" not in made(page)


def test_the_link_opens_in_another_tab(page: Page) -> None:
    open_explore(page)
    page.keyboard.press("l")
    show(page, "gradient").uncheck()
    with page.expect_popup() as popup:
        page.get_by_text("Open it").click()
    expect(popup.value.locator("[data-figure=gradient]")).to_be_hidden()
