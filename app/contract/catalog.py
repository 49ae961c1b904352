"""The catalog: what there is to choose from, with every range and default, and the server's limits."""

import inspect

from pydantic import BaseModel, Field

from app.contract.forms import CLIFF, PAGE_PARAMETERS, RUN, TRAINING, ParameterFacts, parameter_facts
from app.contract.version import VERSION
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS, settings_of
from app.engine.model.initializers import INITIALIZERS
from app.engine.model.readouts import READOUTS
from app.engine.optimizers import OPTIMIZERS
from app.engine.optimizers import settings_of as optimizer_settings
from app.explore.parts import PARTS
from app.explore.presets import PRESETS
from app.sequences import SOURCES
from app.sequences.tasks import TASKS, Task
from app.train.stories import TRAINING_PRESETS

Value = int | float | str | None  # of a flat parameter


class Cell(BaseModel):
    """A recurrent cell."""

    name: str
    about: str
    settings: dict[str, float] = Field(description="The parameters that only some cells read and this one does, with their defaults.")
    gates: list[str] = Field(description="Its gates: each a block of H rows in U, W and b_s.")
    jacobian_is_product: bool = Field(description="Whether J_t = diag(f'(s_t)) W, so that ρ(W), σ_max(W) and sup f' bound the chain.")


class ActivationFunction(BaseModel):
    """An activation f."""

    name: str
    sup_derivative: float = Field(description="sup f'.")


class Named(BaseModel):
    """A name to choose."""

    name: str


class InputSource(BaseModel):
    """An input sequence."""

    name: str
    about: str
    default_length: int = Field(description="T where length is left out.")
    readouts: list[str] = Field(description="The read-outs that fit its targets, the default first.")


class ReadOut(BaseModel):
    """A read-out g with its loss ℓ."""

    name: str
    loss: str


class Part(BaseModel):
    """A part of the answer."""

    name: str
    about: str
    backward: bool = Field(description="Whether it depends on truncation and clipping.")
    heavy: bool = Field(description="Whether it takes much of a long run's time.")


class TrainingTask(BaseModel):
    """Something to learn."""

    name: str
    about: str
    loss: str
    default_length: int = Field(description="T where length is left out.")
    shortest: int = Field(description="The smallest T.")
    longest: int | None = Field(description="The largest T; null where only the limits of the server count.")
    chance: float = Field(description="The loss that is reached without looking at the input, at the default length.")
    chance_formula: str
    accuracy_about: str | None = Field(description="What accuracy means; null where there is none.")
    reads_text: bool = Field(description="Whether it reads the parameter text.")


class OptimizerFacts(BaseModel):
    """How a gradient becomes an update."""

    name: str
    about: str
    settings: dict[str, float] = Field(description="The parameters that it reads, with their defaults.")


class Setting(BaseModel):
    """A setting worth looking at."""

    name: str
    parameters: dict[str, Value] = Field(description="What differs from the defaults.")


class StoryVariant(BaseModel):
    """One run of a story."""

    name: str
    parameters: dict[str, Value] = Field(description="What differs from the story's parameters.")
    outcome: str = Field(description="What becomes of it: learns, stuck or explodes.")


class Story(BaseModel):
    """Training runs side by side that differ in one thing."""

    name: str
    about: str
    parameters: dict[str, Value] = Field(description="What all of them share, apart from the defaults.")
    variants: list[StoryVariant]
    goal: float = Field(description="The share of the chance level below which a run has learned.")
    rate: float = Field(description="The share of seeds, at least, in which each variant has its outcome.")


class Limits(BaseModel):
    """What this server accepts."""

    seconds: float = Field(description="The longest a run may be estimated to take.")
    training_seconds: float = Field(description="The longest a streamed training run may be estimated to take.")
    megabytes: float = Field(description="The most memory a run may be estimated to need.")
    answer_megabytes: float = Field(description="The largest that an answer may be estimated to be.")
    body_bytes: int = Field(description="The largest body of a POST.")
    url_bytes: int = Field(description="The longest URL of a GET.")


class Catalog(BaseModel):
    """Everything there is to choose from."""

    version: dict[str, str]
    cells: list[Cell]
    activations: list[ActivationFunction]
    initializers: list[Named]
    sources: list[InputSource]
    readouts: list[ReadOut]
    parts: list[Part]
    tasks: list[TrainingTask]
    optimizers: list[OptimizerFacts]
    presets: list[Setting]
    training_presets: list[Story]
    parameters: dict[str, ParameterFacts] = Field(description="The flat parameters by name, in the order of a form.")
    training_parameters: dict[str, ParameterFacts] = Field(description="The flat parameters of a training run.")
    cliff_parameters: dict[str, ParameterFacts] = Field(description="The flat parameters of the cliff.")
    page_parameters: dict[str, str] = Field(description="What only the page reads from its URL; a GET accepts and ignores it.")
    limits: Limits


def catalog(limits: Limits) -> Catalog:
    """The catalog of a server with these limits."""
    return Catalog(
        version=VERSION,
        cells=[_cell(name) for name in CELLS],
        activations=[ActivationFunction(name=name, sup_derivative=f.sup_derivative) for name, f in ACTIVATIONS.items()],
        initializers=[Named(name=name) for name in INITIALIZERS],
        sources=[
            InputSource(name=name, about=source.about, default_length=source.default_length, readouts=list(source.readouts))
            for name, source in SOURCES.items()
        ],
        readouts=[ReadOut(name=name, loss=readout.loss) for name, readout in READOUTS.items()],
        parts=[Part(name=name, about=part.about, backward=part.backward, heavy=part.heavy) for name, part in PARTS.items()],
        tasks=[_task(task) for task in TASKS.values()],
        optimizers=[
            OptimizerFacts(name=name, about=optimizer.about, settings=optimizer_settings(optimizer))
            for name, optimizer in OPTIMIZERS.items()
        ],
        presets=[Setting(name=name, parameters=preset.parameters) for name, preset in PRESETS.items()],
        training_presets=[Story.model_validate(preset, from_attributes=True) for preset in TRAINING_PRESETS.values()],
        parameters=parameter_facts(RUN),
        training_parameters=parameter_facts(TRAINING),
        cliff_parameters=parameter_facts(CLIFF),
        page_parameters=PAGE_PARAMETERS,
        limits=limits,
    )


def _cell(name: str) -> Cell:
    cell = CELLS[name](next(iter(ACTIVATIONS.values())))
    return Cell(
        name=name,
        about=_first_line(cell),
        settings=settings_of(CELLS[name]),
        gates=list(cell.gates),
        jacobian_is_product=cell.jacobian_is_product,
    )


def _task(task: Task) -> TrainingTask:
    return TrainingTask(
        name=task.name,
        about=task.about,
        loss=READOUTS[task.readout].loss,
        default_length=task.default_length,
        shortest=task.shortest,
        longest=task.longest,
        chance=task.chance(task.default_length),
        chance_formula=task.chance_formula,
        accuracy_about=task.accuracy_about,
        reads_text=task.read_text is not None,
    )


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]
