"""50 steps of every optimiser, clipping and truncation against torch.optim: values that were kept, and live on fresh ones."""

import numpy as np
import pytest

from tests.oracle.trainings import CASES, VALUES, assert_trained_alike, draw, kept_material


@pytest.fixture(scope="module")
def values():
    with np.load(VALUES) as archive:
        return dict(archive)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_against_kept_values(values, case):
    material = kept_material(values, case.task)
    assert_trained_alike(case, material, values[f"{case.name}/losses"], values[f"{case.name}/parameters"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_against_torch(case):
    trainings_by_torch = pytest.importorskip("tests.oracle.trainings_by_torch", reason="torch is no dependency; make oracle installs it")
    entropy = np.random.SeedSequence().entropy
    print(f"np.random.default_rng({entropy}) repeats this training")
    material = draw(case.task, np.random.default_rng(entropy))
    assert_trained_alike(case, material, *trainings_by_torch.outcome(case, material))
