"""Stretches of days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.evidence.queries.periods import (
    Period,
    Window,
    compared_periods,
    counted_window,
    covered_window,
    dated_within,
    twelve_months_to,
    years_before,
)
from patronage.evidence.tables import Orders

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("end", "start"),
    [
        (date(2011, 12, 9), date(2010, 12, 10)),
        (date(2024, 2, 29), date(2023, 3, 1)),
        (date(2025, 2, 28), date(2024, 2, 29)),
        (date(2023, 12, 31), date(2023, 1, 1)),
    ],
)
def test_a_year_is_true_to_the_calendar(end: date, start: date) -> None:
    assert twelve_months_to(end) == Period(start, end)


def test_the_day_a_year_before_a_leap_day_is_the_last_of_february() -> None:
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)
    assert years_before(date(2024, 2, 29), 4) == date(2020, 2, 29)


def test_periods_compared_are_two_years_or_two_halves() -> None:
    end = date(2011, 12, 9)
    years = (Period(date(2009, 12, 10), date(2010, 12, 9)), Period(date(2010, 12, 10), end))
    assert compared_periods(date(2009, 12, 17), end) == years
    halves = compared_periods(date(2009, 12, 18), end)
    assert halves == (Period(date(2009, 12, 18), date(2010, 12, 13)), Period(date(2010, 12, 14), end))
    assert compared_periods(end, end) is None


@given(first=days, as_of=days)
def test_compared_periods_join_and_halves_are_equal(first: date, as_of: date) -> None:
    first, as_of = min(first, as_of), max(first, as_of)
    found = compared_periods(first, as_of)
    if found is None:
        assert first == as_of
        return
    earlier, later = found
    assert later.end == as_of
    assert (later.start - earlier.end).days == 1
    if later != twelve_months_to(as_of):
        assert earlier.days == later.days
        assert (earlier.start - first).days in {0, 1}


def test_a_window_is_a_year_or_what_there_is_of_it() -> None:
    end = date(2024, 12, 31)
    assert counted_window(end, date(2020, 5, 5)) == Window(Period(date(2024, 1, 1), end), 1.0)
    assert counted_window(end, date(2024, 1, 8)) == Window(Period(date(2024, 1, 1), end), 1.0)
    short = counted_window(end, date(2024, 12, 1))
    assert short == Window(Period(date(2024, 12, 1), end), 1 / 12)


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ((2004, 1, 1), (2004, 3, 31), 1 / 4),
        ((2023, 2, 15), (2024, 2, 14), 1.0),
        ((2024, 1, 31), (2024, 2, 28), 1 / 12),
        ((2024, 1, 31), (2024, 2, 29), 1 / 12 + 1 / 365.25),
        ((2024, 5, 5), (2024, 5, 5), 1 / 365.25),
        ((2009, 12, 1), (2011, 12, 9), 2 + 9 / 365.25),
    ],
)
def test_a_period_is_as_long_as_its_months(start: tuple[int, ...], end: tuple[int, ...], years: float) -> None:
    assert Period(date(*start), date(*end)).years == pytest.approx(years)


def test_both_ends_of_a_period_are_inside(orders_of: Callable[..., Orders], records: Callable[[Any], Any]) -> None:
    times = ["2024-01-31T23:59:59.999999", "2024-02-01", "2024-02-29T23:59:59.999999", "2024-03-01"]
    table = orders_of([{"ordered_at": time, "amount": 1.0, "order_id": time} for time in times]).table
    inside = table.filter(dated_within(table, "ordered_at", Period(date(2024, 2, 1), date(2024, 2, 29))))
    assert [row["order_id"] for row in records(inside.order_by("ordered_at"))] == times[1:3]


def test_events_cover_a_window_but_for_silence_that_chance_does_not_make() -> None:
    whole = Window(Period(date(2024, 1, 1), date(2024, 12, 31)), 1.0)
    half = covered_window(whole, date(2024, 7, 1), date(2024, 12, 30), 184)
    assert half == Window(Period(date(2024, 7, 1), date(2024, 12, 31)), 1 / 2)
    inner = covered_window(whole, date(2024, 3, 1), date(2024, 8, 31), 180)
    assert inner.period == Period(date(2024, 3, 1), date(2024, 8, 31))
    # A visit every third week: two months of silence are no end of the records, seven are.
    assert covered_window(whole, date(2024, 3, 1), date(2024, 12, 1), 14) == whole
    assert covered_window(whole, date(2024, 8, 1), date(2024, 12, 31), 12).period.start == date(2024, 8, 1)
    # Mailings on four days of the year say nothing of when records began.
    assert covered_window(whole, date(2024, 6, 1), date(2024, 9, 1), 4) == whole
