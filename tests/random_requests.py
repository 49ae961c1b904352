"""Random requests over the whole space of parameters, and what one of them takes in a process of its own.

As a program it answers a single request, its path and query given as argument, and writes what that took as JSON.
"""

import asyncio
import json
import math
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from app.cliff.answer import check, estimate_cliff
from app.cliff.parameters import CliffParameters
from app.common.cost import Cost
from app.engine.errors import InvalidParameter
from app.explore.cost import estimate
from app.explore.parameters import OWN_SOURCE, RunParameters
from app.explore.parts import PARTS
from app.explore.parts.terms import LARGEST_WORKED_EXAMPLE
from app.explore.run import prepare
from app.main import create_app
from app.sequences.tasks import TASKS
from app.server.compute.admission import check_cost
from app.server.routes.runs import warm_up
from app.settings import Settings
from app.train.cost import estimate_training
from app.train.parameters import TrainingParameters
from app.train.training import resolve

ROOT = Path(__file__).resolve().parent.parent
SHARE_AT_THE_ENDS = 0.15  # of numbers that are the smallest or the largest allowed
SHARE_LEFT_OUT = 0.3  # of parameters that keep their default
LONGEST_SECONDS = 600  # of the clock; what is judged is processor time, and other programs may take the rest
MOST_BYTES = 6 * 2**30  # of address space: what needs more than is allowed must fail, and not the machine
FORMS = {"/api/v1/runs": RunParameters, "/api/v1/cliff": CliffParameters, "/api/v1/trainings": TrainingParameters}
PATHS = ("/api/v1/runs",) * 8 + ("/api/v1/cliff", "/api/v1/trainings")


def accepted_requests(seed: int) -> Iterator[tuple[str, Cost]]:
    """Random requests that the default limits accept, each with its estimate, without end; the same for the same seed."""
    rng, settings = random.Random(seed), Settings()
    while True:
        path = rng.choice(PATHS)
        parameters = drawn(rng, FORMS[path])
        try:
            cost = estimated(path, parameters)
            check_cost(cost, settings)
        except InvalidParameter:
            continue
        yield f"{path}?{urlencode({**parameters, 'arrays': rng.choice(['list', 'typed'])}, doseq=True)}", cost


def drawn(rng, form):
    """Some parameters of a form, each anywhere in its range."""
    fields = {name: field.metadata for name, field in form.__dataclass_fields__.items()}
    return {name: value_of(rng, name, facts) for name, facts in fields.items() if rng.random() > SHARE_LEFT_OUT}


def value_of(rng, name, facts):
    """One value of a parameter, from the facts that it is declared with."""
    if name == "include":
        return tuple(rng.sample(tuple(PARTS), rng.randint(1, len(PARTS))))
    if "choices" in facts:
        return rng.choice([choice for choice in facts["choices"] if choice != OWN_SOURCE])
    if name == "loss_at":
        return rng.choice(["last", "every", "every", "1", "2,3,5"])
    if "longest" in facts:
        return "".join(rng.choices("abcde fgh", k=rng.randint(2, facts["longest"])))
    least, most = facts["minimum"], facts["maximum"]
    if rng.random() < SHARE_AT_THE_ENDS:
        return rng.choice([least, most])
    if least < 0:
        return round(rng.uniform(least, most), 3)
    # As many small values as large ones: the sizes that a person would choose, and those at which something ends.
    value = (least + 1.0) * math.exp(rng.random() * math.log((most + 1.0) / (least + 1.0))) - 1.0
    return max(least, round(value)) if isinstance(least, int) else value


def estimated(path, parameters):
    """What the route of this path estimates; InvalidParameter where the parameters can't go together."""
    asked = FORMS[path](**parameters)
    if path == "/api/v1/cliff":
        check(asked)
        return estimate_cliff(asked)
    if path == "/api/v1/trainings":
        return estimate_training(resolve(asked))
    run = prepare(asked).parameters
    if "terms" in run.include and any(getattr(run, name) > largest for name, largest in LARGEST_WORKED_EXAMPLE.items()):
        raise InvalidParameter("include", "terms", LARGEST_WORKED_EXAMPLE)  # as the part itself would
    return estimate(run)  # of lists, which are the larger ones


def peak_resident_megabytes() -> float:
    """The most memory that this process had; unlike ru_maxrss, without what its parent had before."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def taken_alone(address: str) -> dict[str, float]:
    """What this request takes in a fresh process: status, processor seconds, and the most memory it had, in MB."""
    command = [sys.executable, "-m", "tests.random_requests", address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, cwd=ROOT, check=False)
    assert done.returncode == 0, f"{address}: exit status {done.returncode}\n{done.stderr[-2000:]}"
    return json.loads(done.stdout.splitlines()[-1])


async def _answered(address: str) -> dict[str, float]:
    """Send one request to the application itself: no client is in this process whose memory would count."""
    app, parts = create_app(Settings()), urlsplit(address)
    warm_up()
    for task in TASKS.values():
        task.chance(task.default_length)  # reads the shipped texts, once a process
    got = {"status": 0.0, "bytes": 0.0}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    sent_request = False

    async def receive():
        nonlocal sent_request
        if sent_request:
            await asyncio.Event().wait()  # the client stays
        sent_request = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        got["status"] = message.get("status", got["status"])
        got["bytes"] += len(message.get("body", b""))

    begun = time.process_time()
    await app(scope, receive, send)
    got["seconds"] = time.process_time() - begun
    return got


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    taken = asyncio.run(_answered(sys.argv[1]))
    print(json.dumps({**taken, "megabytes": peak_resident_megabytes()}))
