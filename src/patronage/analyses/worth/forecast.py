"""What is expected of the customers of one day until a later one, customer by customer and in all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from patronage.analyses.worth.months import ends_ahead
from patronage.analyses.worth.repeat_buying import fitted
from patronage.analyses.worth.shared_factors import Outside, Weights, calendar_over, shared_factors
from patronage.analyses.worth.stationary import (
    Asked,
    Histories,
    Laws,
    Scores,
    cumulated,
    hazard,
    may_renew,
    scores,
    worth_per_order,
)
from patronage.findings.lifetime import Calendar, LifetimeValue, RepeatBuying, Spend
from patronage.kernels.alive_orders import Future
from patronage.kernels.group_totals import GroupTotals, SharedFactors, group_draws
from patronage.kernels.spend import NAMES, SpendFit
from patronage.vocabulary.estimate import Floats
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms


@dataclass(frozen=True, slots=True)
class Believed:
    """The findings of one day that a forecast rests on."""

    repeat: RepeatBuying
    lifetime: LifetimeValue
    calendar: Calendar | None


@dataclass(frozen=True, slots=True)
class Expected:
    """A forecast of single customers, each (customers,), and of their total, (draws,)."""

    each: Floats
    low: Floats
    high: Floats
    total: float
    draws: Floats


@dataclass(frozen=True, slots=True)
class Forecast:
    """orders: by the stationary model. moved: their total with calendar. value: before cost to serve, with calendar."""

    orders: Expected
    moved: float
    moved_draws: Floats
    value: Expected


def forecast(believed: Believed, customers: Histories, until: date, terms: Terms) -> Forecast:
    """Orders and value of customers from the day of the findings, exclusive, to a later day, inclusive; undiscounted.

    Value moves with the calendar, the parameters and luck; not with the margin rate or costs, since what happened is
    counted at the same rate. Raises ValueError unless the later day is later.
    """
    days = (until - believed.repeat.as_of).days
    if days < 1:
        raise ValueError(f"until must be after {believed.repeat.as_of:%Y-%m-%d}, got {until:%Y-%m-%d}")
    laws = _laws(believed, customers)
    asked = Asked(Future(days / TimeUnit(believed.repeat.unit).days), seed=terms.seed)
    counted, money = (scores(laws, customers, replace(asked, money=each)) for each in (False, True))
    worth = worth_per_order(laws, customers)
    over = calendar_over(believed.calendar, _month_weights(believed, laws, customers, until), terms.draws)
    ones = np.ones(terms.draws)
    weights = Weights(worth, counted.expected * worth, np.zeros(len(worth)))
    shared = shared_factors(laws, customers, weights, (asked, Outside(over / over.mean(), ones, ones)), terms)
    factor = np.where(customers.renews, 1.0, float(over.mean()))
    moved = float((counted.expected * factor).sum())
    return Forecast(
        orders=_expected(counted, np.ones(len(worth)), shared.still_orders, terms.seed),
        moved=moved,
        moved_draws=_totals(moved, (counted.variance * factor).sum(), shared.orders, terms.seed),
        value=_expected(money, worth * factor, shared.gain, terms.seed),
    )


def _laws(believed: Believed, customers: Histories) -> Laws:
    lifetime = believed.lifetime
    spend = None if lifetime.spend is None else _spend_fit(lifetime.spend)
    told = hazard(customers, believed.repeat.entry)
    may = may_renew(believed.repeat)
    return Laws(fitted(believed.repeat), told, spend, lifetime.kept, lifetime.per_order, may)


def _spend_fit(spend: Spend) -> SpendFit:
    values = dict(zip(NAMES, (spend.p, spend.q, spend.gamma), strict=True))
    return SpendFit(
        values,
        dict(spend.standard_errors),
        spend.covariance,
        spend.log_likelihood,
        float(spend.customers),
        converged=True,
        identified=spend.identified,
        why_not=spend.why_not,
    )


def _month_weights(believed: Believed, laws: Laws, customers: Histories, until: date) -> Floats:
    as_of, days = believed.repeat.as_of, TimeUnit(believed.repeat.unit).days
    futures = [Future((end - as_of).days / days) for end in ends_ahead(as_of, until)]
    reached = cumulated(laws, customers, np.ones(len(customers.valued)), futures)
    return np.maximum(np.diff(reached, prepend=0.0), 0.0)


def _expected(found: Scores, scale: Floats, shared: Floats, seed: int) -> Expected:
    each = found.expected * scale
    ends = np.sort(found.quantiles[:, [0, 2]] * scale[:, None], axis=1)
    variance = float((found.variance * scale**2).sum())
    total = float(each.sum())
    return Expected(each, ends[:, 0], ends[:, 1], total, _totals(total, variance, shared, seed))


def _totals(mean: float, variance: float, shared: Floats, seed: int) -> Floats:
    totals = GroupTotals([mean], [0.0], [variance])
    return group_draws(totals, SharedFactors(shared, np.ones(shared.size)), seed=seed, name="forecast.luck")[0]
