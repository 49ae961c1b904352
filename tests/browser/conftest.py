"""A real Chromium. A test fails when the page logs an error or asks anything of another origin."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.browser.driving import count_requests
from tests.browser.problems import Problems

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCAL_SCHEMES = ("data", "blob", "about")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; without one the test is skipped, and in CI it fails."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)("No Chromium here: install it, or set CHROMIUM to its path.")
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for the session; every page gets a context of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def problems() -> Iterator[Problems]:
    """What is noted here at the end, and was not expected, fails the test."""
    found = Problems()
    yield found
    assert found.unexpected() == [], "\n".join(found.unexpected())


@pytest.fixture
def new_page(browser: Browser, live_server: str, problems: Problems) -> Iterator[Callable[..., Page]]:
    """Opens watched pages: `new_page(locale="ko-KR", color_scheme="dark")`. Relative addresses go to the live server."""
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        options = {"base_url": live_server, "viewport": {"width": 1440, "height": 900}, "locale": "en-US", **options}
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        watch(page, options["base_url"], problems)
        count_requests(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A watched page, still blank, in English at 1440 × 900."""
    return new_page()


def watch(page: Page, origin: str, problems: Problems) -> None:
    """Note in `problems` whatever the page must not do."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text} ({message.location.get('url')})")

    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in LOCAL_SCHEMES and f"{address.scheme}://{address.netloc}" != origin:
            problems.append(f"request to another origin: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
    page.on("request", on_request)
    page.on("websocket", lambda socket: problems.append(f"a socket that nothing here needs: {socket.url}"))
