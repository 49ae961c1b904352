"""Choosing a cell on the page: its settings come and go with it, and nothing is said that doesn't hold for it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.engine.model.cells import CELLS, settings_of
from tests.browser.driving import control, open_explore, parameters_in_address, settle


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_every_cell_is_drawn_without_an_error(new_page: Callable[..., Page], cell: str, locale: str) -> None:
    page = new_page(locale=locale)
    open_explore(page, f"?cell={cell}&length=20")
    expect(control(page, "cell").locator("select")).to_have_value(cell)
    for name in {setting for each in CELLS.values() for setting in settings_of(each)}:
        expect(control(page, name)).to_be_visible(visible=name in settings_of(CELLS[cell]))
    assert not re.search(r"NaN|undefined|null|control\.|choice\.|verdict\.", page.locator("main").inner_text())


def test_a_leak_comes_and_goes_with_its_cell(page: Page) -> None:
    open_explore(page)
    rnn = page.locator("#verdict").inner_text()
    expect(control(page, "leak")).to_be_hidden()
    control(page, "cell").locator("select").select_option("leaky")
    settle(page)
    leak = control(page, "leak").locator("input[type=number]")
    expect(leak).to_have_value("0.3")
    expect(page.locator("#verdict")).to_contain_text("1 − a = 0.7")
    expect(page.locator("#verdict")).not_to_contain_text("Cause")
    leak.fill("1")
    leak.press("Enter")
    settle(page)
    assert page.locator("#verdict").inner_text() == rnn  # at leak 1 it is the rnn
    leak.fill("0.5")
    leak.press("Enter")
    settle(page)
    assert parameters_in_address(page)["leak"] == "0.5"
    control(page, "cell").locator("select").select_option("rnn")
    settle(page)
    assert "leak" not in parameters_in_address(page)
    assert page.locator("#verdict").inner_text() == rnn


def test_variants_of_a_training_may_differ_in_their_cell(page: Page) -> None:
    page.goto("/train?task=adding&length=8&hidden_size=6&steps=60&batch_size=8&variant=&variant=cell:leaky,leak:0.6")
    page.locator("#run-start").click()
    expect(page.locator("#run-start")).to_be_disabled(timeout=60_000)
    expect(page.locator("article.variant-2")).to_contain_text("Leaky integrator")
    expect(page.locator("article.variant-2")).to_contain_text("a = 0.6")
    assert not re.search(r"NaN|undefined|null|control\.|choice\.", page.locator("main").inner_text())
