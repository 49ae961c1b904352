"""/docs in a browser: Swagger UI works under the strict policy, with files of this server alone, and its requests get answers."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_request_can_be_tried_out(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto("/docs")
    page.locator("#operations-runs-get_run .opblock-summary-control").click()
    page.get_by_role("button", name="Execute").click()
    answer = page.locator(".live-responses-table .response").first
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    expect(answer.locator(".response-col_description")).to_contain_text('"spectral_radius"')


def test_it_keeps_the_language_and_theme_of_the_page_it_was_reached_from(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto("/?lang=ko&theme=dark")
    page.locator(".page-link", has_text="API").click()
    expect(page.locator("html")).to_have_class("dark-mode")
    title = page.locator("#api .info .title")
    expect(title).to_be_visible()
    ink, paper = (
        page.evaluate(f"getComputedStyle({of}).{what}")
        for of, what in (("document.querySelector('.title')", "color"), ("document.documentElement", "backgroundColor"))
    )
    assert _brightness(ink) > 180 > 60 > _brightness(paper)
    page.locator(".page-link", has_text="탐색").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "ko")


def test_without_a_wish_it_follows_the_system(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.emulate_media(color_scheme="dark")
    page.goto("/docs")
    expect(page.locator("html")).to_have_class("dark-mode")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).not_to_have_class("dark-mode")


def _brightness(colour: str) -> float:
    return sum(map(float, re.findall(r"[0-9.]+", colour)[:3])) / 3
