"""50 steps of every optimiser, clipping and truncation against torch.optim: values that were saved, and live on fresh ones."""

import numpy as np
import pytest

from tests.oracle.references import load
from tests.oracle.trainings import CASES, assert_trained_alike, draw, saved_material


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_against_saved_values(case):
    assert_trained_alike(case, saved_material(case.task), **load(case.name))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_against_torch(case):
    trainings_by_torch = pytest.importorskip("tests.oracle.trainings_by_torch", reason="torch is no dependency; make oracle installs it")
    entropy = np.random.SeedSequence().entropy
    print(f"np.random.default_rng({entropy}) repeats this training")
    material = draw(case.task, np.random.default_rng(entropy))
    assert_trained_alike(case, material, *trainings_by_torch.outcome(case, material))
