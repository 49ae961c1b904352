"""The flat parameters of a run."""

from dataclasses import dataclass

from app.common.parameters import BackwardParameters, NetworkParameters, parameter
from app.engine.model.readouts import READOUTS
from app.explore.parts import PARTS
from app.sequences import SOURCES

DEFAULT_PARTS = ("states", "jacobian_norms", "adjoints", "flow_matrix", "gradient_by_lag", "gradients", "step_gain", "spectrum")
NORMS = ("both", "frobenius")
INPUT_PLACEMENTS = ("every", "first")
OWN_SOURCE = "own"


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
    clip_threshold: float = parameter(1.0, "c, the clipping threshold.", minimum=0.0, maximum=1e12, backward=True)
    learning_rate: float = parameter(0.1, "η of the step that loss_slice marks: θ − η g.", minimum=0.0, maximum=1e6, backward=True)
    include: tuple[str, ...] = parameter(DEFAULT_PARTS, "Which parts of the answer to compute.", choices=tuple(PARTS), many=True)
    norms: str = parameter(
        "both", "Which norms jacobian_norms holds. frobenius: log10_spectral is null, which saves a decomposition per step.", choices=NORMS
    )
