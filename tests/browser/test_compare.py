"""Pinned runs: ghosts, a table, a link that holds them."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import control, open_explore, picture, settle
from tests.browser.problems import Problems


def table(page: Page) -> list[list[str]]:
    """The cells of the comparison, row by row."""
    rows = page.locator(".compare-table tr").all()
    return [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows]


def pin_three(page: Page) -> None:
    for radius in ("0.5", "0.9", "1.6"):
        control(page, "spectral_radius").locator("input[type=number]").fill(radius)
        settle(page)
        page.locator("#action-pin").click()
    control(page, "spectral_radius").locator("input[type=number]").fill("1.2")
    settle(page)
    expect(page.locator(".compare-table .waiting")).to_have_count(0)
    settle(page)


def test_three_runs_are_compared_with_the_present_one(page: Page, live_server: str) -> None:
    open_explore(page)
    expect(page.locator("[data-figure=compare]")).to_be_hidden()
    before = picture(page)
    pin_three(page)
    rows = table(page)
    assert rows[0][:3] == ["Run", "Spectral radius", "Verdict"]
    assert [row[:2] for row in rows[1:]] == [["now", "1.2"], ["A", "0.5"], ["B", "0.9"], ["C", "1.6"]]
    for row in rows[1:]:
        run = httpx.get(f"{live_server}/api/v1/runs?spectral_radius={row[1]}&include=jacobian_norms,gradients", trust_env=False).json()
        assert row[2].lower() == run["verdict"]["kind"]
        assert float(row[3].removeprefix("× ")) == pytest.approx(run["verdict"]["factor_per_step"], rel=5e-3)
        assert float(row[5]) == pytest.approx(run["gradients"]["full"]["norm"], rel=5e-3)
        assert float(row[6]) == pytest.approx(run["loss"]["total"], rel=5e-3)
    assert picture(page) != before


def test_a_fourth_is_refused_in_words(page: Page) -> None:
    open_explore(page)
    pin_three(page)
    page.locator("#action-pin").click()
    expect(page.locator(".toast")).to_contain_text("3 runs are pinned already")
    assert len(table(page)) == 5


def test_ghosts_stay_behind_the_curve(page: Page) -> None:
    open_explore(page, "?spectral_radius=0.9")
    alone = picture(page)
    page.keyboard.press("c")
    expect(page.locator("#action-pin")).to_have_attribute("aria-pressed", "true")
    settle(page)
    page.keyboard.press("c")
    expect(page.locator("#action-pin")).to_have_attribute("aria-pressed", "false")
    settle(page)
    assert picture(page) == alone
    page.keyboard.press("c")
    control(page, "spectral_radius").locator("input[type=number]").fill("1.3")
    settle(page)
    with_ghost = picture(page)
    page.get_by_role("button", name="Unpin A").click()
    settle(page)
    assert picture(page) != with_ghost
    expect(page.locator("[data-figure=compare]")).to_be_hidden()


def test_the_link_holds_the_pins(new_page: Callable[..., Page], live_server: str) -> None:
    first, second = new_page(), new_page()
    open_explore(first)
    pin_three(first)
    first.wait_for_timeout(300)
    query = first.evaluate("location.search")
    assert query.count("pin=") == 3
    open_explore(second, query)
    expect(second.locator(".compare-table .waiting")).to_have_count(0)
    settle(second)
    assert table(second) == table(first)
    assert picture(second) == picture(first)
    assert httpx.get(f"{live_server}/api/v1/runs{query}", trust_env=False).status_code == 200


def test_a_pinned_run_changes_places_with_the_present_one(page: Page) -> None:
    open_explore(page, "?spectral_radius=0.5&pin=spectral_radius%3D1.5%26activation%3Drelu")
    page.get_by_role("button", name="Show A, and pin what is shown").click()
    settle(page)
    rows = table(page)
    assert [row[:3] for row in rows[1:]] == [["now", "ReLU", "1.5"], ["A", "tanh", "0.5"]]
    page.go_back()
    settle(page)
    assert [row[:3] for row in table(page)[1:]] == [["now", "tanh", "0.5"], ["A", "ReLU", "1.5"]]


def test_a_pin_that_the_server_refuses_says_why(page: Page, problems: Problems) -> None:
    problems.expect("status of 422")
    # The refusal comes last: nothing else draws the table anew.
    page.route("**/api/v1/runs?*spectral_radius=99*", lambda route: (page.wait_for_timeout(1500), route.continue_()))
    open_explore(page, "?pin=spectral_radius%3D99")
    expect(page.locator(".compare-table .waiting")).to_contain_text("spectral_radius")


def test_a_pin_whose_answer_is_lost_is_asked_for_again(page: Page, problems: Problems) -> None:
    problems.expect("ERR_CONNECTION_REFUSED")
    page.route("**/api/v1/runs?*spectral_radius=1.5*", lambda route: route.abort("connectionrefused"))
    open_explore(page, "?pin=spectral_radius%3D1.5")
    expect(page.locator(".compare-table .waiting")).to_contain_text("can't be reached")
    page.unroute("**/api/v1/runs?*spectral_radius=1.5*")
    expect(page.locator(".compare-table .waiting")).to_have_count(0)


def test_a_pin_that_makes_the_link_too_long_is_refused_in_words(page: Page, live_server: str) -> None:
    open_explore(page, "?source=text")
    control(page, "text").locator("textarea").fill("가나다라마바사아자차" * 150)
    settle(page)
    page.locator("#action-pin").click()
    expect(page.locator(".toast")).to_contain_text("longer than the server reads")
    expect(page.locator("[data-figure=compare]")).to_be_hidden()
    page.wait_for_timeout(300)
    address = page.evaluate("location.pathname + location.search")
    assert httpx.get(f"{live_server}{address}", trust_env=False).status_code == 200
