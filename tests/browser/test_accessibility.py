"""axe-core finds nothing to complain about, in any state that the page can be in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import open_explore, settle

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

# By name: how the page is opened, and with which query.
STATES: dict[str, tuple[dict[str, Any], str]] = {
    "default": ({}, ""),
    "dark": ({"color_scheme": "dark"}, ""),
    "Korean": ({"locale": "ko-KR"}, ""),
    "phone": (PHONE, ""),
    "phone, dark, Korean": ({**PHONE, "color_scheme": "dark", "locale": "ko-KR"}, "?truncation=9"),
    "text": ({}, "?source=text&loss_at=every&truncation=8&truncation_mode=chunked"),
    "embedded": ({}, "?embed=1&lock=seed"),
    "pinned": ({}, "?pin=spectral_radius%3D0.5&pin=activation%3Drelu"),
    "pinned, dark, phone": ({**PHONE, "color_scheme": "dark"}, "?pin=spectral_radius%3D0.5&pin=activation%3Drelu%26length%3D20"),
}

EXAMPLE = "?source=white_noise&input_size=3&hidden_size=4&output_size=2&length=3&loss_at=every&bias_scale=0.5&truncation=2"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "Korean": {"locale": "ko-KR"},
    "phone, dark, Korean": {**PHONE, "color_scheme": "dark", "locale": "ko-KR"},
}


@pytest.mark.parametrize("state", STATES)
def test_no_violations(new_page: Callable[..., Page], state: str) -> None:
    options, query = STATES[state]
    page = new_page(**options)
    open_explore(page, query)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    settle(page)
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_no_violations_in_the_worked_example(new_page: Callable[..., Page], look: str) -> None:
    page = new_page(**LOOKS[look])
    open_explore(page, EXAMPLE)
    page.locator("[data-figure=worked]").scroll_into_view_if_needed()
    page.locator("button.term").nth(1).click()
    settle(page)
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("dialog", ["presets", "own", "lesson", "export", "help"])
def test_no_violations_in_a_dialog(new_page: Callable[..., Page], dialog: str, look: str) -> None:
    page = new_page(**LOOKS[look])
    open_explore(page)
    page.locator(f"#action-{dialog}").click()
    expect(page.locator(f"#dialog-{dialog}")).to_be_visible()
    if dialog == "own":
        page.locator("#own-x").fill("1 2 x")
        page.locator("#dialog-own button.main").click()
        expect(page.locator("#own-x-problem")).to_be_visible()
    if dialog == "lesson":
        page.locator("input[name=embed]").check()
    settle(page)
    assert violations(page) == []


def test_no_violations_with_own_data(page: Page) -> None:
    open_explore(page)
    page.locator("#action-own").click()
    page.locator("#own-x").fill("1 2 3 5 8 13")
    page.locator("#dialog-own button.main").click()
    expect(page.locator("#own")).to_be_visible()
    settle(page)
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    """What axe-core objects to, one line each."""
    if not AXE.exists():
        pytest.skip("axe-core isn't installed: npm ci")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['id']}: {rule['help']} {node['target']} {node['failureSummary']}" for rule in found["violations"] for node in rule["nodes"]
    ]
