"""What every answer of a run holds, beside the parts that `include` picks."""

from dataclasses import dataclass

from app.common.answers import Value, described
from app.engine.arrays import Array
from app.engine.model.network import Divergence

__all__ = ["Divergence", "Loss", "SequenceUsed"]


@dataclass(frozen=True)
class SequenceUsed:
    """What went in, and what should come out."""

    x: Array = described("Inputs.", shape="(T, D)")
    target: Array = described("Targets.", shape="(T, O)")
    labels: tuple[str, ...] = described("A name per step: dates, characters or numbers, T of them.")
    symbols: tuple[str, ...] | None = described("The vocabulary that x and target are one-hot over; null for numbers.")


@dataclass(frozen=True)
class Loss:
    """L = Σ m_t ℓ(y_t, target_t)."""

    kind: str = described("ℓ.")
    at: tuple[int, ...] = described("The steps t that count.")
    per_step: Array = described("ℓ of every step, whether it counts or not.", shape="(T)")
    total: Value = described("L.")
