import mpmath
import numpy as np
import pytest

from app.engine.numerics.euclidean_norms import angle_between, cosine, euclidean_norm, log10_norms, norms, scaled_norms, unit_vectors

SIZES = [5e-324, 1e-320, 1e-308, 1e-200, 1e-162, 1e-154, 1e-140, 1.0, 1e140, 1e154, 1e200, 1e300]


def exact_log10_norm(vector):
    return float(mpmath.log10(mpmath.norm(vector.tolist())))


@pytest.mark.parametrize("size", SIZES)
def test_norms_of_any_size_are_those_of_exact_arithmetic(size):
    vectors = np.random.default_rng(0).uniform(0.1, 1.0, (5, 7)) * size
    np.testing.assert_allclose(log10_norms(vectors), [exact_log10_norm(vector) for vector in vectors], rtol=1e-15, atol=1e-15)
    if size > 1e-300:
        np.testing.assert_allclose(norms(vectors), [float(mpmath.norm(vector.tolist())) for vector in vectors], rtol=1e-15)
    assert euclidean_norm(vectors) == pytest.approx(float(mpmath.norm(vectors.ravel().tolist())), rel=1e-15, abs=5e-324)


def test_entries_of_every_size_in_one_vector():
    rng = np.random.default_rng(1)
    vectors = 10.0 ** rng.uniform(-320, 300, (200, 4)) * rng.choice([-1.0, 1.0], (200, 4))
    np.testing.assert_allclose(log10_norms(vectors), [exact_log10_norm(vector) for vector in vectors], rtol=1e-15)


def test_zero_infinity_and_unknown():
    vectors = np.array([[0.0, 0.0], [np.inf, 1.0], [np.nan, 1.0], [3.0, 4.0]])
    np.testing.assert_array_equal(norms(vectors), [0.0, np.inf, np.nan, 5.0])
    np.testing.assert_array_equal(log10_norms(vectors)[:3], [-np.inf, np.inf, np.nan])
    assert euclidean_norm(np.zeros(0)) == 0.0


def test_plain_squares_where_they_suffice():
    assert not scaled_norms(np.full((3, 2), 1e-100))[1].any()


@pytest.mark.parametrize("size", SIZES[1:])
def test_unit_vectors_and_angles_at_any_size(size):
    vectors = np.array([[3.0, 4.0], [4.0, -3.0]]) * size
    units, log10_norm = unit_vectors(vectors)
    np.testing.assert_allclose(units, [[0.6, 0.8], [0.8, -0.6]], rtol=1e-3 if size < 1e-308 else 1e-15)
    np.testing.assert_allclose(log10_norm, np.log10(5.0) + np.log10(size), rtol=1e-3 if size < 1e-308 else 1e-15, atol=1e-15)
    assert cosine(vectors[0], vectors[1]) == pytest.approx(0.0, abs=1e-3)
    assert cosine(vectors[0], vectors[0] * 0.25) == pytest.approx(1.0, rel=1e-2)
    assert angle_between(vectors[0], vectors[1]) == pytest.approx(np.pi / 2.0, rel=1e-3)


def test_a_zero_vector_has_no_direction():
    units, log10_norm = unit_vectors(np.zeros((1, 2)))
    np.testing.assert_array_equal(units, [[0.0, 0.0]])
    assert np.isneginf(log10_norm).all()
    for pair in ((np.zeros(2), np.ones(2)), (np.ones(2), np.zeros(2)), (np.zeros(2), np.zeros(2))):
        assert np.isnan(cosine(*pair))
        assert np.isnan(angle_between(*pair))


def test_angle_is_exact_where_arccos_is_not():
    assert angle_between(np.array([1.0, 0.0]), np.array([1.0, 1e-9])) == pytest.approx(1e-9, rel=1e-12)
    assert angle_between(np.array([1.0, 0.0]), np.array([-2.0, 0.0])) == pytest.approx(np.pi)
    assert cosine(np.ones(2), 3.0 * np.ones(2)) == pytest.approx(1.0)
