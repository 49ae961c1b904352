"""How a flat parameter is declared, and the parameters that runs and trainings share.

The page's URL, the query of a GET, the body of a POST and the code snippets are each one set of flat parameters. Each field carries
its range, unit and description as plain metadata. The API builds its schema from it, the catalog serves it to the page, and the
documentation's table is checked against it.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from app.engine.backward.clipping import CLIP_MODES
from app.engine.backward.truncation import TRUNCATION_MODES
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS, settings_of
from app.engine.model.initializers import INITIALIZERS


def parameter(default: Any, about: str, **facts: Any) -> Any:
    """A dataclass field with its description and facts: minimum, maximum, choices, unit, scale, many, and backward: it changes the
    gradient that is used, and nothing else.

    `default=None` means "what the rest asks for"; the answer echoes the value that was chosen.
    """
    return dataclasses.field(default=default, metadata={"about": about, **facts})


@dataclass(frozen=True, kw_only=True)
class NetworkParameters:
    """The network and its first weights. Immutable; `dataclasses.replace` makes a variant."""

    cell: str = parameter("rnn", "The recurrent cell.", choices=tuple(CELLS))
    leak: float | None = parameter(
        None,
        "a of cell=leaky: h_t = (1 − a) h_{t−1} + a f(s_t); at 1 it is the rnn. Only with that cell. "
        f"Default: {settings_of(CELLS['leaky'])['leak']:g}.",
        minimum=1e-6,  # over 10,000 steps, the most there are, such a unit keeps 99 % of its state
        maximum=1.0,
    )
    hidden_size: int = parameter(16, "H, hidden units.", minimum=1, maximum=512, unit="units")
    activation: str = parameter("tanh", "f in h_t = f(s_t), or in what cell says.", choices=tuple(ACTIVATIONS))
    initializer: str = parameter("gaussian", "How W is drawn before it is rescaled.", choices=tuple(INITIALIZERS))
    spectral_radius: float = parameter(1.1, "ρ(W), the largest eigenvalue modulus; W is rescaled to it exactly.", minimum=0.0, maximum=10.0)
    input_scale: float = parameter(1.0, "Scale of U: its entries have standard deviation input_scale/√D.", minimum=0.0, maximum=100.0)
    output_scale: float = parameter(1.0, "Scale of V: its entries have standard deviation output_scale/√H.", minimum=0.0, maximum=100.0)
    bias_scale: float = parameter(0.0, "Standard deviation of the entries of b_s and b_z.", minimum=0.0, maximum=100.0)
    seed: int = parameter(1, "Seed of everything random; the same seed gives the same run everywhere.", minimum=0, maximum=2**31 - 1)


@dataclass(frozen=True, kw_only=True)
class BackwardParameters:
    """What is done to the gradient."""

    truncation: int | None = parameter(
        None,
        "K, steps that the gradient may reach back. Default: T, the full gradient.",
        minimum=1,
        maximum=10_000,
        unit="steps",
        backward=True,
    )
    truncation_mode: str = parameter(
        "sliding",
        "sliding: every loss step reaches back exactly K steps. chunked: chunks of K steps, as detach() every K steps makes them.",
        choices=TRUNCATION_MODES,
        backward=True,
    )
    clip_mode: str = parameter(
        "global_norm",
        "global_norm: one factor for all parameters. per_parameter: a factor each. value: element-wise to [−c, c].",
        choices=tuple(CLIP_MODES),
        backward=True,
    )
