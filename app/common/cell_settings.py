"""The flat parameters that only some cells read, such as `leak`: refused for another cell, and absent from its echo."""

from typing import Any

from app.common.parameters import NetworkParameters
from app.engine.errors import InvalidParameter
from app.engine.model.cells import CELLS, settings_of

CELL_SETTINGS = tuple(dict.fromkeys(name for cell in CELLS.values() for name in settings_of(cell)))


def resolved_settings(parameters: NetworkParameters) -> dict[str, Any]:
    """Every cell setting: what was asked for, or the cell's own default; None for what only other cells read.

    Raises
    ------
    InvalidParameter
        For a value that was given though the chosen cell doesn't read it.
    """
    read = settings_of(CELLS[parameters.cell])
    found: dict[str, float | None] = {}
    for name in CELL_SETTINGS:
        asked = getattr(parameters, name)
        if asked is not None and name not in read:
            readers = " or ".join(f"cell={cell}" for cell, made in CELLS.items() if name in settings_of(made))
            raise InvalidParameter(
                name, asked, f"only with {readers}", f"Leave {name} out for cell={parameters.cell}, or ask for {readers}."
            )
        found[name] = read.get(name) if asked is None else asked
    return found


def without_unread(flat: dict[str, Any]) -> dict[str, Any]:
    """The flat parameters of an echo without the settings that the cell doesn't read."""
    return {name: value for name, value in flat.items() if name not in CELL_SETTINGS or value is not None}
