"""Season and trend of buying beside what a stationary model expects of the same customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from patronage.analyses.worth.months import ends_ahead, horizon_end, month_end, month_start, month_starts
from patronage.analyses.worth.repeat_buying import fitted
from patronage.analyses.worth.stationary import cumulated_ahead
from patronage.evidence.engine import Engine
from patronage.evidence.queries.calendar import arrivals, repeat_months
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import Calendar, RepeatBuying
from patronage.kernels.arrays import Whole
from patronage.kernels.calendar import FEWEST_PERIODS, CalendarDraws, Series, calendar_draws, fitted_calendar
from patronage.kernels.draws import stream
from patronage.kernels.repeat_buying import expected_repeat_orders
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.estimate import Floats, estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms


@dataclass(frozen=True, slots=True)
class Past:
    """The months of the history: first days, repeat purchase days, what the model expects of them, which are whole."""

    starts: list[date]
    occasions: Floats
    expected: Floats
    whole: np.ndarray[tuple[int], np.dtype[np.bool_]]


def calendar(orders: Orders, repeat: RepeatBuying, terms: Terms) -> Calendar:
    """Season, trend and shared shock of the buying rate, on repeat purchases month by month.

    The expectation is that of the chosen stationary model for the customers who had come by then, so growth of their
    number is no trend. Raises EstimationError where fewer than six whole months are known.
    """
    past = _past(orders.engine, repeat)
    known = int(np.count_nonzero(past.whole & (past.expected > 0)))
    if known < FEWEST_PERIODS:
        found = f"{known} whole months of repeat purchases are known, expected {FEWEST_PERIODS} or more"
        raise EstimationError(Fault("calendar", found, "lifetime_value then stands without season and trend"))
    series = Series(past.occasions, past.expected, past.starts[0].month - 1, 12, past.whole)
    fit = fitted_calendar(series)
    ends = ends_ahead(repeat.as_of, horizon_end(repeat.as_of, terms.horizon.years))
    ahead = [len(past.starts) - 1 + month for month in range(len(ends))]
    if past.starts[-1] != month_start(repeat.as_of + timedelta(days=1)):
        ahead = [place + 1 for place in ahead]
    drawn = calendar_draws(fit, [*range(len(past.starts)), *ahead], draws=terms.draws, seed=terms.seed)
    stationary = np.diff(cumulated_ahead(orders.engine, repeat, ends), prepend=0.0)
    return Calendar(
        grade=Grade.BEHAVIOUR,
        as_of=repeat.as_of,
        season_identified=fit.season_identified,
        why=fit.why,
        season=tuple(_factor(column) for column in drawn.season.T),
        trend_per_year=_factor(drawn.trend_per_year),
        shock_sd=fit.shock_sd,
        factors=drawn.factors[:, len(past.starts) :].astype(np.float32),
        months=_months(orders.engine, past, (ends, stationary), (drawn, terms.seed)),
    )


def _past(engine: Engine, repeat: RepeatBuying) -> Past:
    days, histories = engine.open(repeat.days), engine.open(repeat.table)
    came = engine.columns(arrivals(histories))
    first_days, customers = came["first_day"].astype("datetime64[D]"), came["customers"].astype(float)
    first: date = first_days.min().item()
    starts = month_starts(first, repeat.as_of)
    found = engine.columns(repeat_months(days, histories))
    seen = dict(zip(found["month"].astype("datetime64[D]").tolist(), found["occasions"].tolist(), strict=True))
    ends = [min(month_end(start), repeat.as_of) for start in starts]
    whole = [end == month_end(end) for end in ends]
    whole[0] = whole[0] and first == starts[0]
    return Past(
        starts,
        np.array([float(seen.get(start, 0)) for start in starts]),
        _expected(repeat, (first_days, customers), ends),
        np.array(whole),
    )


def _expected(repeat: RepeatBuying, came: tuple[np.ndarray, Floats], ends: list[date]) -> Floats:
    """Repeat orders that the model expects in each month of customers who had come by then."""
    first_days, customers = came
    ages = np.array(ends, dtype="datetime64[D]")[:, None] - first_days[None, :]
    days: Whole = np.maximum(ages.astype(np.int64), 0)
    curve = expected_repeat_orders(fitted(repeat), np.arange(int(days.max()) + 1) / TimeUnit(repeat.unit).days)
    return np.maximum(np.diff(curve[days] @ customers, prepend=0.0), 0.0)


def _factor(draws: Floats):
    return estimate(draws, "factor", Grade.BEHAVIOUR)


def _months(
    engine: Engine, past: Past, ahead: tuple[list[date], Floats], drawn: tuple[CalendarDraws, int]
) -> StoredTable:
    """One row per month of the past, and per month or part of a month ahead; p05 and p95 of the purchase days."""
    ends, stationary = ahead
    found, seed = drawn
    rows = len(past.starts) + len(ends)
    factors = found.factors
    expected = np.concatenate([past.expected, stationary])
    counts = stream(seed, "calendar.months").poisson(factors * expected)
    low, high = np.quantile(counts, (0.05, 0.95), axis=0)
    columns = {
        "month": [*past.starts, *(month_start(end) for end in ends)],
        "actual": [*past.occasions.tolist(), *([None] * len(ends))],
        "expected": expected,
        "factor": factors.mean(axis=0),
        "p05": low,
        "p95": high,
        "ahead": np.arange(rows) >= len(past.starts),
    }
    return engine.write("months", [columns])
