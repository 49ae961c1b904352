"""axe-core finds nothing to complain about, in any state that the page can be in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

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
}


@pytest.mark.parametrize("state", STATES)
def test_no_violations(new_page: Callable[..., Page], state: str) -> None:
    options, query = STATES[state]
    page = new_page(**options)
    open_explore(page, query)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
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
