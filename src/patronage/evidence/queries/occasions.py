"""Purchase occasions: the days on which customers bought something that they kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.basis import valued_lines
from patronage.evidence.queries.sums import counted, whole

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from patronage.evidence.queries.basis import ValueBasis
    from patronage.evidence.tables import Orders


def occasions(orders: Orders, basis: ValueBasis) -> Table:
    """One row per customer and day with a purchase not wholly cancelled.

    Keys: customer_id, day (date). revenue, value: in currency, net of the returns that name an
    order of that day or fall on it. lines, units: of purchase lines. A free line counts, a day of returns
    alone does not; returns tied to no occasion stay out here and are counted by customer_totals.
    """
    lines = valued_lines(orders, basis)
    known = lines.filter(lines.customer_id.notnull() & lines.is_product)
    placed = known.mutate(
        day=known.ordered_at.date(), settled_order=ibis.coalesce(known.returns_order_id, known.order_id)
    )
    bought_on = (
        placed.filter(~placed.is_return & placed.order_id.notnull())
        .group_by("customer_id", "order_id")
        .aggregate(order_day=ibis._.day.min())
    )
    joined = placed.left_join(
        bought_on,
        [placed.customer_id == bought_on.customer_id, placed.returns_order_id == bought_on.order_id],
        rname="bought_{name}",
    )
    dated = joined.mutate(day=ibis.coalesce(joined.order_day, joined.day))
    kept = dated.group_by("customer_id", "day", "settled_order", "product_id").aggregate(
        revenue=dated.amount.sum(),
        value=dated.value.sum(),
        lines=counted(~dated.is_return),
        units=ibis.coalesce(dated.quantity, 0.0).sum(where=~dated.is_return),
        net_units=dated.quantity.sum(),
        purchases=counted(~dated.is_return),
    )
    standing = kept.mutate(stands=(kept.purchases > 0) & (kept.net_units.isnull() | (kept.net_units > 0)))
    days = standing.group_by("customer_id", "day").aggregate(
        revenue=standing.revenue.sum(),
        value=standing.value.sum(),
        lines=whole(standing.lines.sum()),
        units=standing.units.sum(),
        stands=standing.stands.any(),
    )
    return days.filter(days.stands).drop("stands")
