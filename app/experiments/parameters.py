"""The flat parameters of a run, of a training and of the cliff: the page's URL, the query of a GET, the body of a POST and
the code snippets are each one set of them.

Each field carries its range, unit and description as plain metadata. The API builds its schema from it, the catalog
serves it to the page, and the documentation's table is checked against it.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from app.engine.backward.clipping import CLIP_MODES
from app.engine.backward.truncation import TRUNCATION_MODES
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS
from app.engine.model.initializers import INITIALIZERS
from app.engine.model.readouts import READOUTS
from app.engine.optimizers import OPTIMIZERS
from app.sequences import SOURCES
from app.sequences.tasks import TASKS

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
NORMS = ("both", "frobenius")
INPUT_PLACEMENTS = ("every", "first")
OWN_SOURCE = "own"


def parameter(default: Any, about: str, **facts: Any) -> Any:
    """A dataclass field with its description and facts: minimum, maximum, choices, unit, scale, many.

    `default=None` means "what the rest asks for"; the answer echoes the value that was chosen.
    """
    return dataclasses.field(default=default, metadata={"about": about, **facts})


@dataclass(frozen=True, kw_only=True)
class NetworkParameters:
    """The network and its first weights. Immutable; `dataclasses.replace` makes a variant."""

    cell: str = parameter("rnn", "The recurrent cell.", choices=tuple(CELLS))
    hidden_size: int = parameter(16, "H, hidden units.", minimum=1, maximum=512, unit="units")
    activation: str = parameter("tanh", "f in h_t = f(s_t).", choices=tuple(ACTIVATIONS))
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
        None, "K, steps that the gradient may reach back. Default: T, the full gradient.", minimum=1, maximum=10_000, unit="steps"
    )
    truncation_mode: str = parameter(
        "sliding",
        "sliding: every loss step reaches back exactly K steps. chunked: chunks of K steps, as detach() every K steps makes them.",
        choices=TRUNCATION_MODES,
    )
    clip_mode: str = parameter(
        "global_norm",
        "global_norm: one factor for all parameters. per_parameter: a factor each. value: element-wise to [−c, c].",
        choices=tuple(CLIP_MODES),
    )


@dataclass(frozen=True, kw_only=True)
class RunParameters(BackwardParameters, NetworkParameters):
    """What one exploration computes."""

    input_size: int | None = parameter(None, "D, values per input step. Default: what the source gives.", minimum=1, maximum=512)
    output_size: int | None = parameter(None, "O, values per output step. Default: what the target has.", minimum=1, maximum=512)
    readout: str | None = parameter(
        None, "g in y_t = g(z_t). Default: softmax for symbols (text), identity for numbers.", choices=tuple(READOUTS)
    )
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
        "last",
        "Which steps carry a loss: last (many-to-one), every (many-to-many), or step numbers such as 10,20,50.",
        longest=60_000,  # the numbers of 10,000 steps have 48,894 characters with their commas
    )
    clip_threshold: float = parameter(1.0, "c, the clipping threshold.", minimum=0.0, maximum=1e12)
    learning_rate: float = parameter(0.1, "η of the step that loss_slice marks: θ − η g.", minimum=0.0, maximum=1e6)
    include: tuple[str, ...] = parameter(DEFAULT_PARTS, "Which parts of the answer to compute.", choices=PARTS, many=True)
    norms: str = parameter(
        "both", "Which norms jacobian_norms holds. frobenius: log10_spectral is null, which saves a decomposition per step.", choices=NORMS
    )


@dataclass(frozen=True, kw_only=True)
class TrainingParameters(BackwardParameters, NetworkParameters):
    """What one training run does."""

    task: str = parameter("adding", "What is to be learned.", choices=tuple(TASKS))
    length: int | None = parameter(None, "T, steps of a sequence. Default: the task's own.", minimum=1, maximum=1_000, unit="steps")
    text: str | None = parameter(None, "The text that task=next_character reads. Default: a short sample.", longest=2_000)
    batch_size: int = parameter(32, "B, sequences in a mini-batch.", minimum=1, maximum=512, unit="sequences")
    steps: int = parameter(500, "How many mini-batches to learn from.", minimum=1, maximum=100_000, unit="mini-batches")
    optimizer: str = parameter("sgd", "How a gradient becomes an update.", choices=tuple(OPTIMIZERS))
    learning_rate: float | None = parameter(None, "η. Default: the optimiser's own.", minimum=0.0, maximum=1e6)
    momentum: float | None = parameter(None, "μ of momentum. Default: 0.9.", minimum=0.0, maximum=1.0)
    first_decay: float | None = parameter(None, "How much of first_moment adam keeps (β₁). Default: 0.9.", minimum=0.0, maximum=0.999999)
    second_decay: float | None = parameter(
        None,
        "How much of second_moment is kept: α of rmsprop (default: 0.99), β₂ of adam (default: 0.999).",
        minimum=0.0,
        maximum=0.999999,
    )
    epsilon: float | None = parameter(
        None, "ε of rmsprop and adam, added outside the square root. Default: 1e−8.", minimum=0.0, maximum=1.0
    )
    clip_threshold: float | None = parameter(None, "c, the clipping threshold. Default: no clipping.", minimum=0.0, maximum=1e12)
    snapshot_every: int | None = parameter(
        None, "A snapshot after every so many mini-batches. Default: 20 of them in a run.", minimum=1, maximum=100_000, unit="mini-batches"
    )
    spectrum_every: int | None = parameter(
        None,
        "ρ(W) and σ_max(W) after every so many mini-batches. Default: 1 up to H = 32, above it 10.",
        minimum=1,
        maximum=100_000,
        unit="mini-batches",
    )


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
