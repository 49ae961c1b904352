"""Several streams at a time: how many there may be, which gives way, and what replays leave to others."""

import asyncio
import threading

import pytest

from app.server.http.errors import ServerBusy
from app.server.stream.event_stream import SLICE_COST, Streams
from app.server.stream.training_events import TrainingEvents
from app.train.parameters import TrainingParameters
from app.train.training import events, resolve
from tests.api.events import parsed

pytestmark = pytest.mark.anyio


def test_no_more_streams_than_there_may_be() -> None:
    streams = Streams(2, 1)
    with streams.one_more() as first, streams.one_more():
        assert streams.active == 2
        with pytest.raises(ServerBusy), streams.one_more():
            pass
        assert not first.is_set()
    assert first.is_set()
    assert (streams.active, streams.opened) == (0, 2)
    streams.drain()
    with pytest.raises(ServerBusy), streams.one_more():
        pass


def test_where_all_streams_are_taken_the_client_with_the_most_gives_way() -> None:
    streams = Streams(3, 1)
    with streams.one_more("flood") as oldest, streams.one_more("flood"), streams.one_more("flood") as newest:
        with streams.one_more("other") as other:
            assert (oldest.is_set(), newest.is_set(), other.is_set()) == (False, True, False)
            with pytest.raises(ServerBusy), streams.one_more("flood"):
                pass
            with pytest.raises(ServerBusy), streams.one_more("other"):  # it has one, the flood two: no reason to take one away
                pass
        assert (streams.active, streams.displaced) == (2, 1)
    assert streams.active == 0


def test_the_states_of_all_streams_together_are_bounded() -> None:
    streams = Streams(100, 1, most_megabytes=10.0)
    with streams.one_more("a", 20.0), pytest.raises(ServerBusy), streams.one_more("a", 1.0):
        pass
    with streams.one_more("a", 6.0), streams.one_more("a", 4.0), pytest.raises(ServerBusy), streams.one_more("a", 1.0):
        pass


def test_what_was_sent_before_is_computed_again_in_slices_of_its_own() -> None:
    run = resolve(TrainingParameters(steps=40, length=4, hidden_size=2))
    work = TrainingEvents(
        events(run, 25), Streams(1, 1), arrays="list", estimated_seconds=1.0, stop_after=10**9, address="/x?last_event_id="
    )
    written, replays = [], []
    while not work.ended:
        replays.append(work.replays)
        written.append(work.slice(threading.Event()))
    assert replays[:2] == [False, True]  # `started`, then the first slice
    assert replays[-1] is False
    assert all(not sent for sent, again in zip(written, replays, strict=True) if again)
    assert next(event.data["first"] for sent in written for event in parsed(sent.decode().splitlines()) if event.name == "step") == 26


async def test_replays_leave_a_thread_to_new_steps() -> None:
    """All threads of the lane for replays are in use: a stream that begins at its first step goes on."""
    streams, release = Streams(8, 2), threading.Event()
    busy = [asyncio.create_task(streams.replay.run(lambda: release.wait(20), SLICE_COST, "flood")) for _ in range(6)]
    await asyncio.sleep(0.01)
    assert (streams.replay.running, streams.replay.waiting) == (1, 5)
    assert await asyncio.wait_for(streams.training.run(lambda: "step", SLICE_COST, "other"), 10) == "step"
    release.set()
    await asyncio.gather(*busy)
