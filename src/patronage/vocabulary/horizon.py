"""Time as a typed value: units with their true lengths, and the horizon that value is counted over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DAYS_PER_YEAR = 365.25


class TimeUnit(StrEnum):
    """The units in which rates and horizons are stated."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def days(self) -> float:
        """Mean length in days: a month is a twelfth of 365.25 days, never 30."""
        return _DAYS[self]

    @property
    def per_year(self) -> float:
        """How many of this unit make a year."""
        return DAYS_PER_YEAR / self.days


_DAYS = {
    TimeUnit.DAY: 1.0,
    TimeUnit.WEEK: 7.0,
    TimeUnit.MONTH: DAYS_PER_YEAR / 12,
    TimeUnit.QUARTER: DAYS_PER_YEAR / 4,
    TimeUnit.YEAR: DAYS_PER_YEAR,
}


@dataclass(frozen=True, slots=True)
class Horizon:
    """A stretch of future time that value is counted over."""

    years: float

    def __post_init__(self) -> None:
        if not self.years > 0:
            raise ValueError(f"a horizon must be longer than nothing, got {self.years} years")

    def in_units(self, unit: TimeUnit) -> float:
        """The same stretch counted in another unit."""
        return self.years * unit.per_year
