"""Every cell, at its defaults and at the ends of its settings: what the tests of properties run over."""

import dataclasses

from app.common.parameters import NetworkParameters
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS, Cell, settings_of

FACTS = {field.name: field.metadata for field in dataclasses.fields(NetworkParameters)}

# By a name for people: the cell, and its settings. Each setting is at its default, smallest and largest.
VARIANTS: dict[str, tuple[str, dict[str, float]]] = {name: (name, {}) for name in CELLS} | {
    f"{name}, {setting}={FACTS[setting][end]:g}": (name, {setting: FACTS[setting][end]})
    for name, cell in CELLS.items()
    for setting in settings_of(cell)
    for end in ("minimum", "maximum")
}


def made(variant: str, activation: str) -> Cell:
    """The cell of a variant."""
    name, settings = VARIANTS[variant]
    return CELLS[name](ACTIVATIONS[activation], **settings)
