"""Presets: pictures from real answers, what to look at, and a way back."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import open_explore, parameters_in_address, picture, settle
from tests.browser.problems import Problems
from tests.browser.waiting import another_picture

NAMES = ["textbook", "vanishing", "exploding", "edge", "saturation", "transient_growth", "truncated", "clipped", "orthogonal"]
IS_BLANK = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return data.every(value => value === data[0]);
}"""


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_shows_what_it_says(page: Page, live_server: str, name: str) -> None:
    open_explore(page)
    before = picture(page)
    page.keyboard.press("p")
    card = page.locator(f"[data-preset={name}]")
    why = card.locator(".preset-why").inner_text()
    assert len(why) > 40
    card.click()
    another_picture(page, before)
    expect(page.locator("#why")).to_contain_text(why)
    presets = httpx.get(f"{live_server}/api/v1/catalog", trust_env=False).json()["presets"]
    expected = {key: str(value) for key, value in next(preset for preset in presets if preset["name"] == name)["parameters"].items()}
    shown = parameters_in_address(page)
    assert {key: float(shown[key]) if _is_number(value) else shown[key] for key, value in expected.items()} == {
        key: float(value) if _is_number(value) else value for key, value in expected.items()
    }


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def test_every_thumbnail_is_drawn_from_an_answer_that_comes_once(page: Page) -> None:
    open_explore(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/runs" in request.url else None)
    page.locator("#action-presets").click()
    expect(page.locator(".preset-picture canvas")).to_have_count(len(NAMES))
    assert not any(canvas.evaluate(IS_BLANK) for canvas in page.locator(".preset-picture canvas").all())
    assert len(asked) == len(NAMES)
    page.keyboard.press("Escape")
    page.locator("#action-presets").click()
    expect(page.locator(".preset-picture canvas")).to_have_count(len(NAMES))
    assert len(asked) == len(NAMES)


def test_the_browsers_back_undoes_a_preset(page: Page) -> None:
    open_explore(page, "?spectral_radius=0.8&seed=3")
    before = picture(page)
    page.keyboard.press("p")
    page.locator("[data-preset=saturation]").click()
    chosen = another_picture(page, before)
    page.go_back()
    assert another_picture(page, chosen) == before
    shown = parameters_in_address(page)
    assert (shown["spectral_radius"], shown["seed"], shown["input_scale"]) == ("0.8", "3", "1")
    expect(page.locator("#why")).to_be_hidden()
    page.go_forward()
    assert another_picture(page, before) == chosen
    expect(page.locator("#why")).to_contain_text("Saturation")


def test_the_why_goes_when_the_setting_is_another(page: Page) -> None:
    open_explore(page)
    page.keyboard.press("p")
    page.locator("[data-preset=edge]").click()
    expect(page.locator("#why")).to_be_visible()
    page.locator("[data-control=spectral_radius] input[type=number]").fill("1.05")
    expect(page.locator("#why")).to_be_hidden()
    page.keyboard.press("Tab")
    page.locator("#action-presets").click()
    expect(page.locator("[data-preset][aria-current]")).to_have_count(0)


def test_a_card_without_its_picture_still_leads_there(page: Page, problems: Problems) -> None:
    problems.expect("ERR_CONNECTION_REFUSED")
    open_explore(page)
    page.route("**/api/v1/runs?*", lambda route: route.abort("connectionrefused"))
    page.locator("#action-presets").click()
    expect(page.locator(".preset-picture.without")).to_have_count(len(NAMES))
    page.unroute("**/api/v1/runs?*")
    page.locator("[data-preset=vanishing]").click()
    expect(page.locator("#why")).to_contain_text("Vanishing")
    settle(page)


def test_presets_speak_korean(new_page: Callable[..., Page]) -> None:
    page = new_page(locale="ko-KR")
    open_explore(page)
    page.keyboard.press("p")
    expect(page.locator("[data-preset=saturation]")).to_contain_text("포화")
    page.locator("[data-preset=saturation]").click()
    expect(page.locator("#why")).to_contain_text("은닉 상태의 짙은 색")
