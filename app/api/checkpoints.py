"""A small memory of training states, so that going on after a lost connection is quick. Forgetting only costs time."""

import bisect
import threading
from collections import OrderedDict

from app.experiments.parameters import TrainingParameters
from app.experiments.training import State


class CheckpointCache:
    """The states of the runs that were last computed, up to so many bytes; those of the run longest untouched go first.

    Parameters
    ----------
    most_bytes : int
        Of all states together; 0 keeps nothing.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._runs: OrderedDict[TrainingParameters, list[State]] = OrderedDict()
        self._lock = threading.Lock()

    def latest(self, run: TrainingParameters, at_most: int) -> State | None:
        """The latest state of this run that isn't later than a step."""
        with self._lock:
            states = self._runs.get(run, [])
            place = bisect.bisect_right(states, at_most, key=_step)
            return states[place - 1] if place else None

    def keep(self, run: TrainingParameters, state: State) -> None:
        """Remember a state."""
        with self._lock:
            states = self._runs.setdefault(run, [])
            self._runs.move_to_end(run)
            place = bisect.bisect_left(states, state.step, key=_step)
            if place == len(states) or states[place].step != state.step:
                states.insert(place, state)
                self.bytes += size_of(state)
            while self.bytes > self.most_bytes:
                _, forgotten = self._runs.popitem(last=False)
                self.bytes -= sum(map(size_of, forgotten))


def _step(state: State) -> int:
    return state.step


def size_of(state: State) -> int:
    """Bytes of a state's arrays."""
    held = (state.parameters, state.optimizer.first_moment, state.optimizer.second_moment)
    return sum(array.nbytes for arrays in held for array in arrays.values())
