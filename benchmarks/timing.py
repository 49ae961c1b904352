"""Medians of candidates that take turns, so that whatever else the machine does hits all of them alike."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ROUNDS = 5, 400  # at least and at most
ROUNDS_OF_SLOW = 3
SECONDS_PER_TURN = 0.01


@dataclass(frozen=True)
class Timing:
    """Seconds per round of one candidate, and how many processor cores it kept busy."""

    seconds: tuple[float, ...]
    cores: float

    @property
    def median(self) -> float:
        return median(self.seconds)

    def ratio(self, other: "Timing") -> float:
        """How many times as long as the other: median over the rounds that both took part in."""
        return median(mine / theirs for mine, theirs in zip(self.seconds, other.seconds, strict=False))


def interleaved(candidates: dict[str, Callable[[], object]], budget: float = 3.0, slow: frozenset[str] = frozenset()) -> dict[str, Timing]:
    """Time every candidate for a turn per round, until the budget (seconds) is spent; those in `slow` in the first three rounds only.

    A turn is as many calls as take some milliseconds, so that short work is not timed with the caches of another's.
    """
    calls = {name: 1 if name in slow else calls_per_turn(candidate) for name, candidate in candidates.items()}
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    busy = dict.fromkeys(candidates, 0.0)
    spent, rounds = 0.0, 0
    while rounds < ROUNDS[0] or (spent < budget and rounds < ROUNDS[1]):
        for name, candidate in candidates.items():
            if name in slow and rounds >= ROUNDS_OF_SLOW:
                continue
            processor, start = time.process_time(), time.perf_counter()
            for _ in range(calls[name]):
                candidate()
            turn = time.perf_counter() - start
            seconds[name].append(turn / calls[name])
            busy[name] += (time.process_time() - processor) / calls[name]
            spent += turn if name not in slow else 0.0
        rounds += 1
    return {name: Timing(tuple(values), busy[name] / sum(values)) for name, values in seconds.items()}


def calls_per_turn(candidate: Callable[[], object]) -> int:
    candidate()  # compilation, caches
    start = time.perf_counter()
    candidate()
    return max(1, round(SECONDS_PER_TURN / (time.perf_counter() - start)))
