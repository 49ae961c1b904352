"""The same work in torch, as fast as it goes there."""

from collections.abc import Callable

import numpy as np
import torch

from app.engine.activations import Array
from app.engine.network import Network, Trace

torch.set_num_threads(1)
Candidates = dict[str, Callable[[], object]]


def gradients(network: Network, x: Array, target: Array) -> Candidates:
    """Forward, loss at every step, and all gradients by autograd: a loop of one step each, and nn.RNN."""
    parameters = {name: torch.tensor(value, requires_grad=True) for name, value in network.parameters.items()}
    inputs, targets = torch.tensor(x), torch.tensor(target)
    leaves = list(parameters.values())

    def loop() -> object:
        U, W, V, b_s, b_z, h = (parameters[name] for name in ("U", "W", "V", "b_s", "b_z", "h_0"))
        projected, states = inputs @ U.T + b_s, []
        for s in projected:
            h = torch.tanh(torch.addmv(s, W, h))
            states.append(h)
        loss = torch.nn.functional.mse_loss(torch.stack(states) @ V.T + b_z, targets, reduction="sum")
        return torch.autograd.grad(loss, leaves)

    rnn = torch.nn.RNN(x.shape[1], network.hidden_size, dtype=torch.float64)
    readout = torch.nn.Linear(network.hidden_size, target.shape[1], dtype=torch.float64)
    start = torch.zeros(1, network.hidden_size, dtype=torch.float64, requires_grad=True)
    everything = [*rnn.parameters(), *readout.parameters(), start]

    def module() -> object:
        loss = torch.nn.functional.mse_loss(readout(rnn(inputs, start)[0]), targets, reduction="sum")
        return torch.autograd.grad(loss, everything)

    return {"torch autograd, loop": loop, "torch nn.RNN": module}


def jacobian_norms(trace: Trace) -> Candidates:
    """The norms of all ∂h_T/∂h_k, by products of the Jacobians; autograd is slower by orders of magnitude."""
    W = torch.tensor(trace.network.parameters["W"])
    slopes = torch.tensor(trace.linear.derivative)
    length, size = slopes.shape
    identity = torch.eye(size, dtype=torch.float64)
    first, second = torch.empty_like(identity), torch.empty_like(identity)

    def chain() -> object:
        left, norms = identity, [torch.linalg.vector_norm(identity)]
        for t in range(length - 1, -1, -1):
            left = (left * slopes[t]) @ W
            norms.append(torch.linalg.vector_norm(left))
        return torch.log10(torch.stack(norms))

    def chain_in_place() -> object:
        norms = torch.empty(length + 1, dtype=torch.float64)
        left, scaled = first.copy_(identity), second
        norms[0] = torch.linalg.vector_norm(left)
        for t in range(length - 1, -1, -1):
            torch.mul(left, slopes[t], out=scaled)
            torch.mm(scaled, W, out=left)
            norms[length - t] = torch.linalg.vector_norm(left)
        return torch.log10(norms)

    def chunked() -> object:
        norms, left = [torch.linalg.vector_norm(identity)[None]], identity
        for stop in range(length, 0, -32):
            start = max(0, stop - 32)
            steps = slopes[start:stop, :, None] * W
            products = torch.empty_like(steps)
            for i in range(stop - start - 1, -1, -1):
                left = torch.mm(left, steps[i], out=products[i])
            norms.append(torch.linalg.vector_norm(products, dim=(1, 2)).flip(0))
            left = left.clone()
        return torch.log10(torch.cat(norms))

    return {"torch chain": chain, "torch chain, in place": chain_in_place, "torch chain, chunks": chunked}


def flow_by_autograd(trace: Trace) -> Callable[[], object]:
    """All ‖∂h_t/∂h_k‖ by reverse accumulation, one batched sweep per step t."""
    parameters = {name: torch.tensor(value) for name, value in trace.network.parameters.items()}
    projected = torch.tensor(trace.x) @ parameters["U"].T + parameters["b_s"]
    identity = torch.eye(trace.network.hidden_size, dtype=torch.float64)

    def flow() -> object:
        h = [parameters["h_0"].clone().requires_grad_()]
        for s in projected:
            h.append(torch.tanh(torch.addmv(s, parameters["W"], h[-1])))
        norms = torch.full((len(h), len(h)), torch.nan, dtype=torch.float64)
        for t in range(1, len(h)):
            jacobians = torch.autograd.grad(h[t], h[:t], identity, retain_graph=True, is_grads_batched=True)
            norms[t, :t] = torch.linalg.matrix_norm(torch.stack(jacobians))
        return np.log10(norms.numpy())

    return flow
