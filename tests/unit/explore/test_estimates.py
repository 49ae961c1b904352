"""Memory and bytes of answers against their estimates; tests/test_random_requests.py measures whole processes, and time."""

import dataclasses

import pytest

from app.explore.parameters import RunParameters
from app.explore.run import prepare
from app.server.routes.runs import question
from app.settings import Settings
from tests.measuring import peak_megabytes
from tests.random_runs import accepted_runs, computed

MEMORY_FACTOR = 1.5
SMALL_MEGABYTES = 5.0  # a few blocks, caches and code that is loaded late


def check_memory(parameters, arrays):
    cost = question(prepare(parameters), arrays).cost
    short = {"length": min(parameters.length or 5, 5), "truncation": None, "loss_at": "last"}
    computed(dataclasses.replace(parameters, **short), arrays)  # what is loaded late is not part of the run
    peak = peak_megabytes(lambda: computed(parameters, arrays))
    assert peak <= MEMORY_FACTOR * cost.megabytes + SMALL_MEGABYTES, (parameters, arrays, cost, peak)
    size = computed(parameters, arrays) / 1e6
    assert size <= MEMORY_FACTOR * cost.answer_megabytes + 0.1, (parameters, arrays, cost, size)


# What was estimated at a fraction of what it took, scaled down to what is accepted today.
ONCE_WRONG = [
    {"source": "sine", "length": 2_000, "hidden_size": 1, "input_size": 100, "output_size": 100, "include": ("loss_slice",)},
    {"source": "impulse", "length": 2_000, "hidden_size": 16, "loss_at": "every", "truncation": 1_999, "include": ("loss_slice",)},
    {"source": "white_noise", "length": 1_500, "hidden_size": 2, "include": ("flow_matrix",)},
    {"source": "sine", "length": 1_000},
    {"source": "white_noise", "length": 2, "hidden_size": 1, "input_size": 512, "output_size": 512, "include": ("gradients",)},
    {"source": "sine", "length": 2_000, "hidden_size": 1, "loss_at": "every", "include": ("gradient_by_lag",)},
    {"source": "sine", "length": 2_000, "hidden_size": 16, "truncation": 7, "truncation_mode": "chunked", "include": ("gradients",)},
]


@pytest.mark.parametrize("arrays", ["list", "typed"])
@pytest.mark.parametrize("given", ONCE_WRONG, ids=lambda given: f"{given.get('include', ['default'])[0]}-{given['length']}")
def test_memory_is_what_was_estimated(given, arrays):
    check_memory(RunParameters(**given), arrays)


@pytest.mark.parametrize("run", accepted_runs(1, 10, Settings(max_megabytes=60.0, max_seconds=0.5)), ids=str)
def test_memory_of_random_runs(run):
    check_memory(*run)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_memory_of_many_random_runs(seed):
    for run in accepted_runs(100 + seed, 15, Settings(max_seconds=3.0)):
        check_memory(*run)
