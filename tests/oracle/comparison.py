"""What this project finds for a problem, and how it is held against an oracle's outcome."""

import numpy as np

from app.engine.arrays import Array
from app.engine.backward.bptt import backpropagate, loss_per_step
from app.engine.backward.clipping import clip
from app.engine.backward.per_loss_adjoints import per_loss_adjoints
from app.engine.backward.truncation import truncated_gradients, truncated_sweep
from app.engine.flow.flow_matrix import flow_matrix
from app.engine.flow.gain_split import gain_split
from app.engine.flow.jacobian_norms import jacobian_norms
from app.engine.model.network import forward
from tests.oracle.problems import CLIP_THRESHOLDS, TRUNCATION, Problem, flattened


def assert_outcomes_agree(problem: Problem, expected: dict[str, Array]) -> None:
    """Every gradient to 1e-10 relative, and what they come from."""
    trace = forward(problem.network, problem.x)
    back = backpropagate(trace, problem.target, problem.loss_weights)
    per_loss = per_loss_adjoints(trace, problem.target, problem.loss_weights)
    found = {
        "h": trace.h,
        "z": trace.z,
        "loss_per_step": loss_per_step(trace, problem.target),
        "adjoint": back.adjoint,
        "full": flattened(back.gradients),
        **{f"clipped {mode}": flattened(clip(back.gradients, mode, threshold).parameters) for mode, threshold in CLIP_THRESHOLDS.items()},
    }
    for name, value in found.items():
        assert_close(value, expected[name], name)
    for mode in ("chunked", "sliding"):
        by_terms = truncated_gradients(trace, per_loss, mode, TRUNCATION)
        by_sweep = truncated_sweep(trace, problem.target, problem.loss_weights, mode, TRUNCATION)
        chunks = backpropagate(trace, problem.target, problem.loss_weights, chunk=TRUNCATION).gradients
        for gradients in (by_terms, by_sweep, *([chunks] if mode == "chunked" else [])):
            assert_close(flattened(gradients), expected[mode], mode)


def assert_close(found: Array, expected: Array, name: str) -> None:
    """1e-10 of the expected array's norm."""
    assert np.linalg.norm(found - expected) <= 1e-10 * np.linalg.norm(expected), name


def assert_flow_agrees(problem: Problem, frobenius: Array, spectral: Array) -> None:
    """All norms to 1e-9 in log10."""
    trace = forward(problem.network, problem.x)
    norms = jacobian_norms(trace)
    assert_logarithms_close(flow_matrix(trace), frobenius)
    assert_logarithms_close(norms.log10_frobenius, frobenius[-1])
    assert_logarithms_close(norms.log10_spectral, spectral)


def assert_split_agrees(problem: Problem, shares: Array) -> None:
    """The shares of derivative and weights of every step to 1e-8, their sums to 1e-9."""
    trace = forward(problem.network, problem.x)
    split = gain_split(trace, jacobian_norms(trace))
    found = np.stack([split.log10_derivative, split.log10_weights])
    np.testing.assert_allclose(found, shares, atol=1e-8)
    np.testing.assert_allclose(found.sum(axis=1), shares.sum(axis=1), rtol=1e-9, atol=1e-9)


def assert_logarithms_close(found: Array, expected: Array, tolerance: float = 1e-9) -> None:
    np.testing.assert_array_equal(np.isneginf(found), np.isneginf(expected))
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    np.testing.assert_allclose(found[finite], expected[finite], rtol=0, atol=tolerance)
