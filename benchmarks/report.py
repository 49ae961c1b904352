"""Tables in plain text, and what was aimed at beside what was measured."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.timing import Timing


@dataclass
class Report:
    """Prints as it goes, and remembers which targets were missed."""

    missed: list[str] = field(default_factory=list)
    size: str = ""

    def heading(self, title: str, *notes: str) -> None:
        print(f"\n{title}\n{'=' * len(title)}")
        self.lines(notes)

    def timings(self, size: str, timings: dict[str, Timing], reference: str) -> None:
        """One line per candidate: median, and how many times as long as `reference` it took."""
        self.size = size
        print(f"\n{size}")
        for name, timing in timings.items():
            more = f"   on {timing.cores:.1f} cores" if timing.cores > 1.15 else ""
            print(f"  {name:44s} {1e3 * timing.median:11.3f} ms   × {timing.ratio(timings[reference]):8.2f}{more}")

    def target(self, what: str, value: float, limit: float, *, at_least: bool = False, unit: str = "×") -> None:
        """Compare with a target and say so."""
        met = value >= limit if at_least else value <= limit
        line = f"{what}: {value:.3g} {unit} (target: {'at least' if at_least else 'at most'} {limit:.3g} {unit})"
        print(f"  {'✓' if met else '✗'} {line}")
        if not met:
            self.missed.append(f"{self.size}: {line}")

    def lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            print(f"  {line}")

    def summary(self) -> None:
        self.heading("Targets", *(self.missed or ["all met"]))
