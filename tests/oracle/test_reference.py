"""Against values saved from torch and mpmath; see references/origin.json for their versions."""

import numpy as np
import pytest

from app.engine.flow.flow_matrix import flow_matrix
from app.engine.flow.jacobian_norms import jacobian_norms
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.network import forward
from tests.oracle.comparison import assert_flow_agrees, assert_logarithms_close, assert_outcomes_agree
from tests.oracle.problems import KINDS
from tests.oracle.references import SATURATIONS, saved_problem


@pytest.mark.parametrize("kind", KINDS, ids="/".join)
def test_gradients_truncations_and_clippings(kind):
    assert_outcomes_agree(*saved_problem("/".join(("gradients", *kind)), *kind[:2]))


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_norms_of_jacobians(activation):
    problem, outcome = saved_problem(f"flow/{activation}", activation, "identity")
    assert_flow_agrees(problem, outcome["frobenius"], outcome["spectral"])


@pytest.mark.parametrize("input_scale", SATURATIONS)
def test_norms_of_jacobians_beyond_float64(input_scale):
    problem, outcome = saved_problem(f"saturated/{input_scale:g}", "tanh", "identity")
    trace = forward(problem.network, problem.x)
    smallest = outcome["frobenius"][-1, 0]
    assert smallest < -input_scale
    tolerance = max(1e-12, 2 * np.spacing(-smallest))  # the logarithms themselves are rounded
    assert_logarithms_close(flow_matrix(trace), outcome["frobenius"], tolerance)
    assert_logarithms_close(jacobian_norms(trace).log10_frobenius, outcome["frobenius"][-1], tolerance)
