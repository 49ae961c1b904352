"""The cliff over HTTP: its shape, its errors, and numbers that leave float64."""

import httpx
import numpy as np
import pytest
from jsonschema import Draft202012Validator

from app.contract.cliff_answer import CliffAnswer
from app.main import create_app
from app.settings import Settings
from tests.api.conftest import connect
from tests.api.wire import strict_json

pytestmark = pytest.mark.anyio

CLIFF = "/api/v1/cliff"
SMALL = {"w_points": 9, "b_points": 7, "descent_steps": 20, "bifurcation_points": 31}


@pytest.mark.parametrize("arrays", ["list", "typed"])
@pytest.mark.parametrize("more", [{}, {"bifurcation_w": -6, "b_minimum": -9, "b_maximum": 9}, {"steps": 1, "descent_steps": 0}])
async def test_the_answer_is_as_documented(client: httpx.AsyncClient, arrays: str, more: dict[str, int]) -> None:
    answer = strict_json((await client.get(CLIFF, params={**SMALL, **more, "arrays": arrays})).content)
    Draft202012Validator(CliffAnswer.model_json_schema(by_alias=True)).validate(answer)


async def test_rows_are_b_and_columns_are_w(client: httpx.AsyncClient) -> None:
    surface = (await client.get(CLIFF, params=SMALL)).json()["surface"]
    assert (len(surface["w"]), len(surface["b"])) == (9, 7)
    for name in ("error", "dE_dw", "dE_db", "log10_gradient_norm"):
        assert np.shape(surface[name]) == (7, 9)
    norms = np.log10(np.hypot(surface["dE_dw"], surface["dE_db"]))
    np.testing.assert_allclose(surface["log10_gradient_norm"], norms, atol=1e-12)


async def test_the_defaults_show_what_clipping_is_for(client: httpx.AsyncClient) -> None:
    answer = (await client.get(CLIFF)).json()
    raw, clipped = answer["descents"]["raw"], answer["descents"]["clipped"]
    assert raw["ended"] == "left_grid"
    assert clipped["ended"] == "steps_done"
    assert clipped["error"][-1] < 1e-3
    assert (raw["w"][0], raw["b"][0]) == (clipped["w"][0], clipped["b"][0]) == (5.5, -2.6)
    assert [branch["stable"] for branch in answer["bifurcation"]["branches"]] == [True, False, True]


async def test_typed_arrays_reach_into_branches(client: httpx.AsyncClient) -> None:
    branch = (await client.get(CLIFF, params={**SMALL, "arrays": "typed"})).json()["bifurcation"]["branches"][0]
    assert branch["x"]["dtype"] in {"f4", "f8"}


async def test_what_leaves_float64_is_null(client: httpx.AsyncClient) -> None:
    """x = 0 is an unstable fixed point of w = 100, b = −50."""
    wide = {"w_minimum": 0, "w_maximum": 100, "w_start": 100, "b_minimum": -50, "b_maximum": 0, "b_start": -50, "x_0": 0, "steps": 1000}
    answer = strict_json((await client.get(CLIFF, params={**SMALL, **wide})).content)
    assert answer["descents"]["raw"]["ended"] == "diverged"
    assert answer["descents"]["raw"]["gradient_norm"] == [None]
    assert answer["surface"]["dE_dw"][0][-1] is None


async def test_it_is_known_by_its_etag(client: httpx.AsyncClient) -> None:
    first = await client.get(CLIFF, params=SMALL)
    again = await client.get(CLIFF, params=SMALL, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("w_minimum=8&w_maximum=8", "invalid_parameter", "w_maximum"),
        ("b_minimum=1", "invalid_parameter", "b_maximum"),
        ("w_start=9", "invalid_parameter", "w_start"),
        ("b_start=1", "invalid_parameter", "b_start"),
        ("w_points=1", "invalid_parameter", "w_points"),
        ("x_0=nan", "invalid_parameter", "x_0"),
        ("learningrate=1", "unknown_parameter", "learningrate"),
        ("task=adding", "unknown_parameter", "task"),
        ("steps=1&steps=2", "repeated_parameter", "steps"),
        ("arrays=list&arrays=typed", "repeated_parameter", "arrays"),
        ("x_0=1_0", "invalid_parameter", "x_0"),
    ],
)
async def test_what_can_not_be_done_is_refused(client: httpx.AsyncClient, query: str, code: str, parameter: str) -> None:
    answer = await client.get(f"{CLIFF}?{query}")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], error["parameter"]) == (code, parameter)


@pytest.mark.parametrize(
    ("query", "parameter"), [("descent_steps=2000&steps=1000", "descent_steps"), ("w_points=401&b_points=401&steps=1000", "w_points")]
)
async def test_what_takes_too_long_is_refused(query: str, parameter: str) -> None:
    async with connect(create_app(Settings.model_construct(max_seconds=1.0))) as client:
        error = (await client.get(f"{CLIFF}?{query}")).json()["error"]
    assert (error["code"], error["parameter"]) == ("work_too_large", parameter)
