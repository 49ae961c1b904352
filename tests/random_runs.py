"""Random runs over the whole space of parameters, computed within this process: for the tests and the fit of the estimates."""

import math
import random

from app.engine.backward.clipping import CLIP_MODES
from app.engine.backward.truncation import TRUNCATION_MODES
from app.engine.errors import UnrolledError
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS, settings_of
from app.engine.model.initializers import INITIALIZERS
from app.explore.parameters import INPUT_PLACEMENTS, RunParameters
from app.explore.parts import PARTS
from app.explore.run import prepare
from app.sequences import SOURCES
from app.server.compute.computations import CancelToken
from app.server.routes.runs import question

SENTENCE = "The gradient of a recurrent network travels back through time. 기울기는 시간을 거슬러 갑니다. "


def random_run(rng: random.Random) -> tuple[RunParameters, str]:
    """Parameters, extremes among them, and the form of arrays. Sizes are uniform in their logarithm."""
    source = rng.choice(list(SOURCES))
    length, include = size(rng, 10_000), rng.choice([1, 1, 1, 2, 3, len(PARTS)])
    chosen = {
        "cell": rng.choice(list(CELLS)),
        "source": source,
        "hidden_size": size(rng, 512),
        "activation": rng.choice(list(ACTIVATIONS)),
        "initializer": rng.choice(list(INITIALIZERS)),
        "spectral_radius": rng.choice([1e-300, 1e-4, 0.3, 0.9, 1.0, 1.1, 2.0, 10.0]),
        "input_scale": rng.choice([0.0, 0.1, 1.0, 10.0, 100.0]),
        "bias_scale": rng.choice([0.0, 0.0, 0.1, 10.0, 100.0]),
        "input_at": rng.choice(INPUT_PLACEMENTS),
        "norms": rng.choice(["both", "frobenius"]),
        "truncation_mode": rng.choice(TRUNCATION_MODES),
        "clip_mode": rng.choice(list(CLIP_MODES)),
        "loss_at": rng.choice(["last", "every"]),
        "seed": rng.randrange(2**31),
        "include": tuple(rng.sample([part for part in PARTS if part != "terms" or include == 1], min(include, len(PARTS) - 1))),
    }
    if settings := settings_of(CELLS[chosen["cell"]]):
        chosen |= {name: rng.choice([default, 1e-6, 0.05, 0.9, 1.0]) for name, default in settings.items()}
    if source == "text":
        chosen["text"] = (SENTENCE * 40)[: size(rng, 2_000)]
    else:
        chosen["length"] = length
        if rng.random() < 0.5:
            chosen["truncation"] = max(1, min(length, rng.choice([1, length // 2, length - 1])))
        if rng.random() < 0.5:
            chosen["loss_at"] = str(rng.randint(1, length))
    if rng.random() < 0.5:
        chosen |= {"input_size": size(rng, 512), "output_size": size(rng, 512)}
    return RunParameters(**chosen), rng.choice(["list", "typed"])


def size(rng: random.Random, largest: int) -> int:
    return round(math.exp(rng.uniform(0.0, math.log(largest))))


def accepted_runs(seed: int, count: int, settings) -> list[tuple[RunParameters, str]]:
    """The first so many random runs that a server with these settings computes."""
    rng, found = random.Random(seed), []
    while len(found) < count:
        parameters, arrays = random_run(rng)
        try:
            cost = question(prepare(parameters), arrays).cost
        except UnrolledError:
            continue
        within = (
            cost.seconds <= settings.max_seconds
            and cost.megabytes <= settings.max_megabytes
            and cost.answer_megabytes <= settings.max_answer_megabytes
        )
        if within:
            found.append((parameters, arrays))
    return found


def computed(parameters: RunParameters, arrays: str) -> int:
    """Compute the answer as the server does; gives its bytes. One that is refused on the way has none."""
    try:
        return sum(map(len, list(question(prepare(parameters), arrays).work(CancelToken()))))
    except UnrolledError:
        return 0
