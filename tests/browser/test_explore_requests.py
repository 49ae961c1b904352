"""What the Explore page asks the server for, when it asks, and what it does about the answer."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error, Page, Request, expect

from tests.browser.driving import control, drag, open_explore, picture, settle
from tests.browser.problems import Problems


def test_long_runs_ask_for_the_heavy_parts_last(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/runs" in request.url else None)
    open_explore(page, "?length=300&source=sunspots_monthly")
    page.wait_for_timeout(500)
    settle(page)
    asked.clear()
    drag(page, "spectral_radius", 0.4, steps=2)
    page.wait_for_timeout(600)
    settle(page)
    assert all("gradient_by_lag" not in url for url in asked[:-1])
    assert "gradient_by_lag" in asked[-1]


class TestTheServer:
    """It answers late, refuses, is busy, or goes away: the last picture stays, the person is told, and it recovers."""

    def test_a_late_answer_never_replaces_a_newer_one(self, page: Page) -> None:
        open_explore(page)
        late: list[Any] = []

        def hold_the_first(route: Any) -> None:
            if late:
                route.continue_()
            else:
                late.append(route)

        page.route("**/api/v1/runs?*", hold_the_first)
        drag(page, "spectral_radius", 0.2, steps=1)
        page.wait_for_timeout(700)
        drag(page, "spectral_radius", 0.8, steps=1)
        page.wait_for_timeout(900)
        settle(page)
        now = page.locator("#verdict").inner_text(), picture(page)
        with suppress(Error):  # the page has given the request up
            late[0].continue_()
        page.wait_for_timeout(300)
        assert (page.locator("#verdict").inner_text(), picture(page)) == now

    def test_a_refusal_is_told_at_its_control(self, page: Page, problems: Problems) -> None:
        problems.expect("status of 422")
        open_explore(page)
        before = picture(page)
        control(page, "length").locator("input[type=number]").fill("5000")
        problem = control(page, "length").locator(".problem")
        expect(problem).to_be_visible()
        expect(problem).to_contain_text("length")
        assert picture(page) == before
        control(page, "length").locator("input[type=number]").fill("40")
        expect(problem).to_be_hidden()
        settle(page)
        assert picture(page) != before

    def test_a_refusal_of_what_is_typed_is_told_once_in_the_pages_language(self, new_page: Callable[..., Page], problems: Problems) -> None:
        problems.expect("status of 422")
        page = new_page(locale="ko-KR")
        open_explore(page, "?source=text")
        control(page, "placement").locator("input").last.check(force=True)
        settle(page)
        control(page, "loss_at").locator("input").fill("3, 99")
        expect(control(page, "loss_at").locator(".problem")).to_contain_text("1부터 40까지")
        expect(page.locator(".problem:visible, #status:visible")).to_have_count(1)

    def test_a_busy_server_is_waited_for(self, page: Page, problems: Problems) -> None:
        problems.expect("status of 503")
        open_explore(page)
        before = picture(page)
        busy = {"status": 503, "headers": {"Retry-After": "1"}, "json": {"error": {"code": "busy", "message": "busy"}}}
        page.route("**/api/v1/runs?*", lambda route: route.fulfill(**busy))
        drag(page, "spectral_radius", 0.3, steps=1)
        expect(page.locator("#status")).to_contain_text("busy")
        assert picture(page) == before
        page.unroute("**/api/v1/runs?*")
        expect(page.locator("#status")).to_be_hidden(timeout=5000)
        settle(page)
        assert picture(page) != before

    def test_a_lost_server_is_found_again(self, page: Page, problems: Problems) -> None:
        problems.expect("ERR_CONNECTION_REFUSED")
        open_explore(page)
        before = picture(page)
        page.route("**/api/v1/runs?*", lambda route: route.abort("connectionrefused"))
        drag(page, "spectral_radius", 0.3, steps=1)
        expect(page.locator("#status")).to_contain_text("can't be reached")
        assert picture(page) == before
        page.unroute("**/api/v1/runs?*")
        expect(page.locator("#status")).to_be_hidden(timeout=10000)
        settle(page)
        assert picture(page) != before


def test_requests_carry_only_what_figures_in_view_need(page: Page) -> None:
    open_explore(page)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/api/v1/runs" in request.url else None)
    drag(page, "spectral_radius", 0.3, steps=1)
    settle(page)
    assert asked
    assert all("flow_matrix" not in request.url for request in asked)
    assert "gradient_by_lag" not in asked[0].url
    assert "include=gradient_by_lag&" in asked[-1].url, "what a move of truncation needs comes when nothing moves"
    page.locator("[data-figure=flow_matrix]").scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    settle(page)
    assert "flow_matrix" in asked[-1].url


def test_spectral_norms_and_step_gain_are_asked_for_when_they_are_to_be_seen(page: Page) -> None:
    open_explore(page)
    caption = page.locator("[data-figure=aligned] figcaption")
    expect(caption).not_to_contain_text("spectral norm")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/runs" in request.url else None)
    drag(page, "spectral_radius", 0.3, steps=1)
    settle(page)
    assert asked
    assert all("norms=frobenius" in url and "step_gain" not in url for url in asked)
    without = picture(page)
    asked.clear()
    page.keyboard.press("n")
    settle(page)
    assert ["norms=both" in url for url in asked] == [True]
    expect(caption).to_contain_text("spectral norm")
    assert picture(page) != without
    expect(page.locator("#aligned-tools [aria-pressed=true]")).to_have_count(1)
    page.reload()
    settle(page)
    expect(caption).to_contain_text("spectral norm")
    asked.clear()
    page.locator("#aligned-tools .icon-spectral").click()
    settle(page)
    expect(caption).not_to_contain_text("spectral norm")
    assert "spectral" not in page.url.replace("spectral_radius", "")
    assert asked == []
    assert picture(page) == without
    surface = page.locator("[data-figure=aligned] .figure-surface")
    surface.focus()
    page.keyboard.press("End")
    expect(page.locator(".reading")).to_contain_text("σmax(J50)")
    assert ["step_gain" in url for url in asked] == [True]
