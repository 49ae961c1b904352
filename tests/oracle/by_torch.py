"""The oracle: the same networks written down in torch, float64, with everything else left to torch.autograd."""

import torch
from torch import Tensor

from tests.oracle.problems import CLIP_THRESHOLDS, NAMES, TRUNCATION, Problem, flattened

# The next state of every cell, from f, s_t, h_{t−1} and the settings of the cell.
CELLS = {"rnn": lambda f, s, h: f(s), "leaky": lambda f, s, h, leak: (1.0 - leak) * h + leak * f(s)}
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda s: s}


def outcomes(problem: Problem) -> dict:
    """States, losses, and every kind of gradient of a problem."""
    parameters = leaves(problem)
    h, z = unrolled(problem, parameters)
    losses = loss_per_step(problem, z)
    total = sum(losses[t - 1] for t in problem.loss_steps)
    adjoints = torch.autograd.grad(total, h[1:], retain_graph=True, allow_unused=True)
    gradients = torch.autograd.grad(total, [parameters[name] for name in NAMES])
    first = gradients[NAMES.index("h_0")]
    adjoint = torch.stack([first] + [torch.zeros_like(first) if a is None else a for a in adjoints])
    full = dict(zip(NAMES, gradients, strict=True))
    found = {
        "h": torch.stack(h),
        "z": torch.stack(z),
        "loss_per_step": torch.stack(losses),
        "adjoint": adjoint,
        "full": flat(full),
        "chunked": flat(chunked(problem)),
        "sliding": flat(sliding(problem)),
        **{f"clipped {mode}": flat(clipped(full, mode)) for mode in CLIP_THRESHOLDS},
    }
    return {name: value.detach().numpy() if isinstance(value, Tensor) else value for name, value in found.items()}


def leaves(problem: Problem) -> dict[str, Tensor]:
    return {name: torch.tensor(value, requires_grad=True) for name, value in problem.parameters.items()}


def unrolled(problem: Problem, parameters: dict[str, Tensor], detach_every: int | None = None) -> tuple[list[Tensor], list[Tensor]]:
    """h_0..h_T and z_1..z_T; with the state detached after every so many steps, if asked for."""
    x = torch.tensor(problem.x)
    h, z = [parameters["h_0"]], []
    for t in range(len(x)):
        previous = h[-1].detach() if detach_every and t > 0 and t % detach_every == 0 else h[-1]
        h.append(next_state(problem, parameters, x[t], previous))
        z.append(parameters["V"] @ h[-1] + parameters["b_z"])
    return h, z


def next_state(problem: Problem, parameters: dict[str, Tensor], x: Tensor, h: Tensor) -> Tensor:
    s = parameters["U"] @ x + parameters["W"] @ h + parameters["b_s"]
    return CELLS[problem.cell](ACTIVATIONS[problem.activation], s, h, **problem.settings)


def loss_per_step(problem: Problem, z: list[Tensor]) -> list[Tensor]:
    target = torch.tensor(problem.target)
    if problem.readout == "softmax":
        return [cross_entropy(z_t, target_t) for z_t, target_t in zip(z, target, strict=True)]
    return [torch.nn.functional.mse_loss(z_t, target_t, reduction="sum") for z_t, target_t in zip(z, target, strict=True)]


def cross_entropy(z: Tensor, target: Tensor) -> Tensor:
    """ln(1 + Σ_j exp(z_j − z_k)) over the classes j other than the target's, k; torch's own takes y_k − 1, which cancels near 1."""
    right = target > 0.5
    if len(z) == 1:
        return 0.0 * z.sum()
    return torch.nn.functional.softplus(torch.logsumexp(z[~right], 0) - z[right][0], threshold=50.0)


def gradients_of(total: Tensor, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
    found = torch.autograd.grad(total, [parameters[name] for name in NAMES], allow_unused=True)
    return {name: torch.zeros_like(parameters[name]) if gradient is None else gradient for name, gradient in zip(NAMES, found, strict=True)}


def chunked(problem: Problem) -> dict[str, Tensor]:
    """What detach() every TRUNCATION steps leaves of the gradient."""
    parameters = leaves(problem)
    _, z = unrolled(problem, parameters, detach_every=TRUNCATION)
    losses = loss_per_step(problem, z)
    return gradients_of(sum(losses[t - 1] for t in problem.loss_steps), parameters)


def sliding(problem: Problem) -> dict[str, Tensor]:
    """Every loss step on its own, over a state that is a constant TRUNCATION steps before it."""
    x, target = torch.tensor(problem.x), torch.tensor(problem.target)
    parameters = leaves(problem)
    states, _ = unrolled(problem, parameters)
    total = torch.zeros((), dtype=torch.float64)
    for t in problem.loss_steps:
        start = max(0, t - TRUNCATION)
        h = states[start].detach() if start > 0 else parameters["h_0"]
        for step in range(start, t):
            h = next_state(problem, parameters, x[step], h)
        z = parameters["V"] @ h + parameters["b_z"]
        if problem.readout == "softmax":
            total = total + cross_entropy(z, target[t - 1])
        else:
            total = total + torch.nn.functional.mse_loss(z, target[t - 1], reduction="sum")
    return gradients_of(total, parameters)


def clipped(gradients: dict[str, Tensor], mode: str) -> dict[str, Tensor]:
    """The gradients clipped by definition: torch.nn.utils.clip_grad_norm_ divides by the norm plus 1e-6 instead."""
    threshold = CLIP_THRESHOLDS[mode]
    if mode == "value":
        return {name: gradient.clamp(-threshold, threshold) for name, gradient in gradients.items()}
    norms = {name: torch.linalg.vector_norm(gradient) for name, gradient in gradients.items()}
    if mode == "global_norm":
        norms = dict.fromkeys(norms, torch.linalg.vector_norm(torch.stack(list(norms.values()))))
    return {name: gradient * torch.clamp(threshold / norms[name], max=1.0) for name, gradient in gradients.items()}


def flat(gradients: dict[str, Tensor]):
    return flattened({name: gradient.detach().numpy() for name, gradient in gradients.items()})


def jacobians(problem: Problem) -> dict[tuple[int, int], Tensor]:
    """∂h_t/∂h_k of every pair of steps by reverse accumulation, one sweep per step t for all rows of the Jacobian."""
    h, _ = unrolled(problem, leaves(problem))
    identity, found = torch.eye(len(h[0]), dtype=torch.float64), {}
    for t in range(1, len(h)):
        for k, jacobian in enumerate(torch.autograd.grad(h[t], h[:t], identity, retain_graph=True, is_grads_batched=True)):
            found[t, k] = jacobian
    return found


def flow(problem: Problem):
    """log10 of the Frobenius norms of all Jacobians (T+1, T+1), and of the spectral norms of the last step's (T+1,)."""
    size, length = len(problem.parameters["h_0"]), len(problem.x)
    frobenius = torch.full((length + 1, length + 1), torch.nan, dtype=torch.float64)
    frobenius.fill_diagonal_(size**0.5)
    spectral = torch.ones(length + 1, dtype=torch.float64)
    for (t, k), jacobian in jacobians(problem).items():
        frobenius[t, k] = torch.linalg.matrix_norm(jacobian)
        if t == length:
            spectral[k] = torch.linalg.matrix_norm(jacobian, 2)
    return torch.log10(frobenius).numpy(), torch.log10(spectral).numpy()


def gain_split(problem: Problem):
    """log10 ‖f' ∘ u_t‖/‖u_t‖ and log10 ‖Wᵀ(f' ∘ u_t)‖/‖f' ∘ u_t‖ of every step (2, T): one backward pass from the leading left vector."""
    parameters = leaves(problem)
    h, s = [parameters["h_0"]], []
    for x_t in torch.tensor(problem.x):
        s.append(parameters["U"] @ x_t + parameters["W"] @ h[-1] + parameters["b_s"])
        h.append(ACTIVATIONS[problem.activation](s[-1]))
    identity = torch.eye(len(h[0]), dtype=torch.float64)
    (whole,) = torch.autograd.grad(h[-1], h[0], identity, retain_graph=True, is_grads_batched=True)
    u = torch.linalg.svd(whole)[0][:, 0]
    of_s = torch.autograd.grad(h[-1], s, u, retain_graph=True)
    of_h = [*torch.autograd.grad(h[-1], h[:-1], u), u]
    norms_of_s, norms_of_h = (torch.stack([torch.linalg.vector_norm(each) for each in many]) for many in (of_s, of_h))
    return torch.stack([norms_of_s / norms_of_h[1:], norms_of_h[:-1] / norms_of_s]).log10().numpy()
