"""Data of the sender's own in the body of a request: weights, inputs and targets."""

from typing import Annotated, Any, Protocol

import numpy as np
from pydantic import BeforeValidator, Field, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator, create_model

from app.contract.forms import OWN_WEIGHTS, RUN
from app.contract.request_object import RequestObject
from app.engine.errors import InvalidParameter
from app.engine.model.cells import CELLS, shapes_of
from app.engine.model.weights import Weight
from app.explore.run import OwnData


def _one_column(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    value = value[: LONGEST + 2]  # one too many is enough to tell
    return value if any(isinstance(row, list) for row in value) else [[number] for number in value]


def _array_as_it_is(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Arrays were checked when the body was read (see `json_bodies`)."""
    return value if isinstance(value, np.ndarray) else validate(value)


LARGEST, LONGEST = RUN.fields["hidden_size"].metadata["maximum"], RUN.fields["length"].metadata["maximum"]
# The most rows that a weight has in some cell: stacked gates have as many blocks.
MOST_ROWS = {
    name: max(shapes_of(cell, LARGEST, LARGEST, LARGEST).get(name, (0,))[0] for cell in CELLS.values())
    for name in (weight.name for weight in OWN_WEIGHTS)
}
# The weights that are matrices.
MATRICES = frozenset(weight.name for weight in OWN_WEIGHTS if len(weight.shape) == 2)

# Beyond it, products of three of them leave float64, and nothing could be said about the network.
MOST = 1e100
Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-MOST, le=MOST)]
# One bad number is enough to tell: a list of a million problems would only cost time.
Vector = Annotated[list[Number], Field(fail_fast=True, min_length=1, max_length=LARGEST)]
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


def _weight_field(weight: Weight) -> Any:
    rows = Field(fail_fast=True, min_length=1, max_length=MOST_ROWS[weight.name])
    vector: Any = Annotated[list[Number], rows]
    matrix: Any = Annotated[list[Vector], rows, WrapValidator(_array_as_it_is)]
    kind = matrix if weight.name in MATRICES else vector
    return Annotated[kind | None, Field(description=f"{weight.about}, {weight.in_letters}.")], None


_fields: dict[str, Any] = {weight.name: _weight_field(weight) for weight in OWN_WEIGHTS}


class Weights(create_model("_Weights", __base__=RequestObject, **_fields)):  # type: ignore[misc]
    """Weights of your own in place of drawn ones. What is left out is drawn as the parameters say."""


class BodyWithData(Protocol):
    """A body that may hold data of the sender's own."""

    weights: Weights | None
    x: Any
    target: Any


def own_data(body: BodyWithData) -> OwnData | None:
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
