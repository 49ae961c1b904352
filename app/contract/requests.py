"""What a request may say: pydantic models built from the fields and metadata of the parameters' dataclasses, the one source of truth.

The query of a GET is flat. The body of a POST has the same names, and may add data of its own: weights, x, target.
"""

import dataclasses
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, create_model

from app.cliff.parameters import CliffParameters
from app.contract.forms import ABOUT_ARRAYS, CLIFF, PAGE_PARAMETERS, RUN, TRAINING, Arrays, Form, default_of, example
from app.contract.own_data import Series, Weights
from app.contract.request_object import RequestObject
from app.explore.parameters import RunParameters
from app.train.parameters import TrainingParameters


def _number_only(value: Any) -> Any:
    # Lax mode would take true for 1, and "1" for 1 in JSON.
    if isinstance(value, bool | str):
        raise ValueError("not a number")
    return value


def _without_underscores(value: Any) -> Any:
    # Pydantic reads text as Python does, where 1_0 is 10.
    if isinstance(value, str) and "_" in value:
        raise ValueError("not a number")
    return value


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
    if base in (int, float):
        return Annotated[inner, Field(**constraints), BeforeValidator(_number_only if json else _without_underscores)], field.default
    return Annotated[inner, Field(**constraints)], field.default


def _without_default(schema: dict[str, Any], more: dict[str, Any]) -> None:
    schema.pop("default", None)
    schema.update(more)


def _flat(name: str, form: Form, *, json: bool, **more: Any) -> Any:
    fields: dict[str, Any] = {field.name: _field_type(form, field, json=json) for field in form.fields.values()}
    fields["arrays"] = (Annotated[Arrays, Field(description=ABOUT_ARRAYS, examples=["typed"])], "list")
    return create_model(name, __base__=RequestObject, **fields, **more)


_page_only: dict[str, Any] = {
    name: (Annotated[str, Field(description=f"{about} Only the page reads it; it changes nothing here.", examples=[""])], "")
    for name, about in PAGE_PARAMETERS.items()
}
_Query = _flat("_Query", RUN, json=False, **_page_only)
_Body = _flat("_Body", RUN, json=True)
_TrainingQuery = _flat("_TrainingQuery", TRAINING, json=False, **_page_only)
_CliffQuery = _flat("_CliffQuery", CLIFF, json=False, **_page_only)


class RunQuery(_Query):  # type: ignore[misc, valid-type]
    """The query of GET /api/v1/runs."""

    form: ClassVar[Form] = RUN


class RunBody(_Body):  # type: ignore[misc, valid-type]
    """The body of POST /api/v1/runs."""

    form: ClassVar[Form] = RUN

    weights: Annotated[Weights | None, Field(description="Weights of your own.", examples=[None])] = None
    x: Annotated[
        Series | None,
        Field(description="Inputs of your own, (T, D): one row of D numbers per step, or a flat list of T.", examples=[None]),
    ] = None
    target: Annotated[Series | None, Field(description="Targets of your own, (T, O). Default: the next step's x.", examples=[None])] = None


class TrainingQuery(_TrainingQuery):  # type: ignore[misc, valid-type]
    """The query of GET /api/v1/trainings."""

    form: ClassVar[Form] = TRAINING


class TrainingEcho(_flat("_TrainingEcho", TRAINING, json=True)):  # type: ignore[misc]
    """The parameters of a training, as its answer repeats them."""


class TrainingEventsQuery(TrainingQuery):
    """The query of GET /api/v1/trainings/events."""

    last_event_id: Annotated[
        str,
        Field(
            description="The last id that came: the stream resumes after it. The header Last-Event-ID counts more. Empty: from the start.",
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
        BeforeValidator(_without_underscores),
    ] = 2**31 - 1


class CliffEcho(_flat("_CliffEcho", CLIFF, json=True)):  # type: ignore[misc]
    """The parameters of the cliff, as its answer repeats them."""


class CliffQuery(_CliffQuery):  # type: ignore[misc, valid-type]
    """The query of GET /api/v1/cliff."""

    form: ClassVar[Form] = CLIFF


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
