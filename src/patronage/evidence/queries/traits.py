"""How each customer behaved: what behaviour segments are learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.cohorts import REVENUE_ONLY
from patronage.evidence.queries.occasions import occasions
from patronage.evidence.queries.periods import dated_within, twelve_months_to
from patronage.evidence.queries.sums import counted, number, settled

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from patronage.evidence.queries.periods import Period
    from patronage.evidence.tables import Orders

REGULAR = ("contract_like", "regular")


def behaviour_traits(orders: Orders, types: Table | None, period: Period) -> Table:
    """One row per customer with a purchase day within the period, which ends with the as-of date.

    types: customer_id, buying_type, told; None where nobody has told the types. Key: customer_id. Columns:
    purchase_days, revenue_per_purchase_day (currency, net of returns), lines_per_purchase_day, days_since_last,
    returned_share (of the revenue bought in the period), all over the period; days_since_first (over the whole
    history); regular (null where unknown); revenue_12m (currency, product lines net of returns).
    """
    days = occasions(orders, REVENUE_ONLY)
    inside = days.day >= ibis.literal(period.start)
    sums = days.group_by("customer_id").aggregate(
        first_day=days.day.min(),
        last_day=days.day.max(),
        purchase_days=counted(inside),
        revenue=settled(days.revenue.sum(where=inside)),
        lines=days.lines.sum(where=inside),
    )
    seen = sums.filter(sums.purchase_days > 0)
    joined = seen.left_join(_money(orders, period), "customer_id").drop("customer_id_right")
    end = ibis.literal(period.end)
    traits = joined.select(
        "customer_id",
        "purchase_days",
        revenue_per_purchase_day=joined.revenue / joined.purchase_days,
        lines_per_purchase_day=joined.lines.cast("float64") / joined.purchase_days,
        days_since_last=end.delta(joined.last_day, unit="day").cast("int64"),
        days_since_first=end.delta(joined.first_day, unit="day").cast("int64"),
        returned_share=ibis.ifelse(
            joined.bought > 0, ibis.least(joined.returned / joined.bought, number(1.0)), number(0.0)
        ),
        revenue_12m=ibis.coalesce(joined.revenue_12m, number(0.0)),
    )
    return _with_regular(traits, types)


def _money(orders: Orders, period: Period) -> Table:
    """One row per customer: what it bought and gave back in the period, and its net revenue of twelve months."""
    lines = orders.table.filter(orders.table.customer_id.notnull() & orders.table.is_product)
    dated = lines.mutate(
        inside=dated_within(lines, "ordered_at", period),
        lately=dated_within(lines, "ordered_at", twelve_months_to(period.end)),
    )
    return dated.group_by("customer_id").aggregate(
        bought=settled(dated.amount.sum(where=dated.inside & ~dated.is_return)),
        returned=settled(-dated.amount.sum(where=dated.inside & dated.is_return)),
        revenue_12m=settled(dated.amount.sum(where=dated.lately)),
    )


def _with_regular(traits: Table, types: Table | None) -> Table:
    if types is None:
        return traits.mutate(regular=ibis.null("boolean"))
    told = types.filter(types.told).select(typed_id=types.customer_id, regular=types.buying_type.isin(REGULAR))
    return traits.left_join(told, traits.customer_id == told.typed_id).drop("typed_id")
