"""What a setting worth looking at is."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A named setting: the flat parameters that differ from the defaults."""

    name: str
    parameters: dict[str, Any]
