"""The flat parameters of a training run."""

from dataclasses import dataclass

from app.common.parameters import BackwardParameters, NetworkParameters, parameter
from app.engine.optimizers import OPTIMIZERS
from app.sequences.tasks import TASKS


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
