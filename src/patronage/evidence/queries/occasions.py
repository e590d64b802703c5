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

_MONEY = ("revenue", "value")


def occasions(orders: Orders, basis: ValueBasis) -> Table:
    """One row per customer and day with a purchase not wholly cancelled.

    Keys: customer_id, day (date). revenue, value: in currency, net of the returns that name an
    order of that day or fall on it. lines, units: of purchase lines. A free line counts, a day of returns
    alone does not; returns tied to no occasion stay out here and are counted by customer_totals.
    """
    lines = valued_lines(orders, basis)
    known = lines.filter(lines.customer_id.notnull() & lines.is_product)
    day = known.ordered_at.date()
    order = ibis.coalesce(known.returns_order_id, known.order_id)
    placed = known.select(
        "customer_id", "order_id", "returns_order_id", "product_id", "quantity", "is_return", "value",
        day=day, settled_order=order, revenue=known.amount,
    )  # fmt: skip
    # Only the days that something undoes are counted by order and product.
    undoes = placed.is_return | placed.returns_order_id.notnull() | (placed.quantity <= 0).fill_null(False)
    undoing, plain = _on_day_of_order(placed.filter(undoes), placed), placed.filter(~undoes)
    touched = undoing.select("customer_id", "day").distinct()
    untouched = _days(plain.anti_join(touched, ["customer_id", "day"]))
    return untouched.union(_days_left(plain.semi_join(touched, ["customer_id", "day"]).union(undoing)))


def _on_day_of_order(undoing: Table, placed: Table) -> Table:
    """Lines that name an order, moved to the first day of its purchases."""
    named = undoing.select("customer_id", order_id=undoing.returns_order_id).distinct()
    bought = placed.filter(~placed.is_return & placed.order_id.notnull()).semi_join(named, ["customer_id", "order_id"])
    bought_on = bought.group_by("customer_id", "order_id").aggregate(order_day=bought.day.min())
    joined = undoing.left_join(
        bought_on,
        [undoing.customer_id == bought_on.customer_id, undoing.returns_order_id == bought_on.order_id],
        rname="bought_{name}",
    )
    return joined.mutate(day=ibis.coalesce(joined.order_day, joined.day)).select(*undoing.columns)


def _days(lines: Table) -> Table:
    """One row per customer and day of purchase lines that nothing undoes."""
    return lines.group_by("customer_id", "day").aggregate(
        **{name: lines[name].sum() for name in _MONEY},
        lines=lines.count(),
        units=ibis.coalesce(lines.quantity, 0.0).sum(),
    )


def _days_left(lines: Table) -> Table:
    """One row per customer and day of which an order of a product is left after its returns."""
    kept = lines.group_by("customer_id", "day", "settled_order", "product_id").aggregate(
        **{name: lines[name].sum() for name in _MONEY},
        lines=counted(~lines.is_return),
        units=ibis.coalesce(lines.quantity, 0.0).sum(where=~lines.is_return),
        net_units=lines.quantity.sum(),
    )
    standing = kept.mutate(stands=(kept.lines > 0) & (kept.net_units.isnull() | (kept.net_units > 0)))
    days = standing.group_by("customer_id", "day").aggregate(
        **{name: standing[name].sum() for name in _MONEY},
        lines=whole(standing.lines.sum()),
        units=standing.units.sum(),
        stands=standing.stands.any(),
    )
    return days.filter(days.stands).drop("stands")
