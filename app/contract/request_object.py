"""The pydantic base class of every object in a request."""

from itertools import islice
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

MOST_UNKNOWN_NAMES = 10


class RequestObject(BaseModel):
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
