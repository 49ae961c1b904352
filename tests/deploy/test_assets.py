"""Static files: their addresses change with their content, and they are compressed once."""

import gzip
import os
import re
from pathlib import Path

import brotli
import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from app.server.pages import assets
from app.server.pages.assets import Assets

SCRIPT = b"export const answer = 42;\n" * 100


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "main.js").write_bytes(SCRIPT)
    (tmp_path / "font.woff2").write_bytes(b"wOF2" + bytes(1000))
    return tmp_path


def client(files: Assets) -> httpx.AsyncClient:
    application = Starlette(routes=[Mount("/static", files)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test/", headers={"Accept-Encoding": "identity"})


def test_version_is_that_of_names_and_contents(root: Path) -> None:
    version = Assets(root).version
    assert re.fullmatch(r"[0-9a-f]{16}", version)
    assert Assets(root).version == version
    (root / "js" / "main.js").rename(root / "js" / "other.js")
    renamed = Assets(root).version
    (root / "js" / "other.js").write_bytes(SCRIPT.replace(b"42", b"43"))
    assert len({version, renamed, Assets(root).version}) == 3


def test_a_template_cannot_ask_for_a_file_that_does_not_exist(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"js/man\.js"):
        Assets(root).url("js/man.js")


def test_what_a_script_imports_is_looked_up_once_a_version(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "js" / "main.js").write_text('import { a } from "./a.js";\n')
    (root / "js" / "a.js").write_text('export { b } from "./deep/b.js";\nconst c = import("./c.js");\n')
    (root / "js" / "deep").mkdir()
    (root / "js" / "deep" / "b.js").write_text('import "../a.js";\n')
    (root / "js" / "c.js").write_text("export const c = 1;\n")
    files = Assets(root)
    found = files.modules("js/main.js")
    assert found == [files.url("js/a.js"), files.url("js/deep/b.js")]
    monkeypatch.setattr(Path, "read_text", lambda *_: pytest.fail("a script was read again"))
    assert files.modules("js/main.js") == found
    monkeypatch.undo()
    (root / "js" / "a.js").write_text('import { c } from "./c.js";\n')
    files._next_look = 0.0
    assert files.modules("js/main.js") == [files.url("js/a.js"), files.url("js/c.js")]
    assert files.modules("js/main.js") != found


@pytest.mark.anyio
async def test_a_file_of_this_version_is_kept_for_ever_and_one_without_version_is_not(root: Path) -> None:
    files = Assets(root)
    async with client(files) as asking:
        versioned, plain = await asking.get(files.url("js/main.js")), await asking.get("static/js/main.js")
    assert versioned.content == plain.content == SCRIPT
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "no-cache"
    assert plain.headers["etag"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path", ["static/0123456789abcdef/js/main.js", "static/{version}/js/none.js", "static/{version}/js", "static/{version}/../x.txt"]
)
async def test_another_version_and_what_is_not_a_file_are_not_found(root: Path, path: str) -> None:
    (root.parent / "x.txt").write_text("outside")
    files = Assets(root)
    async with client(files) as asking:
        assert (await asking.get(f"static/{path.format(version=files.version)}")).status_code == 404


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip;q=0.001", "gzip"), ("br;q=0", None), ("", None)],
)
async def test_text_comes_in_the_best_encoding_that_the_browser_accepts(root: Path, accepted: str, encoding: str | None) -> None:
    files = Assets(root)
    async with client(files) as asking, asking.stream("GET", files.url("js/main.js"), headers={"Accept-Encoding": accepted}) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers.get("vary") == ("Accept-Encoding" if encoding else None)
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert decode(body) == SCRIPT


@pytest.mark.anyio
async def test_what_is_compressed_already_is_left_alone(root: Path) -> None:
    files = Assets(root)
    async with client(files) as asking:
        answer = await asking.get(files.url("font.woff2"), headers={"Accept-Encoding": "gzip, br"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-type"] == "font/woff2"


@pytest.mark.anyio
async def test_a_file_is_compressed_once_for_all(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compressions = []
    monkeypatch.setitem(assets.ENCODERS, "gzip", lambda body: compressions.append(body) or gzip.compress(body))
    files = Assets(root)
    async with client(files) as asking:
        for _ in range(3):
            answer = await asking.get(files.url("js/main.js"), headers={"Accept-Encoding": "gzip"})
            assert answer.content == SCRIPT
    assert len(compressions) == 1


def test_a_changed_file_gets_a_new_address_without_a_restart(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Assets(root)
    before = files.url("js/main.js")
    script = root / "js" / "main.js"
    script.write_bytes(SCRIPT[::-1])
    os.utime(script, ns=(0, 0))
    now = assets.time.monotonic()
    monkeypatch.setattr(assets.time, "monotonic", lambda: now + 1.0)
    assert files.url("js/main.js") != before


@pytest.mark.parametrize("page", ["/", "/docs"])
def test_every_file_that_a_page_names_has_a_version_and_is_there(live_server: str, page: str) -> None:
    with httpx.Client(base_url=live_server, trust_env=False) as asking:
        addresses = re.findall(r'(?:src|href)="([^"]*static/[^"]*)"', asking.get(page).text)
        assert len(addresses) >= 4
        for address in addresses:
            assert re.match(r"static/[0-9a-f]{16}/", address), address
            answer = asking.get(f"/{address}")
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable"), address


def test_scripts_name_other_files_relatively() -> None:
    """A path from the root would leave the version."""
    scripts = Path(assets.__file__).parents[2] / "static" / "js"
    absolute = {str(path): found for path in scripts.rglob("*.js") if (found := re.findall(r"[\"'`/]static/", path.read_text("utf-8")))}
    assert absolute == {}


def test_a_page_names_everything_that_its_script_imports_and_nothing_that_comes_later(root: Path) -> None:
    scripts = {
        "main.js": 'import { a } from "./deep/a.js";\nimport {\n  b,\n} from "./b.js";\nimport("./later.js");\n// import "./never.js";\n',
        "deep/a.js": 'export { b } from "../b.js";\nexport const a = "./no.js";\n',
        "b.js": 'import "./deep/a.js";\n/** @typedef {import("./types.js").T} T */\n',
    }
    (root / "js" / "deep").mkdir()
    for name, text in scripts.items():
        (root / "js" / name).write_text(text)
    files = Assets(root)
    assert files.modules("js/main.js") == [files.url("js/b.js"), files.url("js/deep/a.js")]
