"""Backpropagation through time, as one sum.

`backpropagate` gives every gradient in one sweep: the fast path, in plain float64. `per_loss_adjoints` takes the sum apart.
"""

from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array, Weights
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.numerics.euclidean_norms import unit_vectors
from app.engine.numerics.products import product, summed_outer_products

# Adjoint norms outside this range are recomputed with a scale of their own, before float64 loses them.
SMALLEST_SAFE_LOG10_NORM, LARGEST_SAFE_LOG10_NORM = -140.0, 150.0


@dataclass(frozen=True)
class Backpropagation:
    """∂L/∂ everything, after one backward sweep.

    Attributes
    ----------
    adjoint : Array
        (T+1, ..., S), ∂L/∂state_t; its first H values are ∂L/∂h_t.
    local : Array
        (T, ..., P), ∂L/∂s_t.
    gradients : dict
        Of every weight by name, summed over time and batch.
    """

    adjoint: Array
    local: Array
    gradients: Weights


def loss_per_step(trace: Trace, target: Array) -> Array:
    """ℓ(y_t, target_t) of every step, (T, ...); NaN after a divergence."""
    with np.errstate(over="ignore", invalid="ignore"):
        return trace.network.readout.loss_per_step(trace.z, target)


def output_adjoint(trace: Trace, target: Array, loss_weights: Array) -> Array:
    """∂L/∂z_t = m_t ∂ℓ/∂z_t, (T, ..., O).

    Parameters
    ----------
    loss_weights : Array
        m, (T,): 1 on the steps that carry a loss and 0 elsewhere, or any weights.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = trace.network.readout.gradient(trace.z, target)
        gradient *= loss_weights.reshape(-1, *[1] * (gradient.ndim - 1))
        gradient[loss_weights == 0.0] = 0.0  # after a divergence too, where 0 times NaN would be NaN
        return gradient


def scaled_output_adjoint(trace: Trace, target: Array, loss_weights: Array) -> tuple[Array, Array]:
    """∂L/∂z_t = rows[t−1]·10^log10_scale[t−1] of a trace without a batch, also where it is below float64: (T, O), (T,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        gradient, log10_scale = trace.network.readout.scaled_gradient(trace.z, target)
        gradient *= loss_weights[:, None]
        gradient[loss_weights == 0.0] = 0.0
        return gradient, log10_scale


def counted_steps(dL_dz: Array) -> int:
    """How many steps there are up to the last one with a loss: no gradient comes from beyond, where the run may have diverged."""
    if dL_dz[-1].any():  # the common case
        return len(dL_dz)
    rows = np.flatnonzero(dL_dz.reshape(len(dL_dz), -1).any(axis=1))
    return int(rows[-1]) + 1 if len(rows) else 0


def backpropagate(trace: Trace, target: Array, loss_weights: Array, chunk: int | None = None) -> Backpropagation:
    """All gradients of L = Σ_t m_t ℓ(y_t, target_t) in one sweep from T back to 0.

    δ_t = Vᵀ ∂L/∂z_t + J_{t+1}ᵀ δ_{t+1};  ∂L/∂W = Σ_t (δ_t ∘ f'(s_t)) h_{t-1}ᵀ, likewise U, V, b_s, b_z, h_0.

    Parameters
    ----------
    trace : Trace
        A forward pass, with or without a batch axis.
    target : Array
        (T, ..., O).
    loss_weights : Array
        m, (T,).
    chunk : int, optional
        Chunked truncation: nothing passes back over the boundary between two chunks of this many steps, as if the
        state were detached there.

    Returns
    -------
    Backpropagation
        In plain float64: where an adjoint overflows, the gradients hold inf or NaN.

    References
    ----------
    Werbos, P. (1990). Backpropagation through time: what it does and how to do it. Proc. IEEE 78(10).
    """
    dL_dz = output_adjoint(trace, target, loss_weights)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        adjoint, local = sweep(trace, dL_dz, chunk or trace.length)
        return Backpropagation(adjoint, local, parameter_gradients(trace, local, dL_dz, adjoint[0]))


def sweep(trace: Trace, dL_dz: Array, chunk: int) -> tuple[Array, Array]:
    """∂L/∂state_t (T+1, ..., S) and ∂L/∂s_t (T, ..., P), in plain float64."""
    size, P, V, linear = trace.network.hidden_size, trace.s.shape[-1], trace.network.parameters["V"], trace.linear
    counted = counted_steps(dL_dz)
    adjoint, local = np.empty(trace.state.shape), np.empty((*dL_dz.shape[:-1], P + dL_dz.shape[-1]))
    local[0, ..., P:], local[1:, ..., P:] = 0.0, dL_dz[:-1]
    adjoint[counted:], local[counted:] = 0.0, 0.0
    for start in range(0, counted, chunk)[::-1]:
        stop = min(start + chunk, counted)
        adjoint[stop] = 0.0  # whatever the chunk behind this one has passed back
        adjoint[stop, ..., :size] = product(dL_dz[stop - 1], V)
        linear.sweep_back(start, local[start:stop], adjoint[start : stop + 1], V)
    return adjoint, local[..., :P]


def parameter_gradients(trace: Trace, local: Array, dL_dz: Array, initial: Array) -> Weights:
    """Every parameter's gradient from ∂L/∂s_t, ∂L/∂z_t and ∂L/∂state_0, each one matrix product over all steps."""
    network, size, counted = trace.network, trace.network.hidden_size, counted_steps(dL_dz)
    outputs = dL_dz[:counted].reshape(-1, dL_dz.shape[-1])
    hidden = trace.state[1 : counted + 1, ..., :size].reshape(-1, size)
    found = {
        **trace.linear.parameter_gradients(local[:counted]),
        "V": summed_outer_products(outputs, hidden),
        "b_z": outputs.sum(axis=0),
        **network.initial_state(initial.reshape(-1, initial.shape[-1]).sum(axis=0)),
    }
    return {name: found[name] for name in network.parameters}


@dataclass(frozen=True)
class ScaledAdjoints:
    """∂L/∂state_t = direction[t]·10^log10_norm[t]: unit vectors (T+1, S) and their scale (T+1,).

    An adjoint that is exactly zero has direction 0 and log10 norm −inf.
    """

    direction: Array
    log10_norm: Array


def scaled_adjoints(trace: Trace, back: Backpropagation, target: Array, loss_weights: Array) -> ScaledAdjoints:
    """The adjoints of `backpropagate` beyond float64's range, for a trace without a batch.

    They are the plain ones where float64 holds them; otherwise a second sweep carries every vector with a scale.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        dL_dz, log10_scale = scaled_output_adjoint(trace, target, loss_weights)
        direction, log10_norm = unit_vectors(back.adjoint)
        if not log10_scale.any() and is_safe(log10_norm[: counted_steps(dL_dz) + 1]):
            return ScaledAdjoints(direction, log10_norm)
    return _scaled_sweep(trace, dL_dz, log10_scale)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def _scaled_sweep(trace: Trace, dL_dz: Array, log10_scale: Array) -> ScaledAdjoints:
    network, counted = trace.network, counted_steps(dL_dz)
    direction, log10_norm = np.zeros_like(trace.state), np.full(trace.length + 1, -np.inf)
    unit, scale = np.zeros(trace.state.shape[-1]), np.array(-np.inf)
    for t in range(counted, -1, -1):
        checkpoint()
        if t < counted:
            _, before, _, factor = trace.linear.scaled_step_back(slice(t, t + 1), unit[None])
            unit, scale = before[0], scale + factor[0]
        if t > 0:
            external = np.zeros_like(unit)
            external[: network.hidden_size] = dL_dz[t - 1] @ network.parameters["V"]
            unit, scale = _scaled_sum(unit, scale, external, log10_scale[t - 1])
        unit, factor = unit_vectors(unit)
        scale = scale + factor
        direction[t], log10_norm[t] = unit, scale
    return ScaledAdjoints(direction, log10_norm)


def _scaled_sum(vector: Array, scale: Array, other: Array, other_scale: Array) -> tuple[Array, Array]:
    """vector·10^scale + other·10^other_scale, again as a vector and a scale."""
    other, log10_norm = unit_vectors(other)
    other_scale = other_scale + log10_norm
    pivot = np.asarray(np.maximum(scale, other_scale))  # unlike max, it passes on a NaN: what isn't known isn't zero
    if np.isneginf(pivot):
        return vector, scale
    return vector * 10.0 ** (scale - pivot) + other * 10.0 ** (other_scale - pivot), pivot


def is_safe(log10_norm: Array) -> bool:
    """Whether vectors of these norms have lost nothing to the ends of float64's range."""
    return bool(((log10_norm > SMALLEST_SAFE_LOG10_NORM) & (log10_norm < LARGEST_SAFE_LOG10_NORM)).all())
