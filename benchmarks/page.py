"""The page in a real Chromium: from an input event to the painted frame, and from a cold open to the first picture.

    python -m benchmarks.page [--quick]

Real mouse events move a slider's thumb; the server is a process of its own on this machine. An event's latency ends when the
frame that shows its answer has been handed to the compositor: a message posted while the figure is painted arrives after
the browser's own layout, paint and commit.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.report import Report
from tests.browser.conftest import FLAGS, NAMES
from tests.browser.driving import wait_until
from tests.serving import serving

WATCH = """
(() => {
  const watch = (window.watch = { local: false, painted: [], first: null, requests: 0 });
  let input = null;
  let answered = null;
  addEventListener("input", (event) => { input = event.timeStamp; }, true);
  const ask = window.fetch;
  window.fetch = async (...request) => {
    const mine = input;
    watch.requests += 1;
    const response = await ask(...request);
    const json = response.json.bind(response);
    response.json = async () => {
      const body = await json();
      answered = mine;
      return body;
    };
    return response;
  };
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    if (this.canvas.className === "surface-ink" && this.canvas.closest("[data-figure=aligned]")) {
      const cause = watch.local ? input : answered;
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        watch.first ??= performance.now();
        if (cause !== null) watch.painted.push([cause, performance.now()]);
      };
      channel.port2.postMessage(null);
    }
    return clear.apply(this, area);
  };
})();
"""


@dataclass(frozen=True)
class Latencies:
    """Milliseconds from each input event to the frame that answers it."""

    milliseconds: list[float]
    frames_per_second: float
    requests: int

    def percentile(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page")
    parser.add_argument("--quick", action="store_true", help="a third of the events")
    events = 40 if parser.parse_args().quick else 120
    report = Report()
    with tempfile.TemporaryDirectory() as directory, serving(Path(directory) / "log.txt") as address, browsing() as browser:
        print(f"Chromium {browser.version}, 1440 × 900; {events} events each")
        latencies(report, browser, address, events)
        cold_opens(report, browser, address)
    report.heading("Targets")
    print("all met" if not report.missed else "missed:")
    report.lines(report.missed)
    return bool(report.missed)


def latencies(report: Report, browser: Browser, address: str, events: int) -> None:
    """Every line of issue 3's first target."""
    report.heading("Input event → painted frame of the aligned figure, ms")
    radius = "spectral_radius"
    for what, query, control, pause, local, limits in (
        ("spectral radius, T = 50, H = 16", "?length=50", radius, 150, False, (40.0, 70.0)),
        ("spectral radius, T = 100, H = 32", "?length=100&hidden_size=32", radius, 150, False, (55.0, 90.0)),
        ("spectral radius, T = 500, H = 32", "?length=500&hidden_size=32&source=sunspots_monthly", radius, 400, False, (None, 160.0)),
        ("spectral radius, 60 Hz drag, T = 50, H = 16", "?length=50", radius, 14, False, (None, 90.0)),
        ("truncation length, T = 100", "?length=100", "truncation", 80, True, (25.0, 45.0)),
        ("clip threshold, T = 100", "?length=100", "clip_threshold", 80, True, (25.0, 45.0)),
    ):
        count = 3 * events if pause < 20 else events
        measured = drag(browser, address, query, control, count, pause, local)
        p50, p95 = measured.percentile(0.5), measured.percentile(0.95)
        print(
            f"{what:44s} p50 {p50:6.1f}   p95 {p95:6.1f}   "
            f"{len(measured.milliseconds)} events drawn, {measured.frames_per_second:.0f} frames/s, {measured.requests} requests"
        )
        if limits[0] is not None:
            report.target(f"{what}: p50", p50, limits[0], unit="ms")
        report.target(f"{what}: p95", p95, limits[1], unit="ms")
        if pause < 20:
            report.target(f"{what}: drawn", measured.frames_per_second, 20.0, at_least=True, unit="frames/s")
        if local:
            report.target(f"{what}: requests", measured.requests, 0, unit="requests")


def drag(browser: Browser, address: str, query: str, control: str, events: int, pause: float, local: bool) -> Latencies:
    """Move a slider's thumb by real mouse events, every `pause` ms, and see when each is answered."""
    page = opened(browser, address, query)
    slider = page.locator(f"[data-control={control}] input[type=range]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    if box is None:
        raise RuntimeError(f"{control} can't be seen")
    y, left, span = box["y"] + box["height"] / 2, box["x"] + 0.35 * box["width"], 0.3 * box["width"]
    page.mouse.move(left, y)
    page.mouse.down()
    page.wait_for_timeout(600)
    page.evaluate("local => Object.assign(watch, { local, painted: [], requests: 0 })", local)
    for event in range(events):
        page.mouse.move(left + 1 + span * (event * 7 % 50) / 50, y)
        page.wait_for_timeout(pause)
    page.wait_for_timeout(600)
    painted, requests = page.evaluate("[watch.painted, watch.requests]")
    page.mouse.up()
    page.context.close()
    first_answer: dict[float, float] = {}
    for cause, at in painted:
        first_answer.setdefault(cause, at - cause)
    seconds = (painted[-1][1] - painted[0][1]) / 1000
    return Latencies(list(first_answer.values()), (len(painted) - 1) / seconds, requests)


def cold_opens(report: Report, browser: Browser, address: str, times: int = 7) -> None:
    """A new profile each time, so that nothing is cached."""
    report.heading("Cold open, ms after the navigation began")
    firsts = []
    for _ in range(times):
        page = opened(browser, address, "")
        firsts.append(page.evaluate("watch.first"))
        page.context.close()
    print(f"first true picture: median {median(firsts):.0f}, slowest {max(firsts):.0f} of {times}")
    report.target("first true picture", median(firsts), 1500.0, unit="ms")


def opened(browser: Browser, address: str, query: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US").new_page()
    page.add_init_script(WATCH)
    page.goto(f"{address}/{query}")
    wait_until(page, "Boolean(window.Plotly) && watch.first !== null", 60)
    page.wait_for_timeout(1200)
    return page


@contextmanager
def browsing() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        sys.exit("No Chromium here: scripts/install-browser.sh installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        yield browser
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
