"""What the clients of a load test saw."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts and times, in seconds, of one test."""

    answers: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    kept: int = 0  # answers that came from a cache
    aborted: int = 0  # questions that a newer one made stale
    busy: int = 0  # 503 with Retry-After: obeyed
    lost: int = 0  # connections refused, reset or cut: asked again
    interrupted: int = 0  # 502 server_failed: the copy was killed while it worked on the question, which isn't repeated
    failed: Counter[str] = field(default_factory=Counter)  # what a client that follows the rules could not get
    lag: list[float] = field(default_factory=list)  # how late the generator itself was

    def lines(self) -> list[str]:
        """For people."""
        lines = [
            f"answers   {in_words(self.answers)}",
            f"          {self.kept} from a cache, {self.aborted} aborted as stale,",
            f"          {self.busy} × 503, {self.interrupted} × 502, {self.lost} × lost connection",
            f"failed    {sum(self.failed.values())}{''.join(f'; {count} × {what}' for what, count in self.failed.most_common(5))}",
            f"generator {in_words(self.lag)} late",
        ]
        return [f"pages     {in_words(self.pages)}", *lines] if self.pages else lines


def in_words(seconds: Sequence[float]) -> str:
    """Number and percentiles of some times."""
    shares = "  ".join(f"p{share} {1e3 * percentile(seconds, share):.1f}" for share in (50, 95, 99, 100)) if seconds else "none"
    return f"{len(seconds):7d}   {shares} ms"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` percent of the values don't exceed; infinite where there is none.

    >>> percentile([3.0, 1.0, 2.0, 4.0], 50), percentile([3.0, 1.0, 2.0, 4.0], 95)
    (2.0, 4.0)
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * share // 100) - 1)] if ordered else math.inf
