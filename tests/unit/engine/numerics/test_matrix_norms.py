import numpy as np
import pytest

from app.engine.numerics import matrix_norms as module
from app.engine.numerics.matrix_norms import squared_norms
from tests.chains import jacobians_of, traced


def spectral_norms(matrices, **options):
    return np.ldexp(*module.spectral_norms(matrices, **options))


def test_a_case_worked_by_hand():
    matrices = np.array([[[0.0, 2.0], [1.0, 0.0]], [[3.0, 4.0], [0.0, 0.0]]])
    np.testing.assert_allclose(spectral_norms(matrices), [2.0, 5.0], rtol=1e-15)
    np.testing.assert_array_equal(squared_norms(matrices), [5.0, 25.0])


@pytest.mark.parametrize("shape", [(7, 1, 1), (7, 3, 3), (7, 5, 40), (5, 96, 96), (5, 97, 97), (5, 100, 120)])
@pytest.mark.parametrize("chained", [False, True])
@pytest.mark.parametrize("factor", [1e-250, 1.0, 1e250])
def test_equals_the_full_decomposition(shape, factor, chained):
    matrices = np.random.default_rng(0).standard_normal(shape) * factor
    np.testing.assert_allclose(spectral_norms(matrices, chained=chained), np.linalg.svd(matrices, compute_uv=False)[:, 0], rtol=1e-13)


@pytest.mark.parametrize("size", [4, 100])
def test_of_special_matrices(size):
    orthogonal, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((size, size)))
    special = np.array([np.zeros((size, size)), np.eye(size), 3 * orthogonal, np.eye(size, k=1), np.diag(np.arange(size))])
    np.testing.assert_allclose(spectral_norms(special, chained=True), [0, 1, 3, 1, size - 1], rtol=1e-14)


def test_singular_vectors_that_cross_do_not_mislead_the_warm_start():
    # The largest singular value wanders from one direction to another that the last singular vector knows nothing of.
    size = 100
    u, v = (np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0] for seed in (2, 3))
    values = [np.concatenate([[1.0 + 0.1 * x, 1.0 - 0.1 * x], np.full(size - 2, 0.5)]) for x in np.linspace(-1, 1, 41)]
    found = spectral_norms(np.array([u @ np.diag(value) @ v for value in values]), chained=True)
    np.testing.assert_allclose(found, [value.max() for value in values], rtol=1e-13)


def test_what_does_not_converge_is_decomposed_in_full(monkeypatch):
    monkeypatch.setattr(module, "MOST_LANCZOS_STEPS", 3)
    matrices = np.random.default_rng(4).standard_normal((3, 100, 100))
    np.testing.assert_allclose(spectral_norms(matrices, chained=True), np.linalg.norm(matrices, 2, axis=(1, 2)), rtol=1e-14)


def test_of_a_networks_jacobians():
    jacobians = jacobians_of(traced(hidden_size=80, length=40, spectral_radius=1.5))
    np.testing.assert_allclose(spectral_norms(jacobians), np.linalg.norm(jacobians, 2, axis=(1, 2)), rtol=1e-13)
