"""What a computation will cost, and the rates that every estimate uses."""

from dataclasses import dataclass

SECONDS_PER_NUMBER = 5e-8  # to write one number of the answer
FIXED_SECONDS = 3e-4  # what every answer takes; the rates here were fitted by `python -m benchmarks.estimates`
BYTES_AS_TEXT = 20.0  # of a number in a JSON list: 17 digits, point, comma, and often a sign


@dataclass(frozen=True)
class Cost:
    """An estimate.

    Attributes
    ----------
    seconds : float
        On one core.
    megabytes : float
        Of memory at the peak, the encoded answer included.
    lower : tuple of str
        What to lower, the most costly first.
    answer_megabytes : float
        Of the encoded answer, before it is compressed.
    """

    seconds: float
    megabytes: float
    lower: tuple[str, ...]
    answer_megabytes: float = 0.0
