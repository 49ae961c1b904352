"""Compute the reference values again: `make reference`. They are kept so that the tests need neither torch nor its gigabytes.

Gradients and Jacobians are torch's, in float64; log norms that leave float64 are mpmath's, from 60 digits.
"""

import json
from pathlib import Path

import mpmath
import numpy as np

from tests.chains import exact_flow_of_saturated
from tests.oracle.problems import KINDS, NAMES, Problem, random_problem

DIRECTORY = Path(__file__).parent
VALUES, ORIGIN = DIRECTORY / "reference.npz", DIRECTORY / "reference.json"
GRADIENT_SIZES, FLOW_SIZES, SATURATED_SIZES = (2, 5, 3, 8), (2, 8, 2, 20), (2, 5, 2, 40)
SATURATIONS = (10.0, 100.0, 1000.0)
SEED = 20240607


def main() -> None:
    import torch

    from tests.oracle import by_torch

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
        keep(values, f"saturated/{input_scale:g}", problem, {"frobenius": exact_flow_of_saturated(forward_of(problem))})
    np.savez_compressed(VALUES, **values)
    versions = {"torch": torch.__version__, "numpy": np.__version__, "mpmath": mpmath.__version__}
    ORIGIN.write_text(json.dumps({"seed": SEED, "versions": versions}, indent=2) + "\n")


def flow_problem(activation: str, rng: np.random.Generator, sizes: tuple[int, int, int, int] = FLOW_SIZES) -> Problem:
    return random_problem((activation, "identity", "many-to-one"), rng, sizes)


def saturated_problem(input_scale: float, rng: np.random.Generator) -> Problem:
    problem = random_problem(("tanh", "identity", "many-to-one"), rng, SATURATED_SIZES)
    problem.parameters["U"][:] *= input_scale
    return problem


def forward_of(problem: Problem):
    from app.engine.network import forward

    return forward(problem.network, problem.x)


def keep(values: dict[str, np.ndarray], name: str, problem: Problem, outcomes: dict[str, np.ndarray]) -> None:
    """The problem is kept with its outcomes, so that the values hold whatever becomes of NumPy's random streams."""
    values |= {f"{name}/parameters/{key}": problem.parameters[key] for key in NAMES}
    values |= {f"{name}/x": problem.x, f"{name}/target": problem.target, f"{name}/loss_steps": np.array(problem.loss_steps)}
    values |= {f"{name}/outcome/{key}": outcome for key, outcome in outcomes.items()}


def kept(values: dict[str, np.ndarray], name: str, activation: str, readout: str) -> tuple[Problem, dict[str, np.ndarray]]:
    """A problem and its outcomes, as `keep` has stored them."""

    def under(folder: str) -> dict[str, np.ndarray]:
        prefix = f"{name}/{folder}/"
        return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}

    steps = tuple(int(step) for step in values[f"{name}/loss_steps"])
    return Problem(activation, readout, under("parameters"), values[f"{name}/x"], values[f"{name}/target"], steps), under("outcome")


if __name__ == "__main__":
    main()
