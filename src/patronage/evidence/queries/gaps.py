"""The gaps between the purchase days of each customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from patronage.evidence.queries.cohorts import REVENUE_ONLY
from patronage.evidence.queries.occasions import occasions
from patronage.evidence.queries.periods import dated_within, twelve_months_to
from patronage.evidence.queries.sums import counted, number, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ibis.expr.types import Table, Value

    from patronage.evidence.tables import Orders


def purchase_gaps(orders: Orders) -> Table:
    """One row per customer with a purchase that was kept, in customer_id order.

    Columns: customer_id, occasions (purchase days), last_day (date), gaps (occasions less one), gap_days, gap_squares,
    gap_logs (sums over gaps of days, squares and natural logs), median_gap_days (null without gaps), revenue_12m
    (product lines of the twelve months to the as-of date, net of returns, in currency).
    """
    days = occasions(orders, REVENUE_ONLY).select("customer_id", "day")
    before = days.day.lag().over(group_by=days.customer_id, order_by=days.day)
    spaced = days.mutate(gap=days.day.delta(before, unit="day").cast("float64"))
    summed = spaced.group_by("customer_id").aggregate(
        occasions=spaced.count(),
        last_day=spaced.day.max(),
        gaps=spaced.gap.count(),
        gap_days=settled(spaced.gap.sum()),
        gap_squares=settled((spaced.gap * spaced.gap).sum()),
        gap_logs=ibis.coalesce(spaced.gap.ln().sum(), number(0.0)),
        median_gap_days=spaced.gap.median(),
    )
    joined = summed.left_join(_recent_revenue(orders), "customer_id").drop("customer_id_right")
    return joined.mutate(revenue_12m=ibis.coalesce(joined.revenue_12m, number(0.0))).order_by(_.customer_id)


def _recent_revenue(orders: Orders) -> Table:
    lines = orders.table
    recent = lines.filter(
        lines.is_product
        & lines.customer_id.notnull()
        & dated_within(lines, "ordered_at", twelve_months_to(orders.as_of))
    )
    return recent.group_by("customer_id").aggregate(revenue_12m=settled(recent.amount.sum()))


def typed_customers(coded: Table, kinds: Sequence[str], periods: Sequence[str]) -> Table:
    """One row per customer: how it buys, in words; null where there are too few gaps to tell.

    coded: customer_id, kind (place in kinds), told, occasions, median_gap_days and gap_cv (not a number where
    unknown), period (place in periods, else -1), last_day, revenue_12m. Columns: the same, kind as buying_type.
    """
    return coded.select(
        "customer_id",
        buying_type=ibis.cases(*((coded.kind == place, name) for place, name in enumerate(kinds))),
        told=coded.told,
        occasions=coded.occasions,
        median_gap_days=_known(coded.median_gap_days),
        gap_cv=_known(coded.gap_cv),
        period=ibis.cases(*((coded.period == place, name) for place, name in enumerate(periods))),
        last_day=coded.last_day,
        revenue_12m=coded.revenue_12m,
    ).order_by("customer_id")


def type_sizes(typed: Table) -> Table:
    """One row per way of buying: buying_type, customers, told (how many of them), revenue of the last twelve months."""
    return typed.group_by("buying_type").aggregate(
        customers=typed.count(), told=counted(typed.told), revenue=settled(typed.revenue_12m.sum())
    )


def _known(value: Value) -> Value:
    return ibis.ifelse(value.isnan(), ibis.null("float64"), value)
