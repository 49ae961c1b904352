"""A lesson's link: made in its dialog, opened by a student."""

from collections.abc import Callable

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import control, open_explore


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
