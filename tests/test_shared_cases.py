"""Python's side of the tables that the page computes too: clipping by norm, truncation, folds, norms. Outcomes: tests/unit/train."""

from typing import Any

import numpy as np
import pytest

from app.engine.backward.clipping import clip
from app.engine.backward.truncation import is_kept
from app.engine.numerics.euclidean_norms import euclidean_norm
from app.engine.one_unit.bifurcation import folds
from tests.shared_cases import shared_cases

Case = dict[str, Any]


def by_name(table: str) -> pytest.MarkDecorator:
    cases = shared_cases(table)
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


@by_name("clipping")
def test_clipping(case: Case) -> None:
    clipped = clip({name: np.array([float(norm)]) for name, norm in case["norms"].items()}, case["mode"], case["threshold"])
    angle = np.nan if case["angle"] is None else case["angle"]
    assert clipped.factors == pytest.approx(case["factors"], rel=1e-14)
    assert (clipped.norm_before, clipped.norm) == pytest.approx((case["before"], case["after"]), rel=1e-14)
    assert clipped.angle == pytest.approx(angle, abs=1e-12, nan_ok=True)


@by_name("truncation")
def test_truncation(case: Case) -> None:
    steps = np.arange(1, len(case["kept"]) + 1)
    kept = is_kept(steps[:, None], steps, case["mode"], case["truncation"] or len(steps))
    assert ["".join(map(str, row)) for row in kept.astype(int)] == case["kept"]
    reached = [int(steps[kept[t - 1]][0]) for t in case["loss_at"]]
    assert [first - 0.5 if first > 1 else None for first in (reached[-1], min(reached))] == [case["reach"], case["silent"]]


@by_name("folds")
def test_folds(case: Case) -> None:
    expected = [] if case["lower"] is None else [case["lower"], case["upper"]]
    assert sorted(fold.b for fold in folds(case["w"])) == pytest.approx(expected, rel=1e-12)


@by_name("euclidean_norms")
def test_euclidean_norms(case: Case) -> None:
    assert euclidean_norm(np.array(case["values"], dtype=float)) == pytest.approx(case["norm"], rel=1e-14, abs=0.0)
