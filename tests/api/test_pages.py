"""The pages and what protects them: headers, policy, a documentation page that asks nobody else."""

import json
import re

import httpx
import pytest

from app.server.http.security_headers import SECURITY_HEADERS

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/api/v1/runs", "/api/v1/catalog", "/healthz", "/static/js/docs.js", "/nope"]
)
async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert set(map(str.lower, SECURITY_HEADERS)) <= set(headers)
    assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


async def test_only_the_embedded_page_may_be_framed(client: httpx.AsyncClient) -> None:
    assert "frame-ancestors *" in (await client.get("/?embed=1")).headers["content-security-policy"]
    for path in ("/?embed=0", "/?embed=11", "/docs?embed=1", "/api/v1/runs?embed=1"):
        assert "frame-ancestors 'none'" in (await client.get(path)).headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/docs", "/?source=text&text=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E%26%22"])
async def test_pages_hold_nothing_inline_and_nothing_from_elsewhere(client: httpx.AsyncClient, path: str) -> None:
    page = (await client.get(path)).text
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL):
        if 'type="application/json"' in attributes:
            json.loads(content)
        else:
            assert "src=" in attributes
            assert not content.strip()
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert not re.search(r'(?:src|href)="(?:[a-z]+:)?//', page)


async def test_the_documentation_has_all_its_files_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(files) >= 4
    for file in files:
        assert (await client.get(f"/{file}")).status_code == 200, file


@pytest.mark.parametrize(("spectral", "norms"), [("", "frobenius"), ("&spectral=1", "both")])
async def test_the_first_picture_is_the_answer_to_the_pages_query(client: httpx.AsyncClient, spectral: str, norms: str) -> None:
    query = f"?hidden_size=3&length=4&lang=ko{spectral}"
    page = (await client.get(f"/{query}")).text
    blocks = [json.loads(block) for block in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)]
    parts = "states,jacobian_norms,adjoints,flow_matrix,gradient_by_lag,gradients,spectrum"
    answer = (await client.get(f"/api/v1/runs{query}&arrays=typed&norms={norms}&include={parts}")).json()
    assert answer in blocks
    assert (await client.get("/api/v1/catalog")).json() in blocks


async def test_a_page_url_with_an_error_is_still_a_page(client: httpx.AsyncClient) -> None:
    for query in ("hidden_size=0", "hiden_size=3", "source=sine&length=10000"):
        response = await client.get(f"/?{query}")
        assert response.status_code == 200
        assert ">null</script>" in response.text


@pytest.mark.parametrize(
    ("query", "accepted", "language", "preferred"),
    [
        ("", "", "en", "en"),
        ("", "fr, ko-KR;q=0.8", "ko", "ko"),
        ("", "ko;q=0, en;q=0.1", "en", "en"),
        ("", "ko;q=0.2, en;q=0.9", "en", "en"),
        ("", "ko;q=nan, en;q=1e400", "en", "en"),
        ("?lang=en", "ko", "en", "ko"),
        ("?lang=xx", "ko", "ko", "ko"),
    ],
)
@pytest.mark.parametrize("page", ["/train", "/docs"])
async def test_the_language_is_the_urls_or_the_first_that_the_browser_prefers(
    client: httpx.AsyncClient, page: str, query: str, accepted: str, language: str, preferred: str
) -> None:
    response = await client.get(page + query, headers={"Accept-Language": accepted})
    assert "Accept-Language" in response.headers["vary"]
    html = re.search(r"<html[^>]*>", response.text)
    assert html is not None
    assert re.findall(r'lang(?:uage)?="(\w+)"', html[0]) == [language, preferred]
    assert page == "/docs" or f"locales/{language}.json" in response.text
