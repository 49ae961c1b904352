"""The answer of a run."""

from typing import Any

from pydantic import Field, create_model

from app.contract.models import AnswerPart, Version, annotation_of, model_of
from app.contract.requests import RunBody
from app.explore.answer import Divergence, Loss, SequenceUsed
from app.explore.parts import PARTS
from app.explore.verdict import Verdict


def _part(declared: type, about: str | None = None) -> tuple[Any, Any]:
    """A field that may be absent, and is never null."""
    return model_of(declared), Field(default=None, description=about, json_schema_extra=lambda schema: schema.pop("default", None))


_parts: dict[str, Any] = {name: _part(part.answer) for name, part in PARTS.items()}

RunAnswer = create_model(
    "RunAnswer",
    __base__=AnswerPart,
    __doc__="One run. Parts that `include` doesn't name are absent.",
    parameters=(RunBody, Field(description="The request as understood, every default filled in. Posting it gives the same bytes.")),
    version=(Version, ...),
    sequence=(model_of(SequenceUsed), ...),
    loss=(model_of(Loss), ...),
    **_parts,
    verdict=_part(Verdict, "Comes with jacobian_norms."),
    divergence=(annotation_of(Divergence | None, None), Field(description="null, or where the run left the range of float64.")),
)
