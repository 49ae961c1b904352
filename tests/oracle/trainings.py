"""Training runs on which this project and torch.optim are compared: every optimiser, clipping and truncation over 50 steps."""

from dataclasses import dataclass, replace

import numpy as np

from app.engine.arrays import Array, Weights
from app.engine.backward.clipping import CLIP_MODES
from app.engine.backward.truncation import TRUNCATION_MODES
from app.engine.optimizers import OPTIMIZERS, settings_of
from app.sequences.tasks import Batch
from app.train.parameters import TrainingParameters
from app.train.training import Training, advance, prepare
from tests.oracle.problems import NAMES, flattened
from tests.oracle.references import load, save

STEPS, BATCH_SIZE, LENGTH, TRUNCATION, HIDDEN_SIZE = 50, 4, 11, 4, 5
TASKS = {"adding": None, "next_character": "she sells sea shells"}  # one loss at the last step, one at every step
CLIP_THRESHOLDS = {"global_norm": 0.3, "per_parameter": 0.1, "value": 0.02}
# Small enough that training doesn't magnify the rounding of its first steps.
LEARNING_RATES = {"sgd": 0.1, "momentum": 0.03, "rmsprop": 0.003, "adam": 0.01}


@dataclass(frozen=True)
class Case:
    """How to train: names of the registries; no clipping and no truncation are None."""

    task: str
    optimizer: str
    clip_mode: str | None
    truncation_mode: str | None

    @property
    def name(self) -> str:
        return f"trainings/{self.task}/{self.optimizer}-{self.clip_mode}-{self.truncation_mode}"

    @property
    def parameters(self) -> TrainingParameters:
        clipped = {} if self.clip_mode is None else {"clip_mode": self.clip_mode, "clip_threshold": CLIP_THRESHOLDS[self.clip_mode]}
        truncated = {} if self.truncation_mode is None else {"truncation_mode": self.truncation_mode, "truncation": TRUNCATION}
        return TrainingParameters(
            task=self.task,
            text=TASKS[self.task],
            length=LENGTH,
            batch_size=BATCH_SIZE,
            hidden_size=HIDDEN_SIZE,
            steps=STEPS,
            optimizer=self.optimizer,
            learning_rate=LEARNING_RATES[self.optimizer],
            **clipped,
            **truncated,
        )

    @property
    def settings(self) -> dict[str, float]:
        return {**settings_of(OPTIMIZERS[self.optimizer]), "learning_rate": LEARNING_RATES[self.optimizer]}


CASES = [
    *(Case(task, optimizer, clip_mode, None) for task in TASKS for optimizer in OPTIMIZERS for clip_mode in (None, *CLIP_MODES)),
    *(Case(task, optimizer, "global_norm", mode) for task in TASKS for optimizer in OPTIMIZERS for mode in TRUNCATION_MODES),
]


@dataclass(frozen=True)
class Material:
    """First parameters and mini-batches, drawn without the application's own draws."""

    readout: str
    parameters: Weights
    batches: tuple[Batch, ...]


def draw(task: str, rng: np.random.Generator) -> Material:
    training = prepare(Case(task, "sgd", None, None).parameters)
    shapes = {name: value.shape for name, value in training.initial.parameters.items()}
    parameters = {name: rng.standard_normal(shape) * (0.5 if name != "W" else 1.1 / np.sqrt(HIDDEN_SIZE)) for name, shape in shapes.items()}
    batches = tuple(training.task.batch(rng, BATCH_SIZE, LENGTH) for _ in range(STEPS))
    return Material(training.task.readout, parameters, batches)


class GivenTraining(Training):
    """A training whose mini-batches are given."""

    batches: tuple[Batch, ...]

    def batch(self, step: int) -> Batch:
        return self.batches[step - 1]


def found(case: Case, material: Material) -> tuple[Array, Array]:
    """The losses, and the parameters after the last step, as this project finds them."""
    drawn = prepare(case.parameters)
    network = replace(drawn.initial, parameters=material.parameters)
    training = GivenTraining(drawn.parameters, drawn.task, drawn.optimizer, network)
    object.__setattr__(training, "batches", material.batches)
    state, losses = training.first_state(), []
    while state.step < STEPS:
        step, state, divergence = advance(training, state)
        assert divergence is None
        losses.append(step.loss)
    return np.array(losses), flattened(state.parameters)


def assert_trained_alike(case: Case, material: Material, losses: Array, parameters: Array) -> None:
    """1e-10 relative, after each of the 50 steps (by its loss) and at the end (by every parameter)."""
    own_losses, own_parameters = found(case, material)
    np.testing.assert_allclose(own_losses, losses, rtol=1e-10, atol=0)
    assert np.linalg.norm(own_parameters - parameters) <= 1e-10 * np.linalg.norm(parameters)
    moved = np.linalg.norm(own_parameters - flattened(material.parameters))
    assert moved > 1e-3  # ten million times what is tolerated: or there would be nothing to compare


def saved_material(task: str) -> Material:
    """First parameters and mini-batches, as `save_material` has stored them."""
    values = load(f"trainings/{task}/material")
    batches = zip(values["x"], values["target"], values["loss_weights"], strict=True)
    return Material(str(values["readout"]), {name: values[name] for name in NAMES}, tuple(Batch(*batch) for batch in batches))


def save_material(task: str, material: Material) -> None:
    columns = {name: np.array([getattr(batch, name) for batch in material.batches]) for name in ("x", "target", "loss_weights")}
    save(f"trainings/{task}/material", {**material.parameters, **columns, "readout": np.array(material.readout)})
