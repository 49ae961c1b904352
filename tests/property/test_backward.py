"""What holds for the terms of the gradient, truncation, clipping and the loss slice, whatever the cell."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.engine.backward.bptt import backpropagate, loss_per_step, scaled_adjoints
from app.engine.backward.clipping import CLIP_MODES, clip, global_norm
from app.engine.backward.loss_slice import loss_slice
from app.engine.backward.per_loss_adjoints import contributions, per_loss_adjoints
from app.engine.backward.terms import terms
from app.engine.backward.truncation import TRUNCATION_MODES, gradient_by_lag, truncated_gradients, truncated_sweep
from app.engine.flow.lyapunov_exponents import lyapunov_exponents
from app.engine.model.network import Network, forward
from tests.chains import jacobians_of
from tests.property.networks import problems


def close(found, expected):
    """Equal to ten digits beside the largest of the expected numbers."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * max(1e-200, np.abs(expected).max(initial=0.0)))


@given(problems())
def test_terms_are_products_of_jacobians_and_add_up_to_the_gradient(problem):
    network, x, target, weights = problem
    trace = forward(network, x)
    adjoints, gradients = per_loss_adjoints(trace, target, weights), backpropagate(trace, target, weights).gradients
    found = terms(trace, adjoints)
    close(found.jacobian, jacobians_of(trace))
    for k in range(trace.length):
        close(found.dh_dh[k], found.dh_dh[k + 1] @ found.jacobian[k])
    close(found.dL_dW.sum(axis=(0, 1)), gradients["W"])
    norms = np.linalg.norm(found.dL_dW, axis=(2, 3))
    log10_norms = contributions(trace, adjoints)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(np.nan_to_num(10.0**log10_norms), norms, rtol=1e-10, atol=1e-290)


@given(problems(), st.sampled_from(TRUNCATION_MODES), st.integers(1, 6))
def test_truncations_agree(problem, mode, window):
    """Term by term and in one sweep; a window that holds everything cuts nothing; lags say what sliding windows keep."""
    network, x, target, weights = problem
    trace = forward(network, x)
    window = min(window, trace.length)
    adjoints, full = per_loss_adjoints(trace, target, weights), backpropagate(trace, target, weights).gradients
    by_terms = truncated_gradients(trace, adjoints, mode, window)
    swept = truncated_sweep(trace, target, weights, mode, window)
    whole = truncated_gradients(trace, adjoints, mode, trace.length)
    by_lag = gradient_by_lag(trace, adjoints, full["W"])
    for name, gradient in full.items():
        close(swept[name], by_terms[name])
        close(whole[name], gradient)
        if mode == "sliding":
            close(by_lag.parameter_norms[name][window - 1], np.linalg.norm(by_terms[name]))


@given(problems(), st.sampled_from(sorted(CLIP_MODES)), st.floats(1e-3, 1e3))
def test_clipping_never_lengthens_a_gradient(problem, mode, threshold):
    network, x, target, weights = problem
    gradients = backpropagate(forward(network, x), target, weights).gradients
    clipped = clip(gradients, mode, threshold)
    assert clipped.parameters.keys() == network.parameters.keys()
    assert clipped.norm <= global_norm(gradients) * (1 + 1e-12)


@given(problems(), st.floats(-0.1, 0.1))
def test_the_loss_slice_is_the_loss_of_moved_networks(problem, eta):
    network, x, target, weights = problem
    direction = backpropagate(forward(network, x), target, weights).gradients
    moved = Network(network.cell, network.readout, {name: value - eta * direction[name] for name, value in network.parameters.items()})
    with np.errstate(over="ignore", invalid="ignore"):
        loss = loss_per_step(forward(moved, x), target) @ weights
    if np.isfinite(loss):
        np.testing.assert_allclose(loss_slice(network, x, target, weights, direction, np.array([eta])), [loss], rtol=1e-9, atol=1e-12)


@given(problems())
def test_scaled_adjoints_are_the_plain_ones(problem):
    network, x, target, weights = problem
    trace = forward(network, x)
    back = backpropagate(trace, target, weights)
    scaled = scaled_adjoints(trace, back, target, weights)
    close(scaled.direction * (10.0**scaled.log10_norm)[:, None], back.adjoint)


@given(problems())
def test_lyapunov_exponents_add_up_to_the_mean_logarithm_of_the_determinants(problem):
    trace = forward(*problem[:2])
    logarithms = np.linalg.slogdet(jacobians_of(trace))[1]
    exponents = lyapunov_exponents(trace)
    if np.isfinite(logarithms).all() and np.isfinite(exponents).all():
        np.testing.assert_allclose(exponents.sum(), logarithms.mean(), rtol=1e-9, atol=1e-9)
