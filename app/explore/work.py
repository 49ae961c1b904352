"""What computing a part takes, in numbers of operations and of values; rates turn it into seconds and bytes.

The rates were fitted by `python -m benchmarks.estimates`, which prints estimate and measurement for random runs: times are right
within a factor of three (or a few ms), memory within a factor of 1.5 from below.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from app.common.build_network import build_cell
from app.common.cost import BYTES_AS_TEXT, SECONDS_PER_NUMBER
from app.engine.model.activations import ACTIVATIONS
from app.engine.model.cells import CELLS, shapes_of
from app.engine.model.readouts import loss_steps
from app.engine.model.weights import RECURRENT

if TYPE_CHECKING:
    from app.explore.parameters import RunParameters

MULTIPLY_ADDS_PER_SECOND = 6e9  # of NumPy's matrix products at the sizes of a run, in one thread
SECONDS_PER_STEP = 1.1e-6  # one NumPy-sized turn of a loop in Python

BYTES_PER_NUMBER = 8.0  # in memory
BYTES_IN_BASE64 = 4.0 / 3.0 * BYTES_PER_NUMBER  # of a typed array, which is float64 where float32 would lose small values
BYTES_PER_GAP = 5.0  # null and a comma

# |s| from which f' of tanh or sigmoid may leave float64. Such steps are multiplied with an exponent for each entry, which takes long.
LARGEST_PLAIN_ARGUMENT = 100.0
SMALLEST_PLAIN_RADIUS = 1e-10  # the same for ρ(W)
DEVIATIONS = 4.0  # how many standard deviations an input or a bias may be large
LARGEST_ORDINARY_ARGUMENT = 10.0
UNMIXED = ("diagonal", "identity")


@dataclass(frozen=True)
class Work:
    """What one part does.

    Attributes
    ----------
    multiply_adds, steps : float
        Of arithmetic in arrays, and turns of loops in Python.
    numbers, listed, gaps : float
        In the answer: numbers that may travel as typed arrays, numbers that are always lists, and nulls.
    held : float
        Numbers held at the peak while the part is computed, beside its own answer.
    kept : dict of str to float
        Numbers of the intermediate results that stay until the last part is computed, by name: they are computed once.
    """

    multiply_adds: float = 0.0
    steps: float = 0.0
    numbers: float = 0.0
    listed: float = 0.0
    gaps: float = 0.0
    held: float = 0.0
    kept: dict[str, float] = field(default_factory=dict)

    @property
    def computing(self) -> float:
        """Seconds on one core until the numbers are there."""
        return self.multiply_adds / MULTIPLY_ADDS_PER_SECOND + self.steps * SECONDS_PER_STEP

    @property
    def seconds(self) -> float:
        """Seconds on one core, until they are written, too."""
        return self.computing + (self.numbers + self.listed + 0.2 * self.gaps) * SECONDS_PER_NUMBER

    @property
    def in_answer(self) -> float:
        """Numbers of the answer in memory; a gap is a NaN."""
        return self.numbers + self.listed + self.gaps

    def encoded_bytes(self, arrays: str) -> float:
        """Bytes of JSON."""
        each = BYTES_IN_BASE64 if arrays == "typed" else BYTES_AS_TEXT
        return self.numbers * each + self.listed * BYTES_AS_TEXT + self.gaps * BYTES_PER_GAP


def likely_largest_argument(resolved: "RunParameters") -> float:
    """The largest |s| that drawn weights and standardised inputs make likely."""
    return DEVIATIONS * (resolved.input_scale + resolved.bias_scale + resolved.spectral_radius)


@dataclass(frozen=True)
class Sizes:
    """The sizes of a run whose parameters are resolved, and what several parts take.

    Attributes
    ----------
    largest_argument : float, optional
        The largest |s| to expect, where weights or inputs are the user's own; infinite where W alone leaves float64's range soon.
        Default: what the scales make likely.
    """

    parameters: "RunParameters"
    largest_argument: float | None = None

    @cached_property
    def T(self) -> float:
        """Steps."""
        return float(self.parameters.length or 0)

    @cached_property
    def H(self) -> float:
        """Hidden units."""
        return float(self.parameters.hidden_size)

    @cached_property
    def D(self) -> float:
        """Values of an input."""
        return float(self.parameters.input_size or 1)

    @cached_property
    def O(self) -> float:  # noqa: E743  (the mathematics' own name)
        """Values of an output."""
        return float(self.parameters.output_size or 1)

    @cached_property
    def S(self) -> float:
        """Numbers of a state."""
        return self.H * len(CELLS[self.parameters.cell].states)

    @cached_property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return shapes_of(CELLS[self.parameters.cell], int(self.D), int(self.H), int(self.O))

    @property
    def P(self) -> float:
        """Numbers of a pre-activation."""
        return float(self._shapes[RECURRENT][0])

    @cached_property
    def _loss_steps(self) -> tuple[int, ...]:
        return loss_steps(self.parameters.loss_at, int(self.T))

    @property
    def R(self) -> float:
        """Steps that carry a loss."""
        return float(len(self._loss_steps))

    @cached_property
    def terms(self) -> float:
        """Pairs of a loss step with a step that is not after it."""
        return float(sum(self._loss_steps))

    @cached_property
    def weights(self) -> float:
        """Numbers that are learned."""
        return float(sum(math.prod(shape) for shape in self._shapes.values()))

    @cached_property
    def _largest(self) -> float:
        return likely_largest_argument(self.parameters) if self.largest_argument is None else self.largest_argument

    @cached_property
    def saturated(self) -> float:
        """1 where a Jacobian may have entries that float64 can't hold, else 0: derivatives beside nothing else, or a tiny W."""
        return float(
            (self._derivatives_alone and ACTIVATIONS[self.parameters.activation].saturates and self._largest > LARGEST_PLAIN_ARGUMENT)
            or 0.0 < self.parameters.spectral_radius < SMALLEST_PLAIN_RADIUS
            or math.isinf(self._largest)
        )

    @property
    def _derivatives_alone(self) -> bool:
        return build_cell(self.parameters).jacobian_is_product

    @property
    def apart_units(self) -> float:
        """1 where units don't mix, each with slopes of its own: entries of products are far apart, and many pairs are multiplied out."""
        parameters = self.parameters
        unmixed = parameters.initializer in UNMIXED and ACTIVATIONS[parameters.activation].saturates
        return float(unmixed and self._largest > LARGEST_ORDINARY_ARGUMENT)

    @property
    def back(self) -> float:
        """Multiply-adds of BPTT."""
        return self.T * self.weights * 2.0

    @property
    def chain(self) -> float:
        """Numbers held while Jacobians are multiplied, some at a time."""
        together = min(self.T, max(8.0, min(64.0, 2.0**19 / (self.S * self.S))))
        return (together * 3.0 + 14.0) * self.S * self.S

    @cached_property
    def extended(self) -> Work:
        """What products beyond float64's range take, where there are any."""
        T, S, saturated = self.T, self.S, self.saturated
        return Work(saturated * T * 30.0 * S**3, saturated * 80.0 * T, held=saturated * min(T * S * S, 2.0**18) * 14.0)

    @cached_property
    def pairs(self) -> Work:
        """What the terms apart take: an element for every pair of steps, beside what the products take."""
        return Work(self.terms * (self.P * self.H + 150.0), self.T * (2.0 if self.R == 1.0 else 12.0))

    @property
    def thin(self) -> float:
        """How many times as long a product of matrices with few rows takes as one of large ones."""
        return 5.0 if self.H < 32.0 else 1.0

    @property
    def apart(self) -> float:
        """1 where the truncated gradient is summed term by term, else 0."""
        parameters = self.parameters
        return float(parameters.truncation_mode == "sliding" and (parameters.truncation or self.T) < self.T)

    @property
    def truncated(self) -> Work:
        """What the truncated gradient takes beside the full one."""
        apart, H, D, P = self.apart, self.H, self.D, self.P
        return Work(
            apart * (self.pairs.multiply_adds + self.thin * self.terms * P * (H + D)),
            apart * self.pairs.steps,
            held=apart * (8.0 * 2.0**16 + 4.0 * self.R * self.S),
            kept=self.kept_apart if apart else {},
        )

    @cached_property
    def kept_trace(self) -> dict[str, float]:
        """Intermediate results that stay: of the forward pass."""
        return {"trace": self.T * (self.S + 2.0 * self.P + self.D + 2.0 * self.O + 1.0) + 2.0 * self.weights}

    @cached_property
    def kept_backward(self) -> dict[str, float]:
        """The same of BPTT."""
        return self.kept_trace | {"backward": self.T * (self.S + self.P + 3.0 * self.O) + 2.0 * self.weights}

    @cached_property
    def kept_apart(self) -> dict[str, float]:
        """The same of the adjoints of each loss."""
        alone = {"alone": self.T * (self.S + self.P + self.O)} if self.R == 1.0 else {}
        return alone | {"scaled_outputs": self.T * (self.O + 1.0)}
