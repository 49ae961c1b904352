"""Compute the reference values again: `make reference`. They are saved so that the tests need neither torch nor its gigabytes.

Gradients and Jacobians are torch's, in float64; log norms that leave float64 are mpmath's, from 60 digits.
"""

import json
import shutil

import mpmath
import numpy as np
import torch

from app.engine.model.network import forward
from tests.chains import exact_flow_of_saturated
from tests.oracle import by_torch, trainings, trainings_by_torch
from tests.oracle.problems import KINDS, random_problem
from tests.oracle.references import (
    DIRECTORY,
    GRADIENT_SIZES,
    ORIGIN,
    SATURATIONS,
    SEED,
    flow_problem,
    generator,
    saturated_problem,
    save,
    save_problem,
)


def main() -> None:
    torch.set_num_threads(1)
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    for kind in KINDS:
        name = "/".join(("gradients", *kind))
        problem = random_problem(kind, generator(name), GRADIENT_SIZES)
        save_problem(name, problem, by_torch.outcomes(problem))
    for activation in sorted({kind[0] for kind in KINDS}):
        name = f"flow/{activation}"
        problem = flow_problem(activation, generator(name))
        frobenius, spectral = by_torch.flow(problem)
        save_problem(name, problem, {"frobenius": frobenius, "spectral": spectral})
    for input_scale in SATURATIONS:
        name = f"saturated/{input_scale:g}"
        problem = saturated_problem(input_scale, generator(name))
        save_problem(name, problem, {"frobenius": exact_flow_of_saturated(forward(problem.network, problem.x))})
    save_trainings()
    versions = {"torch": torch.__version__, "numpy": np.__version__, "mpmath": mpmath.__version__}
    ORIGIN.write_text(json.dumps({"seed": SEED, "versions": versions}, indent=2) + "\n")


def save_trainings() -> None:
    """The trainings, and what they were made of."""
    materials = {task: trainings.draw(task, generator(f"trainings/{task}")) for task in trainings.TASKS}
    for task, material in materials.items():
        trainings.save_material(task, material)
    for case in trainings.CASES:
        losses, parameters = trainings_by_torch.outcome(case, materials[case.task])
        save(case.name, {"losses": losses, "parameters": parameters})


if __name__ == "__main__":
    main()
