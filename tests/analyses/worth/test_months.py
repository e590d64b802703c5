"""Calendar months before and after the as-of date."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from patronage.analyses.worth.months import ends_ahead, horizon_end, month_end, month_start, month_starts


def test_months_ahead_end_with_the_rest_of_this_one_and_with_the_last_day() -> None:
    assert ends_ahead(date(2011, 12, 9), date(2012, 2, 10)) == [
        date(2011, 12, 31),
        date(2012, 1, 31),
        date(2012, 2, 10),
    ]
    assert ends_ahead(date(2011, 12, 31), date(2012, 1, 31)) == [date(2012, 1, 31)]
    assert ends_ahead(date(2011, 12, 31), date(2011, 12, 31)) == []


def test_months_of_a_history_run_from_its_first_to_its_last() -> None:
    assert month_starts(date(2011, 11, 30), date(2012, 1, 1)) == [
        date(2011, 11, 1),
        date(2011, 12, 1),
        date(2012, 1, 1),
    ]
    assert (month_start(date(2024, 2, 29)), month_end(date(2024, 2, 1))) == (date(2024, 2, 1), date(2024, 2, 29))


def test_a_horizon_of_years_has_their_days() -> None:
    assert horizon_end(date(2023, 12, 31), 3.0) == date(2026, 12, 31)


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.integers(1, 2000))
def test_months_ahead_are_consecutive(as_of: date, days: int) -> None:
    until = date.fromordinal(as_of.toordinal() + days)
    ends = ends_ahead(as_of, until)
    assert ends == sorted(set(ends))
    assert ends[-1] == until
    assert all(as_of < end for end in ends)
    assert len(ends) == (until.year - ends[0].year) * 12 + until.month - ends[0].month + 1
