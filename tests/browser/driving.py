"""How the tests of the page act like a person, and what they look at."""

import time
from weakref import WeakKeyDictionary

from playwright.sync_api import Locator, Page, Request, expect

# A figure's painting, as a short text: two pictures differ exactly if these do.
FINGERPRINT = """canvas => {
  const { width, height } = canvas;
  const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  let hash = 2166136261;
  for (let i = 0; i < data.length; i += 1) hash = Math.imul(hash ^ data[i], 16777619);
  return `${width}×${height}:${hash >>> 0}`;
}"""

# What each page has asked and not been answered yet, kept by `count_requests`; and how long it must be silent to have settled.
UNANSWERED: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()
SILENCE = 0.3  # seconds: longer than the page waits before it asks for heavy parts


def count_requests(page: Page) -> None:
    """Keep account of the page's questions from now on. An event stream has no end, and does not count."""
    unanswered = UNANSWERED.setdefault(page, set())

    def asked(request: Request) -> None:
        if request.resource_type == "fetch":
            unanswered.add(request)

    def answered(request: Request) -> None:
        unanswered.discard(request)

    page.on("request", asked)
    page.on("requestfinished", answered)
    page.on("requestfailed", answered)


def open_explore(page: Page, query: str = "") -> None:
    """Open the page and wait until the first picture, its axes and its fonts are there."""
    page.goto(f"/{query}")
    expect(page.locator("#verdict")).not_to_be_empty()
    wait_until(page, "document.querySelector('[data-figure=aligned] .surface-ink')?.height > 300")
    if page.evaluate("matchMedia('(hover: hover)').matches"):  # only a mouse needs Plotly
        expect(page.locator("[data-figure=aligned] .main-svg").first).to_be_attached()
    page.evaluate("document.fonts.ready")
    settle(page)


def wait_until(page: Page, condition: str, seconds: float = 10.0) -> None:
    """Wait for an expression to become true. (Playwright's own wait_for_function evaluates strings, which the page's policy forbids.)"""
    give_up = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < give_up, condition
        page.wait_for_timeout(20)


def settle(page: Page, seconds: float = 20.0) -> None:
    """Wait until nothing is asked and nothing is drawn any more."""
    # Playwright's load state "networkidle" is reached once and for all: it says nothing about what is asked later.
    give_up = time.monotonic() + seconds
    silent_since = time.monotonic()
    while time.monotonic() - silent_since < SILENCE:
        page.wait_for_timeout(20)
        if UNANSWERED[page]:
            silent_since = time.monotonic()
        assert time.monotonic() < give_up, [request.url for request in UNANSWERED[page]]
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def picture(page: Page, figure: str = "aligned") -> str:
    """The fingerprint of what is painted."""
    return str(page.locator(f"[data-figure={figure}] .surface-ink").evaluate(FINGERPRINT))


def control(page: Page, name: str) -> Locator:
    """A control of the rail."""
    return page.locator(f"[data-control={name}]")


def drag(page: Page, name: str, to: float, steps: int = 8) -> None:
    """Drag a slider's thumb with the mouse to a place between 0 and 1."""
    slider = control(page, name).locator("input[type=range]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    start = float(slider.evaluate("input => input.value / input.max"))
    inside = box["width"] - 15  # the thumb's centre runs from half its width to half its width before the end
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 7.5 + inside * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 7.5 + inside * to, y, steps=steps)
    page.mouse.up()


def parameters_in_address(page: Page) -> dict[str, str]:
    """The state that the address holds, once it has been written: the page waits until nothing moves."""
    page.wait_for_timeout(300)
    return dict(page.evaluate("Object.fromEntries(new URLSearchParams(location.search))"))
