"""The one-unit network: its gradient, its fixed points, and where descents end."""

import math

import mpmath
import numpy as np
import pytest

from app.engine.one_unit.bifurcation import basin_boundaries, basin_boundary, branches, flips, folds
from app.engine.one_unit.descent import Region, descend
from app.engine.one_unit.recursion import recursion, sigmoid, sigmoid_derivative

REGION = Region(2.0, 8.0, -4.0, 0.0)
SETTING = {"steps": 50, "x_0": 0.5, "target": 0.7}


def by_hand(w, b, steps, x_0, target):
    """The error in plain Python."""
    x = x_0
    for _ in range(steps):
        x = w / (1.0 + math.exp(-x)) + b
    return (1.0 / (1.0 + math.exp(-x)) - target) ** 2


def test_the_error_is_the_recursion_s():
    w, b = np.array([-3.0, 0.0, 2.0, 5.0]), np.array([1.0, -0.5, 0.0, -2.5])
    found = recursion(w, b, **SETTING).error
    np.testing.assert_allclose(found, [by_hand(*pair, **SETTING) for pair in zip(w, b, strict=True)], rtol=1e-12)


def test_one_step_by_hand():
    found = recursion(np.array([2.0]), np.array([-1.0]), steps=1, x_0=0.0, target=0.0)
    # x_1 = 2·½ − 1 = 0: σ = ½, σ' = ¼, dE/dx = 2·½·¼; ∂x_1/∂w = σ(0) = ½, ∂x_1/∂b = 1
    assert (found.error.item(), found.dE_dw.item(), found.dE_db.item()) == (0.25, 0.125, 0.25)


def test_the_surface_s_gradient_is_the_central_difference():
    w, b = np.linspace(2.0, 8.0, 25)[None, :], np.linspace(-4.0, 0.0, 17)[:, None]
    found, width = recursion(w, b, **SETTING), 1e-6
    by_w = (recursion(w + width, b, **SETTING).error - recursion(w - width, b, **SETTING).error) / (2.0 * width)
    by_b = (recursion(w, b + width, **SETTING).error - recursion(w, b - width, **SETTING).error) / (2.0 * width)
    assert np.abs(by_b).max() > 1.0  # the wall is among them
    np.testing.assert_allclose(found.dE_dw, by_w, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(found.dE_db, by_b, rtol=1e-5, atol=1e-8)


def test_folds_at_w_5_are_the_analytic_ones():
    """σ'(x) = 1/w, solved by mpmath and not by the closed form."""
    logistic = lambda x: 1 / (1 + mpmath.exp(-x))  # noqa: E731
    for start, fold in zip((-1, 1), folds(5.0), strict=True):
        x = mpmath.findroot(lambda x: logistic(x) * (1 - logistic(x)) - mpmath.mpf(1) / 5, start)
        assert abs(fold.x - float(x)) < 1e-12
        assert abs(fold.b - float(x - 5 * logistic(x))) < 1e-12


@pytest.mark.parametrize("w", [4.2, 5.0, 9.0])
def test_between_the_folds_there_are_three_fixed_points_and_outside_one(w):
    low, high = sorted(fold.b for fold in folds(w))
    for b, count in ((low - 0.01, 1), ((low + high) / 2.0, 3), (high + 0.01, 1)):
        assert sum(b in branch.b for branch in branches(w, np.array([b - 9.0, b, b + 9.0]))) == count


@pytest.mark.parametrize("w", [-9.0, -4.0, 0.0, 3.0, 4.0, 5.0, 12.0])
def test_every_point_of_a_branch_is_a_fixed_point_of_its_stability(w):
    b = np.linspace(-12.0, 12.0, 97)
    found = branches(w, b)
    for branch in found:
        np.testing.assert_allclose(w * sigmoid(branch.x) + branch.b, branch.x, atol=1e-12)
        slope = np.abs(w * sigmoid_derivative(branch.x))
        assert np.all(slope < 1.0 + 1e-6) if branch.stable else np.all(slope > 1.0 - 1e-6)
    every_b = np.concatenate([branch.b for branch in found])
    assert set(b) <= set(every_b)


@pytest.mark.parametrize("w", [0.0, 4.0, -4.0])
def test_without_folds_and_flips_there_is_one_stable_branch(w):
    assert folds(w) == flips(w) == ()
    (branch,) = branches(w, np.linspace(-9.0, 9.0, 19))
    assert branch.stable
    assert len(branch.b) == 19


def test_an_unstable_fixed_point_of_negative_w_gives_way_to_a_cycle_of_two():
    low, high = sorted(flip.b for flip in flips(-6.0))
    b = (low + high) / 2.0
    x = np.array([1.0])
    for _ in range(500):
        x = -6.0 * sigmoid(x) + b
    after = -6.0 * sigmoid(x) + b
    assert abs((after - x).item()) > 1.0
    np.testing.assert_allclose(-6.0 * sigmoid(after) + b, x, atol=1e-9)
    assert [branch.stable for branch in branches(-6.0, np.linspace(-9.0, 9.0, 19))] == [True, False, True]


def steepest(w, x_0, low, high):
    """The b between low and high at which |∂E/∂b| is largest after 200 steps, and that size's log10."""
    for _ in range(6):
        b = np.linspace(low, high, 20001)
        slope = np.abs(recursion(np.array([w]), b, 200, x_0, SETTING["target"]).dE_db)
        at, width = int(np.nanargmax(np.where(np.isfinite(slope), slope, -1.0))), (high - low) / 1000.0
        low, high = b[at] - width, b[at] + width
    return b[at], math.log10(slope[at])


@pytest.mark.parametrize(("w", "wall", "lower", "upper"), [(8.0, -4.480, -5.066, -2.934), (5.0, -2.612, -2.656, -2.344)])
def test_the_wall_stands_where_the_start_is_the_unstable_fixed_point_and_not_at_the_folds(w, wall, lower, upper):
    boundary = basin_boundary(w, 0.5)
    assert boundary.b == pytest.approx(wall, abs=5e-4)
    assert sorted(fold.b for fold in folds(w)) == pytest.approx([lower, upper], abs=5e-4)
    b, size = steepest(w, 0.5, -6.0, 0.0)
    assert b == pytest.approx(boundary.b, abs=1e-6)
    assert size > 8.0


def test_at_w_8_the_gradient_at_the_folds_is_a_hundredth_and_at_the_wall_more_than_ten_million():
    at = [fold.b for fold in folds(8.0)] + [basin_boundary(8.0, 0.5).b + 1e-12]
    upper, lower, wall = np.log10(recursion(np.array([8.0]), np.array(at), **SETTING).gradient_norm)
    assert (round(lower, 1), round(upper, 1)) == (-2.0, -2.2)
    assert wall > 7.0


@pytest.mark.parametrize(("w", "x_0"), [(4.2, 0.5), (5.0, 2.5), (5.0, -2.5), (9.0, 4.0)])
def test_where_the_start_lies_beyond_the_folds_the_wall_stands_at_a_fold(w, x_0):
    assert basin_boundary(w, x_0) is None
    ends = next(fold.b for fold in folds(w) if (fold.x > 0.0) == (x_0 > 0.0))
    b = np.array([ends - 1e-3, ends + 1e-3])
    before, after = np.sqrt(recursion(np.array([w]), b, 4000, x_0, 0.0).error)  # σ(x_T)
    assert abs(after - before) > 0.2


@pytest.mark.parametrize(("w", "x_0"), [(3.9, 0.5), (4.2, 0.5), (-4.2, 0.5), (0.0, 0.0), (5.0, 3.0)])
def test_without_an_unstable_fixed_point_at_the_start_there_is_no_boundary(w, x_0):
    assert basin_boundary(w, x_0) is None


@pytest.mark.parametrize("w", [5.0, 8.0, -6.0])
def test_either_side_of_the_boundary_is_another_basin(w):
    """For w < 0 the two sides are the two phases of a cycle of two."""
    b = basin_boundary(w, 0.5).b + np.array([-1e-3, 1e-3])
    reached = np.sqrt(recursion(np.array([w]), b, 1000, 0.5, 0.0).error)
    assert abs(reached[1] - reached[0]) > 0.2


def test_the_boundary_is_a_straight_line_from_where_its_fixed_point_loses_stability():
    (line,) = basin_boundaries(2.0, 8.0, 0.5)
    assert line.w[0] == pytest.approx(1.0 / sigmoid_derivative(np.array([0.5])).item())
    middle = line.w.mean()
    assert line.b.mean() == pytest.approx(basin_boundary(middle, 0.5).b)
    assert basin_boundaries(2.0, 4.0, 0.5) == () == basin_boundaries(2.0, 8.0, 50.0)
    assert [line.w.tolist() for line in basin_boundaries(-8.0, 9.0, 0.0)] == [[-8.0, -4.0], [4.0, 9.0]]


def descended(start=(5.5, -2.6), clip_threshold=math.inf, learning_rate=0.5, updates=100):
    return descend(start, REGION, learning_rate=learning_rate, clip_threshold=clip_threshold, updates=updates, **SETTING)


def test_on_the_cliff_the_raw_descent_is_thrown_off_and_the_clipped_one_arrives():
    raw, clipped = descended(), descended(clip_threshold=0.2)
    assert raw.gradient_norm.max() > 5.0
    assert raw.ended == "left_grid"
    assert not REGION.holds(raw.w[-1], raw.b[-1])
    assert all(REGION.holds(*point) for point in zip(raw.w[:-1], raw.b[:-1], strict=True))
    assert clipped.clipped_steps
    assert clipped.error[-1] < 1e-3 < clipped.error[0]
    assert clipped.ended == "steps_done"
    assert len(clipped.w) == 101


def test_steps_follow_the_gradient_and_clipped_ones_have_the_threshold_s_length():
    descent = descended(clip_threshold=0.2, updates=30)
    lengths = np.hypot(np.diff(descent.w), np.diff(descent.b))
    np.testing.assert_allclose(lengths, 0.5 * np.minimum(descent.gradient_norm[:-1], 0.2), rtol=1e-12)
    assert descent.clipped_steps == tuple(int(step) for step in np.flatnonzero(descent.gradient_norm[:-1] > 0.2))


@pytest.mark.parametrize("start", [(5.5, -2.6), (2.0, 0.0), (8.0, -4.0)])
def test_a_descent_sees_the_surface(start):
    descent = descended(start, clip_threshold=0.2)
    surface = recursion(descent.w, descent.b, **SETTING)
    np.testing.assert_allclose(descent.error, surface.error, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(descent.gradient_norm, surface.gradient_norm, rtol=1e-7)


def test_a_step_beyond_float64_is_told():
    """x = 0 is an unstable fixed point of w = 100, b = −50: every step multiplies the sensitivity by 25."""
    found = descend(
        (100.0, -50.0),
        Region(0.0, 200.0, -100.0, 0.0),
        learning_rate=0.1,
        clip_threshold=math.inf,
        updates=5,
        steps=1000,
        x_0=0.0,
        target=0.7,
    )
    assert found.ended == "diverged"
    assert (len(found.w), math.isfinite(found.gradient_norm[0])) == (1, False)


def test_no_updates_is_the_start_alone():
    descent = descended(updates=0)
    assert (len(descent.w), descent.ended) == (1, "steps_done")
