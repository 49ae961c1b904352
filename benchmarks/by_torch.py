"""The same work in torch, as fast as it goes there."""

from collections.abc import Callable

import numpy as np
import torch

from app.engine.arrays import Array, Weights
from app.engine.model.network import Network, Trace
from app.sequences.tasks import Batch

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


def training(initial: Weights, batch: Batch, learning_rate: float, clip_threshold: float) -> Candidates:
    """One step of training a batch (T, B, D), a loss at its last step: forward, autograd, clipping by norm, RMSprop.

    A loop over an RNN cell, and nn.RNN; in float64 as everything here, and in float32, which is what people train in.
    """
    return {
        f"torch {name}, {'float64' if dtype is torch.float64 else 'float32'}": training_step(
            model, initial, batch, dtype, learning_rate, clip_threshold
        )
        for dtype in (torch.float64, torch.float32)
        for name, model in (("RNN cell, loop", CellLoop), ("nn.RNN", WholeRNN))
    }


class CellLoop(torch.nn.Module):
    """nn.RNNCell, step by step."""

    def __init__(self, sizes: tuple[int, int], dtype: torch.dtype) -> None:
        super().__init__()
        self.recurrent = torch.nn.RNNCell(*sizes, dtype=dtype)
        self.h_0 = torch.nn.Parameter(torch.zeros(sizes[1], dtype=dtype))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        h = self.h_0.expand(inputs.shape[1], -1)
        for x in inputs:
            h = self.recurrent(x, h)
        return h


class WholeRNN(torch.nn.Module):
    """nn.RNN, all steps in one call."""

    def __init__(self, sizes: tuple[int, int], dtype: torch.dtype) -> None:
        super().__init__()
        self.recurrent = torch.nn.RNN(*sizes, dtype=dtype)
        self.h_0 = torch.nn.Parameter(torch.zeros(sizes[1], dtype=dtype))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.recurrent(inputs, self.h_0.expand(1, inputs.shape[1], -1).contiguous())[1][0]


def training_step(
    kind: Callable[[tuple[int, int], torch.dtype], torch.nn.Module],
    initial: Weights,
    batch: Batch,
    dtype: torch.dtype,
    learning_rate: float,
    clip_threshold: float,
) -> Callable[[], object]:
    U, W, V = initial["U"], initial["W"], initial["V"]
    model, readout = kind((U.shape[1], len(W)), dtype), torch.nn.Linear(len(W), len(V), dtype=dtype)
    with torch.no_grad():
        for name, parameter in model.recurrent.named_parameters():
            parameter.copy_(torch.tensor(U if "weight_ih" in name else W if "weight_hh" in name else initial["b_s"] * 0.5))
        readout.weight.copy_(torch.tensor(V))
        readout.bias.zero_()
    parameters = [*model.parameters(), *readout.parameters()]
    optimizer = torch.optim.RMSprop(parameters, lr=learning_rate)
    inputs, target = torch.tensor(batch.x, dtype=dtype), torch.tensor(batch.target[-1], dtype=dtype)

    def step() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(readout(model(inputs)), target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, clip_threshold)
        optimizer.step()
        return loss.item()

    return step
