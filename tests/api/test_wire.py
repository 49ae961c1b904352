"""Arrays on the wire: forms, edges, and that no setting puts NaN or infinity there."""

from typing import Any

import numpy as np
import orjson
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from app.contract.forms import RUN
from app.explore.parameters import RunParameters
from app.explore.parts import PARTS
from app.server.wire.json_arrays import NUMBERS_AT_A_TIME, PIECE_BYTES, encode, encode_in_pieces, typed
from tests.api.conftest import connect
from tests.api.wire import arrays_in, decoded, strict_json


def round_trip(array: np.ndarray) -> Any:
    return decoded(strict_json(encode({"a": array}, "typed")))["a"]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0.0, -0.0, 1.5], np.float32),
        ([3.4e38], np.float32),
        ([3.5e38], np.float64),  # beyond float32
        ([1.2e-38, 0.0], np.float32),
        ([1e-39, 1.0], np.float64),  # a subnormal float32, which has lost digits
        ([5e-324], np.float64),  # would be zero
        ([[1.0, 2.0]], np.float32),
    ],
)
def test_float32_unless_it_would_overflow_or_lose_small_numbers(values: list[Any], dtype: type) -> None:
    array = np.array(values)
    back = round_trip(array)
    assert back.dtype == dtype
    assert back.shape == array.shape
    np.testing.assert_allclose(back, array, rtol=6e-8 if dtype is np.float32 else 0)


def test_integers_stay_integers() -> None:
    assert round_trip(np.array([1, -2, 3])).dtype == np.int32
    assert typed(np.array([2**40])).tolist() == [2**40]


@pytest.mark.parametrize("gap", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("form", ["list", "typed"])
def test_an_array_with_gaps_is_a_list_with_null(gap: float, form: str) -> None:
    assert strict_json(encode({"a": np.array([[1.0, gap], [2.0, 3.0]])}, form)) == {"a": [[1.0, None], [2.0, 3.0]]}


LONG = NUMBERS_AT_A_TIME + 17


@pytest.mark.parametrize("form", ["list", "typed"])
@pytest.mark.parametrize(
    "value",
    [
        np.linspace(-1.0, 1.0, LONG) * 1e-300,
        np.linspace(-1.0, 1.0, 2 * LONG).reshape(2, LONG),
        np.linspace(-1.0, 1.0, 7 * LONG).reshape(LONG, 7),
        np.linspace(-1.0, 1.0, 4 * LONG).reshape(2, 2, LONG),
        np.where(np.arange(7 * LONG) % 5 == 0, np.nan, 0.5).reshape(LONG, 7),
        np.asfortranarray(np.linspace(-1.0, 1.0, 300 * 500).reshape(300, 500)),
        np.arange(LONG),
        list(range(LONG)),
        [1.5, None] * LONG,
        [[0.5] * LONG] * 3,
        [{"step": step, "norms": np.full(1000, 0.1)} for step in range(100)],
        {"one": {"two": np.linspace(-1.0, 1.0, 3 * LONG), 3: None}, "four": "text"},
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'shape', len(value))}",
)
def test_a_long_answer_comes_in_pieces_and_is_the_same(value: Any, form: str) -> None:
    answer = {"parameters": {"x": value, "seed": 1}, "before": 1.5, "long": value, "after": [np.ones(3), "text"], "none": {}}
    pieces = list(encode_in_pieces(answer, form))
    assert max(map(len, pieces)) < 2.5 * PIECE_BYTES
    assert len(pieces) > 1
    short = {key: item for key, item in answer.items() if key not in ("parameters", "long")}
    whole = orjson.loads(b"".join(pieces))
    plain = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    as_lists = orjson.loads(orjson.dumps(value, lambda array: array.tolist(), plain))
    assert whole["parameters"] == {"x": as_lists, "seed": 1}
    assert {key: whole[key] for key in short} == orjson.loads(encode(short, form))
    if form == "list":
        assert whole["long"] == as_lists
    elif isinstance(value, np.ndarray):
        expected = typed(value)
        assert whole["long"] == (as_lists if isinstance(expected, np.ndarray) else expected)


@pytest.mark.parametrize("form", ["list", "typed"])
def test_any_memory_layout_and_empty_arrays(form: str) -> None:
    array = np.arange(6.0).reshape(2, 3)
    for view in (array.T, array[:, ::-1], np.asfortranarray(array), array[:, :1]):
        assert np.array_equal(decoded(strict_json(encode({"a": view}, form)))["a"], view)
    assert strict_json(encode({"a": np.zeros((0, 3)), "b": np.array(2.5), "c": np.float64("nan")}, form)) == {"a": [], "b": 2.5, "c": None}


def test_lists_keep_every_digit() -> None:
    numbers = np.random.default_rng(1).standard_normal(1000) * 10.0 ** np.arange(-300, 300, 0.6)
    assert np.array_equal(strict_json(encode({"a": numbers}, "list"))["a"], numbers)


def settings_of(name: str) -> st.SearchStrategy[Any]:
    """Values of one parameter over its whole range, where that keeps a run small."""
    facts = RUN.fields[name].metadata
    if "choices" in facts:
        return st.sampled_from(facts["choices"])
    if name in ("spectral_radius", "input_scale", "output_scale", "bias_scale", "clip_threshold", "learning_rate"):
        edges = st.sampled_from([facts["minimum"], facts["maximum"], 1e-300, 1.0])
        return edges | st.floats(facts["minimum"], facts["maximum"])
    return {
        "hidden_size": st.integers(1, 6),
        "length": st.integers(1, 40),
        "seed": st.integers(0, 2**31 - 1),
        "loss_at": st.sampled_from(["last", "every", "1"]),
        "text": st.text(min_size=2, max_size=12),
    }[name]


FREE = ("activation", "initializer", "spectral_radius", "input_scale", "output_scale", "bias_scale", "seed", "hidden_size", "length")
FREE += ("input_at", "loss_at", "truncation_mode", "clip_threshold", "clip_mode", "learning_rate", "text")
SOURCES = st.sampled_from([name for name in RUN.fields["source"].metadata["choices"] if name != "own"])


@pytest.mark.anyio
@settings(max_examples=120)
@given(values=st.fixed_dictionaries({name: settings_of(name) for name in FREE}), source=SOURCES, form=st.sampled_from(["list", "typed"]))
async def test_no_setting_puts_nan_or_infinity_on_the_wire(app: FastAPI, values: dict[str, Any], source: str, form: str) -> None:
    if source == "text":
        del values["length"]
    include = [part for part in PARTS if part != "terms" or (values["hidden_size"] <= 8 and values.get("length", 99) <= 5)]
    async with connect(app) as client:
        response = await client.post("/api/v1/runs", json={**values, "source": source, "arrays": form, "include": include})
    if response.status_code == 422:
        # Text that is too uniform, or W = 0 where a spectral radius is asked for: refused in words.
        assert strict_json(response.content)["error"]["parameter"] in RunParameters.__dataclass_fields__
        return
    assert response.status_code == 200, response.text
    for path, array in arrays_in(decoded(strict_json(response.content))).items():
        assert np.isfinite(array).all(), path


@pytest.mark.anyio
@pytest.mark.parametrize("spectral_radius", [0.1, 1.0, 10.0])
async def test_ten_thousand_steps_stay_finite_in_log_scale(app: FastAPI, spectral_radius: float) -> None:
    parameters = {"source": "impulse", "length": 10_000, "hidden_size": 4, "activation": "identity", "initializer": "orthogonal"}
    async with connect(app) as client:
        response = await client.get("/api/v1/runs", params={**parameters, "spectral_radius": spectral_radius, "include": "jacobian_norms"})
    answer = strict_json(response.content)
    norms = answer["jacobian_norms"]
    steps = np.arange(norms["of_step"], -1, -1)
    measured = np.array(norms["log10_spectral"][: norms["of_step"] + 1])
    np.testing.assert_allclose(measured, steps * np.log10(spectral_radius), atol=1e-9)
    assert (spectral_radius > 1.0) == (answer["divergence"] is not None)
