"""Networks and bare chains of Jacobians to test the flow of gradients on, and their exact products by mpmath."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np

from app.engine.arrays import Array
from app.engine.model.initializers import draw_parameters
from app.engine.model.network import Network, Trace, forward
from app.engine.model.readouts import READOUTS
from app.engine.model.weights import initial_state
from tests.cells import made


def traced(
    activation: str = "tanh",
    *,
    hidden_size: int = 4,
    length: int = 10,
    initializer: str = "gaussian",
    spectral_radius: float = 1.1,
    input_scale: float = 1.0,
    bias_scale: float = 0.1,
    seed: int = 0,
    readout: str = "identity",
    W: Array | None = None,
    x: Array | None = None,
    cell: str = "rnn",
) -> Trace:
    """The forward pass of a random network with two inputs and three outputs over white noise; `cell` is a name in VARIANTS."""
    of_cell = made(cell, activation)
    parameters = draw_parameters(
        input_size=2,
        hidden_size=hidden_size,
        output_size=3,
        initializer=initializer,
        spectral_radius=spectral_radius,
        input_scale=input_scale,
        output_scale=1.0,
        bias_scale=bias_scale,
        seed=seed,
        cell=of_cell,
    )
    rng = np.random.default_rng(seed)
    for name in (weight.name for weight in initial_state(of_cell.states)):
        parameters[name] = 0.1 * rng.standard_normal(hidden_size)
    if W is not None:
        parameters["W"] = W
    network = Network(of_cell, READOUTS[readout], parameters)
    return forward(network, rng.standard_normal((length, 2)) if x is None else x)


@dataclass(frozen=True)
class GivenJacobians:
    """A linearization whose Jacobians are given: as much of it as the flow of gradients needs."""

    jacobians: Array

    @property
    def log10_scale(self) -> Array:
        return np.zeros(len(self.jacobians))

    @property
    def underflowed(self) -> Array:
        return np.zeros(len(self.jacobians), dtype=bool)

    def state_jacobians(self, start: int, stop: int, out: Array) -> Array:
        out[:] = self.jacobians[start:stop]
        return out

    def jacobian_factors(self, row: int) -> tuple[Array, Array]:
        return np.ones(self.jacobians.shape[-1]), self.jacobians[row]

    def log_derivative(self, rows: slice) -> None:
        return None

    def mean_derivative(self) -> None:
        return None


def chain_of(jacobians: Any) -> Trace:
    """A trace of which only the Jacobians J_1, ..., J_T are known, (T, H, H)."""
    jacobians = np.array(jacobians, dtype=np.float64)
    length, size, _ = jacobians.shape
    return SimpleNamespace(  # type: ignore[return-value]
        length=length, state=np.zeros((length + 1, size)), divergence=None, linear=GivenJacobians(jacobians)
    )


def jacobians_of(trace: Trace) -> Array:
    """J_1, ..., J_T as float64 knows them, (T, H, H)."""
    size = trace.state.shape[-1]
    out = np.empty((trace.length, size, size))
    return trace.linear.state_jacobians(0, trace.length, out)


def exact_flow(trace: Trace, digits: int = 60) -> Array:
    """log10 ‖∂h_t/∂h_k‖_F of every pair by mpmath, from the trace's own float64 Jacobians and their scales."""
    scale = np.concatenate([[0.0], np.cumsum(trace.linear.log10_scale)])
    with mpmath.workdps(digits):
        return exact_flow_of(as_exact(jacobians_of(trace))) + (scale[:, None] - scale)


def exact_flow_of_saturated(trace: Trace, digits: int = 60) -> Array:
    """The same for a tanh network of cell rnn or leaky, from the exact tanh' at its s, which may be beyond float64."""
    with mpmath.workdps(digits):
        slopes = np.vectorize(lambda s: 1 / mpmath.cosh(mpmath.mpf(s)) ** 2, otypes=[object])(trace.s)
        leak = mpmath.mpf(getattr(trace.network.cell, "leak", 1.0))
        driven = leak * slopes[:, :, None] * as_exact(trace.network.parameters["W"])
        return exact_flow_of(driven + (1 - leak) * as_exact(np.eye(driven.shape[-1])))


def exact_flow_of(jacobians: Any) -> Array:
    """log10 ‖∂h_t/∂h_k‖_F of every pair of steps, from Jacobians of mpmath's numbers (T, H, H), whose exponents have no bounds."""
    length, size, _ = jacobians.shape
    flow = np.full((length + 1, length + 1), np.nan)
    for k in range(length + 1):
        product = as_exact(np.eye(size))
        flow[k, k] = _log10_norm(product)
        for t in range(k + 1, length + 1):
            product = jacobians[t - 1].dot(product)
            flow[t, k] = _log10_norm(product)
    return flow


def as_exact(array: Array) -> Any:
    """The array with mpmath's numbers in place of float64's."""
    return np.vectorize(mpmath.mpf, otypes=[object])(array)


def _log10_norm(matrix: Any) -> float:
    square = (matrix * matrix).sum()
    return float(mpmath.log10(square) / 2) if square else -np.inf


def largest_difference(found: Array, expected: Array) -> float:
    """The largest |found − expected|, where −inf must meet −inf and NaN NaN; else infinite."""
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    with np.errstate(invalid="ignore"):
        difference = np.where(same, 0.0, np.abs(found - expected))
    return float(np.nan_to_num(difference, nan=np.inf).max(initial=0.0))
