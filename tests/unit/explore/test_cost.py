import dataclasses

import pytest

from app.common.cost import Cost
from app.explore.cost import estimate
from app.explore.parameters import RunParameters
from app.explore.parts import PARTS
from app.explore.run import resolve


@pytest.mark.parametrize("name", ["length", "hidden_size"])
def test_more_work_costs_more(name):
    small = resolve(
        RunParameters(source="white_noise", length=100, hidden_size=32, truncation=100, include=tuple(p for p in PARTS if p != "terms"))
    )
    large = dataclasses.replace(small, **{name: getattr(small, name) * 4})
    assert estimate(large).seconds > 2.0 * estimate(small).seconds
    assert estimate(large).megabytes > 2.0 * estimate(small).megabytes


def test_it_names_the_part_that_costs_most():
    cost = estimate(resolve(RunParameters(source="white_noise", length=1000, hidden_size=64)))
    assert isinstance(cost, Cost)
    assert cost.lower[0] == "include=flow_matrix"
