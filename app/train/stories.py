"""Training runs that tell a story: up to four variants that differ in one thing, with the same seed and mini-batches.

Each says what becomes of every variant; a test runs them all over 20 seeds and counts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.train.parameters import TrainingParameters

BUDGET_SECONDS = 60.0  # for all variants of a preset, on two cores
EXPLOSION = 1e3  # times the larger of the first loss and chance
LAST_SHARE = 0.1  # of the run, over which the final loss is averaged
GOAL = 0.4  # of chance: a network that knows one of two symbols has half of it, ln 2 = ½ ln 4
RATE = 0.9  # 18 of 20 seeds


@dataclass(frozen=True)
class Variant:
    """One run of a preset.

    Attributes
    ----------
    name : str
        Within its preset.
    parameters : dict
        What differs from the preset's.
    outcome : str
        What becomes of it: learns, stuck or explodes (see `outcome`).
    """

    name: str
    parameters: dict[str, Any]
    outcome: str


@dataclass(frozen=True)
class TrainingPreset:
    """A story in up to four variants.

    Attributes
    ----------
    name, about : str
        The story in a sentence or two.
    parameters : dict
        What all variants share, apart from the defaults.
    variants : tuple of Variant
        The remedy is in some of them.
    goal : float
        The share of the chance level below which a variant has learned.
    rate : float
        The share of seeds, at least, in which each variant has its outcome.
    """

    name: str
    about: str
    parameters: dict[str, Any]
    variants: tuple[Variant, ...]
    goal: float = GOAL
    rate: float = RATE

    def run(self, variant: Variant, **more: Any) -> TrainingParameters:
        """The parameters of a variant."""
        return TrainingParameters(**{**self.parameters, **variant.parameters, **more})


def outcome(losses: Sequence[float], chance: float, goal: float) -> str:
    """What became of a run: explodes, learns (its final loss is below goal · chance) or stuck.

    It explodes where a loss is not finite, or a thousandfold the first one and chance. The final loss is the mean over the
    last tenth of the steps. static/js/math/outcome.js has the same rules; tests/cases/outcomes.json tests both.

    >>> outcome([1.0, 0.2], 1.0, GOAL), outcome([1.0, 0.5], 1.0, GOAL), outcome([1.0, 2e3], 1.0, GOAL)
    ('learns', 'stuck', 'explodes')
    """
    if not all(map(math.isfinite, losses)) or max(losses) > EXPLOSION * max(losses[0], chance):
        return "explodes"
    return "learns" if final_loss(losses) < goal * chance else "stuck"


def final_loss(losses: Sequence[float]) -> float:
    """The mean over the last tenth of the steps."""
    last = losses[-max(1, round(LAST_SHARE * len(losses))) :]
    return sum(last) / len(last)


TRAINING_PRESETS = {
    preset.name: preset
    for preset in (
        TrainingPreset(
            "sgd_explodes",
            "ReLU units add up two numbers over 20 steps. One large gradient throws plain SGD so far that it never learns; "
            "clipped, with the same learning rate, it learns. A learning rate small enough to survive is too small to learn.",
            {
                "task": "adding",
                "length": 20,
                "hidden_size": 24,
                "activation": "relu",
                "initializer": "identity",
                "spectral_radius": 1.0,
                "input_scale": 0.5,
                "steps": 1200,
                "optimizer": "sgd",
                "learning_rate": 0.1,
            },
            (
                Variant("plain", {}, "explodes"),
                Variant("clipped", {"clip_threshold": 1.0}, "learns"),
                Variant("small_steps", {"learning_rate": 0.0003}, "stuck"),
            ),
        ),
        TrainingPreset(
            "vanishing",
            "Two symbols, 13 and 25 steps before the end, must be put in order. With ρ = 0.4 their gradient is gone before it reaches "
            "them: the loss stays at chance, and larger steps of RMSprop don't help. Started at ρ = 1, the same network learns both, "
            "in at least 18 of 20 seeds.",
            {
                "task": "temporal_order",
                "length": 30,
                "hidden_size": 24,
                "steps": 600,
                "learning_rate": 0.2,
                "clip_threshold": 1.0,
                "spectral_radius": 0.4,
                "initializer": "orthogonal",
                "input_scale": 0.1,
            },
            (
                Variant("vanishing", {}, "stuck"),
                Variant("rmsprop", {"optimizer": "rmsprop", "learning_rate": 0.001}, "stuck"),
                Variant("edge", {"spectral_radius": 1.0}, "learns"),
            ),
        ),
        TrainingPreset(
            "orthogonal_start",
            "The same task over 50 steps, both starts at ρ = 1. A Gaussian W has singular values from 0 to 2 and forgets most "
            "directions on the way; an orthogonal W keeps all of them and learns the longer gap within 700 updates. "
            "The Gaussian one doesn't, each in at least 18 of 20 seeds.",
            {
                "task": "temporal_order",
                "length": 50,
                "hidden_size": 32,
                "steps": 700,
                "learning_rate": 0.1,
                "clip_threshold": 1.0,
                "spectral_radius": 1.0,
                "input_scale": 0.05,
            },
            (
                Variant("gaussian", {"initializer": "gaussian"}, "stuck"),
                Variant("orthogonal", {"initializer": "orthogonal"}, "learns"),
            ),
        ),
        TrainingPreset(
            "truncated",
            "The symbols stand 16 to 17 and 8 to 9 steps before the loss. A sliding window of 5 steps reaches neither, and the order isn't "
            "learned; a window of 18 reaches both and learns like the full gradient. Chunks of 18 are cut after step 18 of 20: "
            "from there the loss reaches back 2 steps only, and the order isn't learned either.",
            {
                "task": "temporal_order",
                "length": 20,
                "hidden_size": 32,
                "steps": 1000,
                "learning_rate": 0.15,
                "clip_threshold": 1.0,
                "spectral_radius": 0.8,
            },
            (
                Variant("full", {}, "learns"),
                Variant("sliding_5", {"truncation": 5}, "stuck"),
                Variant("sliding_18", {"truncation": 18}, "learns"),
                Variant("chunked_18", {"truncation": 18, "truncation_mode": "chunked"}, "stuck"),
            ),
        ),
        TrainingPreset(
            "optimizers",
            "The next character of Alice's Adventures in Wonderland, with the same mini-batches for all. In 500 steps SGD hardly gets "
            "beyond how often each letter occurs; momentum adds up its steps, RMSprop and Adam size them for each weight.",
            {
                "task": "alice",
                "hidden_size": 32,
                "batch_size": 16,
                "initializer": "orthogonal",
                "spectral_radius": 1.0,
                "steps": 500,
                "clip_threshold": 1.0,
            },
            (
                Variant("sgd", {"optimizer": "sgd", "learning_rate": 0.1}, "stuck"),
                Variant("momentum", {"optimizer": "momentum", "learning_rate": 0.1}, "learns"),
                Variant("rmsprop", {"optimizer": "rmsprop", "learning_rate": 0.003}, "learns"),
                Variant("adam", {"optimizer": "adam", "learning_rate": 0.005}, "learns"),
            ),
            goal=0.75,  # of the letters' entropy: far better than how often each occurs, in 500 updates
        ),
    )
}
