"""Whatever stands in the page's address becomes text: no script runs, no element appears, and the page goes on."""

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import settle
from tests.browser.problems import Problems

HOSTILE = {
    "script": "<script>window.broken = 1</script>",
    "handler": '<img src="x" onerror="window.broken = 1">"onfocus="window.broken = 1',
    "end of a block": "</script><script>window.broken = 1</script><!-- -->",
    "svg": '<svg onload="window.broken = 1"><a href="javascript:window.broken = 1">x</a>',
    "right to left": "ab\u202ecd\u2066ef\u2069\u200f",
    "combining": "a" + "\u0301" * 250 + "b",
    "NUL and controls": "a\x00b\x01c\x1b[31md",
    "template": "{{ 7 * 7 }}${7 * 7}",
}
PARAMETERS = ("text", "source", "cell", "loss_at", "lang", "theme", "hide", "lock", "pin", "at", "__proto__", "constructor")


@pytest.mark.parametrize("path", ["/", "/docs"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_text_in_the_address_stays_text(page: Page, problems: Problems, path: str, kind: str) -> None:
    problems.expect("status of 4")
    text = HOSTILE[kind]
    dialogs: list[Any] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
    # All at once where they don't hide each other; `text` is read with source=text.
    for query in ({"source": "text", "text": text, "hidden_size": 2}, dict.fromkeys(PARAMETERS, text)):
        page.goto(f"{path}?{urlencode(query)}")
        settle(page)
        expect(page.locator("h1").first).to_be_attached()
        assert page.evaluate("window.broken") is None
        assert page.evaluate("Object.prototype.broken === undefined && ({}).text === undefined")
        assert page.locator("img[src=x], [onerror], [onload], [onfocus], a[href^='javascript:']").count() == 0
    assert dialogs == []
    # A refused parameter is answered with 422, which the browser writes to its console; the page must not do worse.


def test_text_that_is_read_is_shown_as_it_is(page: Page) -> None:
    page.goto("/?" + urlencode({"source": "text", "text": "<b>bold</b>&amp;", "hidden_size": 2}))
    settle(page)
    expect(page.locator("#verdict")).not_to_be_empty()
    assert page.locator("main b:text-is('bold')").count() == 0
