from fractions import Fraction

import mpmath
import numpy as np
import pytest

from app.engine.flow.jacobian_norms import jacobian_norms
from app.engine.flow.lyapunov_exponents import lyapunov_exponents
from app.explore.parameters import RunParameters
from app.explore.run import explore
from tests.chains import chain_of, jacobians_of, traced

PART = ("lyapunov_exponents",)


def test_lyapunov_exponents_of_a_linear_network_are_the_logarithms_of_its_eigenvalues():
    trace = traced("identity", hidden_size=3, length=50, W=np.diag([0.5, -2.0, 1.0]))
    np.testing.assert_allclose(lyapunov_exponents(trace), np.log([2.0, 1.0, 0.5]), atol=1e-14)


def test_lyapunov_exponents_sum_to_the_mean_log_determinant():
    trace = traced("tanh", hidden_size=6, length=80)
    _, logarithms = np.linalg.slogdet(jacobians_of(trace))
    exponents = lyapunov_exponents(trace)
    assert exponents.sum() == pytest.approx(logarithms.mean(), rel=1e-12)
    assert (np.diff(exponents) <= 0.0).all()


def test_the_largest_lyapunov_exponent_is_the_growth_of_the_spectral_norm_a_step():
    trace = traced("tanh", hidden_size=8, length=400)
    assert lyapunov_exponents(trace)[0] == pytest.approx(jacobian_norms(trace).log10_spectral[0] * np.log(10.0) / 400, abs=1e-13)


EXACT_DERIVATIVES = {
    "tanh": lambda s: mpmath.sech(s) ** 2,
    "sigmoid": lambda s: mpmath.sech(s / 2) ** 2 / 4,
    "relu": lambda s: mpmath.mpf(1 if s > 0 else 0),
    "identity": lambda s: mpmath.mpf(1),
}
NOTHING = mpmath.mpf(10) ** -800  # what is left of an exact zero in 900 digits


def exact_exponents(trace):
    """(1/T) ln of the singular values of the product of the exact Jacobians, in 900 digits."""
    derivative, W = EXACT_DERIVATIVES[trace.network.cell.activation.name], mpmath.matrix(trace.network.parameters["W"].tolist())
    with mpmath.workdps(900):
        product = mpmath.eye(W.rows)
        for row in trace.s:
            product = mpmath.diag([derivative(mpmath.mpf(float(s))) for s in row]) * W * product
        largest = max(abs(entry) for entry in product)
        if largest == 0:
            return np.full(W.rows, -np.inf)
        values = mpmath.svd_r(product / largest, compute_uv=False)
        logarithms = [mpmath.log(value * largest) / trace.length if value > NOTHING else -mpmath.inf for value in values]
        return np.array([float(logarithm) for logarithm in logarithms])


def jordan(rng, size):
    return 0.7 * np.eye(size) + 3.0 * np.eye(size, k=1)


def two_blocks(rng, size):
    W = np.zeros((size, size))
    half = size // 2
    W[:half, :half], W[half:, half:] = rng.standard_normal((half, half)), 0.1 * rng.standard_normal((size - half, size - half))
    return W


def of_low_rank(rng, size):
    rank = max(1, size - 2)
    return rng.integers(-3, 4, (size, rank)) @ rng.integers(-3, 4, (rank, size)) / 8.0


def with_proportional_rows(rng, size):
    W = rng.standard_normal((size, size))
    W[-1] = -2.0 * W[0]  # exactly; but f'·w is rounded, and not proportional any more
    return W


FAMILIES = {
    "dense": lambda rng, size: rng.standard_normal((size, size)) / np.sqrt(size),
    "triangular": lambda rng, size: np.triu(rng.uniform(-1, 1, (size, size)), 1) + np.diag(rng.uniform(0.3, 0.9, size)),
    "lower triangular": lambda rng, size: np.tril(rng.uniform(-1, 1, (size, size)), -1) + np.diag(rng.uniform(0.3, 0.9, size)),
    "nilpotent": lambda rng, size: np.triu(rng.standard_normal((size, size)), 1),
    "Jordan": jordan,
    "two blocks": two_blocks,
    "low rank": of_low_rank,
    "proportional rows": with_proportional_rows,
    "zero rows": lambda rng, size: rng.standard_normal((size, size)) * (np.arange(size) % 3 > 0)[:, None],
}


@pytest.mark.parametrize("activation", sorted(EXACT_DERIVATIVES))
@pytest.mark.parametrize("family", FAMILIES)
def test_exponents_and_rank_are_those_of_exact_arithmetic(family, activation):
    rng = np.random.default_rng([len(family), len(activation)])
    for seed in range(3):
        size, length = int(rng.integers(2, 7)), int(rng.integers(3, 30))
        trace = traced(activation, hidden_size=size, length=length, W=FAMILIES[family](rng, size), seed=seed)
        found, expected = lyapunov_exponents(trace), exact_exponents(trace)
        np.testing.assert_array_equal(np.isneginf(found), np.isneginf(expected))
        alive = np.isfinite(expected)
        np.testing.assert_allclose(found[alive], expected[alive], rtol=0, atol=1e-9)


def test_a_living_direction_is_not_charged_for_one_that_is_lost():
    trace = traced("identity", hidden_size=2, length=20, W=np.array([[0.0, 1.0], [0.0, 2.0]]))
    found = lyapunov_exponents(trace)
    assert found[0] == pytest.approx((19.0 * np.log(2.0) + np.log(5.0) / 2.0) / 20.0, abs=1e-14)  # 2^19 √5
    assert np.isneginf(found[1])


def test_rounding_does_not_pass_for_a_direction():
    own = explore(RunParameters(hidden_size=8, activation="relu", seed=4, length=20, spectral_radius=1.6, input_scale=0.3, include=PART))
    assert np.isfinite(own["lyapunov_exponents"]["nats_per_step"]).sum() == 3


@pytest.mark.parametrize("seed", range(4))
def test_the_largest_exponent_of_triangular_networks_that_rounding_would_reorder(seed):
    """Small diagonal entries first, large ones above it. From Q_0 = I, rounding leaves the flag of directions half-way."""
    rng = np.random.default_rng(seed)
    W = np.triu(np.full((6, 6), 2.0), 1) + np.diag(rng.uniform(-0.7, 0.7, 6))
    trace = traced("tanh", hidden_size=6, length=100, W=W, seed=seed)
    found, expected = lyapunov_exponents(trace), exact_exponents(trace)
    assert found[0] == pytest.approx(expected[0], abs=1e-9)
    assert found.sum() == pytest.approx(expected.sum(), abs=1e-10)
    # Below the largest, exponents that change places over time are known only as far as entries of 1e-16 beside W's don't matter.
    np.testing.assert_allclose(found, expected, atol=0.1)


@pytest.mark.parametrize("factor", [1e-300, 1e300])
def test_jacobians_of_any_size_shift_the_exponents(factor):
    jacobians = np.random.default_rng(1).standard_normal((20, 4, 4))
    shifted = lyapunov_exponents(chain_of(jacobians * factor))
    np.testing.assert_allclose(shifted, lyapunov_exponents(chain_of(jacobians)) + np.log(factor), rtol=1e-13)


def test_a_direction_that_is_wiped_out_has_exponent_minus_infinity():
    exponents = lyapunov_exponents(chain_of([np.diag([1.0, 0.0])] * 4))
    assert exponents[0] == 0.0
    assert np.isneginf(exponents[1])


def test_lyapunov_exponents_of_a_run_that_is_unknown_from_the_start():
    trace = traced("relu", input_scale=100.0, x=np.full((10, 2), 1e308))
    assert np.isnan(lyapunov_exponents(trace)).all()


@pytest.mark.parametrize("initializer", ["gaussian", "diagonal"])
@pytest.mark.parametrize("input_scale", [30.0, 300.0, 3000.0])
def test_lyapunov_exponents_of_saturated_networks(initializer, input_scale):
    # The determinant is known however small it is: its logarithm is the sum of those of the slopes and that of W's.
    trace = traced("tanh", hidden_size=6, length=30, input_scale=input_scale, initializer=initializer)
    assert trace.linear.underflowed.any() == (input_scale > 30.0)
    exponents = lyapunov_exponents(trace)
    slopes = trace.network.cell.activation.log_derivative(trace.s).sum(axis=1)
    assert exponents.sum() == pytest.approx(slopes.mean() + np.linalg.slogdet(trace.network.parameters["W"])[1], rel=1e-12)
    norm = jacobian_norms(trace).log10_spectral[0] * np.log(10.0) / 30
    assert exponents[0] == pytest.approx(norm, abs=1.0)
    if initializer == "diagonal":
        each = trace.network.cell.activation.log_derivative(trace.s).mean(axis=0) + np.log(np.abs(np.diag(trace.network.parameters["W"])))
        np.testing.assert_allclose(exponents, np.sort(each)[::-1], rtol=1e-12)


def test_lyapunov_exponents_beyond_float64():
    trace = traced("tanh", hidden_size=1, length=20, x=np.full((20, 2), 1e4))
    expected = np.mean(trace.network.cell.activation.log_derivative(trace.s)) + np.log(abs(trace.network.parameters["W"][0, 0]))
    np.testing.assert_allclose(lyapunov_exponents(trace), [expected], rtol=1e-12)


def test_saturated_units_that_take_turns_along_a_cycle():
    """Each unit hands its gradient to the next, whose slope is hundreds of decades larger or smaller: the directions change places."""
    rng, size, length = np.random.default_rng(0), 6, 5
    x = 300.0 * rng.standard_normal((length, 2))
    trace = traced("sigmoid", hidden_size=size, length=length, W=np.eye(size)[[2, 3, 4, 5, 1, 0]], x=x)
    slopes = trace.network.cell.activation.log_derivative(trace.s)
    unit, gained = np.arange(size), np.zeros(size)
    for row in slopes:
        unit = np.array([5, 4, 0, 1, 2, 3])[unit]  # unit j goes to the row of W that has its 1
        gained += row[unit]
    np.testing.assert_allclose(lyapunov_exponents(trace), np.sort(gained / length)[::-1], rtol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize("family", ["low rank", "proportional rows", "dense"])
def test_saturated_networks_have_a_largest_exponent_where_rounding_leaves_little_of_the_others(family, activation):
    """Rows further apart than float64 reaches, and directions that exact arithmetic counts though elimination leaves them nothing."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        W = FAMILIES[family](rng, 6)
        trace = traced(activation, hidden_size=6, length=20, W=W, x=200.0 * rng.standard_normal((20, 2)), seed=seed)
        found = lyapunov_exponents(trace)
        assert not np.isnan(found).any()
        assert found[0] == pytest.approx(jacobian_norms(trace).log10_spectral[0] * np.log(10.0) / 20, rel=1e-9)


def test_a_direction_may_be_wiped_out_by_rows_further_apart_than_float64_reaches():
    exponents = lyapunov_exponents(chain_of([[[1.0, 1.0], [1e-300, 1e-300]], [[1.0, 0.5], [0.25, 1.0]]]))
    assert exponents[0] == pytest.approx(np.log(np.sqrt(2.0) * np.hypot(1.0, 0.25)) / 2)
    assert np.isneginf(exponents[1])


def test_a_unit_may_be_far_smaller_than_those_that_span_what_is_left():
    """Three units of which one direction is lost; then the third is 1e−300 of the others: it is never a pivot, and stays small."""
    first = [[1.0, 2.0, 3.0], [2.0, 1.0, 0.0], [3.0, 3.0, 3.0]]
    second = [[1.0, 0.5, 0.25], [0.5, 1.0, 0.5], [1e-300, 1e-300, 3e-300]]
    exponents = lyapunov_exponents(chain_of([first, second]))
    expected = np.log(np.linalg.svd(np.array(second) @ np.array(first), compute_uv=False)[:2]) / 2
    np.testing.assert_allclose(exponents[:2], expected, rtol=1e-12)
    assert np.isneginf(exponents[2])


def test_a_direction_that_only_rounding_decides_leaves_the_others_as_they_are():
    """The outer product of two vectors, rounded: of full rank as float64 numbers, but of rank 1 to the last digit but one."""
    rng, seen = np.random.default_rng(0), 0
    while seen < 20:
        jacobian = np.outer(*rng.standard_normal((2, 2)))
        (a, b), (c, d) = (map(Fraction, row) for row in jacobian.tolist())
        if a * d == b * c:
            continue
        seen += 1
        exponents = lyapunov_exponents(chain_of([jacobian] * 3))
        assert exponents[0] == pytest.approx(np.log(np.linalg.norm(np.linalg.matrix_power(jacobian, 3), 2)) / 3, abs=1e-9)
        assert -np.inf < exponents[1] < exponents[0] - 8.0
