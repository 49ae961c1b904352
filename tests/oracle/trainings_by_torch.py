"""The oracle of trainings: a loop over time, autograd, torch's clipping and torch.optim, in float64."""

import numpy as np
import torch
from torch import Tensor

from app.sequences.tasks import Batch
from tests.oracle.problems import NAMES
from tests.oracle.trainings import CLIP_THRESHOLDS, TRUNCATION, Case, Material

OPTIMIZERS = {
    "sgd": lambda leaves, learning_rate: torch.optim.SGD(leaves, lr=learning_rate),
    "momentum": lambda leaves, learning_rate, momentum: torch.optim.SGD(leaves, lr=learning_rate, momentum=momentum),
    "rmsprop": lambda leaves, learning_rate, second_decay, epsilon: torch.optim.RMSprop(
        leaves, lr=learning_rate, alpha=second_decay, eps=epsilon
    ),
    "adam": lambda leaves, learning_rate, first_decay, second_decay, epsilon: torch.optim.Adam(
        leaves, lr=learning_rate, betas=(first_decay, second_decay), eps=epsilon
    ),
}


def outcome(case: Case, material: Material) -> tuple[np.ndarray, np.ndarray]:
    """The losses of the steps, and the parameters after the last."""
    theta = {name: torch.tensor(value, requires_grad=True) for name, value in material.parameters.items()}
    leaves = [theta[name] for name in NAMES]
    optimizer = OPTIMIZERS[case.optimizer](leaves, **case.settings)
    losses = []
    for batch in material.batches:
        loss = whole_loss(theta, batch, material.readout)
        optimizer.zero_grad()
        (truncated_loss(theta, batch, material.readout, case.truncation_mode) if case.truncation_mode else loss).backward()
        clip(leaves, case.clip_mode)
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses), np.concatenate([leaf.detach().numpy().ravel() for leaf in leaves])


def whole_loss(theta: dict[str, Tensor], batch: Batch, readout: str, detach_every: int | None = None) -> Tensor:
    """The mean over the batch of the weighted losses; with the state detached after every so many steps, if asked for."""
    h, total = theta["h_0"].expand(batch.x.shape[1], -1), torch.zeros((), dtype=torch.float64)
    for t in range(len(batch.x)):
        if detach_every and t > 0 and t % detach_every == 0:
            h = h.detach()
        h = next_state(theta, batch, h, t)
        total = total + loss_at(theta, batch, h, t, readout)
    return total


def truncated_loss(theta: dict[str, Tensor], batch: Batch, readout: str, mode: str) -> Tensor:
    if mode == "chunked":
        return whole_loss(theta, batch, readout, detach_every=TRUNCATION)
    states = [theta["h_0"].expand(batch.x.shape[1], -1)]
    for t in range(len(batch.x)):
        states.append(next_state(theta, batch, states[-1], t))
    total = torch.zeros((), dtype=torch.float64)
    for t in range(len(batch.x)):
        start = max(0, t + 1 - TRUNCATION)
        h = states[start].detach() if start > 0 else states[0]
        for step in range(start, t + 1):
            h = next_state(theta, batch, h, step)
        total = total + loss_at(theta, batch, h, t, readout)
    return total


def next_state(theta: dict[str, Tensor], batch: Batch, h: Tensor, t: int) -> Tensor:
    return torch.tanh(torch.tensor(batch.x[t]) @ theta["U"].T + h @ theta["W"].T + theta["b_s"])


def loss_at(theta: dict[str, Tensor], batch: Batch, h: Tensor, t: int, readout: str) -> Tensor:
    z, target = h @ theta["V"].T + theta["b_z"], torch.tensor(batch.target[t])
    if readout == "softmax":
        return batch.loss_weights[t] * torch.nn.functional.cross_entropy(z, target)
    return batch.loss_weights[t] * torch.nn.functional.mse_loss(z, target, reduction="sum") / len(z)


def clip(leaves: list[Tensor], mode: str | None) -> None:
    if mode == "value":
        torch.nn.utils.clip_grad_value_(leaves, CLIP_THRESHOLDS[mode])
    elif mode is not None:
        for group in [leaves] if mode == "global_norm" else [[leaf] for leaf in leaves]:
            # torch.nn.utils.clip_grad_norm_ divides by the norm plus 1e-6; the definition doesn't.
            norm = torch.linalg.vector_norm(torch.cat([leaf.grad.ravel() for leaf in group]))
            factor = torch.clamp(CLIP_THRESHOLDS[mode] / norm, max=1.0)
            for leaf in group:
                leaf.grad *= factor
