"""The tables of cases that Python's tests and the page's read alike, for what both sides compute."""

import json
from typing import Any

from tests.serving import ROOT


def shared_cases(name: str) -> list[dict[str, Any]]:
    """The rows of tests/cases/<name>.json; tests/js/cases.js reads the same ones."""
    return list(json.loads((ROOT / "tests" / "cases" / f"{name}.json").read_text("utf-8")))
