"""GET and POST /api/v1/runs: the default picture, the echo, the cache's questions, one's own data."""

import dataclasses
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
import numpy as np
import pytest

from app.common.cell_settings import CELL_SETTINGS
from app.engine.model.cells import CELLS, settings_of
from app.explore.parameters import DEFAULT_PARTS
from app.explore.parts import PARTS
from app.explore.presets import PRESETS
from app.main import create_app
from app.sequences import SOURCES
from app.server.routes import runs
from app.settings import Settings
from tests.api.conftest import connect
from tests.api.wire import arrays_in, at, decoded, strict_json
from tests.cells import VARIANTS

pytestmark = pytest.mark.anyio

RUNS = "/api/v1/runs"
SMALL = {"hidden_size": 3, "length": 4}


async def test_without_parameters_it_answers_with_the_default_parts(client: httpx.AsyncClient) -> None:
    response = await client.get(RUNS)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = strict_json(response.content)
    T, H = answer["parameters"]["length"], answer["parameters"]["hidden_size"]
    assert answer["parameters"]["include"] == list(DEFAULT_PARTS)
    assert set(DEFAULT_PARTS) <= set(answer)
    assert not (set(PARTS) - set(DEFAULT_PARTS)) & set(answer)
    assert np.shape(answer["states"]["h"]) == (T + 1, H)
    assert np.shape(answer["flow_matrix"]["log10_frobenius"]) == (T + 1, T + 1)
    assert answer["divergence"] is None


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the steps before a computation are made."""
    counts: Counter[str] = Counter()

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            counts[name] += 1
            return function(*arguments, **named)

        return call

    for name, source in SOURCES.items():
        monkeypatch.setitem(SOURCES, name, dataclasses.replace(source, make=counted("make", source.make)))
    for name in ("prepare", "etag", "estimate"):
        monkeypatch.setattr(runs, name, counted(name, getattr(runs, name)))
    return counts


@pytest.mark.parametrize("path", [f"{RUNS}?seed=77001", "/?seed=77002", "/?source=text&seed=77003"])
async def test_the_steps_before_a_computation_are_made_once(client: httpx.AsyncClient, calls: Counter[str], path: str) -> None:
    assert (await client.get(path)).status_code == 200
    assert calls == {"make": 1, "prepare": 1, "etag": 1, "estimate": 1}


async def test_a_long_sequence_is_not_held_while_its_run_waits(client: httpx.AsyncClient, calls: Counter[str]) -> None:
    query = {"source": "white_noise", "length": 10_000, "hidden_size": 1, "include": "spectrum"}
    first = await client.get(RUNS, params=query)
    assert first.status_code == 200
    assert calls["make"] == 2
    assert (await client.post(RUNS, json=strict_json(first.content)["parameters"])).content == first.content


async def test_without_spectral_norms_everything_else_is_the_same(client: httpx.AsyncClient) -> None:
    both, without = [strict_json((await client.get(RUNS, params={**SMALL, "norms": norms})).content) for norms in ("both", "frobenius")]
    assert np.shape(both["jacobian_norms"]["log10_spectral"]) == (SMALL["length"] + 1,)
    assert without["jacobian_norms"]["log10_spectral"] is None
    for answer in (both, without):
        del answer["jacobian_norms"]["log10_spectral"], answer["parameters"]["norms"]
    assert without == both


@pytest.mark.parametrize("name", PRESETS)
async def test_every_preset_answers_and_its_echo_posted_back_gives_the_same_bytes(client: httpx.AsyncClient, name: str) -> None:
    answered = await client.get(RUNS, params=PRESETS[name].parameters)
    assert answered.status_code == 200, answered.text
    posted = await client.post(RUNS, json=strict_json(answered.content)["parameters"])
    assert posted.status_code == 200, posted.text
    assert posted.content == answered.content


@pytest.mark.parametrize("variant", VARIANTS)
async def test_every_cell_answers_and_its_echo_posted_back_gives_the_same_bytes(client: httpx.AsyncClient, variant: str) -> None:
    cell, settings = VARIANTS[variant]
    answered = await client.get(RUNS, params={"cell": cell, **settings, "loss_at": "every", "length": 20, "truncation": 5})
    assert answered.status_code == 200, answered.text
    echoed = strict_json(answered.content)["parameters"]
    assert settings.items() <= echoed.items()
    assert echoed.keys() & set(CELL_SETTINGS) == set(settings_of(CELLS[cell]))
    assert (await client.post(RUNS, json=echoed)).content == answered.content


async def test_what_the_cell_does_not_read_is_refused(client: httpx.AsyncClient) -> None:
    answered = await client.get(RUNS, params={"leak": 0.5})
    error = strict_json(answered.content)["error"]
    assert (answered.status_code, error["parameter"], error["allowed"]) == (422, "leak", "only with cell=leaky")


async def test_the_echo_of_own_data_posted_back_gives_the_same_bytes(client: httpx.AsyncClient) -> None:
    own = {
        "x": [[0.5, 1.0], [0.25, -1.0], [0.125, 1 / 3]],
        "weights": {"W": [[0.1, 0.2], [0.3, 0.4]], "h_0": [0.7, -0.7]},
        "loss_at": "every",
        "arrays": "typed",
    }
    first = await client.post(RUNS, json=own)
    assert first.status_code == 200, first.text
    echoed = strict_json(first.content)["parameters"]
    assert echoed["weights"] == own["weights"]
    assert echoed["hidden_size"] == 2
    assert (await client.post(RUNS, json=echoed)).content == first.content


async def test_own_weights_and_inputs_are_what_is_computed_with(client: httpx.AsyncClient) -> None:
    body = {
        "activation": "identity",
        "x": [1.0, 2.0],
        "target": [0.0, 0.0],
        "weights": {"U": [[2.0]], "W": [[0.5]], "V": [[1.0]], "b_s": [0.25], "b_z": [-1.0], "h_0": [4.0]},
        "include": ["states", "gradients"],
    }
    answer = strict_json((await client.post(RUNS, json=body)).content)
    # s_1 = 2·1 + 0.5·4 + 0.25; s_2 = 2·2 + 0.5·4.25 + 0.25; y = h − 1; L = y_2².
    assert answer["states"]["h"] == [[4.0], [4.25], [6.375]]
    assert answer["states"]["y"] == [[3.25], [5.375]]
    assert answer["loss"]["total"] == 5.375**2
    assert answer["gradients"]["full"]["parameters"]["b_z"] == [2 * 5.375]


async def test_if_none_match_gives_304_without_a_body(client: httpx.AsyncClient) -> None:
    first = await client.get(RUNS, params=SMALL)
    etag = first.headers["etag"]
    assert "max-age=" in first.headers["cache-control"]
    for tags in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = await client.get(RUNS, params=SMALL, headers={"If-None-Match": tags})
        assert again.status_code == 304, tags
        assert again.content == b""
        assert again.headers["etag"] == etag
        assert again.headers["vary"] == "Accept-Encoding"
    assert (await client.get(RUNS, params=SMALL, headers={"If-None-Match": 'W/"other"'})).status_code == 200


async def test_304_is_answered_without_computing(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    etag = (await client.get(RUNS, params=SMALL)).headers["etag"]

    def computed(*_: object) -> bytes:
        raise AssertionError("a run was computed")

    monkeypatch.setattr("app.server.routes.runs.compute", computed)
    assert (await client.get(RUNS, params=SMALL, headers={"If-None-Match": etag})).status_code == 304


async def test_the_etag_is_of_the_resolved_parameters(client: httpx.AsyncClient) -> None:
    async def etag(**parameters: object) -> str:
        return (await client.get(RUNS, params={**SMALL, **parameters})).headers["etag"]

    same = await etag()
    assert await etag(seed=1, truncation=4, lang="ko", theme="dark") == same
    assert await etag(include=",".join(reversed(DEFAULT_PARTS))) == same
    different = {await etag(seed=2), await etag(arrays="typed"), await etag(include="states"), same}
    assert len(different) == 4


async def test_a_post_is_not_for_caches(client: httpx.AsyncClient) -> None:
    response = await client.post(RUNS, json=SMALL)
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


async def test_include_is_a_list_by_commas_or_by_repetition(client: httpx.AsyncClient) -> None:
    by_commas = await client.get(RUNS, params={**SMALL, "include": "states,spectrum"})
    repeated = await client.get(
        f"{RUNS}?{urlencode([*SMALL.items(), ('include', 'spectrum'), ('include', 'states'), ('include', 'states')])}"
    )
    assert by_commas.status_code == 200
    assert by_commas.content == repeated.content
    assert set(PARTS) & set(strict_json(by_commas.content)) == {"states", "spectrum"}


async def test_the_query_of_any_page_url_is_a_query_here(client: httpx.AsyncClient) -> None:
    page = "hidden_size=3&length=4&lang=ko&theme=dark&hide=flow&lock=seed&embed=1&at=2&pin=seed%3D1&pin=seed%3D2"
    assert (await client.get(f"{RUNS}?{page}")).content == (await client.get(RUNS, params=SMALL)).content


@pytest.mark.parametrize("loss_at", ["last", "every"])
async def test_typed_arrays_hold_the_numbers_of_the_lists(client: httpx.AsyncClient, loss_at: str) -> None:
    parameters = {"include": ",".join(set(PARTS) - {"terms"}), "loss_at": loss_at}
    lists = strict_json((await client.get(RUNS, params=parameters)).content)
    typed = strict_json((await client.get(RUNS, params={**parameters, "arrays": "typed"})).content)
    found = arrays_in(decoded(typed))
    assert {"/states/h", "/jacobian_norms/log10_frobenius", "/gradients/full/parameters/W"} <= set(found)
    for path, array in found.items():
        expected = np.array(at(lists, path), dtype=np.float64)
        assert array.shape == expected.shape, path
        np.testing.assert_allclose(array, expected, rtol=6e-8 if array.dtype == np.float32 else 0, err_msg=path)
    # An array with gaps is the same list in both.
    assert typed["flow_matrix"]["log10_frobenius"] == lists["flow_matrix"]["log10_frobenius"]
    assert None in typed["flow_matrix"]["log10_frobenius"][0]


async def test_text_is_read_a_character_a_step(client: httpx.AsyncClient) -> None:
    answer = strict_json((await client.get(RUNS, params={"source": "text", "text": "안녕, 안녕!", "include": "states"})).content)
    assert "".join(answer["sequence"]["labels"]) == "안녕, 안녕"
    assert set(answer["sequence"]["symbols"]) == set("안녕, 안녕!")
    assert answer["parameters"]["readout"] == "softmax"
    np.testing.assert_allclose(np.sum(answer["states"]["y"], axis=1), 1.0)


async def test_an_answer_that_would_fill_the_cache_is_not_cached() -> None:
    """It would push out all those of a class that are asked for again."""
    large = {"source": "sine", "length": 250, "hidden_size": 64, "include": "states"}
    async with connect(create_app(Settings(answer_megabytes=1.0))) as client:

        async def cached(parameters: dict[str, Any]) -> tuple[int, bool]:
            response = await client.get(RUNS, params=parameters, headers={"Accept-Encoding": "identity"})
            return len(response.content), response.headers["x-cache"] == "hit"

        sizes = [await cached(parameters) for parameters in (SMALL, SMALL, large, large, SMALL)]
    (small, _), _, (size, _), *_ = sizes
    assert small < 50_000 < 500_000 < size < 900_000
    assert [hit for _, hit in sizes] == [False, True, False, False, True]


async def test_head_is_get_without_the_body(client: httpx.AsyncClient) -> None:
    got, head = await client.get(RUNS, params=SMALL), await client.head(RUNS, params=SMALL)
    assert head.status_code == 200
    assert head.content == b""
    different = {"x-request-id", "x-cache"}
    assert {k: v for k, v in head.headers.items() if k not in different} == {k: v for k, v in got.headers.items() if k not in different}
