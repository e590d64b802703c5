"""Purchase occasions: the days on which customers bought something that they kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.basis import valued_lines
from patronage.evidence.queries.sums import counted, whole

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

    from patronage.evidence.queries.basis import ValueBasis
    from patronage.evidence.tables import Orders

_MONEY = ("revenue", "value")
_DAY = ("customer_id", "day")
_PIECE = (*_DAY, "settled_order", "product_id")
_SUMS = (*_MONEY, "lines", "units", "net_units")


def occasions(orders: Orders, basis: ValueBasis) -> Table:
    """One row per customer and day with a purchase not wholly cancelled.

    Keys: customer_id, day (date). revenue, value: in currency, net of the returns that name an
    order of that day or fall on it. lines, units: of purchase lines. A free line counts, a day of returns
    alone does not; returns tied to no occasion stay out here and are counted by customer_totals.
    """
    placed = _placed(valued_lines(orders, basis))
    bought = placed.filter([~way.fill_null(False) for way in _ways_to_undo(placed)])
    if orders.undoing is not None and not orders.undoing.rows:
        return _days(bought)
    # Only the days that something undoes are counted by order and product.
    few = undoing_lines(orders.table) if orders.undoing is None else orders.engine.open(orders.undoing)
    undone = _pieces(_placed(valued_lines(orders, basis, few)), *_PIECE, "returns_order_id")
    undoing = _on_day_of_order(undone, placed)
    touched = undoing.select(*_DAY).distinct()
    pieces = _pieces(bought.semi_join(touched, list(_DAY)), *_PIECE).union(undoing.select(*_PIECE, *_SUMS))
    return _days(bought).anti_join(touched, list(_DAY)).union(_days_left(pieces))


def undoing_lines(lines: Table) -> Table:
    """The order lines of customers that undo something: returns, lines that name an order, lines of no quantity."""
    known = _of_customers(lines)
    return ibis.union(*(known.filter(way) for way in _ways_to_undo(known)))


def _of_customers(lines: Table) -> Table:
    return lines.filter(lines.customer_id.notnull() & lines.is_product)


def _placed(lines: Table) -> Table:
    """Lines of customers by day, with the order that each settles with."""
    known = _of_customers(lines)
    return known.select(
        "customer_id", "order_id", "returns_order_id", "product_id", "quantity", "is_return", "value",
        day=known.ordered_at.date(), settled_order=ibis.coalesce(known.returns_order_id, known.order_id),
        revenue=known.amount,
    )  # fmt: skip


def _ways_to_undo(placed: Table) -> tuple[BooleanValue, ...]:
    """The conditions of lines that undo something, of which no line meets two."""
    # Each asks one thing of a column first, by which a reader of Parquet passes over what has none.
    unnamed = ~placed.is_return & placed.returns_order_id.isnull()
    return placed.is_return, placed.returns_order_id.notnull() & ~placed.is_return, (placed.quantity <= 0) & unnamed


def _on_day_of_order(undone: Table, placed: Table) -> Table:
    """Pieces that name an order, moved to the first day of its purchases."""
    named = undone.select("customer_id", order_id=undone.returns_order_id).distinct()
    bought = placed.filter(~placed.is_return & placed.order_id.notnull()).semi_join(named, ["customer_id", "order_id"])
    bought_on = bought.group_by("customer_id", "order_id").aggregate(order_day=bought.day.min())
    joined = undone.left_join(
        bought_on,
        [undone.customer_id == bought_on.customer_id, undone.returns_order_id == bought_on.order_id],
        rname="bought_{name}",
    )
    return joined.mutate(day=ibis.coalesce(joined.order_day, joined.day)).select(*undone.columns)


def _days(lines: Table) -> Table:
    """One row per customer and day of purchase lines that nothing undoes."""
    return lines.group_by(*_DAY).aggregate(
        **{name: lines[name].sum() for name in _MONEY},
        lines=lines.count(),
        units=ibis.coalesce(lines.quantity, 0.0).sum(),
    )


def _pieces(lines: Table, *keys: str) -> Table:
    """One row per key: revenue, value, lines and units bought, and net_units, null where no quantity is known."""
    return lines.group_by(*keys).aggregate(
        **{name: lines[name].sum() for name in _MONEY},
        lines=counted(~lines.is_return),
        units=ibis.coalesce(lines.quantity, 0.0).sum(where=~lines.is_return),
        net_units=lines.quantity.sum(),
    )


def _days_left(pieces: Table) -> Table:
    """One row per customer and day of which an order of a product is left after its returns."""
    kept = pieces.group_by(*_PIECE).aggregate(
        **{name: pieces[name].sum() for name in (*_MONEY, "units", "net_units")},
        lines=whole(pieces.lines.sum()),
    )
    standing = kept.mutate(stands=(kept.lines > 0) & (kept.net_units.isnull() | (kept.net_units > 0)))
    days = standing.group_by(*_DAY).aggregate(
        **{name: standing[name].sum() for name in _MONEY},
        lines=whole(standing.lines.sum()),
        units=standing.units.sum(),
        stands=standing.stands.any(),
    )
    return days.filter(days.stands).drop("stands")
