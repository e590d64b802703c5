"""Stretches of days that evidence is counted over, both ends inclusive."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import ibis

from patronage.vocabulary.horizon import DAYS_PER_YEAR

if TYPE_CHECKING:
    from ibis.expr.types import BooleanColumn, DateValue, Table, Value

SLACK_DAYS = 7
"""Days by which a history may miss the start of a period and still fill it: a closed week is no gap."""


TELLING_DAYS = 10
"""Days with events from which on they tell when their records began and ended."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of whole days, first and last inclusive."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    @property
    def years(self) -> float:
        """Its length in years, true to the calendar: a month is a twelfth, days beyond whole months are of 365.25."""
        after = self.end + timedelta(days=1)
        months = 12 * (after.year - self.start.year) + after.month - self.start.month
        if _months_after(self.start, months) > after:
            months -= 1
        return months / 12 + (after - _months_after(self.start, months)).days / DAYS_PER_YEAR


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that has no such day."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 28 February for a 29th that the year does not have."""
    year = day.year - years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def twelve_months_to(end: date) -> Period:
    """The year that ends with a day, true to the calendar."""
    return Period(years_before(end, 1) + timedelta(days=1), end)


@dataclass(frozen=True, slots=True)
class Window:
    """The days over which evidence is counted, and their length in years: exactly 1 for a full year."""

    period: Period
    years: float


def counted_window(as_of: date, first: date) -> Window:
    """The twelve months up to a day, or as much of them as the evidence covers; first: its first day."""
    year = twelve_months_to(as_of)
    if (first - year.start).days <= SLACK_DAYS:
        return Window(year, 1.0)
    period = Period(first, as_of)
    return Window(period, period.years)


def covered_window(whole: Window, first: date, last: date, days: int) -> Window:
    """The part of a window that dated events cover.

    first, last: their first and last day within it. days: on how many days there are any. Silence at either end belongs
    to the window unless it is longer than a week and than ten times the mean time between such days, which happens by
    chance once in 20,000 times (an exponential wait): then the records began later, or ended earlier. Events on fewer
    than ten days tell nothing of it.
    """
    if days < TELLING_DAYS:
        return whole
    quiet = max(SLACK_DAYS, 10 * (last - first).days / (days - 1))
    begun = (first - whole.period.start).days <= quiet
    ended = (whole.period.end - last).days <= quiet
    if begun and ended:
        return whole
    period = Period(whole.period.start if begun else first, whole.period.end if ended else last)
    return Window(period, period.years)


def compared_periods(first: date, as_of: date) -> tuple[Period, Period] | None:
    """The twelve months up to a day and the twelve before; two equal halves of a shorter history.

    first: day of the first line. Halves are of equal length and end with as_of; None for a single day.
    """
    later = twelve_months_to(as_of)
    earlier = Period(years_before(as_of, 2) + timedelta(days=1), later.start - timedelta(days=1))
    if first <= earlier.start + timedelta(days=SLACK_DAYS):
        return earlier, later
    half = Period(first, as_of).days // 2
    if half == 0:
        return None
    middle = as_of - timedelta(days=half)
    return Period(middle - timedelta(days=half - 1), middle), Period(middle + timedelta(days=1), as_of)


def dated_within(table: Table, column: str, period: Period) -> BooleanColumn:
    """Whether the times of a column fall on the days of a period."""
    start = datetime.combine(period.start, time.min)
    end = datetime.combine(period.end + timedelta(days=1), time.min)
    times = table[column]
    return (times >= ibis.timestamp(start.isoformat())) & (times < ibis.timestamp(end.isoformat()))


def month_of(moment: Value) -> DateValue:
    """The first day of the month of a date or a time."""
    # Both engines truncate to a time, whatever ibis calls it; only a time proper is cast back to a date.
    return moment.cast("timestamp").truncate("M").cast("date")
