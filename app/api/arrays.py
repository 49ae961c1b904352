"""The answer as bytes: wire forms of arrays, and JSON.

`list`: nested lists of float64 to the last digit; null where there is no finite value.
`typed`: Plotly's typed-array object {"dtype", "bdata", "shape"} for every array of finite numbers. An array with gaps
stays nested lists with null, so that no NaN travels in either form.
"""

from binascii import b2a_base64
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
SMALLEST_FLOAT32 = float(np.finfo(np.float32).tiny)  # that has all its digits


def encode(answer: dict[str, Any], arrays: str) -> bytes:
    """The JSON of an answer whose leaves are Python scalars and NumPy arrays.

    >>> encode({"norm": np.array([0.5, np.nan])}, "list")
    b'{"norm":[0.5,null]}'
    >>> encode({"norm": np.array([0.5, 1.0])}, "typed")
    b'{"norm":{"dtype":"f4","bdata":"AAAAPwAAgD8=","shape":"2"}}'
    """
    if arrays == "typed":
        # The echo of a request stays as a request has it, so that it can be posted back.
        answer = {key: value if key == "parameters" else _with_typed_arrays(value) for key, value in answer.items()}
    # orjson writes NaN and ±inf as null, in arrays as well.
    return orjson.dumps(answer, _contiguous, orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


def _contiguous(value: Any) -> Any:
    """What orjson can't write by itself: arrays that aren't C-contiguous, and 0-dimensional ones."""
    if isinstance(value, np.ndarray):
        return value.tolist() if value.ndim == 0 else np.ascontiguousarray(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _with_typed_arrays(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_typed_arrays(item) for key, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_with_typed_arrays(item) for item in value]
    if isinstance(value, np.ndarray) and value.size and value.ndim:
        return typed(value)
    return value


def typed(array: NDArray[Any]) -> Any:
    """Plotly's typed-array object of an array; the array itself if it has gaps or isn't of numbers.

    float64 goes as float32 unless a value would overflow, or lose digits to a subnormal or zero.
    """
    if array.dtype.kind == "f":
        magnitude = np.abs(array)
        largest = magnitude.max()  # NaN, if there is one
        if not largest < np.inf:
            return array
        narrow = array.astype("<f4") if _fits_float32(magnitude, largest) else array.astype("<f8", copy=False)
    elif array.dtype.kind in "iu" and np.abs(array).max() < 2**31:
        narrow = array.astype("<i4")
    else:
        return array
    return {
        "dtype": f"{narrow.dtype.kind}{narrow.dtype.itemsize}",
        "bdata": b2a_base64(narrow.tobytes(), newline=False).decode("ascii"),
        "shape": ", ".join(map(str, array.shape)),
    }


def _fits_float32(magnitude: NDArray[Any], largest: float) -> bool:
    if largest > LARGEST_FLOAT32:
        return False
    smallest = magnitude.min()
    if smallest == 0.0:
        smallest = np.min(magnitude, where=magnitude > 0.0, initial=np.inf)
    return bool(smallest >= SMALLEST_FLOAT32)
