"""What moved the value of all customers since a year ago."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from math import fsum

import numpy as np

from patronage.analyses.worth.repeat_buying import FEWEST_REPEATERS, WORDS, fitted
from patronage.analyses.worth.spending import FEWEST_SPENDERS
from patronage.analyses.worth.stationary import (
    COLUMNS,
    Histories,
    Laws,
    hazard,
    histories,
    orders_ahead,
    worth_per_order,
)
from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.lifetime import values_then_and_now
from patronage.evidence.queries.periods import years_before
from patronage.evidence.queries.repeat import repeat_histories
from patronage.findings.lifetime import EquityParts, LifetimeValue, RepeatBuying
from patronage.kernels.alive_orders import Future
from patronage.kernels.equity_bridge import equity_bridge
from patronage.kernels.repeat_buying import RepeatFit, fit_repeat_buying
from patronage.kernels.repeat_counts import repeat_counts
from patronage.kernels.spend import SpendFit, fit_spend, stated_spend
from patronage.vocabulary.estimate import Floats
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms

STILL_THERE = 0.5
"""Chance of being active below which a customer who has bought nothing since the earlier day counts as lost."""


@dataclass(frozen=True, slots=True)
class Change:
    """The bridge between two valuations and how it was made, or why there is none."""

    parts: EquityParts | None
    note: str = ""
    why_not: str = ""


def equity_change(engine: Engine, repeat: RepeatBuying, lifetime: LifetimeValue, terms: Terms) -> Change:
    """The value of all customers a year before the as-of date beside today's, customer by customer.

    Both days have the same model, refitted on what was known that day where that identifies it, and the same calendar
    factor and costs per order, so that the bridge shows customers, neither season nor prices of work.
    """
    then = years_before(repeat.as_of, 1)
    table = engine.open(repeat.table)
    early = repeat_histories(engine.open(repeat.days), as_of=then)
    columns = engine.columns(values_then_and_now(table, early, engine.open(lifetime.customers)))
    was = ~np.isnan(columns["x"].astype(float))
    known = _at(columns, was, TimeUnit(repeat.unit))
    repeaters = int(np.count_nonzero(known.past.x[~known.renews] > 0))
    if repeaters < FEWEST_REPEATERS:
        why = f"By {then:%Y-%m-%d} {repeaters} customers had bought again, expected {FEWEST_REPEATERS} or more"
        return Change(None, why_not=why)
    today = fitted(repeat)
    refitted = _fit(known, today)
    fit = refitted if refitted.identified else today
    before = np.zeros(len(was))
    laws = Laws(fit, hazard(known, repeat.entry), _spend(known, lifetime), lifetime.kept, lifetime.per_order)
    before[was] = _value(known, laws, columns["cost_per_order"][was], (lifetime, terms))
    return Change(_bridge((then, repeat.as_of), before, columns, was), _note(then, refitted))


def _at(columns: Columns, was: np.ndarray, unit: TimeUnit) -> Histories:
    return histories({name: columns[name][was] for name in COLUMNS}, unit)


def _fit(known: Histories, today: RepeatFit) -> RepeatFit:
    stays = ~known.renews
    counts = repeat_counts(known.past.x[stays], known.past.t_x[stays], known.past.T[stays])
    return fit_repeat_buying(counts, today.model, today.k)


def _spend(known: Histories, lifetime: LifetimeValue) -> SpendFit | None:
    """Spending as it was known on the earlier day, today's where too little told it then."""
    if lifetime.spend is None:
        return None
    told = known.valued > 0
    if np.count_nonzero(told) >= FEWEST_SPENDERS:
        fit = fit_spend(known.valued[told], known.mean_value[told])
        if fit.identified and fit.parameters["q"] > 1:
            return fit
    return stated_spend(lifetime.spend.p, lifetime.spend.q, lifetime.spend.gamma)


def _value(known: Histories, laws: Laws, cost: Floats, told: tuple[LifetimeValue, Terms]) -> Floats:
    lifetime, terms = told
    unit = terms.time_unit
    future = Future(terms.horizon.in_units(unit), math.log1p(terms.discount_rate) / unit.per_year)
    discounted = orders_ahead(laws.repeat, known.past, future)[2] * lifetime.calendar_factor
    if laws.hazard is not None:
        discounted[known.renews] = known.renewals(laws.hazard, future).discounted
    return discounted * (worth_per_order(laws, known) - cost)


def _bridge(days: tuple[date, date], before: Floats, columns: Columns, was: np.ndarray) -> EquityParts:
    """The parts; what those who count as lost may still bring is taken off the loss, so that the end is the total."""
    then, now = days
    since = columns["last_day"].astype("datetime64[D]") > np.datetime64(then)
    lost = was & ~since & (columns["p_alive"] < STILL_THERE)
    value = columns["value"].astype(float)
    found = equity_bridge(before, value, was_customer=was, is_customer=~lost)
    left = fsum(value[lost].tolist())
    return EquityParts(
        then, now, found.start, found.acquired, found.grown, found.shrunk, found.lost + left, found.end + left
    )


def _note(then: date, refitted: RepeatFit) -> str:
    fits = "and of spending fitted to what was known that day"
    if not refitted.identified:
        fits = "at today's parameters, since what was known that day does not tell them"
    return (
        f"Value on {then:%Y-%m-%d} is that of {WORDS[refitted.model]} {fits}, with today's calendar factor and costs "
        "of an order. Lost: nothing bought since, and less likely than not to be there still; what they may yet bring "
        "is taken off the loss."
    )
