"""What a run will cost, estimated from its parameters before anything is computed."""

from app.common.cost import FIXED_SECONDS, Cost
from app.explore.parameters import RunParameters
from app.explore.parts import PARTS
from app.explore.work import BYTES_PER_NUMBER, SECONDS_PER_STEP, Sizes, Work

SECONDS_PER_PART = 1e-4  # fitted, as the rates of `work`
SECONDS_PER_GENERATOR = 2.5e-5  # noise has a random generator for each of its dimensions

BYTES_PER_LABEL = 12.0  # of a date with quotes and comma
NUMBERS_PER_LABEL = 9.0  # a short string is an object of some 70 bytes
NUMBERS_PER_CHARACTER = 25.0  # of a text, while its one-hot rows are made
# orjson reserves eight bytes for each of a string, such as base64; arrays beyond this size are written in pieces, and not by orjson.
RESERVED_BYTES = 8.0
LARGEST_STRING = 1e6
FIXED_NUMBERS = 60_000.0  # half a megabyte: what every run needs beside its arrays


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
    sizes = Sizes(resolved, largest_argument)
    asked = {"forward": forward(sizes)} | {name: PARTS[name].cost(sizes) for name in resolved.include}
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


def forward(sizes: Sizes) -> Work:
    """The sequence, the network, the forward pass, and what every answer holds."""
    T, H, D, O = sizes.T, sizes.H, sizes.D, sizes.O  # noqa: E741  (the mathematics' own name)
    source = sizes.parameters.source
    noise = SECONDS_PER_GENERATOR / SECONDS_PER_STEP * max(D, O) * (source in ("white_noise", "random_walk"))
    labels = NUMBERS_PER_LABEL + NUMBERS_PER_CHARACTER * (source == "text")
    return Work(
        T * (sizes.weights + 3.0 * (D + O)) + 10.0 * H**3,
        2.0 * T + noise,
        T * (D + O + 1.0),
        held=T * (sizes.S + sizes.P + 4.0 * O + 2.0 * D + labels) + 10.0 * H * H + 3.0 * sizes.weights,
        kept=sizes.kept_trace,
    )
