"""Which problems' outcomes are kept, and in which form; `reference.py` fills the file, `test_reference.py` reads it."""

from pathlib import Path

import numpy as np

from tests.oracle.problems import NAMES, Problem, random_problem

DIRECTORY = Path(__file__).parent
VALUES, ORIGIN = DIRECTORY / "reference.npz", DIRECTORY / "reference.json"
GRADIENT_SIZES, FLOW_SIZES, SATURATED_SIZES = (2, 5, 3, 8), (2, 8, 2, 20), (2, 5, 2, 40)
SATURATIONS = (10.0, 100.0, 1000.0)


def flow_problem(activation: str, rng: np.random.Generator, sizes: tuple[int, int, int, int] = FLOW_SIZES) -> Problem:
    return random_problem((activation, "identity", "many-to-one"), rng, sizes)


def saturated_problem(input_scale: float, rng: np.random.Generator) -> Problem:
    problem = random_problem(("tanh", "identity", "many-to-one"), rng, SATURATED_SIZES)
    problem.parameters["U"][:] *= input_scale
    return problem


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
