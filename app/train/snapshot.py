"""How gradients flow through a network in training, along one sequence that stays the same over the whole run."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.common.answers import described
from app.engine.arrays import Array, IntArray
from app.engine.model.initializers import generator
from app.engine.model.network import Network
from app.explore.exploration import Exploration
from app.explore.parameters import RunParameters
from app.explore.parts import flow_matrix, jacobian_norms
from app.explore.verdict import verdict
from app.sequences import InputSequence
from app.sequences.sequence import step_numbers
from app.sequences.tasks import Task
from app.train.parameters import TrainingParameters

MOST_FLOW_STEPS = 64  # rows and columns of a snapshot's flow matrix


@dataclass(frozen=True)
class ThinnedFlowMatrix:
    """log10 ‖∂h_t/∂h_k‖_F, thinned where T is large."""

    steps: tuple[int, ...] = described("The t of its rows, and the k of its columns.")
    log10_frobenius: Array = described("Rows t, columns k; null above the diagonal.", shape="(steps, steps)")
    exact_zero: tuple[int | None, ...] = described("Per row t the largest k whose norm is exactly zero, or null.")


def snapshot(network: Network, task: Task, run: TrainingParameters) -> dict[str, Any]:
    """The norm curve, a flow matrix thinned to a readable size, and the verdict.

    The sequence is drawn from the seed, apart from every mini-batch: what differs between two snapshots is the network.
    """
    probe = task.batch(generator(run.seed, "probe"), 1, run.length or task.default_length)
    sequence = InputSequence(probe.x[:, 0], probe.target[:, 0], step_numbers(len(probe.x)))
    exploration = Exploration(RunParameters(length=len(probe.x)), sequence, network)
    flow, steps = flow_matrix.compute(exploration), thinned(len(probe.x) + 1, MOST_FLOW_STEPS)
    thinned_flow = ThinnedFlowMatrix(
        steps=tuple(int(step) for step in steps),
        log10_frobenius=flow.log10_frobenius[np.ix_(steps, steps)],
        exact_zero=tuple(flow.exact_zero[step] for step in steps),
    )
    return {
        "jacobian_norms": jacobian_norms.compute(exploration),
        "flow_matrix": thinned_flow,
        "verdict": verdict(exploration),
    }


def thinned(count: int, most: int) -> IntArray:
    """At most so many of the numbers 0 to count − 1, evenly spread, the last one always among them.

    >>> thinned(4, 8), thinned(7, 3)
    (array([0, 1, 2, 3]), array([0, 3, 6]))
    """
    stride = -(-(count - 1) // (most - 1)) if count > most else 1
    return np.arange(count - 1, -1, -stride)[::-1]
