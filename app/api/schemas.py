"""What a request may say: pydantic models built from the fields and metadata of the parameters' dataclasses, the one source of truth.

The query of a GET is flat. The body of a POST has the same names, and may add data of its own: weights, x, target.
"""

import dataclasses
import types
import typing
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import Request
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    create_model,
    model_validator,
)

from app.cliff.parameters import CliffParameters
from app.engine.errors import InvalidParameter
from app.explore.parameters import RunParameters
from app.explore.run import OwnData
from app.train.parameters import TrainingParameters

Arrays = Literal["list", "typed"]

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

ABOUT_ARRAYS = (
    "How arrays of numbers come. list: nested lists, float64 to the last digit. "
    'typed: {"dtype", "bdata", "shape"}, base64 of little-endian float32, which plotly.js draws as it is; float64 where float32 would '
    "overflow or lose small numbers; an array with gaps (null) stays a list."
)

# A value that works when pasted, where the default says nothing.
EXAMPLES: dict[str, Any] = {
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
# By the tag of the routes that read it.
FORMS = {"runs": RUN, "trainings": TRAINING, "cliff": CLIFF}


def form_of(request: Request) -> Form:
    """What the route of this request reads."""
    return FORMS[request.scope["route"].tags[0]]


OWN_DATA = {
    "weights": "an object with any of U (H, D), W (H, H), V (O, H), b_s (H), b_z (O), h_0 (H), of numbers of size ≤ 1e100",
    "x": "rows of numbers of size ≤ 1e100, (T, D), or a flat list of T",
    "target": "rows of numbers of size ≤ 1e100, (T, O), or a flat list of T",
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
    """Every flat parameter of a form, as the catalog tells it."""
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


def _number_only(value: Any) -> Any:
    # Lax mode would take true for 1, and "1" for 1 in JSON.
    if isinstance(value, bool | str):
        raise ValueError("not a number")
    return value


def _one_column(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    value = value[: LONGEST + 2]  # one too many is enough to tell
    return value if any(isinstance(row, list) for row in value) else [[number] for number in value]


def _array_as_it_is(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Arrays were checked when the body was read (see `bodies`)."""
    return value if isinstance(value, np.ndarray) else validate(value)


def _comma_separated(value: Any) -> Any:
    """`include=a,b&include=c` is the list a, b, c."""
    if not isinstance(value, list | tuple):
        return value
    return [part for item in value for part in ([name.strip() for name in item.split(",")] if isinstance(item, str) else [item])]


def _field_type(form: Form, field: dataclasses.Field[Any], *, json: bool) -> tuple[Any, Any]:
    """(annotation, default) of one parameter for `create_model`."""
    facts = field.metadata
    base, optional = form.base_type(field.name), form.optional(field.name)
    choices = Literal[facts["choices"]] if "choices" in facts else None
    unit = facts.get("unit")
    constraints: dict[str, Any] = {
        "description": facts["about"] + (f" Unit: {unit}." if unit else ""),
        "examples": [example(field)],
    }
    if unit:
        constraints["json_schema_extra"] = {"x-unit": unit}
    if optional and not json:
        # In a query "no value" is to leave the parameter out: null is not a value that a client could send.
        constraints["json_schema_extra"] = partial(_without_default, more={"x-unit": unit} if unit else {})
    if facts.get("many"):
        inner: Any = list[choices]  # type: ignore[valid-type]
        constraints["max_length"] = 4 * len(facts["choices"])
        annotated = Annotated[inner, Field(**constraints), BeforeValidator(_comma_separated)]
        return annotated, default_of(field)
    for ours, theirs in (("minimum", "ge"), ("maximum", "le"), ("longest", "max_length")):
        if ours in facts:
            constraints[theirs] = facts[ours]
    if base is float:
        constraints["allow_inf_nan"] = False
    inner = choices or base
    if optional and json:
        inner = inner | None
    if json and base in (int, float):
        return Annotated[inner, Field(**constraints), BeforeValidator(_number_only)], field.default
    return Annotated[inner, Field(**constraints)], field.default


def _without_default(schema: dict[str, Any], more: dict[str, Any]) -> None:
    schema.pop("default", None)
    schema.update(more)


def example(field: dataclasses.Field[Any]) -> Any:
    """A value of this parameter that works when pasted."""
    default = EXAMPLES.get(field.name, default_of(field))
    return EXAMPLES_OF_NONE[field.name] if default is None else default


def default_of(field: dataclasses.Field[Any]) -> Any:
    """The default, as JSON has it."""
    default: Any = field.default
    return list(default) if isinstance(default, tuple) else default


MOST_UNKNOWN_NAMES = 10


class _Object(BaseModel):
    """What a request holds; of many unknown names only the first few are looked at."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    @model_validator(mode="before")
    @classmethod
    def _keep_few_unknown_names(cls, data: Any) -> Any:
        known = cls.model_fields
        if not isinstance(data, dict) or len(data) <= len(known):
            return data
        few_unknown = islice((name for name in data if name not in known), MOST_UNKNOWN_NAMES)
        return {name: data[name] for name in (*known, *few_unknown) if name in data}


def _flat(name: str, form: Form, *, json: bool, **more: Any) -> Any:
    fields: dict[str, Any] = {field.name: _field_type(form, field, json=json) for field in form.fields.values()}
    fields["arrays"] = (Annotated[Arrays, Field(description=ABOUT_ARRAYS, examples=["typed"])], "list")
    return create_model(name, __base__=_Object, **fields, **more)


_page_only: dict[str, Any] = {
    name: (Annotated[str, Field(description=f"{about} Only the page reads it; it changes nothing here.", examples=[""])], "")
    for name, about in PAGE_PARAMETERS.items()
}
_Query = _flat("_Query", RUN, json=False, **_page_only)
_Body = _flat("_Body", RUN, json=True)
_TrainingQuery = _flat("_TrainingQuery", TRAINING, json=False, **_page_only)
_CliffQuery = _flat("_CliffQuery", CLIFF, json=False, **_page_only)

LARGEST, LONGEST = RUN.fields["hidden_size"].metadata["maximum"], RUN.fields["length"].metadata["maximum"]

# Beyond it, products of three of them leave float64, and nothing could be said about the network.
MOST = 1e100
Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-MOST, le=MOST)]
# One bad number is enough to tell: a list of a million problems would only cost time.
Vector = Annotated[list[Number], Field(fail_fast=True, min_length=1, max_length=LARGEST)]
Matrix = Annotated[list[Vector], Field(fail_fast=True, min_length=1, max_length=LARGEST), WrapValidator(_array_as_it_is)]
# A flat list of numbers is one column. The last row may be a target only.
SERIES = {"type": "array", "minItems": 1, "maxItems": LONGEST + 1}
NUMBER = {"type": "number", "minimum": -MOST, "maximum": MOST}
ROW = {"type": "array", "items": NUMBER, "minItems": 1, "maxItems": LARGEST}
Series = Annotated[
    list[Vector],
    Field(fail_fast=True, min_length=1, max_length=LONGEST + 1),
    BeforeValidator(_one_column),
    WrapValidator(_array_as_it_is),
    WithJsonSchema({"anyOf": [{**SERIES, "items": ROW}, {**SERIES, "items": NUMBER}]}),
]


class Weights(_Object):
    """Weights of your own in place of drawn ones. What is left out is drawn as the parameters say."""

    U: Annotated[Matrix | None, Field(description="Input matrix, (H, D).")] = None
    W: Annotated[Matrix | None, Field(description="Recurrent matrix, (H, H).")] = None
    V: Annotated[Matrix | None, Field(description="Read-out matrix, (O, H).")] = None
    b_s: Annotated[Vector | None, Field(description="Bias of s, (H).")] = None
    b_z: Annotated[Vector | None, Field(description="Bias of z, (O).")] = None
    h_0: Annotated[Vector | None, Field(description="The state before the first step, (H).")] = None


class RunQuery(_Query):  # type: ignore[misc, valid-type]
    """The query of GET /api/v1/runs."""


class RunBody(_Body):  # type: ignore[misc, valid-type]
    """The body of POST /api/v1/runs."""

    weights: Annotated[Weights | None, Field(description="Weights of your own.", examples=[None])] = None
    x: Annotated[
        Series | None,
        Field(description="Inputs of your own, (T, D): one row of D numbers per step, or a flat list of T.", examples=[None]),
    ] = None
    target: Annotated[Series | None, Field(description="Targets of your own, (T, O). Default: the next step's x.", examples=[None])] = None


WHERE_TO_GO_ON = {
    "last_event_id": 'the id of an event that came: a step, or "end"',
    "stop_after": "an integer from 1 on",
}


class TrainingQuery(_TrainingQuery):  # type: ignore[misc, valid-type]
    """The query of GET /api/v1/trainings."""


class TrainingEcho(_flat("_TrainingEcho", TRAINING, json=True)):  # type: ignore[misc]
    """The parameters of a training, as its answer repeats them."""


class TrainingEventsQuery(TrainingQuery):
    """The query of GET /api/v1/trainings/events."""

    last_event_id: Annotated[
        str,
        Field(
            description="The last id that came, to go on after it; the header Last-Event-ID counts more. Empty: from the start.",
            pattern=r"^([0-9]{0,9}|end)$",
            examples=[""],
        ),
    ] = ""
    stop_after: Annotated[
        int,
        Field(
            description="End the stream after this step, with the event `interrupted`. Default: at the end of the run.",
            ge=1,
            examples=[500],
        ),
    ] = 2**31 - 1


class CliffEcho(_flat("_CliffEcho", CLIFF, json=True)):  # type: ignore[misc]
    """The parameters of the cliff, as its answer repeats them."""


class CliffQuery(_CliffQuery):  # type: ignore[misc, valid-type]
    """The query of GET /api/v1/cliff."""


def training_parameters(query: TrainingQuery) -> TrainingParameters:
    """The parameters of a training."""
    return TrainingParameters(**{name: getattr(query, name) for name in TRAINING.fields})


def cliff_parameters(query: CliffQuery) -> CliffParameters:
    """The parameters of the cliff."""
    return CliffParameters(**{name: getattr(query, name) for name in CLIFF.fields})


def run_parameters(request: RunQuery | RunBody) -> RunParameters:
    """The parameters of a request."""
    values = {name: getattr(request, name) for name in RUN.fields}
    return RunParameters(**{**values, "include": tuple(dict.fromkeys(values["include"]))})


def own_data(body: RunBody) -> OwnData | None:
    """The data of the sender's own in a body; None if there is none."""
    given = {name: getattr(body.weights, name) for name in Weights.model_fields} if body.weights else {}
    weights = {name: _array(f"weights.{name}", value) for name, value in given.items() if value is not None}
    x = None if body.x is None else _array("x", body.x)
    target = None if body.target is None else _array("target", body.target)
    if not weights and x is None and target is None:
        return None
    return OwnData(weights=weights or None, x=x, target=target)


def _array(name: str, rows: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    if isinstance(rows, np.ndarray):
        return rows
    lengths = {len(row) for row in rows if isinstance(row, list)}
    if len(lengths) > 1:
        got = f"rows of {min(lengths)} to {max(lengths)} numbers"
        raise InvalidParameter(name, got, "rows of the same length", "Give every row as many numbers.")
    return np.asarray(rows, dtype=np.float64)
