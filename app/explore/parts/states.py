"""The forward pass."""

from dataclasses import dataclass

from app.common.answers import described
from app.engine.arrays import Array
from app.explore.exploration import Exploration
from app.explore.parts.part import Part
from app.explore.work import Sizes, Work


@dataclass(frozen=True)
class States:
    """The forward pass: states, pre-activations and outputs of every step."""

    h: Array = described("h_0..h_T.", shape="(T+1, H)")
    s: Array = described("Pre-activations s_1..s_T.", shape="(T, H)")
    z: Array = described("Output pre-activations.", shape="(T, O)")
    y: Array = described("Outputs.", shape="(T, O)")


def compute(exploration: Exploration) -> States:
    trace = exploration.trace
    return States(trace.h, trace.s, trace.z, trace.y)


def cost(sizes: Sizes) -> Work:
    return Work(numbers=sizes.T * (sizes.H + sizes.P + 2.0 * sizes.O), held=sizes.T * sizes.H, kept=sizes.kept_trace)


PART = Part("states", States, compute, cost)
