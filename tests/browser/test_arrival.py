"""A module, or the page's words, that the network lost on the way: the page says so and offers to try again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.problems import Problems


@pytest.mark.parametrize(
    ("path", "lost"),
    [("/", "**/js/figures/spectrum.js*"), ("/", "**/js/main.js*"), ("/", "**/locales/*.json*"), ("/train", "**/js/shell/story.js*")],
)
def test_what_is_lost_on_the_way_is_told(page: Page, problems: Problems, path: str, lost: str) -> None:
    problems.expect("ERR_FAILED", "Failed to fetch")
    page.route(lost, lambda route: route.abort())
    page.goto(path)
    notice = page.locator("#missing")
    expect(notice).to_contain_text("did not arrive")
    page.unroute(lost)
    notice.get_by_role("button", name="Reload").click()
    expect(page.locator(".tagline")).not_to_be_empty()
    expect(page.locator("canvas").first).to_be_visible()
    expect(notice).to_have_count(0)


def test_it_is_told_in_korean_too(new_page: Callable[..., Page], problems: Problems) -> None:
    problems.expect("ERR_FAILED")
    page = new_page(locale="ko-KR")
    page.route("**/js/main.js*", lambda route: route.abort())
    page.goto("/")
    expect(page.locator("#missing")).to_contain_text("받지 못해")
