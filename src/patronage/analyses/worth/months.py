"""Calendar months before and after the as-of date."""

from __future__ import annotations

import calendar
import math
from datetime import date, timedelta

from patronage.vocabulary.horizon import DAYS_PER_YEAR


def month_start(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_starts(first: date, last: date) -> list[date]:
    """The first days of all months from that of one day to that of another."""
    place, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(place, end + 1)]


def ends_ahead(as_of: date, until: date) -> list[date]:
    """The last days of the months, or parts of months, that follow a day up to another, which ends the last part."""
    first = as_of + timedelta(days=1)
    return [min(month_end(start), until) for start in month_starts(first, until)] if until >= first else []


def horizon_end(as_of: date, years: float) -> date:
    """The last day of a horizon that begins after a day."""
    return as_of + timedelta(days=math.ceil(years * DAYS_PER_YEAR))
