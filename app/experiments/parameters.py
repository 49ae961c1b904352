"""The flat parameters of a run: the page's URL, the GET query, the POST body and the code snippets are this one set.

Each field carries its range, unit and description as plain metadata. The API builds its schema from it, the catalog
serves it to the page, and the documentation's table is checked against it.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.clipping import CLIP_MODES
from app.engine.initializers import INITIALIZERS
from app.engine.losses import READOUTS
from app.engine.truncation import TRUNCATION_MODES
from app.sequences import SOURCES

PARTS = (
    "states",
    "jacobian_norms",
    "adjoints",
    "flow_matrix",
    "contributions",
    "gradient_by_lag",
    "gradients",
    "step_gain",
    "spectrum",
    "lyapunov_exponents",
    "loss_slice",
    "terms",
)
DEFAULT_PARTS = ("states", "jacobian_norms", "adjoints", "flow_matrix", "gradient_by_lag", "gradients", "step_gain", "spectrum")
INPUT_PLACEMENTS = ("every", "first")
OWN_SOURCE = "own"


def parameter(default: Any, about: str, **facts: Any) -> Any:
    """A dataclass field with its description and facts: minimum, maximum, choices, unit, scale, many.

    `default=None` means "what the rest asks for"; the answer echoes the value that was chosen.
    """
    return dataclasses.field(default=default, metadata={"about": about, **facts})


@dataclass(frozen=True, kw_only=True)
class RunParameters:
    """What one exploration computes. Immutable; `dataclasses.replace` makes a variant."""

    cell: str = parameter("rnn", "The recurrent cell.", choices=tuple(CELLS))
    input_size: int | None = parameter(None, "D, values per input step. Default: what the source gives.", minimum=1, maximum=512)
    hidden_size: int = parameter(16, "H, hidden units.", minimum=1, maximum=512, unit="units")
    output_size: int | None = parameter(None, "O, values per output step. Default: what the target has.", minimum=1, maximum=512)
    activation: str = parameter("tanh", "f in h_t = f(s_t).", choices=tuple(ACTIVATIONS))
    readout: str | None = parameter(
        None, "g in y_t = g(z_t). Default: softmax for symbols (text), identity for numbers.", choices=tuple(READOUTS)
    )
    initializer: str = parameter("gaussian", "How W is drawn before it is rescaled.", choices=tuple(INITIALIZERS))
    spectral_radius: float = parameter(1.1, "ρ(W), the largest eigenvalue modulus; W is rescaled to it exactly.", minimum=0.0, maximum=10.0)
    input_scale: float = parameter(1.0, "Scale of U: its entries have standard deviation input_scale/√D.", minimum=0.0, maximum=100.0)
    output_scale: float = parameter(1.0, "Scale of V: its entries have standard deviation output_scale/√H.", minimum=0.0, maximum=100.0)
    bias_scale: float = parameter(0.0, "Standard deviation of the entries of b_s and b_z.", minimum=0.0, maximum=100.0)
    seed: int = parameter(1, "Seed of everything random; the same seed gives the same run everywhere.", minimum=0, maximum=2**31 - 1)
    source: str = parameter("sunspots_yearly", "The input sequence; own is the x of a POST.", choices=(*SOURCES, OWN_SOURCE))
    length: int | None = parameter(None, "T, steps. Default: 50, or the text's length.", minimum=1, maximum=10_000, unit="steps")
    text: str | None = parameter(None, "The text that source=text reads, a character a step. Default: a short sample.", longest=2_000)
    input_at: str = parameter(
        "every", "Which steps get an input: every, or only the first and zeros after it (one-to-many).", choices=INPUT_PLACEMENTS
    )
    loss: str | None = parameter(
        None, "ℓ(y_t, target_t). Default: the read-out's own.", choices=tuple(readout.loss for readout in READOUTS.values())
    )
    loss_at: str = parameter(
        "last", "Which steps carry a loss: last (many-to-one), every (many-to-many), or step numbers such as 10,20,50."
    )
    truncation: int | None = parameter(
        None, "K, steps that the gradient may reach back. Default: T, the full gradient.", minimum=1, maximum=10_000, unit="steps"
    )
    truncation_mode: str = parameter(
        "sliding",
        "sliding: every loss step reaches back exactly K steps. chunked: chunks of K steps, as detach() every K steps makes them.",
        choices=TRUNCATION_MODES,
    )
    clip_threshold: float = parameter(1.0, "c, the clipping threshold.", minimum=0.0, maximum=1e12)
    clip_mode: str = parameter(
        "global_norm",
        "global_norm: one factor for all parameters. per_parameter: a factor each. value: element-wise to [−c, c].",
        choices=tuple(CLIP_MODES),
    )
    learning_rate: float = parameter(0.1, "η of the step that loss_slice marks: θ − η g.", minimum=0.0, maximum=1e6)
    include: tuple[str, ...] = parameter(DEFAULT_PARTS, "Which parts of the answer to compute.", choices=PARTS, many=True)
