"""Trainings over HTTP, without a socket: one JSON, events, what is refused, and what is written of every kind of event."""

import asyncio
import itertools
import json
import threading
from collections.abc import Iterator

import httpx
import pytest
from jsonschema import Draft202012Validator

from app.contract.training_answer import TrainingAnswer
from app.main import create_app
from app.server.stream.event_stream import EventStream, Streams
from app.server.stream.training_events import TrainingEvents
from app.settings import Settings
from app.train.parameters import TrainingParameters
from app.train.training import Event, events, resolve
from tests.api.conftest import connect
from tests.api.events import heard, parsed
from tests.api.wire import strict_json

pytestmark = pytest.mark.anyio

TRAININGS, EVENTS = "/api/v1/trainings", "/api/v1/trainings/events"
SMALL = {"steps": 40, "hidden_size": 6, "length": 8, "batch_size": 4, "clip_threshold": 0.5, "snapshot_every": 15}
DIVERGING = {
    **SMALL,
    "activation": "relu",
    "initializer": "identity",
    "spectral_radius": 1.0,
    "learning_rate": 1e6,
    "clip_threshold": 1e12,
    "length": 20,
}


async def test_the_json_and_the_events_are_the_same_run(client: httpx.AsyncClient) -> None:
    whole = strict_json((await client.get(TRAININGS, params=SMALL)).content)
    series = heard((await client.get(EVENTS, params=SMALL)).text.splitlines())
    assert series.ended == {"steps": 40, "completed": True}
    assert series.columns == {name: whole["steps"][name] for name in series.columns}
    assert list(series.snapshots.values()) == whole["snapshots"]
    assert [snapshot["step"] for snapshot in whole["snapshots"]] == [0, 15, 30, 40]
    assert whole["divergence"] is None


async def test_the_answer_is_as_documented(client: httpx.AsyncClient) -> None:
    schema = TrainingAnswer.model_json_schema(by_alias=True)
    for arrays in ("list", "typed"):
        for parameters in (SMALL, DIVERGING, {**SMALL, "task": "sine_prediction"}):
            answer = await client.get(TRAININGS, params={**parameters, "arrays": arrays})
            Draft202012Validator(schema).validate(strict_json(answer.content))


async def test_a_run_s_echo_is_the_run(client: httpx.AsyncClient) -> None:
    first = (await client.get(TRAININGS, params=SMALL)).json()
    echo = {name: value for name, value in first["parameters"].items() if value is not None}
    again = (await client.get(TRAININGS, params=echo)).json()
    assert again == first


async def test_it_is_known_by_its_etag(client: httpx.AsyncClient) -> None:
    first = await client.get(TRAININGS, params=SMALL)
    again = await client.get(TRAININGS, params=SMALL, headers={"If-None-Match": first.headers["etag"]})
    other = await client.get(TRAININGS, params={**SMALL, "seed": 2}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, other.status_code) == (304, 200)


async def test_typed_arrays_reach_into_snapshots(client: httpx.AsyncClient) -> None:
    snapshot = (await client.get(TRAININGS, params={**SMALL, "arrays": "typed"})).json()["snapshots"][0]
    assert snapshot["jacobian_norms"]["log10_frobenius"]["dtype"] in {"f4", "f8"}
    assert isinstance(snapshot["flow_matrix"]["log10_frobenius"], list)  # it has gaps: null above the diagonal


async def test_started_says_what_will_be_done(client: httpx.AsyncClient) -> None:
    started = next(parsed((await client.get(EVENTS, params={"task": "copy_memory", "steps": 2, "length": 25})).text.splitlines()))
    assert started.name == "started"
    assert started.id == ""
    plan, parameters = started.data["plan"], started.data["parameters"]
    assert (plan["steps"], plan["start_after"], plan["loss"]) == (2, 0, "cross_entropy")
    assert plan["task"]["chance"] == pytest.approx(10 * 2.0794415 / 25)
    assert plan["task"]["answers"] == [*"abcdefgh", "_"]
    assert parameters["learning_rate"] == 0.1
    assert parameters["momentum"] is None
    assert "leak" not in parameters


async def test_a_training_of_another_cell_says_its_settings(client: httpx.AsyncClient) -> None:
    answer = strict_json((await client.get(TRAININGS, params={"cell": "leaky", "steps": 3, "hidden_size": 4})).content)
    assert answer["parameters"]["leak"] == 0.3
    assert answer["steps"]["spectral_radius"][-1] > 0.0
    refused = await client.get(TRAININGS, params={"leak": 0.3, "steps": 3})
    assert refused.status_code == 422


@pytest.mark.parametrize("by", ["header", "query"])
@pytest.mark.parametrize("after", [0, 1, 15, 39, 40])
async def test_going_on_after_a_step(client: httpx.AsyncClient, after: int, by: str) -> None:
    whole = heard((await client.get(EVENTS, params=SMALL)).text.splitlines())
    headers = {"Last-Event-ID": str(after)} if by == "header" else {}
    query = {"last_event_id": str(after)} if by == "query" else {}
    told = list(parsed((await client.get(EVENTS, params={**SMALL, **query}, headers=headers)).text.splitlines()))
    assert told[0].data["plan"]["start_after"] == after
    losses = [loss for event in told if event.name == "step" for loss in event.data["loss"]]
    assert losses == whole.columns["loss"][after:]
    steps = [snapshot["step"] for event in told if event.name == "snapshot" for snapshot in event.data["snapshots"]]
    assert steps == [step for step in (0, 15, 30, 40) if step > after or after == 0]
    assert (told[-1].name, told[-1].id) == ("finished", "end")


async def test_the_header_counts_more_than_the_query(client: httpx.AsyncClient) -> None:
    answer = await client.get(EVENTS, params={**SMALL, "last_event_id": "3"}, headers={"Last-Event-ID": "5"})
    assert next(parsed(answer.text.splitlines())).data["plan"]["start_after"] == 5


async def test_after_the_end_there_is_nothing_which_stops_an_event_source(client: httpx.AsyncClient) -> None:
    answer = await client.get(EVENTS, params=SMALL, headers={"Last-Event-ID": "end"})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("wrong", ["41", "-1", "x", "1.5", "²", "1e3", "9" * 400])
async def test_an_id_that_no_event_had_is_refused(client: httpx.AsyncClient, wrong: str) -> None:
    for answer in (
        await client.get(EVENTS, params={**SMALL, "last_event_id": wrong}),
        await client.get(EVENTS, params=SMALL, headers={"Last-Event-ID": wrong.encode("latin-1")}),
    ):
        assert answer.status_code == 422
        assert answer.json()["error"]["parameter"] == "last_event_id"


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("stop_after=1&stop_after=2", "repeated_parameter", "stop_after"),
        ("last_event_id=1&last_event_id=2", "repeated_parameter", "last_event_id"),
        ("stop_after=1_0", "invalid_parameter", "stop_after"),
    ],
)
async def test_what_says_where_a_stream_begins_and_ends_is_given_once(
    client: httpx.AsyncClient, query: str, code: str, parameter: str
) -> None:
    answer = await client.get(f"{EVENTS}?{query}")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], error["parameter"]) == (code, parameter)


@pytest.mark.parametrize("path", [TRAININGS, EVENTS])
@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("spectral_radus=1", "unknown_parameter", "spectral_radus"),
        ("source=sine", "unknown_parameter", "source"),
        ("task=adding&task=alice", "repeated_parameter", "task"),
        ("arrays=list&arrays=typed", "repeated_parameter", "arrays"),
        ("learning_rate=1_0", "invalid_parameter", "learning_rate"),
        ("optimizer=adamw", "unknown_name", "optimizer"),
        ("steps=0", "invalid_parameter", "steps"),
        ("learning_rate=nan", "invalid_parameter", "learning_rate"),
        ("learning_rate=1e999", "invalid_parameter", "learning_rate"),
        ("truncation=99", "invalid_parameter", "truncation"),
        ("task=temporal_order&length=5", "invalid_parameter", "length"),
        ("task=next_character&text=aa", "invalid_parameter", "text"),
        ("steps=100000&hidden_size=512&length=1000", "work_too_large", "steps"),
    ],
)
async def test_what_can_not_be_done_is_refused_before_anything_begins(
    client: httpx.AsyncClient, path: str, query: str, code: str, parameter: str
) -> None:
    answer = await client.get(f"{path}?{query}")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], error["parameter"]) == (code, parameter)


async def test_a_piece_too_long_to_be_cancelled_is_refused() -> None:
    """Though the whole run, of one step and two snapshots, would not take too long for a stream."""
    async with connect(create_app(Settings.model_construct(max_seconds=0.1))) as client:
        answer = await client.get(EVENTS, params={"steps": 1, "hidden_size": 128, "length": 200})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["parameter"]) == (422, "work_too_large", "hidden_size")
    assert error["details"]["estimated_seconds"] > error["details"]["limit_seconds"] == 0.1


async def test_an_unknown_name_is_told_the_nearest_of_the_training_s_own(client: httpx.AsyncClient) -> None:
    error = (await client.get(EVENTS, params={"optimiser": "sgd"})).json()["error"]
    assert "Did you mean 'optimizer'?" in error["message"]
    assert "source" not in error["allowed"]


async def test_divergence_is_an_event_and_then_it_is_finished(client: httpx.AsyncClient) -> None:
    *_, step, diverged, finished = parsed((await client.get(EVENTS, params=DIVERGING)).text.splitlines())
    assert [event.name for event in (step, diverged, finished)] == ["step", "diverged", "finished"]
    assert diverged.data["quantity"] in {"loss", "gradient", "parameters"}
    assert step.data["last"] == diverged.data["step"] == finished.data["steps"]
    assert finished.data["completed"] is False
    whole = (await client.get(TRAININGS, params=DIVERGING)).json()
    assert whole["divergence"] == diverged.data


async def test_stop_after_ends_the_stream_and_says_how_to_go_on(client: httpx.AsyncClient) -> None:
    first = list(parsed((await client.get(EVENTS, params={**SMALL, "stop_after": 7})).text.splitlines()))
    assert first[-1].name == "interrupted"
    assert (first[-1].data["step"], first[-1].data["reason"], first[-1].id) == (7, "stop_after", "7")
    second = (await client.get(first[-1].data["resume"])).text.splitlines()
    whole = (await client.get(TRAININGS, params=SMALL)).json()["steps"]["loss"]
    told = [loss for event in (*first, *parsed(second)) if event.name == "step" for loss in event.data["loss"]]
    assert told == whole


async def test_head_computes_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.head(EVENTS, params={"steps": 100_000})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_events_are_not_compressed_kept_or_buffered(client: httpx.AsyncClient) -> None:
    answer = await client.get(EVENTS, params=SMALL, headers={"Accept-Encoding": "gzip, br, zstd"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.text.startswith("event: started\n")
    assert "\nretry: 1000\n" in answer.text


def told_by(run: Iterator[Event], stop: threading.Event | None = None) -> list[str]:
    """Everything that a stream of these events writes."""
    streams = Streams(1, 1)
    streams.draining = stop is not None
    work = TrainingEvents(run, streams, arrays="list", estimated_seconds=1.0, stop_after=10**9, address="/x?last_event_id=")
    written = b""
    while not work.ended:
        written += work.slice(stop or threading.Event())
    return written.decode().splitlines()


def test_a_failure_after_the_beginning_is_an_event_in_the_shape_of_errors(caplog: pytest.LogCaptureFixture) -> None:
    def failing() -> Iterator[Event]:
        run = TrainingParameters(steps=9, length=4, hidden_size=2, snapshot_every=9)
        yield from itertools.islice(events(run), 4)  # started, a snapshot, two steps
        raise ZeroDivisionError("something private")

    *_, step, failed = parsed(told_by(failing()))
    assert (step.name, step.data["last"]) == ("step", 2)  # what was computed before the failure
    assert (failed.name, failed.id) == ("failed", "end")
    assert failed.data["error"]["code"] == "internal_error"
    assert "private" not in json.dumps(failed.data)
    assert "ZeroDivisionError" in caplog.text


def test_a_stop_ends_the_slice_within_a_step_and_loses_nothing() -> None:
    stop = threading.Event()
    stop.set()
    run = resolve(TrainingParameters(steps=10**4, length=4, hidden_size=2))
    *_, interrupted = parsed(told_by(events(run), stop))
    assert (interrupted.name, interrupted.data["step"], interrupted.data["reason"]) == ("interrupted", 0, "shutdown")
    told, streams = events(run), Streams(1, 1)
    work = TrainingEvents(told, streams, arrays="list", estimated_seconds=1.0, stop_after=10**9, address="/x?last_event_id=")
    free = threading.Event()
    first = [work.slice(free), work.slice(free)]
    computed = streams.steps_computed
    assert computed > 0
    last = work.slice(stop)
    assert streams.steps_computed <= computed + 1
    assert work.ended
    series = heard(b"".join([*first, last]).decode().splitlines())
    assert series.steps == streams.steps_computed


class Silent:
    """Work that says nothing for a while."""

    ended = replays = False

    def __init__(self, slices: int) -> None:
        self.slices = slices

    def slice(self, stop: threading.Event) -> bytes:
        self.slices -= 1
        self.ended = self.slices == 0
        return b"event: finished\ndata: {}\n\n" if self.ended else b""


async def test_a_long_silence_is_broken_by_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.server.stream.event_stream.SILENCE_SECONDS", 0.0)
    sent: list[bytes] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message.get("body", b""))  # type: ignore[arg-type]

    async def receive() -> dict[str, str]:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    await EventStream(Silent(3), Streams(1, 1))({"type": "http"}, receive, send)  # type: ignore[arg-type]
    body = b"".join(sent)
    assert body.count(b": ") - body.count(b"event: ") - body.count(b"data: ") >= 2
    assert list(parsed(body.decode().splitlines()))[-1].name == "finished"
