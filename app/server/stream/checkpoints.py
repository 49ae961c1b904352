"""A cache of training states, so that a stream resumes quickly after a lost connection. A miss only costs time."""

import bisect
import sys
import threading
from dataclasses import dataclass

from cachetools import LRUCache

from app.train.parameters import TrainingParameters
from app.train.training import State

# What CPython and NumPy need beside the numbers themselves, in bytes; tests/api/test_checkpoints.py measures it with tracemalloc.
BYTES_PER_ARRAY = 170
BYTES_PER_STATE = 300
BYTES_PER_RUN = 1_500  # resolved parameters, which are the key, and the entry


@dataclass(frozen=True)
class Entry:
    """A run and its cached states, by step."""

    run: TrainingParameters
    states: tuple[State, ...]

    @property
    def size(self) -> int:
        """Bytes of arrays, objects and key."""
        return BYTES_PER_RUN + sys.getsizeof(self.run.text) + sum(map(size_of, self.states))


class CheckpointCache:
    """An LRU cache of runs, each with its states; bounded in bytes of arrays, objects and keys together.

    Parameters
    ----------
    most_bytes : int
        Of everything that it holds; 0 caches nothing.
    """

    def __init__(self, most_bytes: int) -> None:
        self._runs: LRUCache[TrainingParameters, Entry] = LRUCache(most_bytes, getsizeof=lambda entry: entry.size)
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """What it holds now."""
        return int(self._runs.currsize)

    def latest(self, run: TrainingParameters, at_most: int) -> State | None:
        """The latest state of this run that isn't later than a step."""
        with self._lock:
            states = self._states(run)
            place = bisect.bisect_right(states, at_most, key=_step)
            return states[place - 1] if place else None

    def keep(self, run: TrainingParameters, state: State) -> None:
        """Add a state. If one run alone exceeds the cache, its earliest states go."""
        with self._lock:
            states = self._states(run)
            place = bisect.bisect_left(states, state.step, key=_step)
            if place < len(states) and states[place].step == state.step:
                return
            entry = Entry(run, (*states[:place], state, *states[place:]))
            while entry.states and entry.size > self._runs.maxsize:
                entry = Entry(run, entry.states[1:])
            if entry.states:
                self._runs[run] = entry

    def _states(self, run: TrainingParameters) -> tuple[State, ...]:
        entry = self._runs.get(run)
        return entry.states if entry else ()


def _step(state: State) -> int:
    return state.step


def size_of(state: State) -> int:
    """Bytes of a state: its arrays, and the objects around them."""
    held = (state.parameters, state.optimizer.first_moment, state.optimizer.second_moment)
    return BYTES_PER_STATE + sum(array.nbytes + BYTES_PER_ARRAY for arrays in held for array in arrays.values())
