"""The answer of a training run."""

from pydantic import Field, create_model

from app.contract.models import AnswerPart, Version, annotation_of, model_of
from app.contract.requests import TrainingEcho
from app.engine.model.network import Divergence
from app.train.answer import Plan, SnapshotPart, Steps

TrainingAnswer = create_model(
    "TrainingAnswer",
    __base__=AnswerPart,
    __doc__="One training run.",
    parameters=(TrainingEcho, Field(description="The request as understood, every default filled in.")),
    version=(Version, ...),
    plan=(model_of(Plan), ...),
    steps=(model_of(Steps), ...),
    snapshots=(annotation_of(list[SnapshotPart], None), ...),
    divergence=(annotation_of(Divergence | None, None), Field(description="null, or where a value left float64.")),
)
