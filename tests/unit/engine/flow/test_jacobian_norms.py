import numpy as np
import pytest

from app.engine.flow import jacobian_norms as module
from app.engine.flow.jacobian_norms import jacobian_norms
from app.engine.model.activations import ACTIVATIONS
from tests.chains import chain_of, exact_flow, jacobians_of, largest_difference, traced
from tests.tracing import arguments_of


def test_a_case_worked_by_hand():
    # J_2 J_1 = [[0, 1], [3, 6]]: squared Frobenius norm 46; J_2 = [[0, 1], [3, 0]]: 10, σ_max 3.
    norms = jacobian_norms(chain_of([[[1, 2], [0, 1]], [[0, 1], [3, 0]]]))
    assert norms.of_step == 2
    np.testing.assert_allclose(norms.log10_frobenius, np.log10([np.sqrt(46), np.sqrt(10), np.sqrt(2)]), rtol=1e-15)
    np.testing.assert_allclose(norms.log10_spectral, np.log10([np.sqrt(23 + np.sqrt(23**2 - 9)), 3, 1]), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("hidden_size", [5, 48, 64])
@pytest.mark.parametrize("spectral_radius", [0.1, 1.0, 10.0])
def test_a_scaled_orthogonal_linear_network_keeps_its_closed_form_over_ten_thousand_steps(hidden_size, spectral_radius):
    trace = traced("identity", hidden_size=hidden_size, length=10_000, initializer="orthogonal", spectral_radius=spectral_radius)
    assert (trace.divergence is not None) == (spectral_radius == 10.0)  # the states overflow, the Jacobians don't
    norms = jacobian_norms(trace, spectral=hidden_size == 5)
    expected = (10_000 - np.arange(10_001)) * np.log10(spectral_radius)
    assert norms.of_step == 10_000
    np.testing.assert_allclose(norms.log10_frobenius, expected + np.log10(hidden_size) / 2, rtol=0, atol=1e-9)
    if hidden_size == 5:
        np.testing.assert_allclose(norms.log10_spectral, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize(("hidden_size", "length"), [(1, 1), (3, 40), (50, 90), (70, 130)])
def test_norms_are_those_of_plain_products(activation, hidden_size, length):
    trace = traced(activation, hidden_size=hidden_size, length=length, spectral_radius=1.3)
    norms = jacobian_norms(trace)
    product, exponent = np.eye(hidden_size), 0.0
    for k in range(length - 1, -1, -1):
        product = product @ jacobians_of(trace)[k]
        size = np.linalg.norm(product)
        if size == 0.0:
            assert np.isneginf([norms.log10_frobenius[k], norms.log10_spectral[k]]).all()
            continue
        product, exponent = product / size, exponent + np.log10(size)
        assert norms.log10_frobenius[k] == pytest.approx(exponent, abs=1e-11)
        assert norms.log10_spectral[k] == pytest.approx(exponent + np.log10(np.linalg.norm(product, 2)), abs=1e-11)


def test_without_spectral_norms():
    norms = jacobian_norms(traced(), spectral=False)
    assert np.isnan(norms.log10_spectral).all()
    assert np.isfinite(norms.log10_frobenius).all()


@pytest.mark.parametrize("factor", [1e-60, 1e60])
def test_a_chunk_that_leaves_the_safe_range_is_done_again(factor):
    rng = np.random.default_rng(1)
    jacobians = rng.standard_normal((100, 3, 3))
    expected = jacobian_norms(chain_of(jacobians))
    with arguments_of(module._multiplied_widely) as calls:
        found = jacobian_norms(chain_of(jacobians * factor))
    assert calls
    shift = (100 - np.arange(101)) * np.log10(factor)
    np.testing.assert_allclose(found.log10_frobenius, expected.log10_frobenius + shift, rtol=1e-13, atol=1e-12)
    np.testing.assert_allclose(found.log10_spectral, expected.log10_spectral + shift, rtol=1e-13, atol=1e-12)


def test_plain_products_take_over_again_after_a_wild_step():
    rng = np.random.default_rng(2)
    jacobians = rng.standard_normal((300, 4, 4))
    jacobians[250] *= 1e-250
    trace = chain_of(jacobians)
    with arguments_of(module._multiplied_widely) as calls:
        found = jacobian_norms(trace).log10_frobenius
    assert largest_difference(found[200:], exact_flow(chain_of(jacobians[200:]))[-1]) < 1e-11
    assert 0 < sum(len(call["factors"]) for call in calls) < 50


def test_a_step_that_wipes_out_everything_is_exactly_zero_and_nothing_else_is():
    jacobians = np.random.default_rng(3).standard_normal((200, 3, 3))
    jacobians[120] = 0.0
    norms = jacobian_norms(chain_of(jacobians))
    for logarithms in (norms.log10_frobenius, norms.log10_spectral):
        assert np.isneginf(logarithms[:121]).all()
        assert np.isfinite(logarithms[121:]).all()


def test_the_chain_of_a_linear_network_goes_on_where_its_states_end():
    trace = traced("identity", hidden_size=1, length=400, W=np.array([[10.0]]))
    norms = jacobian_norms(trace)
    assert trace.divergence.step < 320
    assert norms.of_step == 400
    np.testing.assert_allclose(norms.log10_frobenius, 400 - np.arange(401), rtol=1e-13)


def test_after_a_divergence_the_chain_ends_at_the_last_known_step():
    trace = traced("relu", length=2_000, W=np.full((4, 4), 1.0))
    assert trace.divergence is not None
    norms = jacobian_norms(trace)
    last = trace.divergence.step - 1
    assert norms.of_step == last
    assert norms.log10_spectral[last] == 0.0
    for logarithms in (norms.log10_frobenius, norms.log10_spectral):
        assert np.isfinite(logarithms[: last + 1]).all()
        assert np.isnan(logarithms[last + 1 :]).all()


def test_a_divergence_in_the_first_step_leaves_the_identity():
    trace = traced("relu", input_scale=100.0, x=np.full((10, 2), 1e308))
    assert trace.divergence.step == 1
    norms = jacobian_norms(trace)
    assert norms.of_step == 0
    assert norms.log10_spectral[0] == 0.0
    assert np.isnan(norms.log10_frobenius[1:]).all()


def rotated_regimes(size: int, steps: int, contrast: float):
    """First one half of the directions decays and then the other, in a basis in which no entry is special."""
    basis, _ = np.linalg.qr(np.random.default_rng(4).standard_normal((size, size)))
    gains = np.where(np.arange(size) < size // 2, 1.0, contrast)
    decaying, other = (basis @ np.diag(gain) @ basis.T for gain in (gains, gains[::-1]))
    return [decaying] * steps + [other] * steps


def test_directions_left_out_that_come_back_are_noticed(monkeypatch):
    # Backwards from the last step, half of the directions falls to 6e-14 and is left out; then it is all that remains.
    monkeypatch.setattr(module, "steps_per_chunk", lambda size: 8)
    trace = chain_of(rotated_regimes(64, 44, 0.5))
    assert jacobian_norms(trace).log10_frobenius[0] == pytest.approx(np.log10(8 * 0.5**44), abs=2e-3)  # as much as float64 can know


def test_a_long_chain_becomes_thin():
    assert len(jacobian_norms(traced(hidden_size=64, length=200)).longest) < 40
