"""Findings about how far the product can be trusted: forecasts beside what happened since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from patronage.vocabulary.grade import Grade


@dataclass(frozen=True, slots=True)
class Met:
    """A forecast beside what happened, over the customers seen by the as-of date.

    predicted, p05, p95, actual: totals. mae, rmse, correlation: of single customers; correlation None where one side is
    the same for all. coverage_90: share of customers inside their own 90% interval.
    """

    predicted: float
    p05: float
    p95: float
    actual: float
    mae: float
    rmse: float
    correlation: float | None
    coverage_90: float


@dataclass(frozen=True, slots=True)
class Naive:
    """Errors of a forecast that anyone can make, over the same customers, in orders."""

    mae: float
    rmse: float
    correlation: float | None


@dataclass(frozen=True, slots=True)
class TopTenth:
    """Share of the value since that the tenth ranked best brought; None where there was no value.

    by_prediction: ranked by the forecast. by_actual: ranked by what happened, the most that could be had.
    """

    by_prediction: float | None
    by_actual: float | None


@dataclass(frozen=True, slots=True)
class Total:
    """A forecast total with its 90% interval."""

    predicted: float
    p05: float
    p95: float


@dataclass(frozen=True, slots=True)
class Origin:
    """One of several forecasts in a row: orders with calendar, what happened, and the share of customers inside."""

    as_of: date
    until: date
    model: str
    customers: int
    orders: Total
    actual: float
    inside: bool
    coverage_90: float


@dataclass(frozen=True, slots=True)
class Pooled:
    """All origins together: share of totals inside, mean of forecast over actual less 1, share of customers inside."""

    origins: int
    totals_inside: float
    bias: float | None
    coverage_90: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """What would have been forecast on a day, beside what happened until a later one, both days inclusive.

    customers: those first seen by as_of; nobody else is forecast. orders: purchase days by the chosen model's closed
    form at the fitted parameters, without calendar. value: with calendar and shared shocks, in unit. calendar:
    orders with them. baselines: rate (purchases over age) and last_period (as many as in the period before).
    words: three sentences for a reader. origins, pooled: of a rolled backtest, else empty and None.
    """

    grade: Grade
    as_of: date
    until: date
    model: str
    unit: str
    customers: int
    orders: Met
    value: Met
    top_tenth_share: TopTenth
    baselines: Mapping[str, Naive]
    calendar: Total
    words: tuple[str, ...]
    origins: tuple[Origin, ...] = ()
    pooled: Pooled | None = None
