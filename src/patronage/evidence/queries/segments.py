"""Customers as segment rules see them, and the segment of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from patronage.evidence.grammar import condition
from patronage.evidence.queries.periods import dated_within, twelve_months_to
from patronage.evidence.queries.sums import settled
from patronage.evidence.queries.who import customer_places, order_key
from patronage.vocabulary.errors import EvidenceError, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ibis.expr.types import BooleanValue, Table

    from patronage.evidence.tables import Customers, Orders
    from patronage.vocabulary.expressions import Expression

Rule = tuple[str, "Expression | None"]
"""Id of a segment and the condition of its members; None for every customer."""

OTHER = "other"
DECLARED = (
    "name",
    "actor_id",
    "parent_id",
    "acquired_at",
    "left_at",
    "geography",
    "industry",
    "application",
    "employees",
)

DATES = ("acquired_at", "left_at")
"""Those of them that a day may not know of yet."""

PROFILES: Mapping[str, str] = {
    "customer_id": "string",
    "place": "string",
    "first_day": "date",
    "last_day": "date",
    "orders": "int64",
    "lines": "int64",
    "revenue": "float64",
    "revenue_12m": "float64",
}
"""What segment rules may ask about, by the order lines alone: columns with their types."""

DECLARED_PROFILES: Mapping[str, str] = {
    **dict.fromkeys(DECLARED, "string"),
    "acquired_at": "timestamp(6)",
    "left_at": "timestamp(6)",
    "employees": "float64",
    "company_revenue": "float64",
}
"""What the customers table adds to it."""


def rule_faults(rule: Expression, *, customers: bool) -> tuple[Fault, ...]:
    """What is wrong with a segment rule before any row is read: columns that are not there, values of the wrong kind.

    customers: whether a customers table is given.
    """
    known = {**PROFILES, **(DECLARED_PROFILES if customers else {})}
    try:
        condition(rule, ibis.table(known, name="profiles"), where="rule")
    except EvidenceError as error:
        lacking: set[str] = set() if customers else {f"there is no column {name!r}" for name in DECLARED_PROFILES}
        step = "it is one of the customers table: give one under sources"
        return tuple(replace(one, next_step=step) if one.found in lacking else one for one in error.faults)
    return ()


def customer_profiles(orders: Orders, customers: Customers | None) -> Table:
    """One row per customer of the order lines: what segment rules may ask about.

    Columns: customer_id, place, first_day, last_day (dates), orders, lines, revenue, revenue_12m (product lines net
    of returns, in currency, over all time and over the twelve months to the as-of date); beside them what the
    customers table declares, its own revenue as company_revenue, null where not given; acquired_at and left_at are
    null too where they are after the as-of date, when nobody knew of them yet.
    """
    known = orders.table.filter(orders.table.customer_id.notnull())
    lines = known.mutate(key=order_key(known))
    recent = dated_within(lines, "ordered_at", twelve_months_to(orders.as_of))
    profiles = lines.group_by("customer_id").aggregate(
        first_day=lines.ordered_at.min().date(),
        last_day=lines.ordered_at.max().date(),
        orders=lines.key.nunique(where=lines.is_product & ~lines.is_return),
        lines=lines.count(),
        revenue=settled(lines.amount.sum(where=lines.is_product)),
        revenue_12m=settled(lines.amount.sum(where=lines.is_product & recent)),
    )
    placed = profiles.left_join(customer_places(orders), "customer_id").drop("customer_id_right")
    return placed if customers is None else _with_declared(placed, customers, orders.as_of)


def customer_segments(orders: Orders, rules: Sequence[Rule], customers: Customers | None = None) -> Table:
    """One row per customer of the order lines: customer_id and segment, the first whose rule holds, else `other`.

    A rule that needs a value which a customer lacks does not hold for it. Raises EvidenceError with every rule
    that names a column which is not there.
    """
    profiles = customer_profiles(orders, customers)
    branches = _branches(profiles, rules)
    segment = ibis.cases(*branches, else_=OTHER) if branches else ibis.literal(OTHER)
    return profiles.select("customer_id", segment=segment)


def _with_declared(profiles: Table, customers: Customers, as_of: date) -> Table:
    table = customers.table
    # Without a type: one of its own is a time with a zone on Spark, and the column becomes one.
    none = ibis.null()
    table = table.mutate(**{name: ibis.ifelse(table[name].date() <= as_of, table[name], none) for name in DATES})
    declared = table.select("customer_id", *DECLARED, company_revenue=table.revenue)
    return profiles.left_join(declared, "customer_id").drop("customer_id_right")


def _branches(profiles: Table, rules: Sequence[Rule]) -> list[tuple[BooleanValue, str]]:
    branches: list[tuple[BooleanValue, str]] = []
    faults: list[Fault] = []
    for segment, expression in rules:
        if expression is None:
            branches.append((ibis.literal(value=True), segment))
            continue
        try:
            holds = condition(expression, profiles, where=f"segments.{segment}.rule")
        except EvidenceError as error:
            faults.extend(error.faults)
        else:
            branches.append((ibis.coalesce(holds, ibis.literal(value=False)), segment))
    if faults:
        raise EvidenceError(*faults)
    return branches
