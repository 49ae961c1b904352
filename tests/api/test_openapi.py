"""The description: true about what comes, complete, and with examples that work when pasted."""

from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import orjson
import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from app.common.cell_settings import CELL_SETTINGS
from app.contract.forms import RUN
from app.engine.model.cells import CELLS, settings_of
from app.explore.parts import PARTS
from app.server.http.errors import ABOUT
from app.settings import Settings
from tests.api.wire import strict_json

RUNS = "/api/v1/runs"


@pytest.fixture(scope="session")
def openapi(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def parameters_of(openapi: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from openapi["paths"][RUNS]["get"]["parameters"]


def test_it_is_valid_by_the_official_validator(openapi: dict[str, Any]) -> None:
    validate(as_sent(openapi))


def test_the_validator_notices_what_its_version_does_not_know(openapi: dict[str, Any]) -> None:
    spoilt = as_sent(openapi)
    spoilt["paths"]["/api/v1/trainings/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]["itemSchema"] = {}
    with pytest.raises(OpenAPIValidationError, match="itemSchema"):
        validate(spoilt)


def as_sent(openapi: dict[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = orjson.loads(orjson.dumps(openapi, option=orjson.OPT_NON_STR_KEYS))
    return copy


def test_operations_have_plain_names(openapi: dict[str, Any]) -> None:
    names = {
        f"{method.upper()} {path}": operation["operationId"]
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
    }
    assert names == {
        "GET /api/v1/runs": "get_run",
        "POST /api/v1/runs": "post_run",
        "GET /api/v1/trainings": "get_training",
        "GET /api/v1/trainings/events": "stream_training",
        "GET /api/v1/cliff": "get_cliff",
        "GET /api/v1/catalog": "get_catalog",
        "GET /healthz": "healthz",
        "GET /readyz": "readyz",
        "GET /metrics": "metrics",
    }


def test_every_parameter_has_description_unit_range_default_and_example(openapi: dict[str, Any]) -> None:
    documented = {parameter["name"]: parameter for parameter in parameters_of(openapi)}
    for name, field in RUN.fields.items():
        schema, facts = documented[name]["schema"], field.metadata
        assert facts["about"] in documented[name]["description"]
        assert schema["examples"]
        assert schema.get("minimum") == facts.get("minimum")
        assert schema.get("maximum") == facts.get("maximum")
        assert schema.get("x-unit") == facts.get("unit")
        assert schema.get("default") == (list(field.default) if isinstance(field.default, tuple) else field.default)


def test_get_and_post_have_the_same_parameters(openapi: dict[str, Any]) -> None:
    body = openapi["components"]["schemas"]["RunBody"]["properties"]
    assert set(RUN.fields) | {"arrays"} | {"weights", "x", "target"} == set(body)
    for name in RUN.fields:
        assert body[name]["description"]
        assert body[name]["examples"]


def test_every_error_status_is_described_in_the_one_shape(openapi: dict[str, Any]) -> None:
    for operations in openapi["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert response["description"] == ABOUT[int(status)]
                    assert response["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ErrorBody"}


def reading(name: str) -> dict[str, str]:
    """The cell that reads a parameter, where not every cell does."""
    return next(({"cell": cell} for cell, made in CELLS.items() if name in CELL_SETTINGS and name in settings_of(made)), {})


@pytest.mark.anyio
async def test_every_example_works_alone(client: httpx.AsyncClient, openapi: dict[str, Any]) -> None:
    for parameter in parameters_of(openapi):
        for example in parameter["schema"]["examples"]:
            response = await client.get(RUNS, params={**reading(parameter["name"]), parameter["name"]: example})
            assert response.status_code == 200, (parameter["name"], response.text)


@pytest.mark.anyio
async def test_the_example_of_events_is_how_a_stream_ends(client: httpx.AsyncClient, openapi: dict[str, Any]) -> None:
    path = "/api/v1/trainings/events"
    described = openapi["paths"][path]["get"]["responses"]["200"]["content"]
    response = await client.get(path, params={"steps": 2, "hidden_size": 2})
    assert [response.headers["content-type"].partition(";")[0]] == list(described)
    assert response.text.endswith(described["text/event-stream"]["example"])


@pytest.mark.anyio
async def test_every_example_of_a_body_works(client: httpx.AsyncClient, openapi: dict[str, Any]) -> None:
    examples = openapi["paths"][RUNS]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert len(examples) >= 3
    for name, example in examples.items():
        response = await client.post(RUNS, json=example["value"])
        assert response.status_code == 200, (name, response.text)
    for name, schema in openapi["components"]["schemas"]["RunBody"]["properties"].items():
        for value in schema["examples"]:
            response = await client.post(RUNS, json={**reading(name), name: value})
            assert response.status_code == 200, (name, response.text)


@pytest.mark.anyio
@pytest.mark.parametrize("arrays", ["list", "typed"])
@pytest.mark.parametrize(
    "parameters",
    [
        {"source": "text", "loss_at": "every", "clip_mode": "value", "include": ",".join(set(PARTS) - {"terms"})},
        {"activation": "identity", "spectral_radius": 10, "source": "sine", "length": 400, "include": ",".join(set(PARTS) - {"terms"})},
        *({"cell": cell, "length": 4, "hidden_size": 3, "include": ",".join(PARTS)} for cell in CELLS),
        {"activation": "relu", "initializer": "identity", "spectral_radius": 0, "include": ",".join(set(PARTS) - {"terms"})},
    ],
)
async def test_answers_have_the_documented_shape(
    client: httpx.AsyncClient, openapi: dict[str, Any], parameters: dict[str, Any], arrays: str
) -> None:
    response = await client.get(RUNS, params={**parameters, "arrays": arrays})
    assert response.status_code == 200, response.text
    schema = {"$ref": "#/components/schemas/RunAnswer", "components": openapi["components"]}
    jsonschema.Draft202012Validator(schema).validate(strict_json(response.content))


@pytest.mark.anyio
async def test_the_catalog_has_what_the_documentation_has(client: httpx.AsyncClient, openapi: dict[str, Any]) -> None:
    catalog = strict_json((await client.get("/api/v1/catalog")).content)
    schema = {"$ref": "#/components/schemas/Catalog", "components": openapi["components"]}
    jsonschema.Draft202012Validator(schema).validate(catalog)
    documented = {parameter["name"]: parameter["schema"] for parameter in parameters_of(openapi)}
    assert set(catalog["parameters"]) | set(catalog["page_parameters"]) == set(documented)
    for name, facts in catalog["parameters"].items():
        assert facts["default"] == documented[name].get("default")
        assert facts["maximum"] == documented[name].get("maximum")
    assert [part["name"] for part in catalog["parts"]] == list(PARTS)
    assert catalog["limits"]["body_bytes"] == Settings().max_body_bytes
