"""Known vulnerabilities among what is locked: pip-audit, also without a network.

    python -m scripts.audit [--advisories all.zip] [LOCK ...]

pip-audit asks OSV (osv.dev) about every locked version. With OSV's export for PyPI in a file, the questions are answered from
that file, by a server on loopback that speaks OSV's protocol.
"""

import argparse
import json
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

LOCK = Path(__file__).resolve().parent.parent / "requirements-dev.lock"  # it holds those of requirements.lock, too

Advisory = dict[str, Any]


def main() -> int:
    """Run pip-audit; its exit status says whether something was found."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.audit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--advisories", type=Path, metavar="ZIP", help="OSV's export for PyPI; without it OSV is asked")
    parser.add_argument("locks", nargs="*", type=Path, default=[LOCK])
    given = parser.parse_args()
    audit = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes", "--vulnerability-service", "osv"]
    locks = [argument for lock in given.locks for argument in ("--requirement", str(lock))]
    with ExitStack() as stack:
        where = ["--osv-url", stack.enter_context(answering(read(given.advisories)))] if given.advisories else []
        return subprocess.run([*audit, *where, *locks], check=False).returncode


def read(path: Path) -> Mapping[str, Sequence[Advisory]]:
    """The advisories of an export, by the package that they affect."""
    found: defaultdict[str, list[Advisory]] = defaultdict(list)
    with ZipFile(path) as export:
        for name in export.namelist():
            advisory = json.loads(export.read(name))
            for package in {canonicalize_name(affected["package"]["name"]) for affected in advisory.get("affected", [])}:
                found[package].append(advisory)
    if not found:
        raise SystemExit(f"{path} holds no advisory.")
    return found


@contextmanager
def answering(advisories: Mapping[str, Sequence[Advisory]]) -> Iterator[str]:
    """A server on loopback that answers OSV's query from these advisories; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = canonicalize_name(query["package"]["name"])
            found = [advisory for advisory in advisories.get(name, ()) if concerns(advisory, name, query["version"])]
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        finally:
            server.shutdown()


def concerns(advisory: Advisory, name: str, version: str) -> bool:
    """Whether an advisory affects this version of this package (OSV schema, "evaluation")."""
    affected = [each for each in advisory["affected"] if canonicalize_name(each["package"]["name"]) == name]
    return any(
        version in each.get("versions", ())
        or any(_in_range(part["events"], Version(version)) for part in each.get("ranges", ()) if part["type"] == "ECOSYSTEM")
        for each in affected
    )


def _in_range(events: Sequence[Mapping[str, str]], version: Version) -> bool:
    inside = False
    for at, kind in sorted((_version(text), kind) for event in events for kind, text in event.items()):
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:  # "0" is one; what isn't can't be compared, and is taken to come first
        return Version("0.dev0")


if __name__ == "__main__":
    sys.exit(main())
