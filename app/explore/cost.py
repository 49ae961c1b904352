"""What a run will cost, estimated from its parameters before anything is computed.

Each part says how many multiply-adds and turns of a loop in Python it takes, which arrays it holds at its peak, which of them later
parts use again, and how many numbers of the answer are its own. Rates turn these into seconds and megabytes. They were fitted by
`python -m benchmarks.estimates`, which prints estimate and measurement for random runs: times are right within a factor of three
(or a few ms), memory within a factor of 1.5 from below.
"""

import math
from dataclasses import dataclass, field

from app.common.cost import BYTES_AS_TEXT, FIXED_SECONDS, SECONDS_PER_NUMBER, Cost
from app.engine.model.cells import CELLS, shapes_of
from app.engine.model.readouts import loss_steps
from app.engine.model.weights import RECURRENT
from app.explore.parameters import RunParameters
from app.explore.parts import SLICE_POINTS

MULTIPLY_ADDS_PER_SECOND = 6e9
SECONDS_PER_STEP = 1.1e-6  # one NumPy-sized turn of a loop in Python
SECONDS_PER_PART = 1e-4
SECONDS_PER_GENERATOR = 2.5e-5  # noise has a random generator for each of its dimensions

BYTES_PER_NUMBER = 8.0  # in memory
BYTES_IN_BASE64 = 4.0 / 3.0 * BYTES_PER_NUMBER  # of a typed array, which is float64 where float32 would lose small values
BYTES_PER_GAP = 5.0  # null and a comma
BYTES_PER_LABEL = 12.0
NUMBERS_PER_LABEL = 9.0  # a short string is an object of some 70 bytes
# orjson reserves eight bytes for each of a string, such as base64; arrays beyond this size are written in pieces, and not by orjson.
RESERVED_BYTES = 8.0
LARGEST_STRING = 1e6
FIXED_NUMBERS = 60_000.0  # half a megabyte: what every run needs beside its arrays

# |s| from which f' of tanh or sigmoid may leave float64. Such steps are multiplied with an exponent for each entry, which takes long.
LARGEST_PLAIN_ARGUMENT = 100.0
SMALLEST_PLAIN_RADIUS = 1e-10  # the same for ρ(W)
DEVIATIONS = 4.0  # how many standard deviations an input or a bias may be large
SATURATING = ("tanh", "sigmoid")
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
    def seconds(self) -> float:
        """On one core."""
        written = self.numbers + self.listed + 0.2 * self.gaps
        return self.multiply_adds / MULTIPLY_ADDS_PER_SECOND + self.steps * SECONDS_PER_STEP + written * SECONDS_PER_NUMBER

    @property
    def in_answer(self) -> float:
        """Numbers of the answer in memory; a gap is a NaN."""
        return self.numbers + self.listed + self.gaps

    def encoded_bytes(self, arrays: str) -> float:
        """Bytes of JSON."""
        each = BYTES_IN_BASE64 if arrays == "typed" else BYTES_AS_TEXT
        return self.numbers * each + self.listed * BYTES_AS_TEXT + self.gaps * BYTES_PER_GAP


def estimate(resolved: RunParameters, arrays: str = "list", largest_argument: float | None = None) -> Cost:
    """Estimate the cost of a run whose parameters are resolved.

    Parameters
    ----------
    arrays : str
        The form of arrays in the answer: list or typed.
    largest_argument : float, optional
        The largest |s| to expect, where weights or inputs are the user's own; infinite where W alone leaves float64's range soon.
        Default: what the scales make likely.

    Examples
    --------
    >>> small = RunParameters(length=50, input_size=1, output_size=1)
    >>> large = RunParameters(length=1000, input_size=1, output_size=1, hidden_size=256)
    >>> estimate(small).seconds < 0.02 < 1 < estimate(large).seconds
    True
    >>> estimate(large).lower[0]
    'include=flow_matrix'
    """
    work = works(resolved, largest_argument)
    asked = {name: part for name, part in work.items() if name == "forward" or name in resolved.include}
    seconds = FIXED_SECONDS + SECONDS_PER_PART * len(asked) + sum(part.seconds for part in asked.values())
    encoded = {name: part.encoded_bytes(arrays) for name, part in asked.items()}
    encoded["forward"] += (resolved.length or 0) * BYTES_PER_LABEL
    answered = sum(part.in_answer for part in asked.values())
    kept = sum({name: numbers for part in asked.values() for name, numbers in part.kept.items()}.values())
    while_computed = (kept + max(part.held for part in asked.values())) * BYTES_PER_NUMBER
    total = sum(encoded.values())
    while_written = total + (RESERVED_BYTES * min(total, LARGEST_STRING) if arrays == "typed" else 0.0)
    peak = (FIXED_NUMBERS + answered) * BYTES_PER_NUMBER + max(while_computed, while_written)
    costliest = max(
        (name for name in asked if name != "forward"),
        key=lambda name: asked[name].seconds + (asked[name].held + asked[name].in_answer) * 1e-8,
        default=None,
    )
    lower = ("length", "hidden_size") if costliest is None else (f"include={costliest}", "length", "hidden_size")
    return Cost(seconds, peak / 1e6, lower, total / 1e6)


def likely_largest_argument(resolved: RunParameters) -> float:
    """The largest |s| that drawn weights and standardised inputs make likely."""
    return DEVIATIONS * (resolved.input_scale + resolved.bias_scale + resolved.spectral_radius)


def works(resolved: RunParameters, largest_argument: float | None = None) -> dict[str, Work]:
    """The work of the forward pass and of every part, asked for or not."""
    T, H = float(resolved.length or 0), float(resolved.hidden_size)
    D, O = float(resolved.input_size or 1), float(resolved.output_size or 1)  # noqa: E741  (the mathematics' own name)
    steps = loss_steps(resolved.loss_at, int(T))
    R, terms = float(len(steps)), float(sum(steps))  # loss steps, and pairs of one with a step before it
    largest = likely_largest_argument(resolved) if largest_argument is None else largest_argument
    saturated = float(
        (resolved.activation in SATURATING and largest > LARGEST_PLAIN_ARGUMENT)
        or 0.0 < resolved.spectral_radius < SMALLEST_PLAIN_RADIUS
        or math.isinf(largest)
    )
    # Units that don't mix, each with slopes of its own: the entries of products are far apart, and many pairs are multiplied out.
    apart_units = float(resolved.initializer in UNMIXED and resolved.activation in SATURATING and largest > LARGEST_ORDINARY_ARGUMENT)
    spectral = float(resolved.norms == "both")
    shapes = shapes_of(CELLS[resolved.cell], int(D), int(H), int(O))
    weights = float(sum(math.prod(shape) for shape in shapes.values()))
    S, P = H * len(CELLS[resolved.cell].states), float(shapes[RECURRENT][0])  # numbers of a state, and of a pre-activation
    back = T * weights * 2.0
    matrices = min(T, max(8.0, min(64.0, 2.0**19 / (S * S))))  # Jacobians at a time
    noise = SECONDS_PER_GENERATOR / SECONDS_PER_STEP * max(D, O) * (resolved.source in ("white_noise", "random_walk"))

    trace = {"trace": T * (S + 2.0 * P + D + 2.0 * O + 1.0) + 2.0 * weights}
    backward = trace | {"backward": T * (S + P + 3.0 * O) + 2.0 * weights}
    alone = {"alone": T * (S + P + O)} if R == 1.0 else {}
    chain = matrices * 3.0 * S * S + 14.0 * S * S
    # Terms apart: an element for every pair of steps, beside what the products take.
    pairs = Work(terms * (P * H + 150.0), T * (2.0 if R == 1.0 else 12.0))
    taken_apart = resolved.truncation_mode == "sliding" and (resolved.truncation or T) < T
    apart = float(taken_apart)
    # In matrices of so few rows a product takes several times as long as in large ones.
    thin = 5.0 if H < 32.0 else 1.0
    extended = Work(saturated * T * 30.0 * S**3, saturated * 80.0 * T, held=saturated * min(T * S * S, 2.0**18) * 14.0)
    return {
        "forward": Work(
            T * (weights + 3.0 * (D + O)) + 10.0 * H**3,
            2.0 * T + noise,
            T * (D + O + 1.0),
            held=T * (S + P + 4.0 * O + 2.0 * D + NUMBERS_PER_LABEL + 25.0 * (resolved.source == "text")) + 10.0 * H * H + 3.0 * weights,
            kept=trace,
        ),
        "states": Work(numbers=T * (H + P + 2.0 * O), held=T * H, kept=trace),
        "jacobian_norms": Work(
            T * (S**3 + 8.0 * S * S) + spectral * T * min(4.0 * S**3, 120.0 * S * S) + 20.0 * S**3 + extended.multiply_adds,
            12.0 * T + extended.steps,
            3.0 * T,
            held=chain + extended.held + 4.0 * T + 6.0 * min(T * S, 2.0**16),
            kept=trace,
        ),
        "adjoints": Work(back, 6.0 * T, 2.0 * T * H + T, held=4.0 * T * (S + O), kept=backward | {"directions": T * S}),
        "flow_matrix": Work(
            T * T * S * S * (0.5 + 3.0 * apart_units) + 6.0 * T * S**3 + T * T * saturated * 15.0 * S**3 + T * T * 60.0,
            10.0 * T + extended.steps + saturated * T * T,
            listed=T * T / 2.0 + T,
            gaps=T * T / 2.0,
            held=(T + 16.0) * 3.6 * S * S + T * T / 4.0 + 420_000.0 + extended.held,
            kept=trace,
        ),
        "contributions": Work(
            pairs.multiply_adds + 60.0 * T * T,
            pairs.steps + 10.0 * T,
            listed=terms,
            gaps=max(0.0, T * T - terms),
            held=min(terms, 2.0**16) * 8.0 + 4.0 * R * S + T * T / 2.0,
            kept=trace | alone | {"scaled_outputs": T * (O + 1.0)},
        ),
        "gradient_by_lag": Work(
            pairs.multiply_adds + thin * terms * P * (H + D) + T * (12.0 * P * H + 6.0 * P * D + 2_000.0),
            pairs.steps + 14.0 * T,
            12.0 * T,
            held=8.0 * min(T * (weights + R * (S + P + D)), 2.0**16 + weights) + 10.0 * T + T * (O + S) + 4.0 * R * S,
            kept=backward | alone | {"scaled_outputs": T * (O + 1.0)},
        ),
        "gradients": Work(
            back + apart * (pairs.multiply_adds + thin * terms * P * (H + D)) + 60.0 * weights,
            apart * pairs.steps + 4.0 * T,
            3.0 * weights,
            held=14.0 * weights + T * (S + P) + apart * (8.0 * 2.0**16 + 4.0 * R * S),
            kept=backward | ({"scaled_outputs": T * (O + 1.0)} | alone if taken_apart else {}),
        ),
        "step_gain": Work(T * (S**3 + 100.0 * S * S), 8.0 * T, 4.0 * T, held=chain, kept=trace),
        "spectrum": Work(20.0 * H**3, 100.0, 3.0 * H, held=8.0 * H * H),
        "lyapunov_exponents": Work(
            12.0 * T * S**3 + extended.multiply_adds, 700.0 + 60.0 * T + extended.steps, S, held=24.0 * S * S + extended.held, kept=trace
        ),
        "loss_slice": Work(
            1.5 * SLICE_POINTS * T * (weights + 15.0 * (S + P) + 30.0 * O)
            + back
            + apart * (pairs.multiply_adds + thin * terms * P * (H + D)),
            12.0 * T + apart * pairs.steps,
            2.0 * SLICE_POINTS,
            held=3.0 * min(SLICE_POINTS * T * (S + P + 4.0 * O), 2.0**20)
            + 2.0 * min(SLICE_POINTS * weights, 2.0**18 + weights)
            + 8.0 * weights
            + apart * (8.0 * 2.0**16 + 4.0 * R * S),
            kept=backward | ({"scaled_outputs": T * (O + 1.0)} | alone if taken_apart else {}),
        ),
        "terms": Work(
            T * S * P * H * H,
            T * S + 200.0,
            T * P * H * (S + T) + 2.0 * weights,
            held=T * P * H * (S + T),
            kept=backward,
        ),
    }
