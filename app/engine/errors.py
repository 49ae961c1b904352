"""The exceptions that the mathematics, the sequences and the subjects (explore, train, cliff) raise.

    UnrolledError
    └── InvalidParameter        a value that can't be used; says which, what was got, what is allowed, what to do
        ├── UnknownName         a name that is in no registry; suggests the nearest
        ├── WrongShape          an array of the wrong shape
        └── WorkTooLarge        a request that costs more than the limits allow; says the estimate and what to lower

A diverging network raises nothing: divergence is a result (see `network.Divergence`).
"""

import difflib
import reprlib
from collections.abc import Iterable
from typing import Any, ClassVar


class UnrolledError(Exception):
    """Base of everything this project raises on purpose."""

    code: ClassVar[str] = "error"


class InvalidParameter(UnrolledError):
    """A parameter has a value that can't be used.

    Parameters
    ----------
    parameter : str
        Its name in `mathematics.md` and in the API.
    got : object
        The value as it came.
    allowed : object
        What would have been accepted: a range in words, or a list of names.
    remedy : str
        What to do about it, a full sentence. May be empty.
    """

    code: ClassVar[str] = "invalid_parameter"

    def __init__(self, parameter: str, got: Any, allowed: Any, remedy: str = "", **details: Any) -> None:
        self.parameter = parameter
        self.got = got
        self.allowed = allowed
        self.remedy = remedy
        self.details = details
        super().__init__(f"{parameter}: got {shown(got)}, allowed: {in_words(allowed)}.{' ' if remedy else ''}{remedy}")


class UnknownName(InvalidParameter):
    """A name that its registry doesn't hold."""

    code: ClassVar[str] = "unknown_name"

    def __init__(self, parameter: str, got: str, known: Iterable[str]) -> None:
        names = sorted(known)
        nearest = difflib.get_close_matches(str(got), names, n=1)
        super().__init__(parameter, got, names, f"Did you mean {nearest[0]!r}?" if nearest else "Use one of the allowed names.")


class WrongShape(InvalidParameter):
    """An array whose shape doesn't fit the others."""

    code: ClassVar[str] = "wrong_shape"

    def __init__(self, parameter: str, got: tuple[int, ...], expected: tuple[int, ...], remedy: str = "") -> None:
        super().__init__(parameter, got, expected, remedy)
        self.args = (f"{parameter} must be {expected}, got {got}.{' ' if remedy else ''}{remedy}",)


class WorkTooLarge(InvalidParameter):
    """More work than one request may ask for."""

    code: ClassVar[str] = "work_too_large"


def shown(value: Any, longest: int = 80) -> str:
    """The value as it appears in a message: its repr, cut to a readable length. Of a long value only the ends are looked at.

    >>> shown("a" * 10)
    "'aaaaaaaaaa'"
    >>> len(shown("a" * 10**6)), shown([0.5] * 1000)
    (80, '[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, ...]')
    """
    brief = reprlib.Repr()
    brief.maxstring = brief.maxother = brief.maxlong = longest
    text = brief.repr(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def in_words(allowed: Any) -> str:
    """A list of allowed names as one phrase; anything else as it is."""
    return ", ".join(map(str, allowed)) if isinstance(allowed, list | tuple) else str(allowed)
