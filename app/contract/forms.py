"""One form for each kind of request (run, training, cliff): its flat parameters with type, range, example and words."""

import dataclasses
import types
import typing
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, Field

from app.cliff.parameters import CliffParameters
from app.engine.model.cells import CELLS, declared_weights
from app.explore.parameters import RunParameters
from app.train.parameters import TrainingParameters

Arrays = Literal["list", "typed"]
ABOUT_ARRAYS = (
    "How arrays of numbers come. list: nested lists, float64 to the last digit. "
    'typed: {"dtype", "bdata", "shape"}, base64 of little-endian float32, which plotly.js draws as it is; float64 where float32 would '
    "overflow or lose small numbers; an array with gaps (null) stays a list."
)

# Of the page, each with its words in static/locales; the first is for readers of none of them.
LANGUAGES = ("en", "ko")

# What only the page reads from its URL. A GET accepts and ignores it, so that the query of any page URL works.
PAGE_PARAMETERS = {
    "lang": "The page's language.",
    "theme": "The page's colours.",
    "hide": "Parts of the page to leave out.",
    "lock": "Controls of the page that can't be moved.",
    "embed": "1 shows the page without its frame.",
    "pin": "A run kept behind the norm curve for comparison; may be repeated.",
    "at": "The step that the page points at.",
    "spectral": "1 draws the spectral norms, too.",
    "variant": "What differs from the other parameters in one of several training runs; may be repeated.",
    "until": "The step that the training runs of the page had come to.",
    "show": "What the colours of the cliff stand for: error or gradient.",
}

# A value that works when pasted, where the default says nothing.
EXAMPLES: dict[str, Any] = {
    "leak": 0.3,
    "input_size": 1,
    "output_size": 1,
    "readout": "identity",
    "length": 50,
    "text": "안녕하세요, hello",
    "loss": "squared_error",
    "truncation": 10,
    "momentum": 0.9,
    "first_decay": 0.9,
    "second_decay": 0.99,
    "epsilon": 1e-8,
    "snapshot_every": 25,
    "spectrum_every": 1,
}
# The learning rate of a run has a default of its own; these stand for "none" and "the optimiser's".
EXAMPLES_OF_NONE: dict[str, Any] = {"learning_rate": 0.01, "clip_threshold": 1.0}


@dataclass(frozen=True)
class Form:
    """The flat parameters of one kind of request."""

    parameters: type[Any]

    @cached_property
    def fields(self) -> dict[str, dataclasses.Field[Any]]:
        """By name, in the order of a form."""
        return {field.name: field for field in dataclasses.fields(self.parameters)}

    @cached_property
    def hints(self) -> dict[str, Any]:
        """Their types by name."""
        return typing.get_type_hints(self.parameters)

    def base_type(self, name: str) -> Any:
        """The type of a parameter's values, apart from None."""
        hint = self.hints[name]
        return typing.get_args(hint)[0] if isinstance(hint, types.UnionType) else hint

    def optional(self, name: str) -> bool:
        """Whether None is one of its values."""
        return isinstance(self.hints[name], types.UnionType)


RUN, TRAINING, CLIFF = Form(RunParameters), Form(TrainingParameters), Form(CliffParameters)

# Every weight that some cell has; where several have it, in the words of the first.
OWN_WEIGHTS = tuple({weight.name: weight for cell in reversed(CELLS.values()) for weight in declared_weights(cell)}.values())

OWN_DATA = {
    "weights": f"an object with any of {', '.join(f'{weight.name} {weight.in_letters}' for weight in OWN_WEIGHTS)}, "
    "of numbers of size ≤ 1e100",
    "x": "rows of numbers of size ≤ 1e100, (T, D), or a flat list of T",
    "target": "rows of numbers of size ≤ 1e100, (T, O), or a flat list of T",
}

WHERE_TO_GO_ON = {
    "last_event_id": 'the id of an event that came: a step, or "end"',
    "stop_after": "an integer from 1 on",
}


class ParameterFacts(BaseModel):
    """One flat parameter."""

    type: Literal["integer", "number", "string", "list"]
    about: str
    default: int | float | str | list[str] | None = Field(description="null where it follows from the others.")
    minimum: int | float | None = None
    maximum: int | float | None = None
    unit: str | None = None
    choices: list[str] | None = None
    longest: int | None = Field(default=None, description="The most characters.")
    example: int | float | str | list[str]


def parameter_facts(form: Form) -> dict[str, ParameterFacts]:
    """Every flat parameter of a form, as the catalog lists it."""
    names = {int: "integer", float: "number", str: "string"}
    facts = {
        name: ParameterFacts.model_validate(
            {
                **{key: field.metadata[key] for key in ("about", "minimum", "maximum", "unit", "longest") if key in field.metadata},
                "type": names.get(form.base_type(name), "list"),
                "default": default_of(field),
                "choices": list(field.metadata["choices"]) if "choices" in field.metadata else None,
                "example": example(field),
            }
        )
        for name, field in form.fields.items()
    }
    choices = list(typing.get_args(Arrays))
    facts["arrays"] = ParameterFacts(type="string", about=ABOUT_ARRAYS, default="list", choices=choices, example="typed")
    return facts


def allowed_in_words(form: Form, name: str) -> str | list[str]:
    """What a parameter may be: a list of names, or a range in words."""
    if name == "arrays":
        return list(typing.get_args(Arrays))
    if name in WHERE_TO_GO_ON:
        return WHERE_TO_GO_ON[name]
    if name in OWN_DATA:
        return OWN_DATA[name]
    facts = form.fields[name].metadata
    if "choices" in facts:
        return list(facts["choices"])
    kind = form.base_type(name)
    if "minimum" in facts:
        noun = "an integer" if kind is int else "a number"
        return f"{noun} from {_plain(facts['minimum'])} to {_plain(facts['maximum'])}"
    return f"text of at most {facts['longest']:,} characters" if "longest" in facts else "text"


def _plain(number: float) -> str:
    """2147483647 in full, 10.0 as 10, 1e12 as 1e+12."""
    return str(number) if isinstance(number, int) else f"{number:g}"


def example(field: dataclasses.Field[Any]) -> Any:
    """A value of this parameter that works when pasted."""
    default = EXAMPLES.get(field.name, default_of(field))
    return EXAMPLES_OF_NONE[field.name] if default is None else default


def default_of(field: dataclasses.Field[Any]) -> Any:
    """The default, as JSON has it."""
    default: Any = field.default
    return list(default) if isinstance(default, tuple) else default
