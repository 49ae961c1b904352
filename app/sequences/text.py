"""Text, a character a step, one-hot over the characters that it holds. The target is the next character.

A character is what a reader takes for one: an extended grapheme cluster of Unicode (UAX #29) in composed form (NFC).
So 한 is one step whether it was typed as one code point or as three letters, and so are é, 🇰🇷 and old Hangul such as ᄭᅩᆺ,
for which no single code point exists.
"""

import unicodedata
from dataclasses import dataclass

import numpy as np
import regex

from app.engine.arrays import Array
from app.engine.errors import InvalidParameter
from app.sequences.sequence import InputSequence, Source, checked_length, fixed_size, one_hot

LONGEST_TEXT = 2_000  # code points, as typed
MOST_SYMBOLS = 512  # distinct characters: D and O of the network
DEFAULT_TEXT = "to be, or not to be, that is the question"

# Control characters but for line breaks and tabs; half surrogate pairs, which UTF-8 can't carry; code points that are no
# characters; and the marks that turn the direction of the text around them, also of the page's.
_UNUSABLE = regex.compile(r"[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u202A-\u202E\u2066-\u2069--[\n\t]]", regex.VERSION1)
_LINE_BREAK = regex.compile(r"\r\n?")
_CHARACTER = regex.compile(r"\X")


@dataclass(frozen=True)
class Characters:
    """A text cut into its characters, with its vocabulary in code-point order."""

    characters: tuple[str, ...]
    symbols: tuple[str, ...]

    def one_hot(self, start: int, stop: int) -> Array:
        """Characters start to stop as one-hot rows, (stop − start, number of symbols)."""
        return one_hot(self.indices()[start:stop], len(self.symbols))

    def indices(self) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """Each character's place in the vocabulary."""
        place = {symbol: index for index, symbol in enumerate(self.symbols)}
        return np.array([place[character] for character in self.characters], dtype=np.intp)


def characters(text: str, longest: int | None = LONGEST_TEXT) -> Characters:
    """Cut a text into characters, or say clearly why it can't be used.

    Parameters
    ----------
    text : str
        Any string. Line breaks may be written in any of the three ways; each is one "\\n".
    longest : int or None
        The most code points allowed; None for no limit.

    Raises
    ------
    InvalidParameter
        If the text is longer than `longest`, holds a character that can't be shown, has fewer than two characters or
        only one distinct, or more than MOST_SYMBOLS distinct ones.

    Examples
    --------
    >>> characters("banana").symbols
    ('a', 'b', 'n')
    >>> characters("\u1112\u1161\u11ab\uae00").characters
    ('한', '글')
    """
    if longest is not None and len(text) > longest:
        raise InvalidParameter("text", text, f"at most {longest:,} characters; this has {len(text):,}", "Shorten the text.")
    composed = unicodedata.normalize("NFC", _LINE_BREAK.sub("\n", text))
    if unusable := _UNUSABLE.search(composed):
        raise InvalidParameter(
            "text",
            f"U+{ord(unusable.group()):04X} at position {unusable.start() + 1}",
            "any text without control characters; line breaks and tabs are fine",
            "Remove that character.",
        )
    found = tuple(_CHARACTER.findall(composed))
    symbols = tuple(sorted(set(found)))
    if len(symbols) < 2:
        remedy = "Write a longer text: each step predicts the next character."
        raise InvalidParameter("text", text, "at least two characters that differ", remedy)
    if len(symbols) > MOST_SYMBOLS:
        allowed = f"at most {MOST_SYMBOLS} distinct characters; this has {len(symbols)}"
        raise InvalidParameter("text", text, allowed, "Shorten the text, or use fewer kinds of characters.")
    return Characters(found, symbols)


def make_text(length: int | None, input_size: int | None, output_size: int | None, text: str | None, seed: int) -> InputSequence:
    """The first `length` characters of the text, each with the next one as target; the vocabulary is the whole text's."""
    read = characters(DEFAULT_TEXT if text is None else text)
    longest = len(read.characters) - 1
    available = f"The text has {longest + 1} characters, and the last is only a target. Lower length or write a longer text."
    steps = checked_length(length, longest, longest, available)
    reason = f"The text has {len(read.symbols)} distinct characters, and each is one input and one output."
    fixed_size("input_size", input_size, len(read.symbols), reason)
    fixed_size("output_size", output_size, len(read.symbols), reason)
    rows = read.one_hot(0, steps + 1)
    return InputSequence(rows[:-1], rows[1:], read.characters[:steps], read.symbols, "softmax")


TEXT = Source(
    "text",
    "Your text, a character a step, one-hot over its own characters; the target is the next character. The seed plays no part.",
    len(DEFAULT_TEXT) - 1,
    make_text,
    DEFAULT_TEXT,
    ("softmax", "identity"),
)
