"""The documentation says what the code does: tables, links and names agree, and the examples run as printed."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import app
from app.explore.answer import Loss, SequenceUsed
from app.explore.parts import PARTS
from app.explore.verdict import Verdict
from scripts.tables import answer, with_tables
from tests.serving import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PRINTED_ADDRESS = "http://127.0.0.1:8000"
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_tables_say_what_the_code_says(page: Path) -> None:
    text = page.read_text("utf-8")
    assert with_tables(text) == text, "python -m scripts.tables brings it up to date"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    broken = [link for link in relative_links(page) if not leads_somewhere(page, link)]
    assert broken == []


def relative_links(page: Path) -> Iterator[str]:
    text = FENCED.sub("", page.read_text("utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", link):
            yield link


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_field_of_an_answer_is_described() -> None:
    """The tables of docs/api.md and OpenAPI say what the dataclasses say; those must say something."""
    declared = {name: part.answer for name, part in PARTS.items()} | {"verdict": Verdict, "sequence": SequenceUsed, "loss": Loss}
    silent = [row.split(" | ")[0] for row in answer(*declared.items()).splitlines()[2:] if row.endswith("|  |")]
    assert silent == []


def test_glossary_gives_every_term_in_both_languages() -> None:
    rows = glossary()
    terms = [english for english, _, _ in rows]
    assert len(terms) > 80
    assert sorted(term for term in set(terms) if terms.count(term) > 1) == []
    assert [english for english, korean, _ in rows if not re.search(r"[가-힣]", korean)] == []


LABELS = re.compile(r"control\.(\w+)\.label|choice\.(?:activation|clip_mode|initializer|source|truncation_mode)\.(\w+)")


def test_page_speaks_the_glossary_korean() -> None:
    """The label of a control, or of a choice, holds the first Korean term of a glossary row with its name in code."""
    strings = json.loads((ROOT / "static" / "locales" / "ko.json").read_text("utf-8"))
    compared, different = 0, []
    for key, label in flat(strings):
        if match := LABELS.fullmatch(key):
            terms = [korean.partition(" (")[0] for _, korean, code in glossary() if f"`{match[1] or match[2]}`" in code]
            compared += bool(terms)
            if terms and not any(term in label for term in terms):
                different.append((key, label, terms))
    assert compared > 20
    assert different == []


def glossary() -> list[tuple[str, str, str]]:
    """English, Korean and the name in code, by row."""
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    return re.findall(r"^\| (?!English|---)(.+?) \| (.+?) \| ?(.*?) ?\|", text, re.MULTILINE)


def flat(strings: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in strings.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{name}.")
        else:
            yield path + name, value


def test_versions_agree() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == app.__version__
    assert f"## [{app.__version__}] - {citation['date-released']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def examples() -> list[pytest.ParameterSet]:
    """Code blocks of the documentation that a block of output follows: (language, code, output)."""
    found = []
    for page in PAGES:
        blocks = FENCED.findall(page.read_text("utf-8"))
        for (language, code), (next_language, output) in itertools.pairwise(blocks):
            if language in {"sh", "python"} and next_language == "text":
                found.append(pytest.param(language, code, output, id=f"{named(page)}-{language}-{len(found)}"))
    return found


@pytest.mark.parametrize(("language", "code", "output"), examples())
def test_examples_print_what_they_say(language: str, code: str, output: str, live_server: str) -> None:
    """As printed, but for the port: the test's server must not take the one that a person may be using."""
    if language == "sh" and "curl" in code and not shutil.which("curl"):
        pytest.skip("curl is not installed")
    run = {"sh": ["sh", "-eu", "-c"], "python": [sys.executable, "-W", "error", "-c"]}[language]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*run, code.replace(PRINTED_ADDRESS, live_server)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
        env=os.environ | {"PATH": path, "NO_PROXY": "127.0.0.1"},
    )
    assert (done.stdout, done.stderr, done.returncode) == (output, "", 0)


def test_readme_has_three_examples_of_the_api() -> None:
    assert sum(str(example.id).startswith("README.md") for example in examples()) >= 3
