"""When within the horizon the money of a decision comes in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize

NODES = 32
"""Points at which what comes in after each arrival is added up."""

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

    def part(self, time: float) -> float:
        """Share of the present value that falls into so many years from now; 1 from the end of the horizon on."""
        return _present(self.rate, min(max(time, 0.0), self.years)) / _present(self.rate, self.years)

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


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that comes in or is paid as time goes: its present value over the horizon, and when it falls."""

    present: float
    pattern: Pattern

    @property
    def by_year(self) -> tuple[float, ...]:
        """Present value of what falls into each year, the last one maybe a part."""
        return tuple(self.present * weight for weight in self.pattern.weights)

    def until(self, time: float) -> float:
        """Present value of what falls into so many years from now."""
        return self.present * self.pattern.part(time)


def after_arrival(arrivals: Pattern, life: Pattern) -> tuple[float, ...]:
    """Share that falls into each year of what customers who arrive over the years bring by a pattern from then on.

    Present values; what comes in after the last year counts in it, so that the shares sum to 1.
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)

    def until(time: float) -> float:
        days = time * (nodes + 1) / 2
        came = [math.exp(-arrivals.rate * day) * life.part(time - day) for day in days.tolist()]
        return float(weights @ np.array(came)) * time / 2 / arrivals.worth_in_years

    ends = [until(float(year)) for year in range(math.ceil(arrivals.years))]
    return tuple(later - earlier for earlier, later in zip(ends, [*ends[1:], 1.0], strict=True))


def payback(once: float, gain: Flow, running: Flow) -> float | None:
    """Years until a gain has first covered what is paid at the start and what is paid as time goes.

    None where the gain does not cover both over the horizon. The gain thins out at least as fast as what is paid.
    """
    if running.present <= 0:
        return gain.pattern.payback(gain.present, once)
    if gain.present < once + running.present:
        return None
    if once <= 0:
        return 0.0
    peak = _last_year_that_pays(gain, running)

    def left(time: float) -> float:
        return gain.until(time) - running.until(time) - once

    # Where the cost is only just covered at the peak, rounding may leave it a hair below.
    return float(optimize.brentq(left, 0.0, peak)) if left(peak) > 0 else peak


def _last_year_that_pays(gain: Flow, running: Flow) -> float:
    """Years from now when the thinning gain no longer covers what is paid at that moment, the horizon at most."""
    years, faster = gain.pattern.years, gain.pattern.rate - running.pattern.rate
    if faster * years < 1e-9:
        return years
    at_start = gain.present / gain.pattern.worth_in_years / (running.present / running.pattern.worth_in_years)
    return min(max(math.log(at_start) / faster, 0.0), years)


def undiminished(years: float, discount_rate: float) -> Pattern:
    """The pattern of money paid or saved evenly over the years, which thins out by discounting alone."""
    return Pattern(years, math.log1p(discount_rate))


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
        return undiminished(years, discount_rate)
    wanted = value / value_a_year
    if wanted <= _present(LARGEST_DECLINE, years):
        return Pattern(years, LARGEST_DECLINE)
    rate = optimize.brentq(lambda rate: _present(rate, years) - wanted, discount, LARGEST_DECLINE)
    return Pattern(years, float(rate))


def pattern_of_early(share: float, *, years: float, discount_rate: float) -> Pattern:
    """The pattern of which this share of the present value falls into the first year.

    share: above 0. Where it is no more than that of an undiminished stream, nothing thins out but by discounting.
    """
    even = undiminished(years, discount_rate)
    if share <= even.part(1.0):
        return even
    fastest = Pattern(years, LARGEST_DECLINE)
    if share >= fastest.part(1.0):
        return fastest
    rate = optimize.brentq(lambda rate: Pattern(years, rate).part(1.0) - share, even.rate, LARGEST_DECLINE)
    return Pattern(years, float(rate))


def _present(rate: float, years: float) -> float:
    """Present value of one a year over the years at a continuous rate."""
    if abs(rate) * years < 1e-9:
        return years * (1 - rate * years / 2)
    return -math.expm1(-rate * years) / rate
