"""Made-up requests against a live server: no 500, no crash, no hang, and every error in the one shape.

`make fuzz` sends many times as many (FUZZ_CASES, of each kind), and is strict about time.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from app.contract.forms import CLIFF, PAGE_PARAMETERS, RUN, TRAINING
from app.contract.own_data import Weights
from app.contract.requests import RunBody
from app.main import create_app
from app.server.http.errors import ErrorBody
from app.settings import Settings
from tests.api.wire import strict_json
from tests.serving import serving

CASES = int(os.environ.get("FUZZ_CASES", "0"))
FEW = 150
LONGEST_SECONDS = 2.0 if CASES else 30.0  # a machine that runs other tests beside is no hang
OPERATIONS = 9

RUNS = "/api/v1/runs"
PATHS = (RUNS, "/api/v1/trainings", "/api/v1/cliff", "/api/v1/catalog", "/")
KNOWN = tuple({*RUN.fields, *TRAINING.fields, *CLIFF.fields, *PAGE_PARAMETERS, "arrays", "last_event_id", "stop_after"})


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with small limits, so that runs are short; a run over them is a documented 422."""
    small = {"UNROLLED_MAX_SECONDS": "0.05", "UNROLLED_MAX_TRAINING_SECONDS": "0.05", "UNROLLED_LOG_LEVEL": "warning"}
    log = tmp_path_factory.mktemp("fuzzed") / "log.txt"
    with serving(log, **small) as address:
        yield address
        assert httpx.get(f"{address}/readyz", trust_env=False).status_code == 200
    written = log.read_text("utf-8")
    assert "exception" not in written, written[:5000]


@pytest.fixture(scope="module")
def client(fuzzed: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=fuzzed, trust_env=False, timeout=30, headers={"Accept-Encoding": "identity"}) as client:
        yield client


description = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
# A value may be too long for its parameter and for the URL or the body, and then it is the latter that is said first.
description.config.checks.negative_data_rejection.expected_statuses = ["400", "405", "413", "414", "415", "421", "422", "431"]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
]


@description.parametrize()
@settings(max_examples=max(30, CASES // OPERATIONS))
def test_the_server_does_what_its_description_says(case: Case, fuzzed: str) -> None:
    case.call_and_validate(base_url=fuzzed, checks=CHECKS, timeout=30)


def asked(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer in time. What was late is asked again: a request that hangs does so each time, a machine that stalls doesn't."""
    for _ in range(3):
        begun = time.monotonic()
        response = ask()
        if time.monotonic() - begun < LONGEST_SECONDS:
            return response
    raise AssertionError(f"It took longer than {LONGEST_SECONDS} s, three times.")


def judge(response: httpx.Response) -> None:
    """What every answer has to be."""
    assert response.status_code < 500 or (response.status_code == 503 and "retry-after" in response.headers), response.text
    if response.status_code >= 400:
        body = strict_json(response.content)
        ErrorBody.model_validate(body, extra="forbid", strict=True)
        assert len(response.content) < 20_000
    elif response.headers["content-type"] == "application/json":
        strict_json(response.content)


NUMBERS = st.integers() | st.floats() | st.sampled_from([0, 1, -1, 2**31, 2**63, 1e308, 5e-324, 1e100, -0.0])
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=30)
NAMES = st.sampled_from((*RunBody.model_fields, *Weights.model_fields)) | st.text(max_size=10)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=30
) | st.lists(st.lists(NUMBERS, min_size=1, max_size=3), max_size=6)
PLAUSIBLE = {
    name: st.sampled_from(field.metadata["choices"])
    if "choices" in field.metadata
    else st.integers(0, 9)
    if "minimum" in field.metadata
    else st.text(max_size=20)
    for name, field in RUN.fields.items()
    if name != "include"
}


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """From noise to nearly right: bytes, JSON, a request with one thing wrong, and any of them damaged."""
    value = draw(
        VALUES
        | st.dictionaries(NAMES, VALUES, max_size=6)
        | st.fixed_dictionaries(
            {}, optional={**PLAUSIBLE, "weights": st.dictionaries(NAMES, VALUES, max_size=3), "x": VALUES, "target": VALUES}
        )
    )
    body = json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    kind = draw(st.sampled_from(["whole", "whole", "whole", "cut", "changed", "noise"]))
    if kind == "noise":
        return draw(st.binary(max_size=200))
    if kind == "cut":
        return body[: draw(st.integers(0, len(body)))]
    if kind == "changed" and body:
        at = draw(st.integers(0, len(body) - 1))
        return body[:at] + draw(st.binary(min_size=1, max_size=3)) + body[at + 1 :]
    return body


@settings(max_examples=CASES or FEW)
@given(body=bodies(), path=st.sampled_from([RUNS, RUNS, RUNS, "/api/v1/catalog", "/"]))
def test_any_body_is_answered_or_refused(client: httpx.Client, body: bytes, path: str) -> None:
    judge(asked(lambda: client.post(path, content=body, headers={"Content-Type": "application/json"})))


PIECES = (
    st.sampled_from(
        ["0", "1", "-1", "2", "1e999", "NaN", "null", "true", "", "last", "every", "1,2", "1,,2", "9" * 30, "%", "own", "typed"]
    )
    | st.text(max_size=20)
    | st.integers().map(str)
    | st.floats().map(str)
)


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Names known and not, values plausible and not, some of them bytes that are no text."""
    pairs = draw(st.lists(st.tuples(st.sampled_from(KNOWN) | st.text(max_size=10), PIECES | st.binary(max_size=10)), max_size=6))
    separator = draw(st.sampled_from(["&", "&", "&", ";", "&&"]))
    return separator.join(f"{quoted(name)}{draw(st.sampled_from(['=', '=', '=', '', '==']))}{quoted(value)}" for name, value in pairs)


def quoted(value: Any) -> str:
    return quote_from_bytes(value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass"))


@settings(max_examples=CASES or FEW)
@given(query=queries(), path=st.sampled_from(PATHS))
def test_any_query_is_answered_or_refused(client: httpx.Client, query: str, path: str) -> None:
    judge(asked(lambda: client.get(f"{path}?{query}")))
