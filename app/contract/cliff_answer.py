"""The answer of the cliff."""

from typing import Any

from pydantic import Field, create_model

from app.cliff.answer import Cliff
from app.contract.models import AnswerPart, Version, model_of
from app.contract.requests import CliffEcho

_fields: dict[str, Any] = {name: (field.annotation, field) for name, field in model_of(Cliff).model_fields.items()}

CliffAnswer = create_model(
    "CliffAnswer",
    __base__=AnswerPart,
    __doc__=Cliff.__doc__,
    parameters=(CliffEcho, Field(description="The request as understood.")),
    version=(Version, ...),
    **_fields,
)
