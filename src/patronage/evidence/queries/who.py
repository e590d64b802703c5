"""Order lines in figures: totals, months, lines that are no product, and what the accounts should show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from patronage.evidence.queries.periods import dated_within, month_of
from patronage.evidence.queries.sums import counted, settled

if TYPE_CHECKING:
    from datetime import date

    from ibis.expr.types import StringColumn, Table

    from patronage.evidence.queries.periods import Period
    from patronage.evidence.tables import Orders


def order_key(lines: Table) -> StringColumn:
    """What names the order of a line: its order_id, else its customer and day."""
    day = lines.ordered_at.date().cast("string")
    return ibis.coalesce(lines.order_id, ibis.coalesce(lines.customer_id, "") + ibis.literal(" ") + day)


def order_totals(orders: Orders) -> Table:
    """One row: counts of lines, orders, customers and returns, their money in currency, first and last time.

    orders counts returns' own numbers too; purchase_orders only those with a line that is no return.
    Money is net of returns. tied_returns: return lines that name their order.
    """
    lines = _keyed(orders)
    known = lines.customer_id.notnull()
    return lines.aggregate(
        lines=lines.count(),
        orders=lines.key.nunique(),
        purchase_orders=lines.key.nunique(where=~lines.is_return),
        customers=lines.customer_id.nunique(),
        revenue=settled(lines.amount.sum()),
        product_revenue=settled(lines.amount.sum(where=lines.is_product)),
        anonymous_revenue=settled(lines.amount.sum(where=~known)),
        anonymous_lines=counted(~known),
        return_lines=counted(lines.is_return),
        return_amount=settled(lines.amount.sum(where=lines.is_return)),
        tied_returns=counted(lines.is_return & lines.returns_order_id.notnull()),
        not_product_lines=counted(~lines.is_product),
        not_product_amount=settled(lines.amount.sum(where=~lines.is_product)),
        repeated_lines=counted(lines.is_repeat),
        tax=settled(lines.tax.sum()),
        first_time=lines.ordered_at.min(),
        last_time=lines.ordered_at.max(),
    )


def lines_after(lines: Table, as_of: date) -> Table:
    """One row: count of order lines dated after a day, and their amount in currency, net of returns; 0 for none."""
    late = lines.ordered_at.date() > ibis.literal(as_of)
    return lines.aggregate(lines=counted(late), amount=settled(lines.amount.sum(where=late)))


def order_months(orders: Orders) -> Table:
    """One row per calendar month (its first day): revenue, anonymous, returns in currency; orders, customers, lines."""
    lines = _keyed(orders)
    lines = lines.mutate(month=month_of(lines.ordered_at))
    return (
        lines.group_by("month")
        .aggregate(
            revenue=settled(lines.amount.sum()),
            orders=lines.key.nunique(),
            customers=lines.customer_id.nunique(),
            lines=lines.count(),
            anonymous=settled(lines.amount.sum(where=lines.customer_id.isnull())),
            returns=settled(lines.amount.sum(where=lines.is_return)),
        )
        .order_by("month")
    )


def not_product_lines(orders: Orders) -> Table:
    """One row per code kept apart as no product: product_id, product, lines, amount in currency, largest first."""
    lines = orders.table.filter(~orders.table.is_product)
    found = lines.group_by("product_id").aggregate(
        product=lines["product"].max(), lines=lines.count(), amount=settled(lines.amount.sum())
    )
    return found.order_by(found.amount.abs().desc(), found.product_id)


def period_totals(orders: Orders, period: Period) -> Table:
    """One row: revenue of a period over all lines, and the cost of the goods among them whose cost is known."""
    lines = orders.table.filter(dated_within(orders.table, "ordered_at", period))
    cost = (lines.amount - lines.line_margin).sum(where=lines.line_margin.notnull())
    return lines.aggregate(revenue=settled(lines.amount.sum()), cost_of_goods=settled(cost))


def customer_places(orders: Orders) -> Table:
    """One row per customer with a place: customer_id and the place of its latest line, first by name among equals."""
    lines = orders.table.filter(orders.table.customer_id.notnull() & orders.table.place.notnull())
    seen = lines.group_by("customer_id", "place").aggregate(last=lines.ordered_at.max())
    latest = seen.group_by("customer_id").aggregate(latest=seen["last"].max())
    joined = seen.join(latest, "customer_id")
    return joined.filter(joined["last"] == joined.latest).group_by("customer_id").aggregate(place=_.place.min())


def _keyed(orders: Orders) -> Table:
    return orders.table.mutate(key=order_key(orders.table))
