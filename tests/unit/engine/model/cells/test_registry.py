"""What a new cell needs beside its file and its line in CELLS: words for people."""

import dataclasses
import json
from pathlib import Path

import pytest

from app.common.parameters import NetworkParameters
from app.engine.model.cells import CELLS, settings_of

ROOT = Path(__file__).parents[5]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", CELLS)
def test_a_cell_and_its_settings_have_words(name, language):
    words = json.loads((ROOT / "static" / "locales" / f"{language}.json").read_text("utf-8"))
    keys = [f"choice.cell.{name}", f"choice.cell.{name}.about"]
    keys += [f"control.{setting}.{part}" for setting in settings_of(CELLS[name]) for part in ("label", "about")]
    assert not [key for key in keys if not words.get(key)]


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_documented(name):
    assert f"| `{name}` |" in (ROOT / "docs" / "mathematics.md").read_text("utf-8")
    assert f"`{name}`" in (ROOT / "docs" / "glossary.md").read_text("utf-8")


@pytest.mark.parametrize("name", CELLS)
def test_a_setting_is_a_flat_parameter_that_is_not_given_by_default(name):
    flat = {field.name: field for field in dataclasses.fields(NetworkParameters)}
    for setting, default in settings_of(CELLS[name]).items():
        field = flat[setting]
        assert field.default is None
        assert field.metadata["minimum"] <= default <= field.metadata["maximum"]
        assert f"Default: {default:g}" in field.metadata["about"]


def test_a_cell_is_registered_under_its_own_name():
    assert [cell.name for cell in CELLS.values()] == list(CELLS)
