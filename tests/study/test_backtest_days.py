"""The days that a backtest is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.study.backtest_days import Asked, asked_days, windows
from patronage.vocabulary.errors import EvidenceError

FIRST, LAST = date(2020, 1, 1), date(2020, 12, 31)


def test_until_is_the_last_order_unless_it_is_said() -> None:
    assert asked_days(Asked(date(2020, 6, 30)), FIRST, LAST) == (date(2020, 6, 30), LAST)
    assert asked_days(Asked(FIRST, date(2020, 1, 2)), FIRST, LAST) == (FIRST, date(2020, 1, 2))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            Asked(date(2019, 1, 1)),
            "--as-of: 2019-01-01 is before the first order (2020-01-01); give a day from 2020-01-01 on",
        ),
        (
            Asked(LAST),
            (
                "--as-of: nothing is known of the days after 2020-12-31; "
                "give a day before 2020-12-31, the day of the last order"
            ),
        ),
        (
            Asked(date(2020, 6, 30), date(2020, 6, 30)),
            "--until: 2020-06-30 is not after --as-of 2020-06-30; give a later day",
        ),
        (
            Asked(date(2020, 6, 30), date(2021, 1, 1)),
            "--until: 2021-01-01 is after the last order (2020-12-31); give a day up to 2020-12-31",
        ),
        (
            Asked(date(2020, 12, 1), None, 5),
            "--origins: 5 forecasts do not fit between the days; give 1 to 4",
        ),
        (Asked(date(2020, 12, 1), None, 0), "--origins: 0 forecasts do not fit between the days; give 1 to 4"),
    ],
)
def test_days_that_the_orders_cannot_answer_are_refused(asked: Asked, message: str) -> None:
    with pytest.raises(EvidenceError) as refusal:
        asked_days(asked, FIRST, LAST)
    assert str(refusal.value) == message


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(EvidenceError) as refusal:
        asked_days(Asked(date(2019, 1, 1), date(2018, 1, 1), 0), FIRST, LAST)
    assert [fault.where for fault in refusal.value.faults] == ["--as-of", "--until", "--origins"]


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(70, 900), st.integers(1, 10))
def test_windows_follow_each_other_and_are_alike(start: date, days: int, origins: int) -> None:
    end = start + timedelta(days=days)
    found = windows(start, end, origins)
    assert (found[0][0], found[-1][1], len(found)) == (start, end, origins)
    assert all(one[1] == other[0] for one, other in pairwise(found))
    lengths = [(until - since).days for since, until in found]
    assert max(lengths) - min(lengths) <= 1
