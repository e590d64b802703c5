"""When within the horizon the money of a decision comes in."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import optimize

LARGEST_DECLINE = 50.0
"""Decline a year beyond which everything comes in at the start anyway."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Money that comes in evenly and thins out at a constant rate.

    years: length of the horizon. rate: per year, discount and decline of the customers together, >= 0.
    """

    years: float
    rate: float

    @property
    def weights(self) -> tuple[float, ...]:
        """Share of the present value that falls into each year, the last one maybe a part; sums to 1."""
        whole = _present(self.rate, self.years)
        ends = [min(float(end), self.years) for end in range(1, math.ceil(self.years) + 1)]
        starts = [0.0, *ends[:-1]]
        return tuple(
            (_present(self.rate, end) - _present(self.rate, start)) / whole
            for start, end in zip(starts, ends, strict=True)
        )

    @property
    def worth_in_years(self) -> float:
        """Present value of one unit of today's money a year over the horizon, in years of it."""
        return _present(self.rate, self.years)

    def payback(self, gain: float, cost: float) -> float | None:
        """Years until a gain of this present value has covered the cost, None where it never does."""
        if cost <= 0:
            return 0.0
        if gain < cost:
            return None
        share = cost / gain
        if self.rate * self.years < 1e-9:
            return share * self.years
        return -math.log1p(-share * -math.expm1(-self.rate * self.years)) / self.rate


def annuity(years: float, discount_rate: float) -> float:
    """Present value of one unit of money a year, paid evenly over the years."""
    return _present(math.log1p(discount_rate), years)


def pattern_of(value: float, value_a_year: float, *, years: float, discount_rate: float) -> Pattern:
    """The pattern under which today's value a year, thinning out, adds up to a value over the horizon.

    Where the value is as high as an undiminished stream or more, or today's value a year is unknown
    (not above 0), nothing thins out but by discounting.
    """
    discount = math.log1p(discount_rate)
    if value_a_year <= 0 or value >= value_a_year * _present(discount, years):
        return Pattern(years, discount)
    wanted = value / value_a_year
    if wanted <= _present(LARGEST_DECLINE, years):
        return Pattern(years, LARGEST_DECLINE)
    rate = optimize.brentq(lambda rate: _present(rate, years) - wanted, discount, LARGEST_DECLINE)
    return Pattern(years, float(rate))


def _present(rate: float, years: float) -> float:
    """Present value of one a year over the years at a continuous rate."""
    if abs(rate) * years < 1e-9:
        return years * (1 - rate * years / 2)
    return -math.expm1(-rate * years) / rate
