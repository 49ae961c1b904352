import numpy as np
import pytest

from app.engine.flow import extended_range_flow
from app.engine.flow import flow_matrix as module
from app.engine.flow.flow_matrix import flow_matrix
from app.engine.flow.jacobian_norms import jacobian_norms
from app.engine.model.activations import ACTIVATIONS
from tests.adversarial import ADVERSARIAL, ROTATION, two_regimes
from tests.chains import chain_of, exact_flow, exact_flow_of_saturated, jacobians_of, largest_difference, traced
from tests.measuring import peak_megabytes
from tests.tracing import arguments_of

NAN, ZERO = np.nan, -np.inf


def test_a_case_worked_by_hand():
    # J_2 J_1 = [[0, 1], [3, 6]]; J_3 J_2 = [[3, 1], [0, 0]]; J_3 J_2 J_1 = [[3, 7], [0, 0]].
    flow = flow_matrix(chain_of([[[1, 2], [0, 1]], [[0, 1], [3, 0]], [[1, 1], [0, 0]]]))
    squares = [[2, NAN, NAN, NAN], [6, 2, NAN, NAN], [46, 10, 2, NAN], [58, 10, 2, 2]]
    np.testing.assert_allclose(flow, np.log10(squares) / 2, rtol=1e-15)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("initializer", ["gaussian", "orthogonal", "identity", "diagonal"])
@pytest.mark.parametrize(("hidden_size", "length"), [(1, 1), (2, 7), (3, 8), (4, 9), (5, 37)])
def test_equals_exact_products(activation, initializer, hidden_size, length):
    trace = traced(activation, hidden_size=hidden_size, length=length, initializer=initializer, spectral_radius=1.2)
    assert largest_difference(flow_matrix(trace), exact_flow(trace)) < 1e-13


@pytest.mark.parametrize(("hidden_size", "length"), [(16, 50), (64, 100), (20, 257)])
def test_the_last_row_is_the_norm_curve_and_every_row_that_of_a_shorter_run(hidden_size, length):
    trace = traced(hidden_size=hidden_size, length=length)
    flow, jacobians = flow_matrix(trace), jacobians_of(trace)
    for t in (length, length - 1, length // 2, 1):
        np.testing.assert_allclose(flow[t, : t + 1], jacobian_norms(chain_of(jacobians[:t]), spectral=False).log10_frobenius, atol=1e-12)


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_adversarial_chains_equal_exact_products(name):
    trace = chain_of(ADVERSARIAL[name])
    exact = exact_flow(trace)
    # Logarithms of thousands have no more digits than float64 has; anything else is exact to 1e-12.
    assert largest_difference(flow_matrix(trace), exact) <= max(1e-12, np.spacing(np.abs(exact[np.isfinite(exact)]).max()))
    assert largest_difference(jacobian_norms(trace, spectral=False).log10_frobenius, exact[-1]) <= 1e-12


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize("input_scale", [10.0, 100.0, 1000.0])
def test_saturated_networks_equal_exact_products(activation, input_scale):
    trace = traced(activation, hidden_size=6, length=40, input_scale=input_scale)
    assert largest_difference(flow_matrix(trace), exact_flow(trace)) < 1e-12


@pytest.mark.parametrize("initializer", ["gaussian", "diagonal"])
@pytest.mark.parametrize("input_scale", [30.0, 300.0, 3000.0])
def test_units_saturated_beyond_float64_leave_no_false_zeros(initializer, input_scale):
    trace = traced("tanh", hidden_size=6, length=30, input_scale=input_scale, initializer=initializer)
    assert trace.linear.underflowed.any() == (input_scale > 30.0)
    exact = exact_flow_of_saturated(trace)
    np.testing.assert_allclose(flow_matrix(trace), exact, rtol=1e-15, atol=1e-13)
    np.testing.assert_allclose(jacobian_norms(trace).log10_frobenius, exact[-1], rtol=1e-15, atol=1e-13)


@pytest.mark.parametrize("size", [1e-320, 1e-300, 1e290])
def test_weights_near_the_ends_of_float64(size):
    W = size * np.random.default_rng(3).uniform(0.5, 2.0, (3, 3))
    trace = traced("tanh", hidden_size=3, length=12, W=W, bias_scale=1.0)
    exact = exact_flow_of_saturated(trace)
    finite = np.isfinite(exact)
    if size > 1.0:  # |s| is beyond 1e289, and so are the logarithms
        assert np.abs(exact[finite]).max() > 1e285
    np.testing.assert_allclose(flow_matrix(trace)[finite], exact[finite], rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(jacobian_norms(trace).log10_frobenius, exact[-1], rtol=1e-13, atol=1e-13)


def test_only_what_needs_it_is_computed_again():
    with arguments_of(extended_range_flow._recompute) as calls:
        for chain in ("nilpotent", "a step of nothing", "nilpotent by cancellation", "growth", "regimes switch"):
            flow_matrix(chain_of(ADVERSARIAL[chain]))
        flow_matrix(traced(hidden_size=32, length=60, input_scale=5.0))
        assert not calls
        flow_matrix(chain_of(ADVERSARIAL["regimes switch beyond float64"]))
        assert calls


def test_inner_products_that_cancel_are_multiplied_out(monkeypatch):
    # What A_t keeps, C_k has lost, in a basis in which it can't be seen: the Gram matrices' inner product is 1e-7 of its terms.
    trace = chain_of([ROTATION @ jacobian @ ROTATION.T for jacobian in two_regimes(1.0, 0.6, 16, size=6)])
    exact = exact_flow(trace)
    assert largest_difference(flow_matrix(trace), exact) < 1e-12
    monkeypatch.setattr(module, "SMALLEST_SHARE_LEFT", 0.0)
    assert largest_difference(flow_matrix(trace), exact) > 1e-12


def test_after_a_divergence_what_is_known_stays():
    trace = traced("relu", length=2_000, W=np.full((4, 4), 1.0))
    known = trace.divergence.step - 1
    flow = flow_matrix(trace)
    assert np.isfinite(flow[: known + 1, : known + 1][np.tri(known + 1, dtype=bool)]).all()
    assert np.isnan(flow[known + 1 :]).all()
    assert np.isnan(flow[np.triu_indices(2_001, k=1)]).all()


def test_a_linear_network_that_diverges_has_its_whole_flow():
    trace = traced("identity", length=700, W=3.0 * np.eye(4))
    assert trace.divergence is not None
    lags = np.subtract.outer(np.arange(701), np.arange(701))
    expected = np.where(lags >= 0, lags * np.log10(3.0) + np.log10(2.0), np.nan)
    np.testing.assert_allclose(flow_matrix(trace), expected, rtol=1e-13, atol=1e-13)


def test_it_needs_little_more_memory_than_its_result():
    trace = traced(hidden_size=2, length=3000)
    result = 8.0 * 3001**2 / 1e6
    of_products = 2.5 * 3000 * 2 * 2 * 8 / 1e6
    assert peak_megabytes(lambda: flow_matrix(trace)) < 1.4 * result + of_products
