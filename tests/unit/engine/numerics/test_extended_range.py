import mpmath
import numpy as np
import pytest

from app.engine.numerics import extended_range as module
from app.engine.numerics.extended_range import EXPONENT_OF_ZERO, WideMatrix, wide_product, widened
from tests.tracing import arguments_of


def exact(wide: WideMatrix):
    return np.vectorize(lambda m, e: mpmath.ldexp(mpmath.mpf(m), int(e)), otypes=[object])(
        *np.broadcast_arrays(wide.mantissa, wide.exponent)
    )


def assert_equals(wide: WideMatrix, expected, tolerance=1e-15):
    for found, wanted in zip(exact(wide).flat, expected.flat, strict=True):
        assert abs(found - wanted) <= tolerance * abs(wanted)


def test_a_case_worked_by_hand():
    wide = wide_product(widened(np.array([[1.0, 2.0], [0.0, 0.0]])), np.array([[3.0, 0.0], [4.0, 1.0]]))
    assert_equals(wide, np.array([[11, 2], [0, 0]]))
    assert wide.exponent.tolist() == [[4], [EXPONENT_OF_ZERO]]


def test_rows_far_apart_keep_one_exponent_each():
    wide = widened(np.array([[1e-300, 2e-300], [1e300, 0.0]]))
    assert wide.exponent.shape == (2, 1)
    assert_equals(wide, np.array([[1e-300, 2e-300], [1e300, 0.0]]), 0)


def test_entries_far_apart_get_an_exponent_each():
    wide = widened(np.array([[1e-300, 1e300]]))
    assert wide.exponent.shape == (1, 2)
    assert_equals(wide, np.array([[1e-300, 1e300]]), 0)


@pytest.mark.parametrize("seed", range(5))
def test_products_equal_exact_ones_however_far_the_entries_are_apart(seed):
    rng = np.random.default_rng(seed)
    wide = widened(np.eye(5))
    with mpmath.workdps(400):
        expected = exact(wide)
        for step in range(30):
            reach = (0, 5, 100, 300)[step % 4]
            factor = 10.0 ** rng.uniform(-reach, reach, (5, 5)) * (rng.random((5, 5)) < 0.6)  # all of one sign: no cancellation
            wide, expected = wide_product(wide, factor), expected.dot(np.vectorize(mpmath.mpf, otypes=[object])(factor))
            assert_equals(wide, expected, 1e-13)


def test_what_lies_below_survives_when_what_lies_above_is_wiped_out():
    wide = widened(np.array([[1.0, 1.0]]))
    for _ in range(3):
        wide = wide_product(wide, np.diag([1.0, 1e-300]))
    for _ in range(3):
        wide = wide_product(wide, np.diag([0.0, 1e300]))
    assert_equals(wide, np.array([[0.0, 1.0]]), 1e-12)
    assert wide.exponent.shape == (1, 1)


def test_terms_that_cancel_leave_the_smaller_ones():
    wide = widened(np.array([[1.0, 1.0, 1e-200]]))
    wide = wide_product(wide, np.diag([1.0, 1.0, 1e-200]))
    assert_equals(wide_product(wide, np.array([[1.0], [-1.0], [1.0]])), np.array([[mpmath.mpf(10) ** -400]], dtype=object), 1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_layers_without_a_digit_in_the_product_are_not_multiplied_and_nothing_is_lost(seed):
    """Rows as far apart as those of a saturated network's Jacobian: a hundred layers, of which a few count."""
    rng = np.random.default_rng(seed)
    left = widened(np.eye(6) + rng.random((6, 6)))
    exponents, matrix = rng.integers(-30_000, 0, (6, 1)), rng.random((6, 6)) * (rng.random((6, 6)) < 0.7)
    with mpmath.workdps(10_000):
        expected = exact(left).dot(exact(WideMatrix(matrix, exponents)))
        assert_equals(wide_product(left, matrix, exponents), expected, 1e-14)
    with arguments_of(module._product_at) as calls:
        wide_product(left, np.ones((6, 6)), exponents)  # every entry has its largest term in the uppermost layer
    depths = [call["depth"] for call in calls]
    assert depths[0] == 0
    assert depths[-1] <= 2
