"""Compute the reference values again: `make reference`. They are kept so that the tests need neither torch nor its gigabytes.

Gradients and Jacobians are torch's, in float64; log norms that leave float64 are mpmath's, from 60 digits.
"""

import json

import mpmath
import numpy as np
import torch

from app.engine.model.network import forward
from tests.chains import exact_flow_of_saturated
from tests.oracle import by_torch, trainings, trainings_by_torch
from tests.oracle.kept import GRADIENT_SIZES, ORIGIN, SATURATIONS, VALUES, flow_problem, keep, saturated_problem
from tests.oracle.problems import KINDS, random_problem

SEED = 20240607


def main() -> None:
    torch.set_num_threads(1)
    values: dict[str, np.ndarray] = {}
    for number, kind in enumerate(KINDS):
        problem = random_problem(kind, np.random.default_rng([SEED, number]), GRADIENT_SIZES)
        keep(values, "/".join(kind), problem, by_torch.outcomes(problem))
    for number, activation in enumerate(sorted({kind[0] for kind in KINDS})):
        problem = flow_problem(activation, np.random.default_rng([SEED, 100 + number]))
        frobenius, spectral = by_torch.flow(problem)
        keep(values, f"flow/{activation}", problem, {"frobenius": frobenius, "spectral": spectral})
    for number, input_scale in enumerate(SATURATIONS):
        problem = saturated_problem(input_scale, np.random.default_rng([SEED, 200 + number]))
        keep(values, f"saturated/{input_scale:g}", problem, {"frobenius": exact_flow_of_saturated(forward(problem.network, problem.x))})
    np.savez_compressed(VALUES, **values)
    np.savez_compressed(trainings.VALUES, **trained())
    versions = {"torch": torch.__version__, "numpy": np.__version__, "mpmath": mpmath.__version__}
    ORIGIN.write_text(json.dumps({"seed": SEED, "versions": versions}, indent=2) + "\n")


def trained() -> dict[str, np.ndarray]:
    """The trainings, and what they were made of."""
    materials = {task: trainings.draw(task, np.random.default_rng([SEED, 300 + number])) for number, task in enumerate(trainings.TASKS)}
    values: dict[str, np.ndarray] = {}
    for task, material in materials.items():
        values |= trainings.keep_material(task, material)
    for case in trainings.CASES:
        losses, parameters = trainings_by_torch.outcome(case, materials[case.task])
        values |= {f"{case.name}/losses": losses, f"{case.name}/parameters": parameters}
    return values


if __name__ == "__main__":
    main()
