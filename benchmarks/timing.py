"""Medians of candidates that take turns, so that whatever else the machine does hits all of them alike."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np

ROUNDS = 5, 400  # at least and at most
ENTRIES_OF_A_LARGE_BLOCK = 2**21


def settle_allocator() -> None:
    """Bring the allocator to where it is in any process that has run for a while.

    glibc gives large blocks back to the system, and every fresh one costs a page fault per 4 kB, until a block of that
    size has been freed once. Peers allocate too, so this speeds up everybody.
    """
    np.empty(ENTRIES_OF_A_LARGE_BLOCK)


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
    """Time every candidate once per round, until the budget (seconds) is spent; those in `slow` in the first three rounds only."""
    for name, candidate in candidates.items():
        if name not in slow:
            candidate()  # compilation, caches
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    busy = dict.fromkeys(candidates, 0.0)
    spent, least, most = 0.0, *ROUNDS
    rounds = 0
    while rounds < least or (spent < budget and rounds < most):
        for name, candidate in candidates.items():
            if name in slow and rounds >= 3:
                continue
            processor, start = time.process_time(), time.perf_counter()
            candidate()
            seconds[name].append(time.perf_counter() - start)
            busy[name] += time.process_time() - processor
            spent += seconds[name][-1] if name not in slow else 0.0
        rounds += 1
    return {name: Timing(tuple(values), busy[name] / sum(values)) for name, values in seconds.items()}
