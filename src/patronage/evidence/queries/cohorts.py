"""Customers by the month of their first purchase, and what they did in each month since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
from ibis import _

from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.evidence.queries.occasions import occasions
from patronage.evidence.queries.periods import month_of
from patronage.evidence.queries.sums import number, settled
from patronage.vocabulary.grade import Grade

if TYPE_CHECKING:
    from datetime import date

    from ibis.expr.types import Table, Value

    from patronage.evidence.tables import Orders

REVENUE_ONLY = ValueBasis(REVENUE, "revenue", "revenue", Grade.BEHAVIOUR, None)
"""For questions of when and how much, not of what it brings."""


def purchase_months(orders: Orders) -> Table:
    """One row per customer and calendar month with a purchase that was kept.

    Columns: customer_id, cohort (first day of the month of the first purchase), age (months since, 0 for the first),
    revenue (currency, net of the returns that tie to purchases of that month).
    """
    days = occasions(orders, REVENUE_ONLY)
    months = days.mutate(month=month_of(days.day))
    monthly = months.group_by("customer_id", "month").aggregate(revenue=months.revenue.sum())
    first = monthly.group_by("customer_id").aggregate(cohort=monthly.month.min())
    joined = monthly.join(first, "customer_id")
    age = _month_number(joined.month) - _month_number(joined.cohort)
    return joined.select("customer_id", "cohort", "revenue", age=age)


def cohort_cells(orders: Orders) -> Table:
    """One row per cohort and month of age that lies within the evidence, months without any purchase included.

    Columns: cohort (first day of its month), age (months), customers (size of the cohort), active (customers with a
    purchase in that month), retention (active / customers), revenue (currency). The as-of month counts only
    when it is whole.
    """
    months = purchase_months(orders)
    sizes = months.filter(months.age == 0).group_by("cohort").aggregate(customers=_.count())
    seen = months.group_by("cohort", "age").aggregate(active=months.count(), revenue=settled(months.revenue.sum()))
    grid = _grid(sizes, orders)
    joined = grid.left_join(seen, ["cohort", "age"])
    active = ibis.coalesce(joined.active, 0)
    cells = joined.select(
        "cohort",
        "age",
        "customers",
        active=active,
        retention=active.cast("float64") / joined.customers,
        revenue=ibis.coalesce(joined.revenue, number(0.0)),
    )
    return cells.order_by("cohort", "age")


def _grid(sizes: Table, orders: Orders) -> Table:
    """Every cohort with every age it has reached by the last whole month, age 0 always."""
    last = _last_whole_month(orders.as_of)
    aged = sizes.mutate(oldest=ibis.greatest(ibis.literal(last, "int64") - _month_number(sizes.cohort), 0))
    return aged.mutate(age=ibis.range(0, aged.oldest + 1).unnest()).drop("oldest")


def _last_whole_month(as_of: date) -> int:
    """Months since the year 0 of the last calendar month that is over by the end of a day."""
    ends = (as_of + timedelta(days=1)).day == 1
    return as_of.year * 12 + as_of.month - (1 if ends else 2)


def _month_number(day: Value) -> Value:
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1
