"""The worked example: matrices in numbers, and terms that light their path in the network."""

import re
from collections.abc import Callable

import httpx
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import FINGERPRINT, control, open_explore, settle
from tests.browser.waiting import until

IS_CLEAR = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.every(value => value === 0)"
TEXTBOOK = "?source=white_noise&input_size=3&hidden_size=4&output_size=2&length=3&spectral_radius=0.9&loss_at=every"


def open_example(page: Page, query: str = TEXTBOOK) -> Locator:
    open_explore(page, query)
    panel = page.locator("[data-figure=worked]")
    panel.scroll_into_view_if_needed()
    expect(panel.locator("button.term").first).to_be_visible()
    settle(page)
    return panel


def matrix(formula: Locator) -> np.ndarray:
    """The numbers of the matrix in a formula."""
    rows = formula.locator("mtr").evaluate_all("rows => rows.map(row => [...row.children].map(cell => cell.textContent.trim()))")
    return np.array([[number(cell) for cell in row] for row in rows])


def number(text: str) -> float:
    """A number as the page writes it: 0.25, −4.3·10⁻⁵."""
    plain = text.replace("−", "-")
    if "·10" in plain:
        mantissa, exponent = plain.split("·10")
        return float(mantissa) * 10.0 ** int(exponent.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")))
    return float(plain)


def lit(page: Page, figure: str) -> str:
    """The fingerprint of what is drawn over a figure; empty if nothing is."""
    glass = page.locator(f"[data-figure={figure}] .surface-glass")
    return "" if glass.evaluate(IS_CLEAR) else str(glass.evaluate(FINGERPRINT))


def test_the_matrices_are_the_apis(page: Page, live_server: str) -> None:
    panel = open_example(page)
    address = f"{live_server}/api/v1/runs{page.evaluate('location.search')}&include=terms,states,gradients"
    run = httpx.get(address, trust_env=False).json()
    weights = panel.locator(".worked-section").first.locator(".formulas > math")
    for formula, name in zip(weights.all(), "UWV", strict=True):
        np.testing.assert_allclose(matrix(formula), run["terms"]["weights"][name], atol=6e-4)
    for t, step in enumerate(panel.locator(".worked-step").all()):
        x, s, h, y, jacobian = (matrix(formula) for formula in step.locator("> math").all())
        expected = [run["sequence"]["x"][t], run["states"]["s"][t], run["states"]["h"][t + 1], run["states"]["y"][t]]
        for shown, values in zip((x, s, h, y), expected, strict=True):
            np.testing.assert_allclose(shown[:, 0], values, atol=6e-4)
        np.testing.assert_allclose(jacobian, run["terms"]["J"][t], atol=6e-4)
    terms = [matrix(term) for term in panel.locator("button.term").all()]
    assert len(terms) == 3 + 6
    np.testing.assert_allclose(sum(terms[:3]), run["terms"]["dh_dW_total"][0], atol=2e-3)
    np.testing.assert_allclose(sum(terms[3:]), run["gradients"]["full"]["parameters"]["W"], atol=4e-3)


def test_a_term_lights_its_path_by_mouse_and_by_key(page: Page) -> None:
    panel = open_example(page)
    assert lit(page, "worked") == ""
    terms = panel.locator("button.term")
    terms.nth(4).click()
    settle(page)
    expect(terms.nth(4)).to_have_attribute("aria-pressed", "true")
    expect(panel.locator("figcaption")).to_contain_text("from the loss of step 3 back to step 2")
    first = lit(page, "worked")
    assert first
    terms.nth(1).focus()
    page.keyboard.press("Enter")
    settle(page)
    expect(terms.nth(4)).to_have_attribute("aria-pressed", "false")
    assert lit(page, "worked") not in {"", first}
    page.keyboard.press("Enter")
    settle(page)
    assert lit(page, "worked") == ""


def test_the_path_is_lit_in_the_large_network_too(page: Page) -> None:
    panel = open_example(page)
    panel.locator("button.term").nth(5).click()
    page.locator("[data-figure=aligned]").scroll_into_view_if_needed()
    settle(page)
    page.mouse.move(2, 2)
    until(page, lambda: lit(page, "aligned") != "")
    panel.locator("button.term").nth(5).click()
    page.mouse.move(2, 2)
    page.locator("[data-figure=aligned]").scroll_into_view_if_needed()
    until(page, lambda: lit(page, "aligned") == "")


def test_another_unit_has_another_derivative(page: Page) -> None:
    panel = open_example(page)
    before = panel.locator("button.term").first.inner_text()
    panel.get_by_text("unit 3").click()
    expect(panel.locator("button.term").first).not_to_have_text(before)
    page.keyboard.press("ArrowRight")
    expect(panel.locator("input[name=worked-unit]:checked")).to_have_value("4")


def test_truncation_marks_the_terms_that_it_cuts(page: Page) -> None:
    panel = open_example(page)
    expect(panel.locator(".term.cut")).to_have_count(0)
    box = control(page, "truncation").locator("input[type=number]")
    box.fill("1")
    settle(page)
    expect(panel.locator(".term.cut")).to_have_count(3)
    expect(panel.locator(".total")).to_contain_text("truncation keeps")
    expect(panel.locator("figcaption")).to_contain_text("leaves out 3 of them")
    expect(panel.get_by_role("button", name=re.compile("loss at step 3 through step 1.*cut by truncation"))).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_there_only_while_the_network_is_small(new_page: Callable[..., Page], width: int) -> None:
    page = new_page(viewport={"width": width, "height": 844})
    open_explore(page)
    panel = page.locator("[data-figure=worked]")
    expect(panel).to_be_hidden()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name, value in (("hidden_size", "4"), ("length", "5")):
        if width == 390:
            page.get_by_role("tab", name="Network" if name == "hidden_size" else "Sequence").click()
        control(page, name).locator("input[type=number]").fill(value)
    settle(page)
    expect(panel).to_be_visible()
    panel.scroll_into_view_if_needed()
    expect(panel.locator("button.term").first).to_be_visible()
    control(page, "length").locator("input[type=number]").fill("6")
    settle(page)
    expect(panel).to_be_hidden()
    assert not [url for url in asked if "length=6" in url and "terms" in url]
