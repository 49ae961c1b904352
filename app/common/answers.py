"""How an answer is declared: frozen dataclasses whose fields say what they hold.

The pydantic models, OpenAPI, the tables of the documentation and the page's types are derived from them (`app.contract`).
"""

import dataclasses
from functools import cache
from typing import Any

import numpy as np

Value = float | None  # None where there is no finite value
LEAVES = (np.ndarray, float, int, str, dict, type(None))


def described(
    about: str | None = None, *, shape: str | None = None, choices: tuple[str, ...] | None = None, name: str | None = None
) -> Any:
    """A field of an answer.

    Parameters
    ----------
    about : str, optional
        What it is, with its unit. Needed where name, type and shape don't say it.
    shape : str, optional
        Of an array, in the symbols of the mathematics: "(T+1, H)".
    choices : tuple of str, optional
        The strings that it may be.
    name : str, optional
        In JSON, where Python can't spell it.
    """
    return dataclasses.field(metadata={"about": about, "shape": shape, "choices": choices, "name": name})


def json_name(field: "dataclasses.Field[Any]") -> str:
    """The name of a field in JSON."""
    return field.metadata.get("name") or field.name


def about(declared: type) -> str:
    """The first line of what a dataclass of an answer says about itself."""
    return (declared.__doc__ or "").partition("\n")[0]


def plain(answer: Any) -> dict[str, Any]:
    """The fields of an answer by their names in JSON, nested ones too; leaves are Python scalars, strings, None or NumPy arrays."""
    declared: Any = type(answer)
    return {name: _plain_value(getattr(answer, field)) for field, name in _names(declared)}


@cache
def _names(declared: type) -> tuple[tuple[str, str], ...]:
    """Every field's name in Python and in JSON; looking them up anew takes longer than all else in `plain`."""
    return tuple((field.name, json_name(field)) for field in dataclasses.fields(declared))


def _plain_value(value: Any) -> Any:
    if isinstance(value, LEAVES):
        return value
    if isinstance(value, tuple | list):
        return [plain(item) for item in value] if value and dataclasses.is_dataclass(type(value[0])) else list(value)
    return plain(value) if dataclasses.is_dataclass(type(value)) else value
