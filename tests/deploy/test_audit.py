"""`make audit` finds what is vulnerable and nothing else, without a network."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from scripts.audit import concerns
from tests.serving import ROOT

LOCKED = "jinja2==3.1.6 --hash=sha256:" + "0" * 64 + "\n"
NO_NETWORK = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}


def advisory(*events: dict[str, str], **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}]
    affected = {"package": {"name": "Jinja2", "ecosystem": "PyPI"}, "ranges": ranges}
    return {"schema_version": "1.6.0", "id": "TEST-1", "summary": "Made up.", "affected": [affected], **more}


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([{"introduced": "0"}], True),
        ([{"introduced": "0"}, {"fixed": "3.1.7"}], True),
        ([{"introduced": "0"}, {"fixed": "3.1.6"}], False),
        ([{"introduced": "3.1.7"}], False),
        ([{"introduced": "0"}, {"last_affected": "3.1.6"}], True),
        ([{"introduced": "0"}, {"last_affected": "3.1.5"}], False),
        ([{"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"fixed": "4.0"}], True),
        ([{"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.2"}], False),
    ],
)
def test_which_versions_an_advisory_concerns(events: list[dict[str, str]], found: bool) -> None:
    assert concerns(advisory(*events), "jinja2", "3.1.6") == found
    assert not concerns(advisory(*events), "numpy", "3.1.6")


def test_a_version_that_is_listed_is_concerned() -> None:
    listed = advisory()
    listed["affected"][0]["versions"] = ["3.1.5", "3.1.6"]
    assert concerns(listed, "jinja2", "3.1.6")
    assert not concerns(listed, "jinja2", "3.1.7")


@pytest.mark.parametrize("fixed", [True, False])
def test_pip_audit_says_so_without_a_network(tmp_path: Path, fixed: bool) -> None:
    status, said = audited(tmp_path, advisory({"introduced": "0"}, {"fixed": "3.1.6" if fixed else "3.1.7"}))
    assert (status == 0, "TEST-1" in said) == (fixed, not fixed), said


def test_one_that_was_withdrawn_does_not_count(tmp_path: Path) -> None:
    assert audited(tmp_path, advisory({"introduced": "0"}, withdrawn="2025-01-01T00:00:00Z"))[0] == 0


def audited(directory: Path, *advisories: dict[str, Any]) -> tuple[int, str]:
    (directory / "some.lock").write_text(LOCKED)
    with ZipFile(directory / "all.zip", "w") as export:
        for each in advisories:
            export.writestr(f"{each['id']}.json", json.dumps(each))
    command = [sys.executable, "-m", "scripts.audit", "--advisories", str(directory / "all.zip"), str(directory / "some.lock")]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | NO_NETWORK, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
