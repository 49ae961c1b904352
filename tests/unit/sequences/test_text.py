"""Text: what a character is, what is refused, and the one-hot sequence."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.errors import InvalidParameter
from app.sequences import SOURCES, InputSequence
from app.sequences.text import LONGEST_TEXT, MOST_SYMBOLS, characters


def make(text: str | None, length: int | None = None, input_size: int | None = None, output_size: int | None = None) -> InputSequence:
    return SOURCES["text"].make(length, input_size, output_size, text, 1)


def sequence_or_error(text: str) -> InputSequence | InvalidParameter:
    try:
        return make(text)
    except InvalidParameter as error:
        return error


def test_banana_by_hand() -> None:
    sequence = make("banana")
    assert sequence.symbols == ("a", "b", "n")
    assert sequence.labels == ("b", "a", "n", "a", "n")
    np.testing.assert_array_equal(sequence.x, [[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(sequence.target, [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 0, 1], [1, 0, 0]])
    assert sequence.readout == "softmax"


def test_a_shorter_length_keeps_the_vocabulary() -> None:
    sequence = make("banana split", length=3)
    assert sequence.labels == ("b", "a", "n")
    assert sequence.symbols == make("banana split").symbols
    np.testing.assert_array_equal(sequence.target, make("banana split").target[:3])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("나는 봄", ("나", "는", " ", "봄")),
        (unicodedata.normalize("NFD", "나는 봄"), ("나", "는", " ", "봄")),  # typed as letters: the same syllables
        ("\u1121\u116e\u11afㅎ", ("\u1121\u116e\u11af", "ㅎ")),  # an old syllable has no single code point and is still one step
        ("cafe\u0301s", ("c", "a", "f", "é", "s")),
        ("🇰🇷👩‍👩‍👧!", ("🇰🇷", "👩‍👩‍👧", "!")),
        ("a\r\nb\rc\n", ("a", "\n", "b", "\n", "c", "\n")),
    ],
)
def test_a_character_is_what_a_reader_takes_for_one(text: str, expected: tuple[str, ...]) -> None:
    assert characters(text).characters == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "two characters that differ"),
        ("a", "two characters that differ"),
        ("aaaa", "two characters that differ"),
        ("ab\0c", r"U\+0000 at position 3"),
        ("ab\x1b[31m", r"U\+001B at position 3"),
        ("ab\x7f", r"U\+007F at position 3"),
        ("ab\ud800", r"U\+D800 at position 3"),
        ("ab\ufffe", r"U\+FFFE at position 3"),
        ("ab\u202e", r"U\+202E at position 3"),
        ("ab" * 1_001, "at most 2,000 characters; this has 2,002"),
    ],
)
def test_what_cannot_be_used_is_said_clearly(text: str, message: str) -> None:
    with pytest.raises(InvalidParameter, match=f"^text: got .*{message}"):
        make(text)


def test_the_largest_vocabulary_and_one_more() -> None:
    syllables = "".join(chr(ord("가") + index) for index in range(MOST_SYMBOLS))
    assert make(syllables).x.shape == (MOST_SYMBOLS - 1, MOST_SYMBOLS)
    with pytest.raises(InvalidParameter, match="at most 512 distinct characters; this has 513"):
        make(syllables + "a")


def test_the_longest_text() -> None:
    assert len(make("ab" * (LONGEST_TEXT // 2)).x) == LONGEST_TEXT - 1


def test_too_long_for_the_text() -> None:
    with pytest.raises(InvalidParameter, match=r"length: got 6, allowed: 1 to 5\. The text has 6 characters"):
        make("banana", length=6)


@pytest.mark.parametrize("parameter", ["input_size", "output_size"])
def test_the_text_sets_the_sizes(parameter: str) -> None:
    assert make("banana", input_size=3, output_size=3).x.shape == (5, 3)
    with pytest.raises(InvalidParameter, match=f"{parameter}: got 4, allowed: 3. The text has 3 distinct characters"):
        make("banana", **{parameter: 4})


@given(text=st.text(st.characters(exclude_categories=())) | st.text("가나 \n\r\u1100\u1161\u11a8\u0301ab🇰", max_size=60))
def test_any_string_gives_a_sequence_or_a_clear_error(text: str) -> None:
    made = sequence_or_error(text)
    if isinstance(made, InvalidParameter):
        assert made.parameter == "text"
        assert str(made).isprintable()
        return
    sequence = made
    assert sequence.symbols is not None
    assert len(sequence.labels) == len(sequence.x) == len(sequence.target)
    for rows in (sequence.x, sequence.target):
        assert set(np.unique(rows)) <= {0.0, 1.0}
        np.testing.assert_array_equal(rows.sum(axis=1), 1.0)
    spelled = [sequence.symbols[index] for index in sequence.x.argmax(axis=1)]
    assert tuple(spelled) == sequence.labels
    whole = "".join(spelled) + sequence.symbols[sequence.target[-1].argmax()]
    assert whole == unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    whole.encode("utf-8")
