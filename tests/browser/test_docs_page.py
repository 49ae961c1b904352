"""/docs in a browser: Swagger UI works under the strict policy, with files of this server alone, and its requests get answers."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_request_can_be_tried_out(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto("/docs")
    page.locator("#operations-runs-get_run_api_v1_runs_get .opblock-summary-control").click()
    page.get_by_role("button", name="Execute").click()
    answer = page.locator(".live-responses-table .response").first
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    expect(answer.locator(".response-col_description")).to_contain_text('"spectral_radius"')
