"""The page's files, under addresses that change when their content does: static/<version>/js/main.js.

The version is a hash of the whole tree, so a relative import from one script to another stays inside its version, and a
browser may keep every file for a year. A server of another version answers 404, so that a proxy asks the next one.
Without a version (static/js/main.js) the same files come with a validator, and are asked for again each time.
"""

import asyncio
import gzip
import hashlib
import mimetypes
import re
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
COMPRESSIBLE = ("text/", "application/json", "image/svg+xml")

# Best first. A file is compressed once, so the level may be a good one; these take less than 0.1 s for the largest file.
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: bytes(brotli.compress(body, quality=9)),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
    "identity": lambda body: body,
}

# Static relative imports and re-exports; dynamic import(…) is deliberately not matched.
IMPORTED = re.compile(r'^(?:import\b|export\b[^;()"]*\bfrom\b)[^;()"]*"(\.[^"]+)"', re.MULTILINE)

State = frozenset[tuple[Path, int, int]]


class Assets(StaticFiles):
    """The files of one directory, with and without the version in their address."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        self._root = directory
        self._state: State = frozenset()
        self._next_look = 0.0
        self._look_for_changes()

    def url(self, path: str) -> str:
        """The address of a file, relative to the root of the application; templates call it `asset`."""
        self._look_for_changes()
        if path not in self._files:
            raise FileNotFoundError(f"{self._root / path}, which a template asks for, does not exist.")
        return f"static/{self.version}/{path}"

    def modules(self, script: str) -> list[str]:
        """The addresses of everything that a script imports, and what that imports: a browser that knows them asks for all at once."""
        self._look_for_changes()
        if script not in self._modules:
            self._modules[script] = [self.url(path) for path in sorted(self._imported_by(script))]
        return self._modules[script]

    def _imported_by(self, script: str) -> set[str]:
        """The names of everything that a script imports, directly or not."""
        found, pending = {script}, [script]
        while pending:
            importer = pending.pop()
            for path in IMPORTED.findall(self._files[importer].read_text("utf-8")):
                imported = (self._files[importer].parent / path).resolve().relative_to(self._root.resolve()).as_posix()
                if imported not in found:
                    found.add(imported)
                    pending.append(imported)
        return found - {script}

    def _look_for_changes(self) -> None:
        """Once a second at most, make a new version if a file has changed, so that a developer need only reload the page."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + 1.0
        state = state_of(self._root)
        if state != self._state:
            self._state = state
            self._files = {path.relative_to(self._root).as_posix(): path for path, _, _ in state}
            self.version = version_of(self._files)
            self._bodies: dict[tuple[str, str], asyncio.Task[bytes]] = {}
            self._modules: dict[str, list[str]] = {}  # by script: to find them, every script is read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A file, always the whole of it: the files are small, and a server may ignore Range (RFC 9110, section 14.2)."""
        await super().__call__({**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"range"]}, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file of this version from memory, one without version as Starlette answers it; only under its exact name."""
        path = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix("/")  # the other one is normalised: "a//b/" is "a/b"
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        version, _, name = path.partition("/")
        if version == self.version and name in self._files:
            return await self._from_memory(name, Headers(scope=scope))
        self._look_for_changes()
        if path not in self._files:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = ASK_AGAIN
        response.headers["Accept-Ranges"] = "none"
        return response

    async def _from_memory(self, name: str, request: Headers) -> Response:
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Cache-Control": FOR_EVER}
        encoding = "identity"
        if media_type.startswith(COMPRESSIBLE):
            encoding = acceptable_encoding(request.get("accept-encoding", ""))
        if encoding != "identity":
            headers |= {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
        return Response(await self._body(name, encoding), headers=headers, media_type=media_type)

    async def _body(self, name: str, encoding: str) -> bytes:
        """Read and compressed in a thread for the first that asks; the others wait for the same bytes."""
        if (name, encoding) not in self._bodies:
            self._bodies[name, encoding] = asyncio.create_task(asyncio.to_thread(encoded, self._files[name], encoding))
        return await asyncio.shield(self._bodies[name, encoding])


def state_of(directory: Path) -> State:
    """What changes when a file does: every path with its size and time."""
    files = ((path, path.stat()) for path in directory.rglob("*"))
    return frozenset((path, facts.st_mtime_ns, facts.st_size) for path, facts in files if stat.S_ISREG(facts.st_mode))


def version_of(files: Mapping[str, Path]) -> str:
    """A hash of the names and contents of files."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def acceptable_encoding(header: str) -> str:
    """The best of our encodings that an Accept-Encoding header names and does not refuse with q=0.

    >>> acceptable_encoding("gzip;q=0.5, deflate, br;q=0")
    'gzip'
    >>> acceptable_encoding("")
    'identity'
    """
    choices = (choice.replace(" ", "").lower().partition(";q=") for choice in header.split(","))
    accepted = {coding for coding, _, weight in choices if weight.strip("0.") or not weight}
    return next((name for name in ENCODERS if name in accepted), "identity")


def encoded(file: Path, encoding: str) -> bytes:
    """The content of a file in one of our encodings."""
    return ENCODERS[encoding](file.read_bytes())
