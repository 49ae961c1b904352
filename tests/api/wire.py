"""Reading answers strictly: no NaN or Infinity in the JSON, typed arrays decoded and looked into."""

import base64
import json
from typing import Any, NoReturn

import numpy as np

DTYPES = {"f4": "<f4", "f8": "<f8", "i4": "<i4"}


def strict_json(body: bytes) -> Any:
    """The JSON of a body; NaN and Infinity, which Python would read, are errors."""
    return json.loads(body, parse_constant=_refuse)


def _refuse(token: str) -> NoReturn:
    raise AssertionError(f"{token} on the wire")


def decoded(value: Any) -> Any:
    """The same tree with every typed-array object as a NumPy array."""
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"dtype", "bdata", "shape"}:
        numbers = np.frombuffer(base64.b64decode(value["bdata"], validate=True), DTYPES[value["dtype"]])
        return numbers.reshape([int(length) for length in value["shape"].split(",")])
    return {key: decoded(item) for key, item in value.items()}


def arrays_in(value: Any, path: str = "") -> dict[str, np.ndarray]:
    """The decoded typed arrays of a tree, by path."""
    if isinstance(value, np.ndarray):
        return {path: value}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {name: array for key, item in items for name, array in arrays_in(item, f"{path}/{key}").items()}


def at(tree: Any, path: str) -> Any:
    """What a tree holds at a path of `arrays_in`."""
    for key in path.strip("/").split("/"):
        tree = tree[int(key)] if isinstance(tree, list) else tree[key]
    return tree
