"""Measured series: the shipped files are what they say, and windows of them are right."""

import datetime as dt

import numpy as np
import pytest

from app.engine.errors import InvalidParameter
from app.sequences import SOURCES
from app.sequences.series import record

SERIES = ("sunspots_yearly", "sunspots_monthly", "co2")


def test_two_years_by_hand() -> None:
    # The last three values are 15.2 (2006), 7.5 (2007) and 2.9 (2008).
    sequence = SOURCES["sunspots_yearly"].make(2, None, None, None, 1)
    values = np.array([15.2, 7.5, 2.9])
    expected = (values - 25.6 / 3.0) / np.sqrt(np.mean((values - 25.6 / 3.0) ** 2))
    np.testing.assert_allclose(sequence.x[:, 0], expected[:2], rtol=1e-13)
    np.testing.assert_allclose(sequence.target[:, 0], expected[1:], rtol=1e-13)
    assert sequence.labels == ("2006", "2007")


@pytest.mark.parametrize(
    ("name", "count", "first", "last"),
    [
        ("sunspots_yearly", 309, "1700", "2008"),
        ("sunspots_monthly", 3_120, "1749-01", "2008-12"),
        ("co2", 2_284, "1958-03-29", "2001-12-29"),
    ],
)
def test_the_record_is_whole(name: str, count: int, first: str, last: str) -> None:
    whole = record(name)
    assert (len(whole.values), len(whole.dates), whole.dates[0], whole.dates[-1]) == (count, count, first, last)
    assert np.isfinite(whole.values).all()
    assert not whole.values.flags.writeable
    years = [date[:4] for date in (first, last)]
    assert f"{years[0]}–{years[1]}" in SOURCES[name].about


def test_monthly_and_yearly_sunspots_agree() -> None:
    monthly = record("sunspots_monthly").values.reshape(-1, 12).mean(axis=1)
    np.testing.assert_allclose(monthly, record("sunspots_yearly").values[49:], atol=0.45)


def test_weeks_are_seven_days_apart_and_gaps_are_bridged() -> None:
    whole = record("co2")
    days = np.diff([dt.date.fromisoformat(date).toordinal() for date in whole.dates])
    assert set(days) == {7}
    # 1958-05-10 has no value; 316.9 before it, 317.5 after.
    gap = whole.dates.index("1958-05-10")
    np.testing.assert_allclose(whole.values[gap - 1 : gap + 2], [316.9, 317.2, 317.5], rtol=1e-12)


@pytest.mark.parametrize("name", SERIES)
def test_inputs_are_standardised_over_the_steps_taken(name: str) -> None:
    sequence = SOURCES[name].make(40, None, None, None, 1)
    values = np.append(sequence.x[:, 0], sequence.target[-1, 0])
    np.testing.assert_allclose([values.mean(), values.std()], [0.0, 1.0], atol=1e-12)


@pytest.mark.parametrize("name", SERIES)
def test_all_of_it_and_one_more(name: str) -> None:
    longest = len(record(name).values) - 1
    assert SOURCES[name].make(longest, None, None, None, 1).labels[0] == record(name).dates[0]
    with pytest.raises(InvalidParameter, match=rf"length: got {longest + 1}, allowed: 1 to {longest}\. {name} has {longest + 1:,} values"):
        SOURCES[name].make(longest + 1, None, None, None, 1)


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("sizes", [(2, None), (None, 2)])
def test_another_size_is_refused(name: str, sizes: tuple[int | None, int | None]) -> None:
    with pytest.raises(InvalidParameter, match=rf"put_size: got 2, allowed: 1\. {name} has one value per step"):
        SOURCES[name].make(10, *sizes, None, 1)
