"""Customers acquired lately, with how they came and what each is worth from its first day on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from patronage.evidence.queries.lists import UNKNOWN
from patronage.evidence.queries.sums import is_known, number
from patronage.vocabulary.horizon import DAYS_PER_YEAR

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

EVEN = 1e-9
"""Thinning over the horizon below which value comes in evenly."""


@dataclass(frozen=True, slots=True)
class FirstYears:
    """The horizon that newcomers are valued over: years, discount rate a year, and how value thins out over it.

    thinning: continuous rate a year at which present value comes in less, discount and leaving together, >= 0.
    """

    years: float
    discount_rate: float
    thinning: float


def newcomers(customers: Table, days: Table, since: date, as_of: date, span: FirstYears) -> Table:
    """Customers first seen after a day, each valued over one horizon from its own first day.

    customers: of lifetime_value. days: purchase days (customer_id, day, value). One row per customer_id: place,
    first_day, revenue_12m, worth (value of its purchases so far, each net of what one order costs to serve where that
    is known, and the part of the expected value that falls within the horizon, discounted to the first day). Currency.
    """
    horizon, rate = span.years, span.discount_rate
    known = customers.filter((_.first_day.cast("date") > ibis.date(since)) & is_known(_.value))
    cost = ibis.coalesce(known.cost_per_order, 0.0)
    first = known.first_day.cast("date")
    kept = known.select("customer_id", "place", "revenue_12m", "value", first_day=first, order_cost=cost)
    bought = days.select("customer_id", "value", day=days.day.cast("date")).rename(day_value="value")
    dated = bought.inner_join(kept.select("customer_id", "first_day", "order_cost"), "customer_id")
    after = _years_between(dated.day, dated.first_day)
    earned = dated.filter(after <= horizon).mutate(earned=(_.day_value - _.order_cost) / (1 + rate) ** after)
    so_far = earned.group_by("customer_id").aggregate(earned=earned.earned.sum())
    rows = kept.left_join(so_far, "customer_id")
    age = _years_between(ibis.literal(as_of).cast("date"), rows.first_day)
    left = _part((number(horizon) - age).clip(0.0, horizon), span)
    worth = ibis.coalesce(rows.earned, 0.0) + rows.value * left / (1 + rate) ** age
    return rows.select(
        "customer_id", "place", "first_day", revenue_12m=ibis.coalesce(rows.revenue_12m, 0.0), worth=worth
    )


def first_seen(customers: Table) -> Any:
    """The day on which the first customer of lifetime_value was seen, null without customers."""
    return customers.first_day.cast("date").min()


def came_by(newcomers: Table, first: Table, least: int) -> Table:
    """Newcomers by way of coming, those with at least `least` customers.

    first: channel and product_name by customer_id, as first_purchases gives them.
    One row per kind (place, first product, channel) and name: customers, mean and error (standard error) of worth,
    revenue. Currency.
    """
    rows = newcomers.left_join(first.select("customer_id", "channel", "product_name"), "customer_id")
    kinds = {"place": rows.place, "first product": rows.product_name, "channel": rows.channel}
    parts = [
        rows.filter(column.notnull()).select(
            kind=ibis.literal(kind), name=column, worth=rows.worth, revenue=rows.revenue_12m
        )
        for kind, column in kinds.items()
    ]
    sums = _summed(ibis.union(*parts), ["kind", "name"])
    return sums.filter(sums.customers >= least).order_by(sums.kind, sums.mean.desc(), sums.name)


def all_newcomers(newcomers: Table) -> Table:
    """One row over all newcomers: kind and name `unknown`, customers, mean, error, revenue as in came_by."""
    rows = newcomers.select(
        kind=ibis.literal(UNKNOWN), name=ibis.literal(UNKNOWN), worth=newcomers.worth, revenue=newcomers.revenue_12m
    )
    return _summed(rows, ["kind", "name"])


def _summed(rows: Table, keys: list[str]) -> Table:
    return rows.group_by(keys).aggregate(
        customers=rows.count(),
        mean=rows.worth.mean(),
        error=ibis.coalesce(rows.worth.std(how="sample"), 0.0) / rows.count().cast("float64").sqrt(),
        revenue=rows.revenue.sum(),
    )


def _part(time: Value, span: FirstYears) -> Any:
    """Share of the value over the horizon that comes in within so many years of it."""
    if span.thinning * span.years < EVEN:
        return time / number(span.years)
    whole = -math.expm1(-span.thinning * span.years)
    return (number(1.0) - (time * number(-span.thinning)).exp()) / number(whole)


def _years_between(later: Value, earlier: Value) -> Value:
    # A whole number over a literal with a fraction is a short decimal on Spark.
    return later.delta(earlier, unit="day") / number(DAYS_PER_YEAR)
