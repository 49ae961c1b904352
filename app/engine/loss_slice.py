"""The loss along a direction in parameter space, L(θ − η g), as one batched forward pass."""

from dataclasses import replace

import numpy as np

from app.engine.activations import Array
from app.engine.bptt import loss_per_step
from app.engine.initializers import Parameters
from app.engine.network import Network, forward


def loss_slice(network: Network, x: Array, target: Array, loss_weights: Array, direction: Parameters, etas: Array) -> Array:
    """L(θ − η·direction) for every η.

    Parameters
    ----------
    network : Network
        Holds θ.
    x, target : Array
        (T, D) and (T, O).
    loss_weights : Array
        m, (T,).
    direction : dict
        A gradient by parameter name.
    etas : Array
        (N,), step sizes.

    Returns
    -------
    Array
        (N,); NaN where the network diverges.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        moved = {name: value - etas.reshape(-1, *[1] * value.ndim) * direction[name] for name, value in network.parameters.items()}
    return batched_losses(replace(network, parameters=moved), x, target, loss_weights)


def batched_losses(network: Network, x: Array, target: Array, loss_weights: Array) -> Array:
    """L of every network in a batch of parameters (a leading axis N on each), on one sequence: (N,)."""
    trace = forward(network, x[:, None, :])
    with np.errstate(over="ignore", invalid="ignore"):
        per_step = loss_per_step(trace, target[:, None, :])
        losses = per_step[loss_weights != 0.0].T @ loss_weights[loss_weights != 0.0]
    return np.where(np.isfinite(losses), losses, np.nan)
