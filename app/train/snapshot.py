"""How gradients flow through a network in training, along one sequence that stays the same over the whole run."""

from typing import Any

import numpy as np

from app.engine.arrays import IntArray
from app.engine.model.initializers import generator
from app.engine.model.network import Network
from app.explore import parts
from app.explore.exploration import Exploration
from app.explore.parameters import RunParameters
from app.explore.verdict import verdict
from app.sequences import Sequence
from app.sequences.sequence import step_numbers
from app.sequences.tasks import Task
from app.train.parameters import TrainingParameters

MOST_FLOW_STEPS = 64  # rows and columns of a snapshot's flow matrix


def snapshot(network: Network, task: Task, run: TrainingParameters) -> dict[str, Any]:
    """The norm curve, a flow matrix thinned to a readable size, and the verdict.

    The sequence is drawn from the seed, apart from every mini-batch: what differs between two snapshots is the network.
    """
    probe = task.batch(generator(run.seed, "probe"), 1, run.length or task.default_length)
    sequence = Sequence(probe.x[:, 0], probe.target[:, 0], step_numbers(len(probe.x)))
    exploration = Exploration(RunParameters(length=len(probe.x)), sequence, network)
    flow, steps = parts.flow_matrix(exploration), thinned(len(probe.x) + 1, MOST_FLOW_STEPS)
    return {
        "jacobian_norms": parts.jacobian_norms(exploration),
        "flow_matrix": {
            "steps": [int(step) for step in steps],
            "log10_frobenius": flow["log10_frobenius"][np.ix_(steps, steps)],
            "exact_zero": [flow["exact_zero"][step] for step in steps],
        },
        "verdict": verdict(exploration),
    }


def thinned(count: int, most: int) -> IntArray:
    """At most so many of the numbers 0 to count − 1, evenly spread, the last one always among them.

    >>> thinned(4, 8), thinned(7, 3)
    (array([0, 1, 2, 3]), array([0, 3, 6]))
    """
    stride = -(-(count - 1) // (most - 1)) if count > most else 1
    return np.arange(count - 1, -1, -stride)[::-1]
