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


@pytest.mark.parametrize("part", ["flow_matrix", "jacobian_norms", "lyapunov_exponents"])
def test_saturation_costs_only_where_jacobians_hold_nothing_but_derivatives(part):
    """Beside (1 − a) I a derivative that float64 can't hold is nothing; alone it needs exponents of its own."""
    run = RunParameters(source="white_noise", length=200, hidden_size=24, include=(part,))
    seconds = {
        (cell, scale): estimate(resolve(dataclasses.replace(run, cell=cell, input_scale=scale))).seconds
        for cell in ("rnn", "leaky")
        for scale in (1.0, 100.0)
    }
    assert seconds["rnn", 100.0] > 2.0 * seconds["rnn", 1.0]
    assert seconds["leaky", 100.0] == seconds["leaky", 1.0]
