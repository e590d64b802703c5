"""What each customer bought of each category in two periods, and in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.basis import valued_lines
from patronage.evidence.queries.periods import dated_within
from patronage.evidence.queries.sums import counted, settled

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from patronage.evidence.queries.basis import ValueBasis
    from patronage.evidence.queries.periods import Period
    from patronage.evidence.tables import Orders, Products


def period_lines(orders: Orders, basis: ValueBasis, periods: tuple[Period, Period]) -> Table:
    """One row per product line of a known customer and product in either period.

    Columns: customer_id, product_id, units (quantity, or 1 and -1 where none is given), value (in the basis,
    currency), is_return, later (whether in the second period).
    """
    lines = valued_lines(orders, basis)
    known = lines.filter(lines.customer_id.notnull() & lines.is_product & lines.product_id.notnull())
    earlier, later = (dated_within(known, "ordered_at", period) for period in periods)
    inside = known.filter(earlier | later)
    one = ibis.ifelse(inside.is_return, -1.0, 1.0)
    units = ibis.coalesce(inside.quantity, one) if "quantity" in orders.given else one
    return inside.select(
        "customer_id", "product_id", "value", "is_return",
        units=units.cast("float64"), later=dated_within(inside, "ordered_at", periods[1]),
    )  # fmt: skip


def period_customers(lines: Table) -> Table:
    """One row per customer: `customer` (a number from 0 in the order of customer_id) and what it bought in all.

    lines: of period_lines. Columns: customer_id, first, later (whether anything was bought in the period),
    first_value, later_value (currency, net of returns).
    """
    taken = ~lines.is_return
    sums = lines.group_by("customer_id").aggregate(
        first=(taken & ~lines.later).any(),
        later=(taken & lines.later).any(),
        first_value=settled(lines["value"].sum(where=~lines.later)),
        later_value=settled(lines["value"].sum(where=lines.later)),
    )
    numbers = ibis.row_number().over(ibis.window(order_by=sums.customer_id))
    return sums.mutate(customer=numbers.cast("int64"))


def period_categories(lines: Table, customers: Table, members: Table) -> Table:
    """One row per customer and category of which it bought something in either period.

    lines: of period_lines. customers: customer_id, customer. members: product_id, code. Keys: customer, code. first,
    later: whether something was bought and kept in the period. later_value: spent on it in the second, currency.
    """
    products = members.select(member=members.product_id, code=members.code)
    people = customers.select(person=customers.customer_id, customer=customers.customer)
    joined = lines.inner_join(products, lines.product_id == products.member)
    joined = joined.inner_join(people, joined.customer_id == people.person)
    taken = ~joined.is_return
    kept = joined.group_by("customer", "code").aggregate(
        first_units=joined.units.sum(where=~joined.later),
        later_units=joined.units.sum(where=joined.later),
        first_taken=(taken & ~joined.later).any(),
        later_taken=(taken & joined.later).any(),
        later_value=settled(joined["value"].sum(where=joined.later)),
    )
    return kept.select(
        "customer", "code", "later_value",
        first=kept.first_taken & (kept.first_units > 0), later=kept.later_taken & (kept.later_units > 0),
    )  # fmt: skip


def product_amounts(orders: Orders) -> Table:
    """One row per product with lines of known customers: product_id, amount (currency, net of returns)."""
    lines = orders.table
    known = lines.filter(lines.customer_id.notnull() & lines.is_product & lines.product_id.notnull())
    return known.group_by("product_id").aggregate(amount=settled(known.amount.sum())).order_by("product_id")


def product_categories(products: Products) -> Table:
    """One row per product whose category is given: product_id, category."""
    named = products.table.filter(products.table.category.notnull())
    return named.select("product_id", "category").order_by("product_id")


def category_buyers(cells: Table) -> Table:
    """One row per category: code, and how many customers bought it in the first and in the later period.

    cells: of period_categories.
    """
    counts = cells.group_by("code").aggregate(first=counted(cells.first), later=counted(cells.later))
    return counts.order_by("code")
