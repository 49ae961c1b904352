import numpy as np
import pytest

from app.engine.backward import bptt, truncation
from app.engine.backward.per_loss_adjoints import per_loss_adjoints
from app.engine.model.network import forward
from app.engine.numerics.euclidean_norms import cosine

LENGTH = 9


@pytest.fixture(params=["last", "every", "3,7"])
def case(request, make_network, make_data, make_weights):
    network = make_network(spectral_radius=1.2)
    x, target = make_data(network, LENGTH)
    trace, weights = forward(network, x), make_weights(request.param, LENGTH)
    return trace, target, weights, bptt.backpropagate(trace, target, weights), per_loss_adjoints(trace, target, weights)


def test_a_window_of_all_steps_is_the_full_gradient(case):
    trace, _, _, back, per_loss = case
    for mode in truncation.TRUNCATION_MODES:
        for name, gradient in truncation.truncated_gradients(trace, per_loss, mode, LENGTH).items():
            np.testing.assert_allclose(gradient, back.gradients[name], atol=1e-13)


@pytest.mark.parametrize("chunk", [1, 2, 4, 8])
def test_chunked_by_terms_is_the_sweep_that_stops_at_the_boundaries(case, chunk):
    trace, target, weights, _, per_loss = case
    swept = bptt.backpropagate(trace, target, weights, chunk=chunk).gradients
    for name, gradient in truncation.truncated_gradients(trace, per_loss, "chunked", chunk).items():
        np.testing.assert_allclose(gradient, swept[name], atol=1e-13)


def test_lags_sum_to_the_gradient_and_running_sums_are_the_sliding_windows(case):
    trace, _, _, back, per_loss = case
    full = back.gradients["W"]
    by_lag = truncation.gradient_by_lag(trace, per_loss, full)
    assert by_lag.relative_bias[-1] < 1e-12
    assert by_lag.truncated_cosine[-1] == pytest.approx(1.0)
    for window in range(1, LENGTH + 1):
        truncated = truncation.truncated_gradients(trace, per_loss, "sliding", window)["W"]
        assert by_lag.truncated_norm[window - 1] == pytest.approx(np.linalg.norm(truncated), abs=1e-13)
        assert by_lag.relative_bias[window - 1] == pytest.approx(np.linalg.norm(truncated - full) / np.linalg.norm(full), abs=1e-12)
        if np.linalg.norm(truncated) > 0.0:
            assert by_lag.truncated_cosine[window - 1] == pytest.approx(cosine(truncated, full), abs=1e-12)


@pytest.mark.parametrize("numbers_at_a_time", [1, 200, 2**18])
def test_norms_of_every_parameter_in_every_window(case, numbers_at_a_time, monkeypatch):
    trace, _, _, back, per_loss = case
    monkeypatch.setattr(truncation, "NUMBERS_AT_A_TIME", numbers_at_a_time)
    by_lag = truncation.gradient_by_lag(trace, per_loss, back.gradients["W"])
    assert set(by_lag.parameter_norms) == set(back.gradients)
    for window in range(1, LENGTH + 1):
        for name, truncated in truncation.truncated_gradients(trace, per_loss, "sliding", window).items():
            assert by_lag.parameter_norms[name][window - 1] == pytest.approx(np.linalg.norm(truncated), abs=1e-13), (name, window)


@pytest.mark.parametrize("bits", [-532, -560, 540])
def test_norms_keep_their_digits_where_squares_leave_float64(make_network, make_data, make_weights, bits):
    """A linear network with target 0: inputs times 2**n make every gradient but those of the biases 4**n times as large, exactly."""
    network = make_network(activation="identity")
    for name in ("b_s", "b_z", "h_0"):
        network.parameters[name][:] = 0.0
    x, target = make_data(network, LENGTH)
    weights = make_weights("every", LENGTH)

    def by_lag(scale):
        trace = forward(network, x * scale)
        full = bptt.backpropagate(trace, 0.0 * target, weights).gradients["W"]
        return truncation.gradient_by_lag(trace, per_loss_adjoints(trace, 0.0 * target, weights), full)

    plain, scaled = by_lag(1.0), by_lag(2.0 ** (bits // 2))
    for name in ("norm", "truncated_norm"):
        np.testing.assert_allclose(getattr(scaled, name), getattr(plain, name) * 2.0**bits, rtol=1e-12)
    for name in ("W", "U"):
        np.testing.assert_allclose(scaled.parameter_norms[name], plain.parameter_norms[name] * 2.0**bits, rtol=1e-12)
    for name in ("cosine", "truncated_cosine", "relative_bias"):
        np.testing.assert_allclose(getattr(scaled, name), getattr(plain, name), rtol=1e-9, atol=1e-9)


def test_a_lag_beyond_the_last_loss_step_has_no_terms(make_network, make_data, make_weights):
    network = make_network()
    x, target = make_data(network, 5)
    trace, weights = forward(network, x), make_weights("2", 5)
    full = bptt.backpropagate(trace, target, weights).gradients["W"]
    by_lag = truncation.gradient_by_lag(trace, per_loss_adjoints(trace, target, weights), full)
    np.testing.assert_array_equal(by_lag.norm[2:], 0.0)
    assert np.isneginf(by_lag.log10_norm[2:]).all()
    assert np.isnan(by_lag.cosine[2:]).all()


def test_the_two_meanings_differ(case):
    trace, _, _, _, per_loss = case
    sliding, chunked = (truncation.truncated_gradients(trace, per_loss, mode, 4)["W"] for mode in truncation.TRUNCATION_MODES)
    assert np.linalg.norm(sliding - chunked) > 1e-6


@pytest.mark.parametrize("mode", truncation.TRUNCATION_MODES)
@pytest.mark.parametrize("window", [1, 2, 5, 8, 9, 30])
@pytest.mark.parametrize("loss_at", ["last", "every", "1", "2,3,8"])
def test_a_sweep_over_a_batch_is_the_sum_over_its_members_term_by_term(make_network, make_data, make_weights, loss_at, window, mode):
    network, weights = make_network(spectral_radius=1.2), make_weights(loss_at, LENGTH) * np.linspace(0.5, 2.0, LENGTH)
    members = [make_data(network, LENGTH, seed) for seed in range(4)]
    x, target = (np.stack(arrays, axis=1) for arrays in zip(*members, strict=True))
    swept = truncation.truncated_sweep(forward(network, x), target, weights, mode, window)
    traces = [(forward(network, x), target) for x, target in members]
    by_terms = [
        truncation.truncated_gradients(trace, per_loss_adjoints(trace, target, weights), mode, min(window, LENGTH))
        for trace, target in traces
    ]
    for name, gradient in swept.items():
        np.testing.assert_allclose(gradient, sum(terms[name] for terms in by_terms), atol=1e-12)


def test_a_sweep_keeps_the_scale_of_steps_that_are_saturated_beyond_float64(make_network, make_data, make_weights):
    network, weights = make_network(), make_weights("every", 4)
    x, target = make_data(network, 4)
    saturated = forward(network, x * 1e6)
    assert saturated.linear.log10_scale.any()
    swept = truncation.truncated_sweep(saturated, target, weights, "sliding", 3)
    by_terms = truncation.truncated_gradients(saturated, per_loss_adjoints(saturated, target, weights), "sliding", 3)
    for name, gradient in swept.items():
        np.testing.assert_allclose(gradient, by_terms[name], rtol=1e-10, atol=1e-300)
