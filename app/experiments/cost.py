"""What a run will cost, estimated from its parameters before anything is computed.

The estimate counts multiply-adds, passes through the Python loop over time, and numbers in the answer. The rates turn
them into seconds; they were fitted on one core of an ordinary machine and need only be right within a factor of two.
"""

from dataclasses import dataclass

from app.engine.losses import loss_steps
from app.experiments.parameters import RunParameters
from app.experiments.parts import SLICE_POINTS

MULTIPLY_ADDS_PER_SECOND = 6e9
SECONDS_PER_STEP = 1.5e-6  # one NumPy-sized step of a Python loop over time
SECONDS_PER_NUMBER = 5e-8  # to write one number of the answer
FIXED_SECONDS = 3e-4
BYTES_PER_NUMBER = 8.0


@dataclass(frozen=True)
class Cost:
    """An estimate.

    Attributes
    ----------
    seconds : float
        On one core.
    megabytes : float
        Of memory at the peak, the answer included.
    lower : tuple of str
        What to lower, the most costly first.
    """

    seconds: float
    megabytes: float
    lower: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """The work of one part: multiply-adds, loop steps, numbers in the answer, numbers held meanwhile."""

    multiply_adds: float = 0.0
    steps: float = 0.0
    numbers: float = 0.0
    held: float = 0.0

    @property
    def seconds(self) -> float:
        """On one core."""
        return self.multiply_adds / MULTIPLY_ADDS_PER_SECOND + self.steps * SECONDS_PER_STEP + self.numbers * SECONDS_PER_NUMBER


def estimate(resolved: RunParameters) -> Cost:
    """Estimate the cost of a run whose parameters are resolved.

    Examples
    --------
    >>> small = RunParameters(length=50, input_size=1, output_size=1)
    >>> large = RunParameters(length=1000, input_size=1, output_size=1, hidden_size=256)
    >>> estimate(small).seconds < 0.02 < 1 < estimate(large).seconds
    True
    >>> estimate(large).lower[0]
    'include=flow_matrix'
    """
    work = works(resolved)
    asked = {name: part for name, part in work.items() if name == "forward" or name in resolved.include}
    seconds = FIXED_SECONDS + sum(part.seconds for part in asked.values())
    megabytes = (sum(part.numbers for part in asked.values()) * 3 + max(part.held for part in asked.values())) * BYTES_PER_NUMBER / 1e6
    costliest = sorted((name for name in asked if name != "forward"), key=lambda name: -(asked[name].seconds + asked[name].held * 1e-9))
    return Cost(seconds, megabytes, (*(f"include={name}" for name in costliest[:1]), "length", "hidden_size"))


def works(resolved: RunParameters) -> dict[str, Work]:
    """The work of the forward pass and of every part, asked for or not."""
    T, H = float(resolved.length or 0), float(resolved.hidden_size)
    D, O = float(resolved.input_size or 1), float(resolved.output_size or 1)  # noqa: E741  (the mathematics' own name)
    R = float(len(loss_steps(resolved.loss_at, int(T))))
    weights = H * (H + D + 2.0) + O * (H + 1.0)
    back = T * weights * 2.0
    spectral_norms = T * min(4.0 * H**3, 120.0 * H * H) if resolved.norms == "both" else 0.0
    itemised = Work(R * T * H * H / 2.0, T * (2.0 if R == 1.0 else 10.0), 0.0, R * T * H)
    taken_apart = float(resolved.truncation_mode == "sliding" and (resolved.truncation or T) < T)
    return {
        "forward": Work(T * weights + 10.0 * H**3, 2.0 * T, T * (D + O)),
        "states": Work(numbers=T * (2.0 * H + 2.0 * O)),
        "jacobian_norms": Work(T * H**3 + spectral_norms, 8.0 * T, 2.0 * T, 3.0 * H * H),
        "adjoints": Work(back, 2.0 * T, 2.0 * T * H),
        "flow_matrix": Work(T * T * H * H / 2.0 + 6.0 * T * H**3, 8.0 * T, T * T / 2.0, 3.0 * T * H * H),
        "contributions": Work(itemised.multiply_adds, itemised.steps + 10.0 * T, T * T / 2.0, itemised.held),
        "gradient_by_lag": Work(
            itemised.multiply_adds + R * T * H * H / 2.0 + 12.0 * T * H * H, itemised.steps + 6.0 * T, 6.0 * T, itemised.held
        ),
        "gradients": Work(
            back + taken_apart * itemised.multiply_adds, taken_apart * itemised.steps + 2.0 * T, 3.0 * weights, taken_apart * itemised.held
        ),
        "step_gain": Work(T * (H**3 + 100.0 * H * H), 6.0 * T, 4.0 * T, T * H * H),
        "spectrum": Work(20.0 * H**3, 0.0, 3.0 * H),
        "lyapunov_exponents": Work(6.0 * T * H**3, 20.0 * T, H),
        "loss_slice": Work(1.5 * SLICE_POINTS * T * weights + back, 10.0 * T, 2.0 * SLICE_POINTS, SLICE_POINTS * (weights + 3.0 * T * H)),
        "terms": Work(T * H**4, T * H, T * H**3 + T * T * H * H),
    }
