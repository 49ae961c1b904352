"""The loss along a direction in parameter space, L(θ − η g), as batched forward passes."""

from dataclasses import replace

import numpy as np

from app.engine.arrays import Array, Weights
from app.engine.backward.bptt import loss_per_step
from app.engine.interruption import checkpoint
from app.engine.model.network import Network, forward
from app.engine.model.weights import RECURRENT

# The parameters of the networks in one batch: at every step all of them are read, from the processor's cache if they fit into it.
WEIGHTS_AT_A_TIME = 2**18
# Of the states and outputs of one stretch of time, 8 MB.
NUMBERS_AT_A_TIME = 2**20


def loss_slice(network: Network, x: Array, target: Array, loss_weights: Array, direction: Weights, etas: Array) -> Array:
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

    Notes
    -----
    In memory are `networks_at_a_time` networks with what `steps_at_a_time` steps of them need, whatever N and T.
    """
    together = networks_at_a_time(sum(value.size for value in network.parameters.values()))
    losses = np.empty(len(etas))
    for start in range(0, len(etas), together):
        piece = slice(start, start + together)
        with np.errstate(over="ignore", invalid="ignore"):
            moved = {
                name: value - etas[piece].reshape(-1, *[1] * value.ndim) * direction[name] for name, value in network.parameters.items()
            }
        losses[piece] = batched_losses(replace(network, parameters=moved), x, target, loss_weights)
    return losses


def networks_at_a_time(weights: int) -> int:
    """How many networks of so many weights are run as one batch."""
    return max(1, WEIGHTS_AT_A_TIME // weights)


def steps_at_a_time(networks: int, hidden_numbers: int, output_size: int) -> int:
    """How many steps of a batch are run before their states are forgotten, each with so many numbers of state and pre-activation."""
    return max(1, NUMBERS_AT_A_TIME // (networks * (hidden_numbers + 4 * output_size)))


def batched_losses(network: Network, x: Array, target: Array, loss_weights: Array) -> Array:
    """L of every network in a batch of parameters (a leading axis N on each), on one sequence: (N,)."""
    parameters = network.parameters
    count, rows, size = parameters[RECURRENT].shape
    together = steps_at_a_time(count, rows + len(network.cell.states) * size, target.shape[-1])
    per_step = np.empty((len(x), count))
    for start in range(0, len(x), together):
        checkpoint()
        piece = slice(start, start + together)
        trace = forward(replace(network, parameters=parameters), x[piece, None, :])
        per_step[piece] = loss_per_step(trace, target[piece, None, :])
        # A member that has diverged goes on from NaN, and stays there.
        parameters = {**parameters, **network.initial_state(trace.state[-1].copy())}
    counted = loss_weights != 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        losses = per_step[counted].T @ loss_weights[counted]
    return np.where(np.isfinite(losses), losses, np.nan)
