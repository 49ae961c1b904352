"""The parts of an answer that `include` picks: each a function from an Exploration to plain data.

Leaves are Python scalars, strings, None, or NumPy arrays in which NaN and −inf mean "no finite value here".
A new part is one function and one line in PART_FUNCTIONS.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from app.engine.arrays import Array, BoolArray, Weights
from app.engine.backward import clipping, loss_slice, per_loss_adjoints, terms, truncation
from app.engine.errors import InvalidParameter
from app.engine.flow import flow_matrix as all_pairs
from app.engine.flow import lyapunov_exponents as exponents
from app.engine.flow import step_gain as gain_of_steps
from app.engine.interruption import checkpoint
from app.engine.model.weights import RECURRENT
from app.engine.numerics import euclidean_norms
from app.explore.exploration import Exploration

SLICE_POINTS = 41
ENTRIES_AT_A_TIME = 2**18  # of a large matrix that is looked through
LARGEST_WORKED_EXAMPLE = {"length": 5, "hidden_size": 8}

Part = dict[str, Any]


def states(exploration: Exploration) -> Part:
    """h, s, z, y of every step."""
    trace = exploration.trace
    return {"h": trace.h, "s": trace.s, "z": trace.z, "y": trace.y}


def jacobian_norms(exploration: Exploration) -> Part:
    """log10 ‖∂h_T/∂h_k‖ for k = 0..T."""
    found = exploration.jacobian_norms
    return {
        "of_step": found.of_step,
        "log10_frobenius": found.log10_frobenius,
        "log10_spectral": found.log10_spectral if exploration.parameters.norms == "both" else None,
        "exact_zero": exact_zeros(found.log10_frobenius),
    }


def adjoints(exploration: Exploration) -> Part:
    """∂L/∂h_t: plain, and as unit vector and log10 norm."""
    scaled, size = exploration.adjoints, exploration.network.hidden_size
    return {
        "dL_dh": exploration.backward.adjoint[:, :size],
        "log10_norm": scaled.log10_norm,
        "direction": scaled.direction[:, :size],
        "exact_zero": exact_zeros(scaled.log10_norm),
    }


def flow_matrix(exploration: Exploration) -> Part:
    """log10 ‖∂h_t/∂h_k‖_F for every k ≤ t."""
    matrix = all_pairs.flow_matrix(exploration.trace)
    return {"log10_frobenius": matrix, "exact_zero": last_zeros(matrix)}


def last_zeros(flow: Array) -> list[int | None]:
    """Of every row the last column whose norm is exactly zero: it says it all, for every longer product is zero, too."""
    found: list[int | None] = []
    together = max(1, ENTRIES_AT_A_TIME // flow.shape[1])
    for start in range(0, len(flow), together):
        checkpoint()
        zero = np.isneginf(flow[start : start + together])
        last = flow.shape[1] - 1 - np.argmax(zero[:, ::-1], axis=1)
        found += [int(column) if any_zero else None for column, any_zero in zip(last, np.asarray(zero.any(axis=1)), strict=True)]
    return found


def contributions(exploration: Exploration) -> Part:
    """log10 norm of every term of ∂L/∂W."""
    log10_norm = per_loss_adjoints.contributions(exploration.trace, exploration.itemised)
    return {"log10_norm": log10_norm, "exact_zero": [runs(np.isneginf(row)) for row in log10_norm]}


def gradient_by_lag(exploration: Exploration) -> Part:
    """∂L/∂W by lag, and every sliding truncation."""
    by_lag = truncation.gradient_by_lag(exploration.trace, exploration.itemised, exploration.backward.gradients[RECURRENT])
    return {
        "of": RECURRENT,
        "norm": by_lag.norm,
        "log10_norm": by_lag.log10_norm,
        "cosine": by_lag.cosine,
        "exact_zero": exact_zeros(by_lag.log10_norm),
        "truncated": {
            "norm": by_lag.truncated_norm,
            "relative_bias": by_lag.relative_bias,
            "cosine": by_lag.truncated_cosine,
            "parameter_norms": by_lag.parameter_norms,
        },
    }


def gradients(exploration: Exploration) -> Part:
    """Full, truncated and clipped gradient of every parameter."""
    full, truncated, clipped = exploration.backward.gradients, exploration.truncated, exploration.clipped
    parameters = exploration.parameters
    with np.errstate(all="ignore"):
        full_vector, truncated_vector = clipping.flattened(full), clipping.flattened(truncated)
        full_norm = np.float64(euclidean_norms.euclidean_norm(full_vector))
        return {
            "full": _gradient(full),
            "truncated": {
                "mode": parameters.truncation_mode,
                "length": parameters.truncation,
                **_gradient(truncated),
                "relative_bias": euclidean_norms.euclidean_norm(truncated_vector - full_vector) / full_norm,
                "cosine": euclidean_norms.cosine(truncated_vector, full_vector),
            },
            "clipped": {
                "mode": parameters.clip_mode,
                "threshold": parameters.clip_threshold,
                "factors": clipped.factors,
                "clipped_share": clipped.clipped_share,
                "angle": clipped.angle,
                "norm_before": clipped.norm_before,
                **_gradient(clipped.parameters),
            },
        }


def _gradient(gradients: Weights) -> Part:
    return {"norm": clipping.global_norm(gradients), "parameters": gradients}


def step_gain(exploration: Exploration) -> Part:
    """Is it the weights or the saturation? Mean f' and σ_max(J_t) of every step."""
    gain = gain_of_steps.step_gain(exploration.trace)
    return {
        "mean_derivative": gain.mean_derivative,
        "sigma_max": gain.sigma_max,
        "log10_mean_derivative": gain.log10_mean_derivative,
        "log10_sigma_max": gain.log10_sigma_max,
    }


def spectrum_of_w(exploration: Exploration) -> Part:
    """Eigenvalues and singular values of W, and the bounds that follow from them."""
    found = exploration.spectrum
    return {
        "eigenvalues": {"real": found.eigenvalues.real, "imag": found.eigenvalues.imag},
        "spectral_radius": found.spectral_radius,
        "singular_values": found.singular_values,
        "sigma_max": found.sigma_max,
        "sup_derivative": found.supremum_of_derivative,
        "sufficient_to_vanish": found.sufficient_to_vanish,
    }


def lyapunov_exponents(exploration: Exploration) -> Part:
    """Lyapunov exponents of the chain, descending, nats per step."""
    return {"nats_per_step": exponents.lyapunov_exponents(exploration.trace)}


def loss_slice_along_step(exploration: Exploration) -> Part:
    """L(θ − η g) over η, with where the raw and the clipped step of learning rate η land."""
    eta = exploration.parameters.learning_rate
    grid = np.linspace(-0.5, 2.0, SLICE_POINTS) * eta
    losses = _losses(exploration, exploration.truncated, np.append(grid, eta))
    clipped = _losses(exploration, exploration.clipped.parameters, np.array([eta]))
    return {
        "eta": grid,
        "loss": losses[:-1],
        "raw": {"eta": eta, "loss": losses[-1]},
        "clipped": {"eta": eta, "loss": clipped[0], "factor": exploration.clipped.factors.get("global")},
    }


def _losses(exploration: Exploration, direction: Weights, etas: Array) -> Array:
    sequence = exploration.sequence
    if not np.isfinite(clipping.flattened(direction)).all():
        return np.full(len(etas), np.nan)
    return loss_slice.loss_slice(exploration.network, sequence.x, sequence.target, exploration.loss_weights, direction, etas)


def worked_terms(exploration: Exploration) -> Part:
    """Every matrix of the sum, in numbers."""
    sizes = {"length": len(exploration.sequence.x), "hidden_size": exploration.network.hidden_size}
    for name, largest in LARGEST_WORKED_EXAMPLE.items():
        if sizes[name] > largest:
            remedy = f"Leave terms out of include, or ask for length ≤ {LARGEST_WORKED_EXAMPLE['length']} and hidden_size ≤ 8."
            raise InvalidParameter("include", "terms", f"terms only with {name} ≤ {largest}, here it is {sizes[name]}", remedy)
    found = terms.terms(exploration.trace, exploration.itemised)
    with np.errstate(over="ignore", invalid="ignore"):
        dh_dW_total, dL_dW_total = found.dh_dW.sum(axis=0), found.dL_dW.sum(axis=(0, 1))
    return {
        "weights": exploration.network.parameters,
        "J": found.jacobian,
        "dh_dh": found.dh_dh,
        "dh_dW": found.dh_dW,
        "dh_dW_total": dh_dW_total,
        "dL_dW": found.dL_dW,
        "dL_dW_total": dL_dW_total,
    }


PART_FUNCTIONS: dict[str, Callable[[Exploration], Part]] = {
    "states": states,
    "jacobian_norms": jacobian_norms,
    "adjoints": adjoints,
    "flow_matrix": flow_matrix,
    "contributions": contributions,
    "gradient_by_lag": gradient_by_lag,
    "gradients": gradients,
    "step_gain": step_gain,
    "spectrum": spectrum_of_w,
    "lyapunov_exponents": lyapunov_exponents,
    "loss_slice": loss_slice_along_step,
    "terms": worked_terms,
}

# Parts whose numbers are gradients in plain float64, so that they can overflow where the states don't.
GRADIENT_PARTS = frozenset({"adjoints", "gradients", "gradient_by_lag", "loss_slice", "terms"})


def exact_zeros(log10_values: Array) -> list[int]:
    """The indices whose value is exactly zero, not merely small."""
    return [int(index) for index in np.flatnonzero(np.isneginf(log10_values))]


def runs(marked: BoolArray) -> list[list[int]]:
    """The marked places as runs [first, last], counted from 1.

    >>> runs(np.array([True, True, False, True]))
    [[1, 2], [4, 4]]
    """
    changes = np.flatnonzero(np.diff(marked, prepend=False, append=False))
    return [[int(first) + 1, int(after)] for first, after in changes.reshape(-1, 2)]
