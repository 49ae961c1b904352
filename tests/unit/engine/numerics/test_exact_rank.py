from fractions import Fraction

import numpy as np
import pytest

from app.engine.numerics.exact_rank import PRIME, independent_columns, is_regular, product_of_residues, residues


def test_the_modulus_is_a_prime_whose_products_sum_exactly():
    assert all(PRIME % divisor for divisor in range(2, int(PRIME**0.5) + 1))
    assert 2**11 * (PRIME - 1) ** 2 < 2**53


@pytest.mark.parametrize("value", [0.1, -0.1, 1.0, 5e-324, 1e-310, 1.7976931348623157e308, -3.5, 0.0])
def test_residues_are_those_of_the_exact_fractions(value):
    fraction = Fraction(value)
    assert residues(np.array([value]))[0] == fraction.numerator * pow(fraction.denominator, -1, PRIME) % PRIME


def test_products_of_residues_are_exact():
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, PRIME, (2, 40, 40))
    exact = (left.astype(object) @ right.astype(object)) % PRIME
    np.testing.assert_array_equal(product_of_residues(left.astype(float), right.astype(float)), exact.astype(float))


@pytest.mark.parametrize("rank", [0, 1, 3, 5])
def test_the_rank_of_products_of_small_numbers(rank):
    rng = np.random.default_rng(rank)
    matrix = rng.integers(-9, 10, (6, rank)) @ rng.integers(-9, 10, (rank, 6)) * 2.0**-30
    assert len(independent_columns(residues(matrix))) == rank
    assert not is_regular(matrix)


def test_a_matrix_that_rounding_alone_makes_regular_is_regular():
    assert is_regular(np.array([[0.1, 0.3], [0.7, 2.1]]))  # as float64 numbers, the rows are not proportional
    assert not is_regular(np.array([[0.1, 0.3], [0.2, 0.6]]))
