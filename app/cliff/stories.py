"""Settings of the cliff worth looking at, each with the one thing that it shows. Their words stand in the locales (cliff.story.…)."""

from app.common.preset import Preset

CLIFF_STORIES = {
    story.name: story
    for story in (
        Preset("cliff", {}),
        # A short recursion has no wall yet.
        Preset("slope", {"steps": 5}),
        # The two folds meet at w = 4.
        Preset("cusp", {"bifurcation_w": 4, "w_start": 5, "b_start": -1.6}),
        # Below it, every b has one fixed point.
        Preset("unfolded", {"bifurcation_w": 3, "w_start": 3, "b_start": -3}),
    )
}
