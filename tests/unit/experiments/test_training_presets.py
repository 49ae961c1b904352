"""Every training preset tells its story over five seeds: what should learn learns, what should not does not."""

import json
import re
import time
from functools import cache
from pathlib import Path

import pytest

from app.experiments.training import Step, events, prepare
from app.experiments.training_presets import BUDGET_SECONDS, TRAINING_PRESETS, final_loss, outcome

SEEDS = (1, 2, 3, 4, 5)
CORES = 2
STORIES = [
    pytest.param(name, seed, id=f"{name}-{seed}", marks=pytest.mark.slow if seed > SEEDS[0] else ())
    for name in TRAINING_PRESETS
    for seed in SEEDS
]


@cache
def told(name, variant, seed):
    """The losses of one variant, and chance."""
    preset = TRAINING_PRESETS[name]
    run = preset.run(next(v for v in preset.variants if v.name == variant), seed=seed, snapshot_every=10**5)
    training = prepare(run)
    losses = [event.loss for event in events(run) if isinstance(event, Step)]
    return losses, training.task.chance(training.length)


@pytest.mark.parametrize(("name", "seed"), STORIES)
def test_story(name, seed):
    preset, begun = TRAINING_PRESETS[name], time.process_time()
    found = {variant.name: outcome(*told(name, variant.name, seed), preset.goal) for variant in preset.variants}
    assert found == {variant.name: variant.outcome for variant in preset.variants}
    assert (time.process_time() - begun) / CORES < BUDGET_SECONDS
    EPILOGUES.get(name, lambda seed: None)(seed)


def share_of_chance(name, variant, seed):
    losses, chance = told(name, variant, seed)
    return final_loss(losses) / chance


def exploding(seed):
    """Clipped, the adding problem at T = 20 is below half of chance; the small steps that survive without clipping are far from it."""
    assert share_of_chance("sgd_explodes", "clipped", seed) < 0.5
    assert share_of_chance("sgd_explodes", "small_steps", seed) > 0.75


def vanishing(seed):
    """Where the gradient vanishes, nothing at all is learned."""
    for variant in ("vanishing", "rmsprop"):
        assert share_of_chance("vanishing", variant, seed) > 0.95


def truncated(seed):
    """A lag of 9 to 10 steps stays beyond a window, or a chunk, of 5."""
    assert share_of_chance("truncated", "full", seed) < 0.1
    for variant in ("sliding_5", "chunked_5"):
        assert share_of_chance("truncated", variant, seed) > 0.65


EPILOGUES = {"sgd_explodes": exploding, "vanishing": vanishing, "truncated": truncated}


@pytest.mark.parametrize("name", TRAINING_PRESETS)
def test_variants_share_everything_but_what_the_story_is_about(name):
    preset = TRAINING_PRESETS[name]
    assert 2 <= len(preset.variants) <= 4
    runs = [prepare(preset.run(variant)) for variant in preset.variants]
    for run in runs[1:]:
        assert run.task is runs[0].task
        for step in (1, 2, runs[0].parameters.steps):
            assert (run.batch(step).x == runs[0].batch(step).x).all()
            assert (run.batch(step).target == runs[0].batch(step).target).all()
        assert {run.parameters.seed, run.parameters.steps} == {runs[0].parameters.seed, runs[0].parameters.steps}
    for variant in preset.variants:
        assert len(variant.parameters) <= 2
        assert not set(variant.parameters) & {"task", "length", "seed", "batch_size", "steps", "text"}


def test_there_is_a_remedy_and_a_trouble_in_every_story():
    for preset in TRAINING_PRESETS.values():
        outcomes = {variant.outcome for variant in preset.variants}
        assert "learns" in outcomes
        assert outcomes & {"stuck", "explodes"}


def test_outcomes_by_hand():
    assert outcome([1.0] * 90 + [0.4] * 10, chance=1.0, goal=0.5) == "learns"
    assert outcome([1.0] * 90 + [0.6] * 10, chance=1.0, goal=0.5) == "stuck"
    assert outcome([0.01] * 95 + [11.0] * 5, chance=0.01, goal=0.5) == "explodes"
    assert outcome([100.0, *[0.1] * 99], chance=1.0, goal=0.5) == "learns"  # a bad start is no explosion
    assert outcome([1.0, float("nan")], chance=1.0, goal=0.5) == "explodes"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_pages_words_name_the_values_of_the_presets(language):
    words = json.loads((Path(__file__).parents[3] / "static" / "locales" / f"{language}.json").read_text("utf-8"))
    stories = {
        f"story.{preset.name}.{variant.name}": preset.run(variant) for preset in TRAINING_PRESETS.values() for variant in preset.variants
    }
    written = {key for key in words if key.startswith("story.") and key.count(".") == 2} - {"story.own.watch"}
    assert written == stories.keys() | {f"story.{name}.{what}" for name in TRAINING_PRESETS for what in ("title", "watch")}
    for key, run in stories.items():
        assert [float(radius) for radius in re.findall(r"ρ = ([\d.]+)", words[key])] in ([], [run.spectral_radius]), key
        assert [int(window) for window in re.findall(r"K = (\d+)", words[key])] in ([], [run.truncation]), key
    for name, preset in TRAINING_PRESETS.items():
        told = {float(radius) for radius in re.findall(r"ρ = ([\d.]+)", words[f"story.{name}.watch"])}
        assert told <= {preset.run(variant).spectral_radius for variant in preset.variants}, name
