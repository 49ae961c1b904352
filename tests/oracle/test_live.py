"""Against torch itself, on networks that nobody has seen before: `make oracle`. Without torch there is nothing to compare with."""

from dataclasses import replace

import numpy as np
import pytest

from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS, settings_of
from tests.cells import VARIANTS
from tests.oracle.comparison import assert_flow_agrees, assert_outcomes_agree, assert_split_agrees
from tests.oracle.problems import KINDS, random_problem
from tests.oracle.references import flow_problem

by_torch = pytest.importorskip("tests.oracle.by_torch", reason="torch is no dependency; make oracle installs it")


@pytest.fixture
def rng(record_property):
    entropy = np.random.SeedSequence().entropy
    print(f"np.random.default_rng({entropy}) repeats this network")
    return np.random.default_rng(entropy)


@pytest.mark.parametrize("repetition", range(3))
@pytest.mark.parametrize("kind", KINDS, ids="/".join)
@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_truncations_and_clippings(variant, kind, repetition, rng):
    sizes = tuple(int(rng.integers(1, largest, endpoint=True)) for largest in (4, 16, 4))
    problem = of_cell(random_problem(kind, rng, (*sizes, int(rng.integers(6, 40)))), variant)
    assert_outcomes_agree(problem, by_torch.outcomes(problem))


@pytest.mark.parametrize("sizes", [(1, 1, 1, 5), (2, 8, 2, 25), (3, 32, 2, 60)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("variant", VARIANTS)
def test_norms_of_jacobians(variant, activation, sizes, rng):
    problem = of_cell(flow_problem(activation, rng, sizes), variant)
    assert_flow_agrees(problem, *by_torch.flow(problem))


def of_cell(problem, variant):
    """The same problem with another cell."""
    cell, settings = VARIANTS[variant]
    return replace(problem, cell=cell, settings=settings_of(CELLS[cell]) | settings)


@pytest.mark.parametrize("sizes", [(2, 8, 2, 12), (3, 32, 2, 30)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_shares_of_derivative_and_weights(activation, sizes, rng):
    problem = flow_problem(activation, rng, sizes)
    problem.parameters["b_s"][:] += 1.0  # of ReLU units, enough are on
    shares = by_torch.gain_split(problem)
    if np.isfinite(shares).all():  # a chain of ReLU units may still die
        assert_split_agrees(problem, shares)
