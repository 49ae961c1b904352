"""Everything without a mouse; what is said to those who listen; motion, paper."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import control, open_explore, picture, settle
from tests.browser.problems import Problems
from tests.browser.test_cliff import open_cliff
from tests.browser.test_train import open_train
from tests.browser.waiting import another_picture, until

DIALOGS = {"p": "presets", "d": "own", "l": "lesson", "e": "export", "?": "help"}
# By address: how a page is opened, and its keys for dialogs.
PAGES: dict[str, tuple[Callable[[Page], None], str]] = {
    "/": (open_explore, "pdle?"),
    "/train": (open_train, "le?"),
    "/cliff": (open_cliff, "le?"),
}


@pytest.mark.parametrize(("address", "key"), [(address, key) for address, (_, keys) in PAGES.items() for key in keys])
def test_a_key_opens_its_dialog_and_escape_gives_the_focus_back(page: Page, address: str, key: str) -> None:
    PAGES[address][0](page)
    slider = page.locator("#rail input[type=range]").first
    slider.focus()
    page.keyboard.press(key)
    dialog = page.locator(f"#dialog-{DIALOGS[key]}")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(slider).to_be_focused()


@pytest.mark.parametrize("address", PAGES)
def test_help_names_every_key_and_control_of_the_page(page: Page, address: str) -> None:
    PAGES[address][0](page)
    page.keyboard.press("?")
    expect(page.locator("#dialog-help .help-keys kbd").first).to_be_visible()  # its code comes when it is asked for
    shown = page.locator("#dialog-help .help-keys").first.locator("kbd").all_inner_texts()
    keys = [str(button.get_attribute("aria-keyshortcuts")).upper() for button in page.locator(".action").all()]
    assert set(keys) <= set(shown)
    assert {"/": {"B"}, "/train": {"R", "S"}, "/cliff": set()}[address] <= set(shown)
    # Every control of the rail is explained, and nothing stands there without its words.
    meanings = page.locator("#dialog-help .help-table:not(.help-keys) dt").all_inner_texts()
    labels = page.locator("#rail .control:visible .control-label").evaluate_all(
        "all => all.map(({ firstChild }) => firstChild.textContent)"
    )
    assert all(any(meaning.startswith(label) for meaning in meanings) for label in labels), (labels, meanings)
    assert not re.search(r"\b(control|help|action|group)\.[a-z_]+", page.locator("#dialog-help").inner_text())


def test_keys_are_letters_where_one_types(page: Page, problems: Problems) -> None:
    problems.expect("status of 422")  # one letter alone is no sequence
    open_explore(page, "?source=text")
    field = control(page, "text").locator("textarea")
    field.fill("")
    field.press_sequentially("pedal?")
    expect(field).to_have_value("pedal?")
    expect(page.locator("dialog")).to_have_count(0)


def test_single_keys_can_be_switched_off(page: Page) -> None:
    open_explore(page)
    page.keyboard.press("?")
    page.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("dialog")).to_have_count(0)
    page.reload()
    open_explore(page)
    page.keyboard.press("e")
    expect(page.locator("dialog")).to_have_count(0)
    page.locator("#action-help").click()
    page.get_by_label("Single keys work").check()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#dialog-export")).to_be_visible()


def test_a_whole_visit_by_keyboard(page: Page) -> None:
    """Choose a preset, move a slider, pin, play the wave, light a term, switch the language: Tab, Enter and arrows only."""
    open_explore(page)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    tab_to(page, "#action-presets")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog-presets")).to_be_visible()
    expect(page.locator("[data-preset=textbook]")).to_be_focused()
    before = picture(page)
    page.keyboard.press("Enter")
    before = another_picture(page, before)
    tab_to(page, "[data-control=spectral_radius] input[type=range]")
    page.keyboard.press("c")
    expect(page.locator("#action-pin")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageUp")
    another_picture(page, before)
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Play backward")).to_be_visible()
    tab_to(page, "[data-figure=aligned] .figure-surface")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".reading")).to_contain_text("Step 1")
    tab_to(page, "button.term")
    page.keyboard.press("Enter")
    expect(page.locator("button.term").first).to_have_attribute("aria-pressed", "true")
    tab_to(page, "#language", back=True)
    page.keyboard.press("Enter")
    expect(control(page, "spectral_radius")).to_contain_text("스펙트럼 반경")


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Press Tab until the focus is there; it must be reachable, and visible when it has the focus."""
    for _ in range(120):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            break
        page.keyboard.press("Shift+Tab" if back else "Tab")
    expect(page.locator(selector).first).to_be_focused()


def test_the_picture_is_said_once_it_rests(page: Page) -> None:
    open_explore(page)
    said = page.locator("#announcer")
    until(page, lambda: said.inner_text() == page.locator("#verdict").inner_text())
    heard = page.evaluate(
        "() => { window.heard = []; new MutationObserver(() => window.heard.push(document.getElementById('announcer').textContent))"
        ".observe(document.getElementById('announcer'), { childList: true }); return window.heard.length; }"
    )
    assert heard == 0
    slider = control(page, "spectral_radius").locator("input[type=range]")
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(40)
    until(page, lambda: said.inner_text() == page.locator("#verdict").inner_text())
    page.wait_for_timeout(300)
    assert len(page.evaluate("window.heard")) == 1


def test_the_words_under_a_figure_change_with_it(page: Page) -> None:
    open_explore(page)
    caption = page.locator("[data-figure=aligned] figcaption")
    before = caption.inner_text()
    control(page, "truncation").locator("input[type=number]").fill("9")
    expect(caption).not_to_have_text(before)
    expect(caption).to_contain_text("9 of 50 steps")


def test_nothing_glides_when_motion_is_unwanted(new_page: Callable[..., Page]) -> None:
    page = new_page(reduced_motion="reduce")
    open_explore(page, "?length=6&hidden_size=3")
    assert page.locator("#theme").evaluate("button => getComputedStyle(button).transitionDuration") in {"0s", ""}
    page.evaluate(
        """() => {
          window.shots = new Set();
          const glass = document.querySelector('[data-figure=aligned] .surface-glass');
          const look = () => { window.shots.add(glass.toDataURL()); requestAnimationFrame(look); };
          look();
        }"""
    )
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play backward")).to_be_visible(timeout=15000)
    # Seven places for six steps and the start, and the empty glass before: no frames in between.
    assert page.evaluate("window.shots.size") <= 8


def test_paper_gets_the_light_picture_in_its_width(new_page: Callable[..., Page], tmp_path: Path) -> None:
    page = new_page(color_scheme="dark")
    open_explore(page)
    dark = picture(page)
    page.evaluate(
        """() => addEventListener('beforeprint', () => {
          const canvas = document.querySelector('[data-figure=aligned] .surface-ink');
          window.printed = { theme: document.documentElement.dataset.theme, width: canvas.clientWidth,
            figures: document.getElementById('figures').clientWidth };
        })"""
    )
    pdf = page.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
    printed = page.evaluate("window.printed")
    assert printed["theme"] == "light"
    assert printed["width"] < printed["figures"] <= 700
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 5
    settle(page)
    until(page, lambda: picture(page) == dark)
