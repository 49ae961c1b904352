"""Problems saved with their outcomes, one JSON file for each name, in which every array is a line; `make reference` writes them.

A problem is drawn from the seed and its own name. So a new activation or optimiser adds files, and changes none.
"""

import json
from pathlib import Path

import numpy as np

from tests.oracle.problems import NAMES, Problem, random_problem

SEED = 20240607
DIRECTORY = Path(__file__).parent / "references"
ORIGIN = DIRECTORY / "origin.json"
GRADIENT_SIZES, FLOW_SIZES, SATURATED_SIZES = (2, 5, 3, 8), (2, 8, 2, 20), (2, 5, 2, 40)
SATURATIONS = (10.0, 100.0, 1000.0)


def generator(name: str) -> np.random.Generator:
    """The random generator of one named problem."""
    return np.random.default_rng([SEED, *name.encode()])


def save(name: str, values: dict[str, np.ndarray]) -> None:
    """Write arrays to the file of this name; numbers with all their digits."""
    lines = [f"{json.dumps(key)}: {json.dumps(np.asarray(value).tolist())}" for key, value in values.items()]
    path = DIRECTORY / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def load(name: str) -> dict[str, np.ndarray]:
    """The arrays of this name."""
    return {key: np.array(value) for key, value in json.loads((DIRECTORY / f"{name}.json").read_text("utf-8")).items()}


def flow_problem(activation: str, rng: np.random.Generator, sizes: tuple[int, int, int, int] = FLOW_SIZES) -> Problem:
    return random_problem((activation, "identity", "many-to-one"), rng, sizes)


def saturated_problem(input_scale: float, rng: np.random.Generator) -> Problem:
    problem = random_problem(("tanh", "identity", "many-to-one"), rng, SATURATED_SIZES)
    problem.parameters["U"][:] *= input_scale
    return problem


def save_problem(name: str, problem: Problem, outcomes: dict[str, np.ndarray]) -> None:
    """The problem is saved with its outcomes, so that the values hold whatever becomes of NumPy's random streams."""
    values = {f"parameters/{key}": problem.parameters[key] for key in NAMES}
    values |= {"x": problem.x, "target": problem.target, "loss_steps": np.array(problem.loss_steps)}
    save(name, values | {f"outcome/{key}": outcome for key, outcome in outcomes.items()})


def saved_problem(name: str, activation: str, readout: str) -> tuple[Problem, dict[str, np.ndarray]]:
    """A problem and its outcomes, as `save_problem` has stored them."""
    values = load(name)

    def under(folder: str) -> dict[str, np.ndarray]:
        return {key.removeprefix(f"{folder}/"): value for key, value in values.items() if key.startswith(f"{folder}/")}

    steps = tuple(int(step) for step in values["loss_steps"])
    return Problem(activation, readout, under("parameters"), values["x"], values["target"], steps), under("outcome")
