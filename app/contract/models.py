"""Pydantic models of answers, derived from the dataclasses that declare them.

They document answers in OpenAPI, and tests check real answers against them. Answers are not validated on their way out: their arrays
go straight from NumPy to JSON.
"""

import dataclasses
import types
import typing
from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, create_model

from app.common.answers import Value, json_name


class TypedArray(BaseModel):
    """An array in binary form, as plotly.js takes it: with arrays=typed, where it has no gaps."""

    dtype: Literal["f4", "f8", "i4"] = Field(description="float32, float64 or int32, little-endian.")
    bdata: str = Field(description="The numbers, row by row, in base64.")
    shape: str = Field(description="The lengths of the axes.", examples=["50, 16"])


Vector = Annotated[list[Value] | TypedArray, Field(description="One axis; null where there is no finite value.")]
Matrix = Annotated[list[list[Value]] | TypedArray, Field(description="Two axes; null where there is no finite value.")]
Array3 = Annotated[list[list[list[Value]]] | TypedArray, Field(description="Three axes.")]
Array4 = Annotated[list[list[list[list[Value]]]] | TypedArray, Field(description="Four axes.")]
ARRAYS: dict[int, Any] = {1: Vector, 2: Matrix, 3: Array3, 4: Array4}


class AnswerPart(BaseModel):
    """An object of an answer: it has no other fields than these."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class Version(AnswerPart):
    """What computed this."""

    software: str
    schema_: str = Field(alias="schema", description="The version of this shape.")


@cache
def model_of(declared: type) -> type[AnswerPart]:
    """The model of an answer that a dataclass declares."""
    hints = typing.get_type_hints(declared)
    fields: dict[str, Any] = {field.name: _field(hints[field.name], field) for field in dataclasses.fields(declared)}
    return create_model(declared.__name__, __base__=AnswerPart, __doc__=declared.__doc__, **fields)


def _field(hint: Any, field: "dataclasses.Field[Any]") -> tuple[Any, Any]:
    about, shape, choices = (field.metadata.get(key) for key in ("about", "shape", "choices"))
    alternatives = [Literal[choices], *([None] if _is_optional(hint) else [])] if choices else None
    annotation = typing.Union[tuple(alternatives)] if alternatives else annotation_of(hint, shape)  # noqa: UP007
    description = " ".join(filter(None, (about, shape and f"Shape: {shape}."))) or None
    name = json_name(field)
    alias = None if name == field.name else name
    return annotation, Field(description=description, alias=alias)


def _is_optional(hint: Any) -> bool:
    return types.NoneType in typing.get_args(hint)


def annotation_of(hint: Any, shape: str | None) -> Any:
    """The type of a field in JSON: arrays by the number of their axes, dataclasses as models, everything else as it is."""
    if hint is np.ndarray or typing.get_origin(hint) is np.ndarray:
        alternatives = {alternative.count(",") + 1 for alternative in (shape or "").split(" or ")}
        return typing.Union[tuple(ARRAYS[axes] for axes in sorted(alternatives))]  # noqa: UP007
    if dataclasses.is_dataclass(hint):
        return model_of(hint)  # type: ignore[arg-type]
    arguments = typing.get_args(hint)
    if not arguments or typing.get_origin(hint) is Literal:
        return hint
    inner = tuple(annotation_of(argument, shape) for argument in arguments if argument is not Ellipsis)
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return typing.Union[inner]  # noqa: UP007
    return {tuple: list}.get(origin, origin)[inner if len(inner) > 1 else inner[0]]  # a tuple is a list in JSON
