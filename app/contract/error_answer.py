"""The shape of every answer that isn't a success."""

from typing import Any

from pydantic import BaseModel, Field


class ErrorDetail(BaseModel):
    """What went wrong, for people and for programs."""

    code: str = Field(description="Stable name of the kind of error.", examples=["invalid_parameter"])
    message: str = Field(description="Which parameter, what was got, what is allowed, what to do.")
    parameter: str | None = Field(description="The parameter concerned, or null.")
    allowed: str | list[str | int] | None = Field(
        description="What would have been accepted: a range in words, a list of names, or a shape."
    )
    details: dict[str, Any] | None = Field(description="More facts, by code: limits and estimates, or `errors` when there are several.")


class ErrorBody(BaseModel):
    """The body of every answer that isn't a success."""

    error: ErrorDetail
