"""The same work in JAX, compiled."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from app.engine.arrays import Array, Weights
from app.engine.model.network import Network, Trace
from app.sequences.tasks import Batch

jax.config.update("jax_enable_x64", val=True)


def gradients(network: Network, x: Array, target: Array) -> Callable[[], object]:
    """Forward, loss at every step, and all gradients, as one compiled function."""
    parameters = {name: jnp.asarray(value) for name, value in network.parameters.items()}
    inputs, targets = jnp.asarray(x), jnp.asarray(target)

    def loss(parameters, inputs, targets):
        def step(h, s):
            h = jnp.tanh(s + parameters["W"] @ h)
            return h, h

        _, h = lax.scan(step, parameters["h_0"], inputs @ parameters["U"].T + parameters["b_s"])
        return jnp.square(h @ parameters["V"].T + parameters["b_z"] - targets).sum()

    compiled = jax.jit(jax.grad(loss))
    return lambda: jax.block_until_ready(compiled(parameters, inputs, targets))


def jacobian_norms(trace: Trace) -> Callable[[], object]:
    """The norms of all ∂h_T/∂h_k as one compiled loop; a new length T means a new compilation."""
    W, slopes = jnp.asarray(trace.network.parameters["W"]), jnp.asarray(trace.linear.derivative)

    def norms(W, slopes):
        def step(left, slope):
            left = (left * slope) @ W
            return left, jnp.sqrt(jnp.vdot(left, left))

        _, found = lax.scan(step, jnp.eye(len(W)), slopes, reverse=True)
        return jnp.log10(found)

    compiled = jax.jit(norms)
    return lambda: jax.block_until_ready(compiled(W, slopes))


def training(initial: Weights, batch: Batch, learning_rate: float, clip_threshold: float) -> Callable[[], object]:
    """One step of training a batch (T, B, D), a loss at its last step: forward, gradient, clipping by norm, RMSprop, as one function."""
    inputs, target = jnp.asarray(batch.x), jnp.asarray(batch.target[-1])

    def loss(theta):
        def step(h, x):
            return jnp.tanh(x @ theta["U"].T + h @ theta["W"].T + theta["b_s"]), None

        h, _ = lax.scan(step, jnp.broadcast_to(theta["h_0"], (inputs.shape[1], len(theta["h_0"]))), inputs)
        return jnp.square(h @ theta["V"].T + theta["b_z"] - target).sum(axis=1).mean()

    def update(theta, squares):
        found, gradients = jax.value_and_grad(loss)(theta)
        norm = jnp.sqrt(sum(jnp.vdot(gradient, gradient) for gradient in gradients.values()))
        factor = jnp.minimum(1.0, clip_threshold / norm)
        clipped = {name: factor * gradient for name, gradient in gradients.items()}
        squares = {name: 0.99 * squares[name] + 0.01 * jnp.square(gradient) for name, gradient in clipped.items()}
        moved = {name: theta[name] - learning_rate * gradient / (jnp.sqrt(squares[name]) + 1e-8) for name, gradient in clipped.items()}
        return moved, squares, found

    compiled = jax.jit(update)
    theta = {name: jnp.asarray(value) for name, value in initial.items()}
    state = [theta, {name: jnp.zeros_like(value) for name, value in theta.items()}]

    def step() -> float:
        state[0], state[1], found = compiled(*state)
        return float(found)

    return step
