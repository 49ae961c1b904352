"""The answers that the figures' tests read are what the API says today."""

import base64
from typing import Any

import numpy as np
import orjson
import pytest

from tests.saved_answers import QUERIES, compute, path


@pytest.mark.parametrize("name", QUERIES)
def test_saved_answer_is_of_today(name: str) -> None:
    saved, today = orjson.loads(path(name).read_bytes()), orjson.loads(compute(name))
    differences = list(compared(saved, today, name))
    assert not differences, f"Run `make answers`, then the JavaScript tests. {differences[:3]}"


def compared(saved: Any, today: Any, place: str) -> list[str]:
    """Where two answers differ, more than by rounding on another machine."""
    if isinstance(saved, dict) and isinstance(today, dict):
        if "bdata" in saved and "bdata" in today:
            same = saved["shape"] == today["shape"] and np.allclose(array(saved), array(today), rtol=1e-4, atol=1e-6)
            return [] if same else [place]
        missing = [f"{place}.{key}" for key in saved.keys() ^ today.keys()]
        return missing + [line for key in saved.keys() & today.keys() for line in compared(saved[key], today[key], f"{place}.{key}")]
    if isinstance(saved, list) and isinstance(today, list) and len(saved) == len(today):
        return [line for i, pair in enumerate(zip(saved, today, strict=True)) for line in compared(*pair, f"{place}[{i}]")]
    if isinstance(saved, float) and isinstance(today, float | int):
        return [] if np.isclose(saved, today, rtol=1e-6, atol=1e-9) else [place]
    return [] if saved == today else [f"{place}: {saved!r} is {today!r}"]


def array(wire: dict[str, str]) -> np.ndarray[Any, Any]:
    """The numbers of a typed array."""
    return np.frombuffer(base64.b64decode(wire["bdata"]), dtype=f"<{wire['dtype']}")


def test_a_changed_number_or_shape_is_noticed() -> None:
    assert compared({"a": [1.0, 2.0]}, {"a": [1.0, 2.1]}, "x") == ["x.a[1]"]
    assert compared({"a": 1}, {"b": 1}, "x") in (["x.a", "x.b"], ["x.b", "x.a"])
    assert compared([1.0], [1.0, 2.0], "x")
