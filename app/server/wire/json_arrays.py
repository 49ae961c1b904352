"""The answer as bytes: wire forms of arrays, and JSON.

`list`: nested lists of float64 to the last digit; null where there is no finite value.
`typed`: Plotly's typed-array object {"dtype", "bdata", "shape"} for every array of finite numbers. An array with gaps
stays nested lists with null, so that no NaN travels in either form.
"""

import math
from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
SMALLEST_FLOAT32 = float(np.finfo(np.float32).tiny)  # that has all its digits

# orjson and binascii hold the interpreter lock during a call, and the event loop stands still for as long. So many numbers take one
# call 1 to 3 ms, and become at most about 1 MB.
NUMBERS_AT_A_TIME = 48 * 1024  # a multiple of 3: base64 takes three bytes at a time, and only the last piece may be padded
PIECE_BYTES = 1_000_000


def encode(answer: dict[str, Any], arrays: str) -> bytes:
    """The JSON of an answer whose leaves are Python scalars and NumPy arrays.

    >>> encode({"norm": np.array([0.5, np.nan])}, "list")
    b'{"norm":[0.5,null]}'
    >>> encode({"norm": np.array([0.5, 1.0])}, "typed")
    b'{"norm":{"dtype":"f4","bdata":"AAAAPwAAgD8=","shape":"2"}}'
    """
    return b"".join(encode_in_pieces(answer, arrays))


def encode_in_pieces(answer: dict[str, Any], arrays: str) -> Iterator[bytes]:
    """The same, in pieces of about PIECE_BYTES, so that other threads run between them."""
    if arrays != "typed":
        return _gathered(_pieces(answer, typed=False))
    # The echo of a request stays as a request has it, so that it can be posted back.
    parts = [(key, value, key != "parameters") for key, value in answer.items()]
    if _count(answer) <= NUMBERS_AT_A_TIME:
        return iter((_dumps({key: _with_typed_arrays(value) if typed else value for key, value, typed in parts}),))
    return _gathered(_object((key, _pieces(value, typed=typed)) for key, value, typed in parts))


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are not tiny."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES // 2:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _pieces(value: Any, *, typed: bool) -> Iterator[bytes]:
    if _count(value) <= NUMBERS_AT_A_TIME:
        yield _dumps(_with_typed_arrays(value) if typed else value)
    elif isinstance(value, dict):
        yield from _object((key, _pieces(item, typed=typed)) for key, item in value.items())
    elif typed and isinstance(value, np.ndarray) and (dtype := _narrowest(value)):
        yield from _typed_pieces(value, dtype)
    elif isinstance(value, list | np.ndarray):
        yield from _list(value, typed=typed)
    else:
        yield _dumps(value)


def _object(items: Iterable[tuple[Any, Iterator[bytes]]]) -> Iterator[bytes]:
    before = b"{"
    for key, pieces in items:
        yield before + _dumps({key: 0})[1:-2]  # orjson makes a string of any key
        yield from pieces
        before = b","
    yield b"}"


def _list(value: list[Any] | NDArray[Any], *, typed: bool) -> Iterator[bytes]:
    """By as many items as are short together; a long item by itself."""
    together = max(1, NUMBERS_AT_A_TIME * len(value) // _count(value))
    before = b"["
    for start in range(0, len(value), together):
        items = value[start : start + together]
        yield before
        if together == 1:
            yield from _pieces(items[0], typed=typed)
        else:
            yield _dumps(_with_typed_arrays(items) if typed and isinstance(items, list) else items)[1:-1]
        before = b","
    yield b"]"


def _count(value: Any) -> int:
    """How many numbers and texts there are, about."""
    if isinstance(value, np.ndarray):
        return int(value.size)
    if isinstance(value, dict):
        return sum(map(_count, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_count, value)) if value and isinstance(value[0], dict | list | np.ndarray) else len(value)
    return 1


def _dumps(value: Any) -> bytes:
    # orjson writes NaN and ±inf as null, in arrays as well.
    return orjson.dumps(value, _contiguous, orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


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
    """Plotly's typed-array object of an array; the array itself if it has gaps or isn't of numbers."""
    dtype = _narrowest(array)
    if dtype is None:
        return array
    return {
        "dtype": dtype.str[1:],
        "bdata": b2a_base64(array.astype(dtype, copy=False).tobytes(), newline=False).decode("ascii"),
        "shape": ", ".join(map(str, array.shape)),
    }


def _typed_pieces(array: NDArray[Any], dtype: np.dtype[Any]) -> Iterator[bytes]:
    """The JSON of `typed`, in pieces."""
    yield b'{"dtype":"%s","bdata":"' % dtype.str[1:].encode()
    flat = array.reshape(-1)
    for start in range(0, len(flat), NUMBERS_AT_A_TIME):
        yield b2a_base64(flat[start : start + NUMBERS_AT_A_TIME].astype(dtype, copy=False).tobytes(), newline=False)
    yield b'","shape":%s}' % orjson.dumps(", ".join(map(str, array.shape)))


def _narrowest(array: NDArray[Any]) -> np.dtype[Any] | None:
    """The type that the numbers travel in; None if there are gaps, or if they aren't numbers.

    float64 goes as float32 unless a value would overflow, or lose digits to a subnormal or zero.
    """
    if array.dtype.kind == "f":
        magnitude = np.abs(array)
        largest = magnitude.max()  # NaN, if there is one
        if not largest < math.inf:
            return None
        return np.dtype("<f4" if _fits_float32(magnitude, largest) else "<f8")
    if array.dtype.kind in "iu" and np.abs(array).max() < 2**31:
        return np.dtype("<i4")
    return None


def _fits_float32(magnitude: NDArray[Any], largest: float) -> bool:
    if largest > LARGEST_FLOAT32:
        return False
    smallest = magnitude.min()
    if smallest == 0.0:
        smallest = np.min(magnitude, where=magnitude > 0.0, initial=np.inf)
    return bool(smallest >= SMALLEST_FLOAT32)
