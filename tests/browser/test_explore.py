"""The Explore page in a real browser, with real mouse and key events."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import control, drag, open_explore, parameters_in_address, picture, settle, wait_until


def test_the_first_picture_comes_with_the_page(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/runs" in request.url else None)
    page.goto("/")
    expect(page.locator("#verdict")).to_contain_text("Vanishing")
    wait_until(page, "document.querySelector('[data-figure=aligned] .surface-ink')?.height > 300")
    assert asked == []


@pytest.mark.parametrize("name", ["spectral_radius", "hidden_size", "length", "input_scale"])
def test_dragging_a_slider_of_network_or_sequence_changes_the_figures(page: Page, name: str) -> None:
    open_explore(page)
    if name == "input_scale":
        page.locator("#group-network summary").click()
    before = picture(page), page.locator("#verdict").inner_text()
    drag(page, name, 0.35)
    settle(page)
    assert picture(page) != before[0]
    assert page.locator("#verdict").inner_text() != before[1]
    assert parameters_in_address(page)[name] == control(page, name).locator("input[type=number]").input_value()


@pytest.mark.parametrize(("name", "bar"), [("truncation", "truncated"), ("clip_threshold", "clipped")])
def test_truncation_and_clipping_answer_at_once_without_the_server(page: Page, name: str, bar: str) -> None:
    open_explore(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/runs" in request.url else None)
    before = picture(page)
    value = page.locator(f".update-{bar} .update-value").inner_text()
    drag(page, name, 0.05 if name == "truncation" else 0.3)
    settle(page)
    assert page.locator(f".update-{bar} .update-value").inner_text() != value
    assert asked == []
    if name == "truncation":
        assert picture(page) != before
        expect(page.locator(".update-truncated .update-note")).to_contain_text("K = ")


def test_numbers_on_the_page_are_those_of_the_api(page: Page, live_server: str) -> None:
    open_explore(page, "?hidden_size=8&length=30&truncation=7&clip_threshold=0.5&loss_at=every")
    run = httpx.get(f"{live_server}/api/v1/runs{page.evaluate('location.search')}", trust_env=False).json()
    shown = {row: page.locator(f".update-{row} .update-value").inner_text() for row in ("full", "truncated", "clipped")}
    gradients = run["gradients"]
    for row, norm in (
        ("full", gradients["full"]["norm"]),
        ("truncated", gradients["truncated"]["norm"]),
        ("clipped", gradients["clipped"]["norm"]),
    ):
        assert float(shown[row]) == pytest.approx(norm, rel=5e-3), row
    words = page.locator("#verdict").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert f"{run['verdict']['sigma_max']:.2f}" in words
    split = run["verdict"]["split"]
    assert f"{10.0 ** (split['log10_derivative'] / split['steps']):#.3g} (f′)" in words


def test_the_same_numbers_whether_derived_or_asked_for(page: Page) -> None:
    """K dragged on the page, and K in the link."""
    open_explore(page, "?loss_at=every")
    drag(page, "truncation", 0.2)
    drag(page, "clip_threshold", 0.4)
    settle(page)
    parameters_in_address(page)
    rows = page.locator(".update-value")
    derived = rows.all_inner_texts()
    page.reload()
    open_explore(page, page.evaluate("location.search"))
    assert rows.all_inner_texts() == derived


def test_another_choice_changes_the_picture(page: Page) -> None:
    open_explore(page)
    for name, value in (("activation", "relu"), ("initializer", "orthogonal"), ("source", "co2")):
        before = picture(page)
        control(page, name).locator("select").select_option(value)
        settle(page)
        assert picture(page) != before, name
    for label in ("n → n", "1 → n"):
        before = picture(page)
        control(page, "placement").get_by_text(label, exact=True).click()
        settle(page)
        assert picture(page) != before, label
    assert parameters_in_address(page)["input_at"] == "first"


def test_chunked_and_by_value_ask_the_server(page: Page) -> None:
    open_explore(page, "?truncation=8&loss_at=every")
    before = picture(page), page.locator(".update-truncated .update-value").inner_text()
    control(page, "truncation_mode").get_by_text("chunked").click()
    settle(page)
    assert picture(page) != before[0]
    assert page.locator(".update-truncated .update-value").inner_text() != before[1]
    control(page, "clip_mode").get_by_text("value").click()
    settle(page)
    expect(page.locator(".update-clipped .update-note")).to_contain_text("turned")


def test_text_that_is_typed_is_read(page: Page) -> None:
    open_explore(page, "?source=text")
    field = control(page, "text").locator("textarea")
    field.fill("안녕하세요, gradients!")
    settle(page)
    assert parameters_in_address(page)["text"] == "안녕하세요, gradients!"
    expect(control(page, "length").locator("input[type=number]")).to_have_value("16")  # 17 characters: the last one is only a target


def test_keys_move_a_slider_and_its_box(page: Page) -> None:
    open_explore(page)
    slider = control(page, "spectral_radius").locator("input[type=range]")
    box = control(page, "spectral_radius").locator("input[type=number]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(box).to_have_value("1.11")
    box.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_value("1.09")
    box.fill("3.5")
    settle(page)
    assert parameters_in_address(page)["spectral_radius"] == "3.5"


def test_the_mark_of_the_default_leads_back(page: Page) -> None:
    open_explore(page, "?spectral_radius=0.5")
    slider = control(page, "spectral_radius").locator("input[type=range]")
    slider.dblclick(position={"x": 5, "y": 10})
    expect(control(page, "spectral_radius").locator("input[type=number]")).to_have_value("1.1")


def test_a_link_holds_the_whole_state(new_page: Callable[..., Page]) -> None:
    query = (
        "?hidden_size=7&activation=sigmoid&initializer=uniform&spectral_radius=1.4&input_scale=0.5&output_scale=2&bias_scale=0.3&seed=42"
        "&source=random_walk&length=33&input_at=every&loss_at=5%2C20&truncation=9&truncation_mode=chunked&clip_threshold=0.2"
        "&clip_mode=per_parameter&learning_rate=0.05&lang=ko&theme=dark"
    )
    first, second = new_page(), new_page()
    open_explore(first, query)
    drag(first, "spectral_radius", 0.6)
    settle(first)
    state = parameters_in_address(first)
    assert {name: state[name] for name in ("seed", "loss_at", "truncation", "lang")} == {
        "seed": "42",
        "loss_at": "5,20",
        "truncation": "9",
        "lang": "ko",
    }
    open_explore(second, first.evaluate("location.search"))
    assert parameters_in_address(second) == state
    assert second.locator("#verdict").inner_text() == first.locator("#verdict").inner_text()
    assert picture(second) == picture(first)


@pytest.mark.parametrize(("locale", "words"), [("en-US", "Spectral radius"), ("ko-KR", "스펙트럼 반경")])
def test_the_browsers_language_is_spoken(new_page: Callable[..., Page], locale: str, words: str) -> None:
    page = new_page(locale=locale)
    open_explore(page)
    expect(control(page, "spectral_radius")).to_contain_text(words)
    assert page.evaluate("document.documentElement.lang") == locale[:2]


def test_language_and_theme_can_be_switched(page: Page) -> None:
    open_explore(page)
    light = picture(page)
    page.locator("#language").click()
    expect(page.locator("#verdict")).to_contain_text("기울기 소실")
    expect(page.locator("figcaption").first).to_contain_text("은닉 유닛")
    page.locator("#theme").click()
    settle(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert picture(page) != light
    state = parameters_in_address(page)
    assert {name: state[name] for name in ("lang", "theme")} == {"lang": "ko", "theme": "dark"}


def test_no_english_is_left_in_korean(new_page: Callable[..., Page]) -> None:
    page = new_page(locale="ko-KR")
    open_explore(page)
    text = page.locator("main").inner_text()
    left = [word for word in re.findall(r"[A-Za-z]{3,}", text) if word not in {"tanh", "ReLU", "RNN", "sigmoid", "max", "sup", "detach"}]
    assert left == []


def test_pointing_reads_out_a_step_everywhere(page: Page) -> None:
    open_explore(page)
    surface = page.locator("[data-figure=aligned] .figure-surface")
    box = surface.bounding_box()
    assert box
    page.mouse.move(box["x"] + 500, box["y"] + 330)
    card = page.locator(".reading")
    expect(card).to_be_visible()
    expect(card).to_contain_text(re.compile(r"Step \d+ · \d{4}"))
    expect(card).to_contain_text("‖∂h50/∂h")
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()


def test_keys_read_out_steps_and_zoom(page: Page) -> None:
    open_explore(page)
    surface = page.locator("[data-figure=aligned] .figure-surface")
    surface.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".reading")).to_contain_text("Step 49")
    whole = picture(page)
    page.keyboard.press("+")
    settle(page)
    assert picture(page) != whole
    page.keyboard.press("0")
    settle(page)
    assert picture(page) == whole


def test_dragging_over_the_figure_zooms_all_its_rows(page: Page) -> None:
    open_explore(page)
    whole = picture(page)
    box = page.locator("[data-figure=aligned] .figure-surface").bounding_box()
    assert box
    page.mouse.move(box["x"] + 300, box["y"] + 320)
    page.mouse.down()
    page.mouse.move(box["x"] + 600, box["y"] + 322, steps=6)
    page.mouse.up()
    settle(page)
    assert picture(page) != whole
    page.get_by_role("button", name="Show all steps").click()
    settle(page)
    assert picture(page) == whole


def test_the_wave_runs_back_and_stops_at_the_cut(page: Page) -> None:
    open_explore(page, "?length=8&hidden_size=4&truncation=3")
    glass = page.locator("[data-figure=aligned] .surface-glass")
    page.get_by_role("button", name="One step back in time").click()
    settle(page)
    first = glass.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("button", name="One step back in time").click()
    settle(page)
    assert glass.evaluate("canvas => canvas.toDataURL()") != first
    for _ in range(6):
        page.get_by_role("button", name="One step back in time").click()
    settle(page)
    at_cut = glass.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("button", name="One step back in time").click()
    settle(page)
    assert glass.evaluate("canvas => canvas.toDataURL()") == at_cut
    page.get_by_role("button", name="Play backward").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play backward")).to_be_visible(timeout=8000)
    page.get_by_role("button", name="End the wave").click()
    settle(page)
    assert glass.evaluate("canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.every(v => v === 0)")


def test_hidden_locked_and_embedded(page: Page) -> None:
    open_explore(page, "?hide=flow_matrix,seed&lock=spectral_radius&embed=1")
    expect(page.locator("[data-figure=flow_matrix]")).to_be_hidden()
    expect(control(page, "seed")).to_be_hidden()
    expect(control(page, "spectral_radius").locator("input[type=range]")).to_be_disabled()
    expect(page.locator(".bar")).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_is_wider_than_the_window(new_page: Callable[..., Page], width: int) -> None:
    page = new_page(viewport={"width": width, "height": 844})
    open_explore(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_on_a_phone_the_picture_stays_in_sight_while_a_slider_moves(new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_explore(page)
    page.get_by_role("tab", name="Backward").click()
    before = picture(page)
    drag(page, "truncation", 0.4)
    settle(page)
    assert picture(page) != before
    surface = page.locator("[data-figure=aligned] .figure-surface").bounding_box()
    sheet = page.locator("#rail").bounding_box()
    assert surface
    assert sheet
    assert sheet["y"] - surface["y"] > 200
