"""What holds for the flow of gradients in whatever network or chain Hypothesis thinks of."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.engine.flow.flow_matrix import flow_matrix
from app.engine.flow.gain_split import gain_split, smallest_nonzero
from app.engine.flow.jacobian_norms import jacobian_norms
from app.engine.flow.lyapunov_exponents import lyapunov_exponents
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.initializers import INITIALIZERS
from tests.cells import VARIANTS
from tests.chains import chain_of, exact_flow, jacobians_of, largest_difference, traced

TOLERANCE = 1e-9


@st.composite
def traces(draw, longest=30):
    return traced(
        draw(st.sampled_from(sorted(ACTIVATIONS))),
        hidden_size=draw(st.integers(1, 6)),
        length=draw(st.integers(1, longest)),
        initializer=draw(st.sampled_from(sorted(INITIALIZERS))),
        spectral_radius=draw(st.floats(0.01, 10.0)),
        input_scale=draw(st.sampled_from([0.0, 1.0, 100.0])),
        seed=draw(st.integers(0, 2**31 - 1)),
        cell=draw(st.sampled_from(sorted(VARIANTS))),
    )


@st.composite
def wild_chains(draw):
    """Jacobians with entries of any size, many of them zero; none negative, for what cancels has no digits left to compare."""
    size, length = draw(st.integers(1, 3)), draw(st.integers(1, 20))
    exponents = st.sampled_from([0.0, 0.0, 1.0, 20.0, 150.0, 300.0])
    rng = np.random.default_rng(draw(st.integers(0, 2**31 - 1)))
    decades, density = draw(st.lists(exponents, min_size=length, max_size=length)), draw(st.sampled_from([0.3, 0.7, 1.0]))
    return chain_of([10.0 ** rng.uniform(-reach, reach, (size, size)) * (rng.random((size, size)) < density) for reach in decades])


def at_most(lower, upper):
    """lower ≤ upper up to rounding, where −inf is less than everything."""
    finite = np.isfinite(upper)
    return np.isneginf(lower) | (finite & (lower <= np.where(finite, upper, 0.0) + TOLERANCE))


def agree(found, expected, trace):
    """Whether rows of the flow matrix, the last of them the last step's, are equal as far as the Jacobians' last digits decide them.

    Where terms cancel to nothing but rounding, no digit of the result is known. That is rare, so it is looked into only then.
    """
    if largest_difference(found, expected) < TOLERANCE:
        return True
    found, expected = np.atleast_2d(found, expected)
    jacobians = jacobians_of(trace)[: found.shape[1] - 1]
    nudged = jacobians * (1.0 + np.random.default_rng(0).choice([-4.0, 4.0], jacobians.shape) * np.finfo(float).eps)
    with np.errstate(invalid="ignore"):
        undecided = np.abs(exact_flow(chain_of(nudged)) - exact_flow(chain_of(jacobians)))[-len(found) :]  # NaN where both are zero
        difference = np.where(found == expected, 0.0, np.abs(found - expected))
    return (difference <= TOLERANCE + 100.0 * np.nan_to_num(undecided, nan=0.0, posinf=np.inf))[~np.isnan(expected)].all()


@given(traces())
def test_the_last_row_of_the_flow_matrix_is_the_norm_curve(trace):
    flow, norms = flow_matrix(trace), jacobian_norms(trace)
    known = norms.of_step + 1
    assert agree(flow[norms.of_step, :known], norms.log10_frobenius[:known], trace)


@given(traces(longest=12))
def test_the_flow_matrix_equals_exact_products(trace):
    if trace.divergence is None:
        assert agree(flow_matrix(trace), exact_flow(trace), trace)


def test_only_where_the_last_digits_decide_may_rows_disagree():
    """A rotation by a right angle between two projections: nothing is left but the rounding of the angle's cosine."""
    angle = np.deg2rad(45.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    trace = chain_of([np.diag([1.0, 0.0]), turn, turn, np.diag([1.0, 0.0])])
    row = flow_matrix(trace)[-1]
    assert agree(row + np.array([0.05, 0.0, 0.0, 0.0, 0.0]), row, trace)
    assert not agree(row + np.array([0.0, 0.0, 0.0, 1e-8, 0.0]), row, trace)


@given(wild_chains())
def test_wild_chains_equal_exact_products(trace):
    exact = exact_flow(trace, digits=80)
    assert largest_difference(flow_matrix(trace), exact) < TOLERANCE
    assert largest_difference(jacobian_norms(trace, spectral=False).log10_frobenius, exact[-1]) < TOLERANCE


@given(traces())
def test_norms_are_submultiplicative(trace):
    flow = flow_matrix(trace)
    last = jacobian_norms(trace).of_step
    for middle in range(last + 1):
        direct, through = flow[last, : middle + 1], flow[last, middle] + flow[middle, : middle + 1]
        assert at_most(direct, through).all()


@given(traces())
def test_spectral_and_frobenius_norms_bound_each_other(trace):
    norms = jacobian_norms(trace)
    spectral, frobenius = norms.log10_spectral[: norms.of_step + 1], norms.log10_frobenius[: norms.of_step + 1]
    assert at_most(spectral, frobenius).all()
    assert at_most(frobenius, spectral + np.log10(trace.state.shape[-1]) / 2).all()
    assert (np.isneginf(spectral) == np.isneginf(frobenius)).all()


@given(traces())
def test_one_step_of_the_flow_is_the_norm_of_its_jacobian(trace):
    last = jacobian_norms(trace).of_step
    jacobians = jacobians_of(trace)[:last]
    largest = np.abs(jacobians).max(axis=(1, 2), initial=0.0)
    scaled = jacobians / np.where(largest > 0.0, largest, 1.0)[:, None, None]  # or the squares could underflow
    with np.errstate(divide="ignore"):
        expected = np.log10(np.linalg.norm(scaled, axis=(1, 2))) + np.log10(largest) + trace.linear.log10_scale[:last]
    found = np.diag(flow_matrix(trace), -1)[:last]
    assert largest_difference(found, expected) < TOLERANCE


@given(traces())
def test_scaling_every_jacobian_shifts_the_logarithms(trace):
    last = jacobian_norms(trace).of_step
    jacobians = jacobians_of(trace)[:last]
    if last == 0:
        return
    flow = flow_matrix(chain_of(jacobians))
    lags = np.subtract.outer(np.arange(last + 1), np.arange(last + 1)).astype(float)
    shifted = flow + np.where(np.isnan(flow), 0.0, lags * 40 * np.log10(2.0))
    assert largest_difference(flow_matrix(chain_of(jacobians * 2.0**40)), shifted) < TOLERANCE


@given(traces())
def test_lyapunov_exponents_descend_and_the_largest_bounds_the_growth(trace):
    exponents, norms = lyapunov_exponents(trace), jacobian_norms(trace)
    if norms.of_step == 0:
        return
    assert (exponents[:-1] >= exponents[1:]).all()
    assert at_most(exponents[0] * norms.of_step / np.log(10.0), norms.log10_spectral[0])


@given(traces())
def test_the_gain_splits_into_shares_that_sum_to_the_whole(trace):
    norms = jacobian_norms(trace)
    split, first = gain_split(trace, norms), smallest_nonzero(norms)
    assert abs(split.log10_norm - norms.log10_spectral[first]) < TOLERANCE * max(1.0, abs(split.log10_norm))
    if split.log10_gain is None:  # rounding alone decides which way the gradient goes
        return
    assert abs(split.log10_gain.sum() - split.log10_norm) <= TOLERANCE * max(1.0, abs(split.log10_norm))
    assert (split.log10_derivative is not None) == trace.network.cell.jacobian_is_product
    if split.log10_derivative is None:
        return
    derivative, weights = split.log10_derivative, split.log10_weights
    assert abs(derivative.sum() + weights.sum() - split.log10_norm) <= TOLERANCE * max(1.0, abs(split.log10_norm))
    assert at_most(derivative, np.full_like(derivative, np.log10(trace.network.cell.activation.sup_derivative))).all()
    assert at_most(weights, np.full_like(weights, np.log10(np.linalg.norm(trace.network.parameters["W"], 2)))).all()
