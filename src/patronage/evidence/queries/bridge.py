"""Revenue and margin of two periods beside each other: by customer, by place, by segment, by product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from patronage.evidence.queries.basis import valued_lines
from patronage.evidence.queries.periods import dated_within
from patronage.evidence.queries.sums import PLACES, number, settled, whole
from patronage.evidence.rounding import rounded

if TYPE_CHECKING:
    from ibis.expr.types import FloatingScalar, StringValue, Table

    from patronage.evidence.queries.basis import ValueBasis
    from patronage.evidence.queries.periods import Period
    from patronage.evidence.tables import Orders

PARTS = ("won", "grown", "shrunk", "lost", "anonymous", "not_product")
SAME = "same"
NO_CUSTOMER = "no customer"
NOT_PRODUCT = "not product"
UNKNOWN_PLACE = "unknown"


def compared_lines(orders: Orders, basis: ValueBasis, periods: tuple[Period, Period]) -> Table:
    """One row per order line of either period, every column of the lines, its `value` and `later` (true in the second).

    units: quantity, or one for a purchase line and minus one for a return where no quantities are given.
    """
    lines = valued_lines(orders, basis)
    earlier, later = periods
    inside = lines.filter(dated_within(lines, "ordered_at", earlier) | dated_within(lines, "ordered_at", later))
    counted = ibis.ifelse(inside.is_return, number(-1.0), number(1.0))
    return inside.mutate(
        later=dated_within(inside, "ordered_at", later),
        units=inside.quantity if "quantity" in orders.given else counted,
    )


def customer_changes(lines: Table, places: Table) -> Table:
    """One row per customer with a product line in either period.

    lines: as from compared_lines. places: customer_id, place. Columns: customer_id, place, from_revenue,
    to_revenue, change, from_value, to_value (currency), part (won: no line in the first period; lost: none in
    the second; else grown, shrunk or same by the sign of the change in revenue); largest change first.
    """
    known = lines.filter(lines.customer_id.notnull() & lines.is_product)
    sums = known.group_by("customer_id").aggregate(
        before=(~known.later).sum(), after=known.later.sum(), **_both_sides(known)
    )
    changed = sums.mutate(change=rounded(sums.to_revenue - sums.from_revenue, PLACES))
    part = ibis.cases(
        (changed.before == 0, "won"),
        (changed.after == 0, "lost"),
        (changed.change > 0, "grown"),
        (changed.change < 0, "shrunk"),
        else_=SAME,
    )
    joined = changed.mutate(part=part).left_join(places, "customer_id")
    columns = ("customer_id", "place", "from_revenue", "to_revenue", "change", "part", "from_value", "to_value")
    return joined.select(*columns).order_by(_.change.abs().desc(), _.customer_id)


def other_changes(lines: Table) -> Table:
    """One row per place and part among lines that belong to no customer or are no product.

    Columns: place, part (anonymous, not_product), from_revenue, to_revenue, from_value, to_value.
    """
    apart = lines.filter(lines.customer_id.isnull() | ~lines.is_product)
    named = apart.mutate(part=ibis.ifelse(apart.is_product, "anonymous", "not_product"))
    return named.group_by("place", "part").aggregate(**_both_sides(named))


def part_totals(customers: Table, others: Table) -> Table:
    """One row per part: customers, revenue and value of both periods, gained_value and lost_value by sign of change.

    customers: as from customer_changes. others: as from other_changes.
    """
    columns = ("part", "from_revenue", "to_revenue", "from_value", "to_value", "customers")
    all_rows = customers.mutate(customers=1).select(*columns).union(others.mutate(customers=0).select(*columns))
    moved = all_rows.mutate(moved=all_rows.to_value - all_rows.from_value)
    return moved.group_by("part").aggregate(
        customers=whole(moved.customers.sum()),
        from_revenue=settled(moved.from_revenue.sum()),
        to_revenue=settled(moved.to_revenue.sum()),
        from_value=settled(moved.from_value.sum()),
        to_value=settled(moved.to_value.sum()),
        value_up=settled(moved.moved.sum(where=moved.moved > 0)),
        value_down=settled(moved.moved.sum(where=moved.moved < 0)),
    )


def returned(lines: Table) -> Table:
    """One row: amount of return lines in the first and the second period, negative, in currency."""
    back = lines.is_return
    return lines.aggregate(
        before=settled(lines.amount.sum(where=back & ~lines.later)),
        after=settled(lines.amount.sum(where=back & lines.later)),
    )


def changes_by_place(customers: Table, others: Table) -> Table:
    """One row per place (name): revenue of both periods, one column per part, change; all lines are in it once.

    A customer counts where its latest line went, a line without a customer or product where it went itself.
    """
    named = customers.mutate(name=_place_name(customers.place))
    return _by_name(named, others.mutate(name=_place_name(others.place)))


def changes_by_segment(customers: Table, others: Table, segments: Table) -> Table:
    """One row per segment (name), with the columns of changes_by_place.

    segments: customer_id, segment. Lines without a customer, and those that are no product, have rows of their own.
    """
    named = customers.left_join(segments, "customer_id").mutate(name=lambda t: ibis.coalesce(t.segment, "other"))
    return _by_name(named, others.mutate(name=ibis.ifelse(others.part == "anonymous", NO_CUSTOMER, NOT_PRODUCT)))


def retained_products(lines: Table, customers: Table) -> Table:
    """One row per product (product_id, "" where none is given) that customers of both periods bought.

    Columns: product_id, product (a name), from_units, to_units, from_revenue, to_revenue. Lines whose units
    are not known count no units.
    """
    both = customers.filter(~customers.part.isin(["won", "lost"])).select("customer_id")
    kept = lines.filter(lines.is_product).semi_join(both, "customer_id")
    units = ibis.coalesce(kept.units, number(0.0))
    return (
        kept.group_by(product_id=ibis.coalesce(kept.product_id, ""))
        .aggregate(
            product=kept["product"].max(),
            from_units=settled(units.sum(where=~kept.later)),
            to_units=settled(units.sum(where=kept.later)),
            from_revenue=settled(kept.amount.sum(where=~kept.later)),
            to_revenue=settled(kept.amount.sum(where=kept.later)),
        )
        .order_by("product_id")
    )


def _both_sides(lines: Table) -> dict[str, FloatingScalar]:
    return {
        "from_revenue": settled(lines.amount.sum(where=~lines.later)),
        "to_revenue": settled(lines.amount.sum(where=lines.later)),
        "from_value": settled(lines.value.sum(where=~lines.later)),
        "to_value": settled(lines.value.sum(where=lines.later)),
    }


def _by_name(customers: Table, others: Table) -> Table:
    columns = ("name", "part", "from_revenue", "to_revenue")
    rows = customers.select(*columns).union(others.select(*columns))
    change = rows.to_revenue - rows.from_revenue
    summed = rows.group_by("name").aggregate(
        from_revenue=settled(rows.from_revenue.sum()),
        to_revenue=settled(rows.to_revenue.sum()),
        **{part: settled(change.sum(where=rows.part == part)) for part in PARTS},
        change=settled(change.sum()),
    )
    return summed.order_by(summed.change.abs().desc(), summed.name)


def _place_name(place: StringValue) -> StringValue:
    return ibis.coalesce(place, UNKNOWN_PLACE)
