"""Data of a person's own: pasted, refused at its field, drawn, kept in a file because no link can hold it."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import control, open_explore, parameters_in_address, picture, settle
from tests.browser.problems import Problems
from tests.browser.waiting import another_picture, until

SERIES = "\n".join(f"{((7 * i) % 11) / 5 - 1:.1f}" for i in range(25))
WEIGHTS = '{"W": [[0.9, 0.2], [-0.2, 0.9]]}'


def open_dialog(page: Page) -> None:
    page.locator("#action-own").click()
    expect(page.locator("#dialog-own")).to_be_visible()


def use(page: Page, **fields: str) -> None:
    """Fill the dialog's fields and press its button."""
    open_dialog(page)
    for name, text in fields.items():
        page.locator(f"#own-{name}").fill(text)
    page.get_by_role("button", name="Use it").click()


def test_pasted_numbers_and_weights_are_drawn(page: Page, live_server: str) -> None:
    open_explore(page)
    before = picture(page)
    use(page, x=SERIES, weights=WEIGHTS)
    expect(page.locator("#dialog-own")).to_have_count(0)
    another_picture(page, before)
    expect(page.locator("#own")).to_contain_text("x (25 × 1), W (2 × 2). A link can't hold it")
    expect(control(page, "source").locator("select")).to_have_value("own")
    expect(control(page, "length")).to_be_hidden()
    body = {"x": [float(number) for number in SERIES.split()], "weights": json.loads(WEIGHTS)}
    verdict = httpx.post(f"{live_server}/api/v1/runs", json=body, trust_env=False).json()["verdict"]
    expect(page.locator("#verdict")).to_contain_text(f"ρ = {verdict['spectral_radius']:.2f}")
    expect(page.locator("#verdict")).to_contain_text(f"{10.0 ** (verdict['split']['log10_weights'] / 24):.3g} (W)")


def test_controls_keep_working_on_own_data(page: Page) -> None:
    open_explore(page)
    before = picture(page)
    use(page, x=SERIES)
    before = another_picture(page, before)
    control(page, "spectral_radius").locator("input[type=number]").fill("0.5")
    before = another_picture(page, before)
    control(page, "activation").locator("select").select_option("relu")
    another_picture(page, before)
    expect(page.locator("#own")).to_be_visible()


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("x", "1 2\n3 x", "Line 2: x is not a number"),
        ("x", "1 2\n3", "Line 2 has 1 numbers, the first has 2"),
        ("x", "1", "at least 2 rows"),
        ("target", "1 2", "Targets need inputs"),
        ("weights", '{"Q": [[1]]}', "Q is no weight"),
        ("weights", '{"W": [[1, 2], [3]]}', "rows of the same length"),
        ("weights", '{"W": [[1, 2, 3], [4, 5, 6]]}', "W must be"),
        ("weights", '{"W": [["a"]]}', "number"),
        ("weights", "W = 1", "valid JSON"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(page: Page, problems: Problems, field: str, text: str, words: str) -> None:
    problems.expect("status of 422")
    open_explore(page)
    before = picture(page)
    use(page, **{field: text})
    place = "x" if words == "Targets need inputs" else field
    problem = page.locator(f"#own-{place}-problem")
    expect(problem).to_contain_text(words)
    expect(page.locator(f"#own-{place}")).to_be_focused()
    assert page.locator(f"#own-{place}").get_attribute("aria-invalid") == "true"
    assert picture(page) == before
    page.locator(f"#own-{place}").fill("")
    page.locator(f"#own-{field}").fill(SERIES if field != "weights" else '{"h_0": [1, 2]}')
    page.locator("#own-x").fill(SERIES)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#dialog-own")).to_have_count(0)
    another_picture(page, before)


def test_it_is_saved_as_json_and_opened_by_somebody_else(new_page: Callable[..., Page], tmp_path: Path) -> None:
    mine, yours = new_page(), new_page()
    open_explore(mine, "?spectral_radius=0.7")
    before = picture(mine)
    use(mine, x=SERIES, weights='{"h_0": [1, -1, 0.5]}')
    shown = another_picture(mine, before)
    with mine.expect_download() as download:
        mine.get_by_role("button", name="Save as JSON").click()
    path = tmp_path / "mine.json"
    download.value.save_as(path)
    open_explore(yours)
    before = picture(yours)
    open_dialog(yours)
    yours.locator("#dialog-own input[type=file]").set_input_files(path)
    assert another_picture(yours, before) == shown
    assert yours.locator("#verdict").inner_text() == mine.locator("#verdict").inner_text()


def test_a_file_that_is_something_else_is_refused(page: Page, tmp_path: Path) -> None:
    open_explore(page)
    open_dialog(page)
    (tmp_path / "other.json").write_text('{"name": "other"}')
    page.locator("#dialog-own input[type=file]").set_input_files(tmp_path / "other.json")
    expect(page.locator("#dialog-own .own-form > .problem")).to_contain_text("other.json is neither")


def test_a_link_without_the_data_says_so(new_page: Callable[..., Page]) -> None:
    mine, yours = new_page(), new_page()
    open_explore(mine)
    before = picture(mine)
    use(mine, x=SERIES)
    another_picture(mine, before)
    assert parameters_in_address(mine)["source"] == "own"
    open_explore(yours, mine.evaluate("location.search"))
    expect(yours.locator(".toast")).to_contain_text("made with data of someone's own")
    expect(yours.locator("#verdict")).not_to_be_empty()
    expect(control(yours, "source").locator("select")).to_have_value("sunspots_yearly")


def test_reloading_and_going_back_keep_it(page: Page) -> None:
    open_explore(page)
    before = picture(page)
    use(page, x=SERIES)
    shown = another_picture(page, before)
    parameters_in_address(page)
    page.reload()
    expect(page.locator("#own")).to_be_visible()
    until(page, lambda: picture(page) == shown)
    page.go_back()
    until(page, lambda: picture(page) == before)
    expect(page.locator("#own")).to_be_hidden()
    page.go_forward()
    until(page, lambda: picture(page) == shown)


def test_removing_it_and_choosing_another_source(page: Page) -> None:
    open_explore(page)
    before = picture(page)
    use(page, x=SERIES, weights=WEIGHTS)
    shown = another_picture(page, before)
    control(page, "source").locator("select").select_option("sine")
    another_picture(page, shown)
    expect(page.locator("#own")).to_contain_text("in use: W (2 × 2)")
    expect(control(page, "length")).to_be_visible()
    page.get_by_role("button", name="Remove own data").click()
    expect(page.locator("#own")).to_be_hidden()
    expect(control(page, "source").locator("select")).to_have_value("sine")
    settle(page)
    expect(page.locator("#verdict")).to_contain_text("ρ = 1.10")


def test_it_can_not_be_pinned_and_says_why(page: Page) -> None:
    open_explore(page)
    before = picture(page)
    use(page, x=SERIES)
    another_picture(page, before)
    page.locator("#action-pin").click()
    expect(page.locator(".toast")).to_contain_text("can't be pinned")
    expect(page.locator("[data-figure=compare]")).to_be_hidden()
