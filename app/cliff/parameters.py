"""The flat parameters of the cliff."""

from dataclasses import dataclass

from app.common.parameters import parameter


@dataclass(frozen=True, kw_only=True)
class CliffParameters:
    """The error surface of the one-unit network, descents on it, and its bifurcations."""

    steps: int = parameter(50, "T, steps of the recursion.", minimum=1, maximum=1_000, unit="steps")
    x_0: float = parameter(0.5, "Where the recursion starts.", minimum=-100.0, maximum=100.0)
    target: float = parameter(0.7, "What σ(x_T) should be.", minimum=0.0, maximum=1.0)
    w_minimum: float = parameter(2.0, "Left edge of the surface.", minimum=-100.0, maximum=100.0)
    w_maximum: float = parameter(8.0, "Right edge of the surface.", minimum=-100.0, maximum=100.0)
    w_points: int = parameter(121, "Columns of the surface.", minimum=2, maximum=401)
    b_minimum: float = parameter(-4.0, "Lower edge of the surface.", minimum=-100.0, maximum=100.0)
    b_maximum: float = parameter(0.0, "Upper edge of the surface.", minimum=-100.0, maximum=100.0)
    b_points: int = parameter(121, "Rows of the surface.", minimum=2, maximum=401)
    w_start: float = parameter(5.5, "w where the descents start.", minimum=-100.0, maximum=100.0)
    b_start: float = parameter(-2.6, "b where the descents start.", minimum=-100.0, maximum=100.0)
    learning_rate: float = parameter(0.5, "η of the descents.", minimum=0.0, maximum=1e6)
    clip_threshold: float = parameter(0.2, "c, the clipping threshold of the clipped descent.", minimum=0.0, maximum=1e12)
    descent_steps: int = parameter(100, "How many updates a descent makes.", minimum=0, maximum=2_000, unit="updates")
    bifurcation_w: float = parameter(5.0, "w of the bifurcation diagram.", minimum=-100.0, maximum=100.0)
    bifurcation_points: int = parameter(201, "How many b of the bifurcation diagram.", minimum=2, maximum=2_001)
