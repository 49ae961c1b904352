"""What is measured, one function per part of the engine."""

import time
from collections.abc import Callable
from functools import partial
from types import ModuleType

import numpy as np

from app.engine.arrays import Array
from app.engine.backward.bptt import backpropagate
from app.engine.flow import flow_matrix as pairs
from app.engine.flow import jacobian_norms as chain
from app.engine.model.network import Network, forward
from app.explore.parameters import RunParameters
from app.explore.run import explore
from app.server.wire.json_arrays import encode
from benchmarks.report import Report
from benchmarks.sizes import SIZES, data_of, network_of, trace_of
from benchmarks.timing import interleaved
from tests.adversarial import ADVERSARIAL
from tests.chains import chain_of, exact_flow, exact_flow_of_saturated, largest_difference, traced

Peers = dict[str, ModuleType]
Candidates = dict[str, Callable[[], object]]


def gradients(report: Report, peers: Peers, quick: bool) -> None:
    """Forward pass and BPTT with all gradients, a loss at every step, no batch."""
    report.heading("Forward + BPTT, all gradients")
    for hidden_size, length in chosen(SIZES, quick):
        network, (x, target) = network_of(hidden_size), data_of(length)
        candidates: Candidates = {"Unrolled": partial(forward_and_back, network, x, target)}
        if "torch" in peers:
            candidates |= peers["torch"].gradients(network, x, target)
        if "jax" in peers:
            candidates["JAX, compiled"] = peers["jax"].gradients(network, x, target)
        timings = interleaved(candidates)
        report.timings(f"H = {hidden_size}, T = {length}", timings, "Unrolled")
        if "torch" in peers:
            limit = 5.0 if hidden_size <= 64 else 4.0
            report.target("torch autograd takes", timings["torch autograd, loop"].ratio(timings["Unrolled"]), limit, at_least=True)


def forward_and_back(network: Network, x: Array, target: Array) -> object:
    return backpropagate(forward(network, x), target, np.ones(len(x)))


def jacobian_norms(report: Report, peers: Peers, quick: bool) -> None:
    """log10 ‖∂h_T/∂h_k‖_F for every k, from a finished forward pass."""
    report.heading(
        "jacobian_norms, T + 1 Frobenius norms",
        "The floor is T products of H×H matrices by np.dot into a buffer, and nothing else.",
        "Long chains get thin, which makes less than 1 × possible.",
    )
    for hidden_size, length in chosen(SIZES, quick):
        trace = trace_of(hidden_size, length)
        candidates = {
            "Unrolled": partial(chain.jacobian_norms, trace, spectral=False),
            "bare multiplications": bare_chain(hidden_size, length),
        }
        by_torch = peers["torch"].jacobian_norms(trace) if "torch" in peers else {}
        candidates |= by_torch
        if "jax" in peers:
            candidates["JAX, compiled"] = peers["jax"].jacobian_norms(trace)
        timings = interleaved(candidates)
        report.timings(f"H = {hidden_size}, T = {length}", timings, "bare multiplications")
        if hidden_size >= 64:
            floor = timings["Unrolled"].ratio(timings["bare multiplications"])
            report.target("of the bare multiplications", floor, 1.6 if hidden_size == 64 else 1.25)
        if by_torch:
            fastest = min(timings[name].median for name in by_torch)
            report.target("of the fastest torch form", timings["Unrolled"].median / fastest, 1.0)
    if "jax" in peers:
        trace = trace_of(64, 173)
        run = peers["jax"].jacobian_norms(trace)
        first, second = seconds(run), seconds(run)
        report.lines([f"JAX's first call at a new length (64, 173): {1e3 * first:.0f} ms, then {1e3 * second:.1f} ms"])
    if not quick:
        trace = trace_of(200, 1403)
        report.target(
            "H = 200, T = 1403", min(seconds(partial(chain.jacobian_norms, trace, spectral=False)) for _ in range(3)), 2.0, unit="s"
        )
        report.target("the same with spectral norms", min(seconds(partial(chain.jacobian_norms, trace)) for _ in range(3)), 2.0, unit="s")


def bare_chain(hidden_size: int, length: int) -> Callable[[], None]:
    """T products of the chain's size; the left factor stays the same, so that nothing grows or underflows."""
    rng = np.random.default_rng(0)
    left, out = rng.standard_normal((2, hidden_size, hidden_size))
    factors = rng.standard_normal((min(length, 32), hidden_size, hidden_size))

    def multiply() -> None:
        for step in range(length):
            np.dot(left, factors[step % len(factors)], out=out)

    return multiply


def flow_matrix(report: Report, peers: Peers, quick: bool) -> None:
    """log10 ‖∂h_t/∂h_k‖_F for every pair."""
    report.heading(
        "flow_matrix",
        "The stacked form multiplies J_t by all ∂h_{t-1}/∂h_k at once.",
        "The floor is its products, (t·H × H)(H × H) for t = 1..T by np.dot into a buffer, and nothing else.",
    )
    for hidden_size, length in SIZES[:3]:
        trace = trace_of(hidden_size, length)
        candidates = {
            "Unrolled": partial(pairs.flow_matrix, trace),
            "bare multiplications of the stacked form": bare_stack(hidden_size, length),
        }
        slow: frozenset[str] = frozenset()
        if "torch" in peers:
            candidates["torch autograd"] = peers["torch"].flow_by_autograd(trace)
            slow = frozenset({"torch autograd"})
        timings = interleaved(candidates, slow=slow)
        report.timings(f"H = {hidden_size}, T = {length}", timings, "Unrolled")
        if hidden_size == 64:
            floor = timings["Unrolled"].ratio(timings["bare multiplications of the stacked form"])
            report.target("of the bare multiplications of the stacked form", floor, 0.35)
            if "torch" in peers:
                report.target("torch autograd takes", timings["torch autograd"].ratio(timings["Unrolled"]), 80.0, at_least=True)
    if not quick:
        trace = trace_of(128, 500)
        report.lines([f"H = 128, T = 500: {1e3 * min(seconds(partial(pairs.flow_matrix, trace)) for _ in range(3)):.0f} ms"])


def bare_stack(hidden_size: int, length: int) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    stack, out = rng.standard_normal((2, length, hidden_size, hidden_size))
    factor = rng.standard_normal((hidden_size, hidden_size))

    def multiply() -> None:
        for step in range(1, length + 1):
            np.dot(stack[:step].reshape(-1, hidden_size), factor, out=out[:step].reshape(-1, hidden_size))

    return multiply


def accuracy(report: Report, peers: Peers, quick: bool) -> None:
    """Largest error in log10 against products in 60-digit arithmetic."""
    report.heading(
        "Accuracy of flow_matrix and jacobian_norms",
        "Largest difference in log10 from mpmath, over all pairs of steps, and where float64's own digits end.",
    )
    cases = {name: (chain_of(chain), None) for name, chain in ADVERSARIAL.items()}
    for activation in ("tanh", "relu", "sigmoid", "identity"):
        trace = traced(activation, hidden_size=8, length=40, spectral_radius=1.2)
        cases[f"{activation} network, H = 8, T = 40"] = trace, None
    for input_scale in (10.0, 100.0, 1000.0):
        trace = traced("tanh", hidden_size=5, length=30, input_scale=input_scale, initializer="diagonal")
        cases[f"tanh, diagonal, saturated by inputs of {input_scale:g}"] = trace, exact_flow_of_saturated(trace)
    for name, (trace, known) in cases.items():
        exact = exact_flow(trace) if known is None else known
        error = max(
            largest_difference(pairs.flow_matrix(trace), exact),
            largest_difference(chain.jacobian_norms(trace).log10_frobenius, exact[-1]),
        )
        largest = np.abs(exact[np.isfinite(exact)]).max()
        spacing = float(np.spacing(largest))
        report.target(f"{name}, log10 up to ±{largest:.4g}, spacing {spacing:.0e}", error, max(1e-12, 2 * spacing), unit="in log10")


def run(report: Report, peers: Peers, quick: bool) -> None:
    """The page's first picture, in the process, JSON included."""
    report.heading("The default run, JSON included", "Another seed every time. HTTP and compression come on top.")
    seeds = iter(range(1_000_000))

    def answer(arrays: str) -> bytes:
        return encode(explore(RunParameters(seed=next(seeds))), arrays)

    timings = interleaved({"arrays=list": partial(answer, "list"), "arrays=typed": partial(answer, "typed")})
    report.timings("H = 16", timings, "arrays=list")
    report.target("arrays=list", 1e3 * timings["arrays=list"].median, 10.0, unit="ms")
    report.target("arrays=typed", 1e3 * timings["arrays=typed"].median, 5.0, unit="ms")


def seconds(candidate: Callable[[], object]) -> float:
    start = time.perf_counter()
    candidate()
    return time.perf_counter() - start


def chosen(sizes: tuple[tuple[int, int], ...], quick: bool) -> tuple[tuple[int, int], ...]:
    return sizes[:3] if quick else sizes
