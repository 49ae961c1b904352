"""`python -m benchmarks.load`: a class on one server. One command for each question:

class       N students for M minutes: times, errors, memory at start and end
opening     N students open the page within a few seconds and drag at once
capacity    more and more students, until answers are late or refused; then twice as many, and how soon the site recovers
kill        copies die and come back under load: does a client that follows the rules lose anything?
half-open   slow and half-open connections: does an honest client notice?
attack      slow readers, unfinished bodies, replays, page views, large bodies: each kind beside two honest clients
throughput  answers a second as a share of FastAPI's hello-world (wrk)

Without --address each starts a site of its own on loopback: nginx with the configuration of deploy/, and copies of the application.
Server and load share the machine's cores.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from benchmarks.load import scenarios
from benchmarks.load.attack import ATTACKS, under_attack
from benchmarks.load.students import Class, Habits, page_query
from benchmarks.load.tally import Tally, percentile
from benchmarks.load.throughput import throughput
from tests.serving import ROOT
from tests.site import Copy, site


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="QUESTION")

    def command(name: str, function: Callable[[argparse.Namespace], bool], copies: int = 2) -> argparse.ArgumentParser:
        made = commands.add_parser(name)
        made.set_defaults(function=function)
        made.add_argument("--address", help="of a site that runs already")
        made.add_argument("--copies", type=int, default=copies, help="of the application, behind nginx")
        made.add_argument("--seeds", choices=["own", "shared"], default="own", help="shared: see what the caches give")
        return made

    made = command("class", a_class)
    made.add_argument("--students", type=int, default=200)
    made.add_argument("--minutes", type=float, default=10)
    made.add_argument("--beside", type=Path, help="the directory of another checkout, whose site has its turn first")
    made = command("opening", opening, copies=1)
    made.add_argument("--students", type=int, default=100)
    made.add_argument("--within", type=float, default=10, help="seconds")
    made.add_argument("--seconds", type=float, default=30, help="that it lasts")
    made.add_argument("--beside", type=Path, help="the directory of another checkout, whose site has its turn first")
    made = command("capacity", capacity)
    made.add_argument("--step", type=int, default=100, help="how many students more each time")
    made.add_argument("--seconds", type=float, default=30, help="how long to look at each step")
    made = command("kill", kill, copies=3)
    made.add_argument("--students", type=int, default=60)
    made.add_argument("--kills", type=int, default=12)
    made = command("half-open", half_open)
    made.add_argument("--connections", type=int, default=1000)
    made.add_argument("--seconds", type=float, default=60)
    made = command("attack", attack)
    made.add_argument("--seconds", type=float, default=60, help="of each kind")
    made.add_argument("--direct", action="store_true", help="one copy, without nginx")
    made = commands.add_parser("throughput")
    made.set_defaults(function=lambda given: throughput(given.seconds, given.rounds))
    made.add_argument("--seconds", type=float, default=10, help="of each measurement")
    made.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    return 0 if given.function(given) else 1


def a_class(given: argparse.Namespace) -> bool:
    tally = in_turns(given, Habits(seeds=given.seeds), 60 * given.minutes)
    return told(
        ("no errors", not tally.failed and not tally.busy),
        ("p95 under 150 ms", percentile(tally.answers, 95) < 0.15),
        ("p99 under 400 ms", percentile(tally.answers, 99) < 0.4),
    )


def opening(given: argparse.Namespace) -> bool:
    tally = in_turns(given, Habits(seeds=given.seeds, arrive_within=given.within), given.seconds)
    asked = tally.busy + len(tally.answers) + len(tally.pages)
    refused = ("under 2 % refused", tally.busy < 0.02 * asked) if given.copies == 1 else ("none refused", not tally.busy)
    return told(("no errors", not tally.failed), refused, ("p95 under 250 ms", percentile(tally.answers, 95) < 0.25))


def in_turns(given: argparse.Namespace, habits: Habits, seconds: float) -> Tally:
    """The same class on the site of the other checkout, if one is given, and on ours; what ours saw."""
    for checkout in [*([given.beside.resolve()] if given.beside else []), ROOT]:
        with address_and_copies(given, checkout) as (address, copies):
            before = [copy.resident_megabytes() for copy in copies]
            catalog = httpx.get(f"{address}/api/v1/catalog", trust_env=False).raise_for_status().content
            tally = asyncio.run(Class(address, replace(habits, query=page_query(catalog))).run(given.students, seconds))
            after = [copy.resident_megabytes() for copy in copies]
        if given.beside:
            print(checkout.name)
        show(tally)
        for then, now in zip(before, after, strict=True):
            print(f"memory    {then:.0f} MB at the start, {now:.0f} MB at the end")
    return tally


def capacity(given: argparse.Namespace) -> bool:
    with address_and_copies(given) as (address, _):
        served_well, too_many, recovery = asyncio.run(scenarios.step_up(address, given.step, given.seconds, Habits(seeds=given.seeds)))
    print(f"capacity: {served_well} students; twice the number that was too many:")
    show(too_many)
    print(f"recovery  {recovery:.1f} s after they had left")
    return told(
        ("past capacity nothing worse than a 503 with Retry-After", not too_many.failed and not too_many.lost),
        ("answers past capacity under 300 ms at p95", percentile(too_many.answers, 95) < 0.3),
        ("recovery within 5 s", recovery < 5),
    )


def kill(given: argparse.Namespace) -> bool:
    with address_and_copies(given) as (address, copies):
        habits = Habits(seeds=given.seeds, look_seconds=2)
        tally = asyncio.run(scenarios.kill_in_turn(address, copies, given.students, given.kills, habits))
    print(f"{given.kills} copies killed, in turn by SIGKILL and SIGTERM, and started again")
    show(tally)
    return told(("not one failed request", not tally.failed))


def half_open(given: argparse.Namespace) -> bool:
    with address_and_copies(given) as (address, _):
        alone, beside, came_back = asyncio.run(scenarios.beside_dawdlers(address, given.connections, given.seconds))
    print("alone")
    show(alone)
    print(f"beside {given.connections} slow and half-open connections; the server closed {came_back}, which were opened again")
    show(beside)
    return told(("no errors", not beside.failed), ("p95 under 300 ms", percentile(beside.answers, 95) < 0.3))


def attack(given: argparse.Namespace) -> bool:
    late, most = [], 0.0
    for kind in ATTACKS:
        with one_copy() if given.direct else address_and_copies(given) as (address, copies):
            tally, megabytes = asyncio.run(under_attack(address, copies, kind, given.seconds))
        print(f"{kind}: at most {megabytes:.0f} MB")
        show(tally)
        most = max(most, megabytes)
        if tally.failed or not tally.answers or percentile(tally.answers, 95) >= 0.2:
            late.append(kind)
    return told((f"honest p95 under 200 ms, none failed ({', '.join(late) or 'all'})", not late), ("memory under 900 MB", most < 900))


@contextmanager
def one_copy() -> Iterator[tuple[str, Sequence[Copy]]]:
    """The address of one copy of our own, without nginx, and the copy."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Copy(Path(directory) / "copy.log", {"UNROLLED_LOG_LEVEL": "error"})
        try:
            copy.start()
            yield copy.address, [copy]
        finally:
            copy.end()


@contextmanager
def address_and_copies(given: argparse.Namespace, checkout: Path = ROOT) -> Iterator[tuple[str, Sequence[Copy]]]:
    """The given address; or that of a site of our own, and its copies."""
    if given.address:
        yield given.address.rstrip("/"), []
        return
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        own = stack.enter_context(site(directory, given.copies, checkout=checkout, UNROLLED_LOG_LEVEL="error"))
        yield own.address, own.copies


def show(tally: Tally) -> None:
    print("\n".join(tally.lines()), flush=True)


def told(*checks: tuple[str, bool]) -> bool:
    for what, holds in checks:
        print(f"{'✓' if holds else '✗'} {what}")
    return all(holds for _, holds in checks)


if __name__ == "__main__":
    sys.exit(main())
