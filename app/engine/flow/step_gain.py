"""What one step does to a gradient: the mean of f'(s_t) and σ_max(J_t) of every step."""

from dataclasses import dataclass

import numpy as np

from app.engine.arrays import Array
from app.engine.flow.jacobian_norms import known_steps, steps_per_chunk
from app.engine.interruption import checkpoint
from app.engine.model.network import Trace
from app.engine.numerics.euclidean_norms import LOG10_2
from app.engine.numerics.extended_range import widened
from app.engine.numerics.matrix_norms import spectral_norms


@dataclass(frozen=True)
class StepGain:
    """What one step does to a gradient; each (T,), row 0 is step 1, NaN after a divergence.

    Attributes
    ----------
    mean_derivative, log10_mean_derivative : Array or None
        Mean of f'(s_t) over the units: 1 is no saturation. None for a cell whose J_t isn't diag(f'(s_t)) W.
    sigma_max, log10_sigma_max : Array
        σ_max(J_t), the most that the step can stretch a gradient.
    """

    mean_derivative: Array | None
    sigma_max: Array
    log10_mean_derivative: Array | None
    log10_sigma_max: Array


def step_gain(trace: Trace) -> StepGain:
    """Mean of f'(s_t) and σ_max(J_t) of every step: is it the weights, or the saturation?

    Parameters
    ----------
    trace : Trace
        A forward pass without a batch axis.

    Returns
    -------
    StepGain
        The plain values are 0 or infinite where float64 ends, their logarithms are not.
    """
    linear, known, size = trace.linear, known_steps(trace), trace.state.shape[-1]
    chunk = steps_per_chunk(size)
    jacobians = np.empty((chunk, size, size))
    sigma_max, exponent = np.full(trace.length, np.nan), np.zeros(trace.length, dtype=np.int64)
    for start in range(0, known, chunk):
        checkpoint()
        stop = min(known, start + chunk)
        steps = linear.state_jacobians(start, stop, jacobians[: stop - start])
        sigma_max[start:stop], exponent[start:stop] = spectral_norms(steps)
        for step in (start + np.flatnonzero(linear.underflowed[start:stop])).tolist():
            wide = widened(*linear.wide_jacobian(step))
            base = wide.row_exponent.max(keepdims=True)
            values, shift = spectral_norms(wide.rows(base)[None])
            sigma_max[step], exponent[step] = values[0], shift[0] + base.item()
    mean_derivative, log10_of_mean = linear.mean_derivative(), log10_mean_derivative(trace)
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        log10_sigma_max = np.log10(sigma_max) + exponent * LOG10_2 + linear.log10_scale
        plain = linear.log10_scale == 0.0  # the others are beyond float64, or nearly
        if mean_derivative is not None and log10_of_mean is not None:
            mean_derivative = np.where(plain, mean_derivative, 10.0**log10_of_mean)
        return StepGain(
            mean_derivative=mean_derivative,
            sigma_max=np.where(plain, np.ldexp(sigma_max, exponent), 10.0**log10_sigma_max),
            log10_mean_derivative=log10_of_mean,
            log10_sigma_max=log10_sigma_max,
        )


def log10_mean_derivative(trace: Trace) -> Array | None:
    """log10 of the mean of f'(s_t) over the units, (T,): −inf where it is exactly zero, NaN after a divergence.

    None for a cell whose J_t isn't diag(f'(s_t)) W.
    """
    mean = trace.linear.mean_derivative()
    if mean is None:
        return None
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(mean) + trace.linear.log10_scale)
