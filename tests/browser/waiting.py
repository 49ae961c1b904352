"""Waiting for what only looking again can tell."""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.driving import picture, settle


def until(page: Page, holds: Callable[[], bool], seconds: float = 10) -> None:
    """Look again until something holds."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "it never came to hold"
        page.wait_for_timeout(50)


def another_picture(page: Page, before: str, figure: str = "aligned") -> str:
    """The fingerprint of the picture that takes the place of an earlier one."""
    until(page, lambda: picture(page, figure) != before)
    settle(page)
    return picture(page, figure)
