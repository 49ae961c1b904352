"""What can be taken away: the files are opened and looked at."""

import csv
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import open_explore, settle
from tests.browser.problems import Problems

SVG = "{http://www.w3.org/2000/svg}"
QUERY = "?spectral_radius=0.9&truncation=12&length=30&seed=5"


def saved(page: Page, kind: str, folder: Path) -> Path:
    """Press a button of the dialog, and keep the file that comes."""
    with page.expect_download() as download:
        page.locator(f"#export-{kind}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def open_dialog(page: Page, query: str = QUERY) -> None:
    open_explore(page, query)
    page.keyboard.press("e")
    expect(page.locator("#dialog-export")).to_be_visible()


def pixels(png: bytes) -> tuple[int, int, set[bytes]]:
    """Width, height and the different colours of a PNG as browsers write them (8-bit RGBA or RGB)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, header = 8, b"", b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        header, data = (body if kind == b"IHDR" else header), (data + body if kind == b"IDAT" else data)
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    assert (depth, colour in {2, 6}) == (8, True)
    raw, size = zlib.decompress(data), 4 if colour == 6 else 3
    # Rows are differences to their neighbours; how many different ones there are still tells a picture from a blank sheet.
    row = 1 + width * size
    return width, height, {raw[i * row : (i + 1) * row] for i in range(height)}


@pytest.mark.parametrize("figure", ["aligned", "flow_matrix", "spectrum", "gradient"])
def test_pictures_are_whole(page: Page, tmp_path: Path, figure: str) -> None:
    open_dialog(page)
    page.get_by_label("Figure").select_option(figure)
    width, height, rows = pixels(saved(page, "png", tmp_path).read_bytes())
    assert width > 1000
    assert len(rows) > height / 4
    svg = saved(page, "svg", tmp_path)
    assert svg.name == f"unrolled-{figure}.svg"
    tree = ET.parse(svg).getroot()
    assert (int(tree.attrib["width"]) * 2, abs(float(tree.attrib["height"]) * 2 - height) <= 2) == (width, True)
    texts = "".join(element.text or "" for element in tree.iter(f"{SVG}text"))
    assert "Vanishing." in texts
    assert "spectral_radius=0.9" in texts
    expected = {
        "aligned": ["Unrolled network", "Frobenius", "cut: K = 12", "step t"],
        "flow_matrix": ["from step k", "to step t"],
        "spectrum": ["ρ = 0.900", "real part"],
        "gradient": ["window K", "lag ", "cosine"],
    }[figure]
    assert [text for text in expected if text not in texts] == []
    assert len(list(tree.iter(f"{SVG}path"))) > 2
    if figure in {"aligned", "flow_matrix"}:
        images = [element.attrib["href"] for element in tree.iter(f"{SVG}image")]
        assert images
        assert all(image.startswith("data:image/png;base64,") for image in images)
    assert "font/woff2;base64," in svg.read_text("utf-8")
    outside = [value for element in tree.iter() for key, value in element.attrib.items() if "href" in key and not value.startswith("data:")]
    assert outside == []


def test_the_svg_looks_like_the_png(page: Page, tmp_path: Path) -> None:
    """Both drawn by the browser, averaged over coarse cells."""
    open_dialog(page)
    png, svg = saved(page, "png", tmp_path), saved(page, "svg", tmp_path)
    server = page.url.partition("?")[0]
    page.route("**/exported.*", lambda route: route.fulfill(path=tmp_path / route.request.url.rpartition("/")[2]))
    (tmp_path / "exported.png").write_bytes(png.read_bytes())
    (tmp_path / "exported.svg").write_bytes(svg.read_bytes())
    coarse = """async address => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const [width, height, cell] = [1160, 840, 20];
      const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
      context.drawImage(image, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      const columns = width / cell;
      const sums = new Float64Array(3 * columns * (height / cell));
      for (let i = 0; i < data.length; i += 1) {
        const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
        if (i % 4 < 3) sums[3 * (Math.floor(y / cell) * columns + Math.floor(x / cell)) + (i % 4)] += data[i] / cell ** 2;
      }
      return [...sums].map(Math.round);
    }"""
    one, other = (page.evaluate(coarse, f"{server}exported.{kind}") for kind in ("png", "svg"))
    differences = sorted(abs(a - b) for a, b in zip(one, other, strict=True))
    assert differences[int(0.98 * len(differences))] <= 12
    assert len(set(one)) > 100


def test_the_table_is_the_apis(page: Page, live_server: str, tmp_path: Path) -> None:
    open_dialog(page)
    run = api(live_server, page)
    rows = read_csv(saved(page, "csv", tmp_path))
    assert rows[0] == ["k", "log10_frobenius", "log10_spectral"]
    assert [float(row[1]) for row in rows[1:]] == run["jacobian_norms"]["log10_frobenius"]
    page.get_by_label("Table").select_option("states")
    rows = read_csv(saved(page, "csv", tmp_path))
    assert len(rows) == 1 + 31
    first = rows[0].index("h_1")
    assert [[float(cell) for cell in row[first : first + 16]] for row in rows[1:]] == run["states"]["h"]
    for table in ("adjoints", "flow_matrix", "gradient_by_lag", "spectrum"):
        page.get_by_label("Table").select_option(table)
        rows = read_csv(saved(page, "csv", tmp_path))
        assert len({len(row) for row in rows}) == 1, table
        assert len(rows) > 10


def read_csv(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8"))))


def api(live_server: str, page: Page) -> Any:
    return httpx.get(f"{live_server}/api/v1/runs{page.evaluate('location.search')}", trust_env=False).json()


def test_the_json_is_the_whole_answer_and_opens_again(page: Page, live_server: str, tmp_path: Path) -> None:
    open_dialog(page)
    path = saved(page, "json", tmp_path)
    answer = json.loads(path.read_text("utf-8"))
    again = httpx.post(f"{live_server}/api/v1/runs", json=answer["parameters"], trust_env=False)
    assert again.text == path.read_text("utf-8")
    assert {"states", "flow_matrix", "lyapunov_exponents", "contributions"} <= answer.keys()
    open_explore(page)
    page.keyboard.press("d")
    page.locator("#dialog-own input[type=file]").set_input_files(path)
    expect(page.locator("#dialog-own")).to_have_count(0)
    expect(page.locator("[data-control=truncation] input[type=number]")).to_have_value("12")


def code(page: Page, language: str, query: str = QUERY) -> str:
    open_dialog(page, query)
    return page.locator(f"#code-{language}").input_value()


@pytest.mark.parametrize("query", [QUERY, "?source=text&text=it%27s%20%22%EA%B8%B0%EC%9A%B8%EA%B8%B0%22%20%24HOME%20%5C"])
def test_curl_runs_as_pasted(page: Page, live_server: str, query: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    line = code(page, "curl", query)
    done = subprocess.run(["sh", "-eu", "-c", line], capture_output=True, text=True, check=False, env=quiet())
    assert done.returncode == 0, done.stderr
    answer, expected = json.loads(done.stdout), api(live_server, page)
    assert answer["jacobian_norms"] == expected["jacobian_norms"]
    assert answer["parameters"]["text"] == expected["parameters"]["text"]


@pytest.mark.parametrize("query", [QUERY, "?source=text&text=it%27s%20%22%EA%B8%B0%EC%9A%B8%EA%B8%B0%22%20%24HOME%20%5C"])
def test_python_runs_as_pasted_and_draws_the_norm_curve(page: Page, live_server: str, tmp_path: Path, query: str) -> None:
    """figure.show() opens a browser; here the browser is a script that keeps what it would have seen."""
    text = code(page, "python", query)
    browser, seen = tmp_path / "browser.py", tmp_path / "seen.html"
    browser.write_text(f"import sys, urllib.request as u\nopen({str(seen)!r}, 'wb').write(u.urlopen(sys.argv[1]).read())\n")
    environment = quiet() | {"BROWSER": f"{sys.executable} {browser} %s &", "PLOTLY_RENDERER": "browser"}
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    shown = seen.read_text("utf-8")
    assert '"name":"Frobenius"' in shown.replace(" ", "")
    assert str(api(live_server, page)["jacobian_norms"]["log10_frobenius"][0])[:10] in shown


def quiet() -> dict[str, str]:
    """An environment without a proxy between the test and its server."""
    return {key: value for key, value in os.environ.items() if "proxy" not in key.lower()} | {"NO_PROXY": "127.0.0.1"}


def test_copying_puts_it_on_the_clipboard(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_dialog(page)
    page.locator("#code-curl + button").click()
    expect(page.locator("#code-curl + button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#code-curl").input_value()


def test_an_export_that_fails_says_so_in_the_dialog(page: Page, problems: Problems) -> None:
    problems.expect("ERR_CONNECTION_REFUSED")
    open_dialog(page)
    page.route("**/api/v1/runs?*", lambda route: route.abort("connectionrefused"))
    page.locator("#export-json").click()
    expect(page.locator("#dialog-export > .dialog-body > .problem")).to_contain_text("can't be reached")
    page.unroute("**/api/v1/runs?*")
    with page.expect_download():
        page.locator("#export-json").click()
    settle(page)
