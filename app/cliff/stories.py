"""Settings of the cliff worth looking at, each with the one thing that it shows. Their words stand in the locales (cliff.story.…)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CliffStory:
    """What differs from the defaults."""

    name: str
    parameters: dict[str, Any]


CLIFF_STORIES = {
    story.name: story
    for story in (
        CliffStory("cliff", {}),
        # A short recursion has no wall yet.
        CliffStory("slope", {"steps": 5}),
        # The two folds meet at w = 4.
        CliffStory("cusp", {"bifurcation_w": 4, "w_start": 5, "b_start": -1.6}),
        # Below it, every b has one fixed point.
        CliffStory("unfolded", {"bifurcation_w": 3, "w_start": 3, "b_start": -3}),
    )
}
