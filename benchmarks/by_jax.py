"""The same work in JAX, compiled."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from app.engine.activations import Array
from app.engine.network import Network, Trace

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
