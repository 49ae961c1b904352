"""Every name that can be chosen has its words in both languages, and its place in the documentation."""

import json
import re
from collections.abc import Iterable

import pytest

from app.cliff.stories import CLIFF_STORIES
from app.common.cell_settings import CELL_SETTINGS
from app.contract.forms import CLIFF, LANGUAGES, RUN, TRAINING
from app.engine.backward.clipping import CLIP_MODES
from app.engine.backward.truncation import TRUNCATION_MODES
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS
from app.engine.model.initializers import INITIALIZERS
from app.engine.model.readouts import READOUTS
from app.engine.optimizers import OPTIMIZERS
from app.explore.parts import PARTS
from app.explore.presets import PRESETS
from app.sequences import SOURCES
from app.sequences.tasks import TASKS
from app.train.stories import TRAINING_PRESETS
from tests.serving import ROOT

# Controls whose parameter has another meaning on another page, and parameters that no control sets.
RENAMED = {
    "training": {"learning_rate": "training_rate", "steps": "training_steps", "seed": "training_seed"},
    "cliff": {"learning_rate": "cliff_rate", "clip_threshold": "cliff_threshold", "steps": "cliff_steps"},
}
WITHOUT_A_CONTROL = {
    *("include", "norms", "arrays", "snapshot_every", "spectrum_every"),
    *("w_minimum", "w_maximum", "w_points", "b_minimum", "b_maximum", "b_points", "bifurcation_points"),
}


def chosen(kind: str, names: Iterable[str], *endings: str) -> set[str]:
    return {f"{kind}.{name}{ending}" for name in names for ending in endings}


WORDS: dict[str, set[str]] = {
    **{
        f"parameters of {form}": chosen(
            "control", (RENAMED.get(form, {}).get(name, name) for name in fields if name not in WITHOUT_A_CONTROL), ".label"
        )
        for form, fields in (("run", RUN.fields), ("training", TRAINING.fields), ("cliff", CLIFF.fields))
    },
    "cells": chosen("choice.cell", CELLS, "", ".about"),
    "settings of cells": chosen("control", CELL_SETTINGS, ".label", ".about"),
    "activations": chosen("choice.activation", ACTIVATIONS, "", ".about"),
    "initialisers": chosen("choice.initializer", INITIALIZERS, "", ".about"),
    "read-outs": chosen("choice.readout", READOUTS, ""),
    "sources": chosen("choice.source", SOURCES, "", ".about"),
    "truncation modes": chosen("choice.truncation_mode", TRUNCATION_MODES, "", ".about"),
    "clipping modes": chosen("choice.clip_mode", CLIP_MODES, "", ".about"),
    "tasks": chosen("choice.task", TASKS, "", ".about"),
    "optimisers": chosen("choice.optimizer", OPTIMIZERS, "", ".about"),
    "presets": chosen("preset", PRESETS, ".title", ".why"),
    "stories": chosen("story", TRAINING_PRESETS, ".title", ".watch")
    | {f"story.{name}.{variant.name}" for name, story in TRAINING_PRESETS.items() for variant in story.variants},
    "stories of the cliff": chosen("cliff.story", CLIFF_STORIES, ".title", ".watch"),
}

DOCUMENTED = {
    "cells": ("mathematics.md", CELLS),
    "cells, in two languages": ("glossary.md", CELLS),
    "activations": ("mathematics.md", ACTIVATIONS),
    "initialisers": ("mathematics.md", INITIALIZERS),
    "read-outs": ("mathematics.md", READOUTS),
    "sources": ("api.md", SOURCES),
    "truncation modes": ("mathematics.md", TRUNCATION_MODES),
    "clipping modes": ("mathematics.md", CLIP_MODES),
    "tasks": ("api.md", TASKS),
    "optimisers": ("api.md", OPTIMIZERS),
    "parts": ("mathematics.md", [name for name in PARTS if name != "states"]),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("registry", WORDS)
def test_every_choice_has_words_on_the_page(registry: str, language: str) -> None:
    strings = json.loads((ROOT / "static" / "locales" / f"{language}.json").read_text("utf-8"))
    missing = sorted(key for key in WORDS[registry] if not strings.get(key, "").strip())
    assert missing == [], f"add them to static/locales/{language}.json"


@pytest.mark.parametrize("registry", DOCUMENTED)
def test_every_choice_is_in_the_documentation(registry: str) -> None:
    page, names = DOCUMENTED[registry]
    text = (ROOT / "docs" / page).read_text("utf-8")
    missing = [name for name in names if not re.search(rf"`{name}\b", text)]
    assert missing == [], f"describe them in docs/{page}"
