"""Customers as their lifetime value is told: what they bought lately, what orders keep, and where value sits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.basis import valued_lines
from patronage.evidence.queries.periods import dated_within
from patronage.evidence.queries.sums import counted, number, settled
from patronage.evidence.queries.who import customer_places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ibis.expr.types import Table

    from patronage.evidence.queries.basis import ValueBasis
    from patronage.evidence.queries.periods import Period
    from patronage.evidence.tables import Orders


def recent_value(orders: Orders, basis: ValueBasis, period: Period) -> Table:
    """One row per customer: revenue and value in currency, over the period and over all time, net of returns.

    Key: customer_id. Columns: revenue_12m, value_12m (over the period), value_all. Lines that are no product stay out.
    """
    lines = valued_lines(orders, basis)
    known = lines.filter(lines.customer_id.notnull() & lines.is_product)
    recent = dated_within(known, "ordered_at", period)
    return known.group_by("customer_id").aggregate(
        revenue_12m=settled(known.amount.sum(where=recent)),
        value_12m=settled(known["value"].sum(where=recent)),
        value_all=settled(known["value"].sum()),
    )


def customer_facts(histories: Table, days: Table, recent: Table, *, after: date) -> Table:
    """One row per customer of the histories, every column of theirs, with recent's and orders_12m, purchase days since.

    histories, days: of repeat_buying. recent: as recent_value gives it. after: last day before the period.
    """
    late = days.filter(days.day > ibis.literal(after))
    counted = late.group_by("customer_id").aggregate(orders_12m=late.count())
    with_recent = histories.left_join(recent, "customer_id").drop("customer_id_right")
    joined = with_recent.left_join(counted, "customer_id").drop("customer_id_right")
    return joined.mutate(orders_12m=ibis.coalesce(joined.orders_12m, 0))


def kept_value(facts: Table, days: Table) -> Table:
    """One row: purchase days and value of the customers, and how many days have a value above 0, with their sum.

    Columns: occasions, valued, valued_sum (days with a value above 0), net (all product lines, returns that tie to no
    purchase included), in currency. Days of customers without facts stay out.
    """
    told = days.semi_join(facts, "customer_id")
    positive = told["value"] > 0
    of_days = told.aggregate(
        occasions=told.count(),
        valued=counted(positive),
        valued_sum=settled(told["value"].sum(where=positive)),
    )
    return of_days.cross_join(facts.aggregate(net=settled(facts.value_all.sum())))


def costed_facts(facts: Table, profits: Table | None) -> Table:
    """The same rows with cost_12m, the cost to serve over the twelve months in currency; 0 where none is known.

    profits: customer_id and cost_to_serve.
    """
    if profits is None:
        return facts.mutate(cost_12m=number(0.0))
    costs = profits.select(known_id=profits.customer_id, cost_12m=profits.cost_to_serve)
    joined = facts.left_join(costs, facts.customer_id == costs.known_id).drop("known_id")
    return joined.mutate(cost_12m=ibis.coalesce(joined.cost_12m, 0.0))


def lifetime_customers(orders: Orders, facts: Table, scores: Table) -> Table:
    """One row per customer: facts of what it bought beside what it is expected to bring; key customer_id.

    scores: customer_id and the columns that the analysis made, in currency, value largest first in the result.
    """
    placed = facts.left_join(customer_places(orders), "customer_id").drop("customer_id_right")
    joined = placed.join(scores, "customer_id")
    return joined.select(
        "customer_id",
        "place",
        "first_day",
        "last_day",
        "buying_type",
        "revenue_12m",
        "value_12m",
        "p_alive",
        "p_buys_12m",
        "expected_orders",
        "value",
        "p05",
        "p50",
        "p95",
        "cost_to_serve",
        "per_order",
        "cost_per_order",
        "sd",
        orders=joined.x + 1,
        second_life=ibis.ifelse(joined.second_life.isnan(), ibis.null("float64"), joined.second_life),
    ).order_by(ibis.desc("value"), "customer_id")


def by_cohort(customers: Table) -> Table:
    """The customers of lifetime_value, each with the quarter of its first purchase as `name`, such as 2011-Q2."""
    first = customers.first_day
    return customers.mutate(name=first.year().cast("string") + "-Q" + first.quarter().cast("string"))


def by_place(customers: Table) -> Table:
    """The customers of lifetime_value, each with its place as `name`, unknown for none."""
    return customers.mutate(name=ibis.coalesce(customers.place, "unknown"))


def by_segment(customers: Table, segments: Table) -> Table:
    """The customers of lifetime_value, each with its segment as `name`; segments: customer_id and segment."""
    joined = customers.join(segments.select("customer_id", name=segments.segment), "customer_id")
    return joined.drop(*({"customer_id_right"} & set(joined.columns)))


def grouped_values(lists: Sequence[Table]) -> Table:
    """One row per customer in the order of its id: value, sd, and its name in each list, as list_0, list_1, ...

    lists: the customers of lifetime_value with a `name` each, every list with all of them.
    """
    first = lists[0]
    grouped = first.select("customer_id", "value", "sd", list_0=first.name)
    for place, other in enumerate(lists[1:], 1):
        named = other.select(known_id=other.customer_id, **{f"list_{place}": other.name})
        grouped = grouped.join(named, grouped.customer_id == named.known_id).drop("known_id")
    return grouped.order_by("customer_id")


def equity_by(customers: Table) -> Table:
    """One row per name: customers, equity and cost (currency) of their lifetime value, variance (currency squared).

    customers: of lifetime_value, with a `name` each.
    """
    groups = customers.group_by("name").aggregate(
        customers=customers.count(),
        equity=settled(customers["value"].sum()),
        cost=settled(customers.cost_to_serve.sum()),
        variance=settled((customers.sd * customers.sd).sum()),
    )
    return groups.order_by("name")


def column_sums(table: Table, columns: Sequence[str]) -> Table:
    """One row: the sum of each of the columns, under its own name."""
    return table.aggregate(**{name: settled(table[name].cast("float64").sum()) for name in columns})


def values_then_and_now(histories: Table, then: Table, customers: Table) -> Table:
    """One row per customer in the order of its id: its history on an earlier day, and its value today.

    histories: today's. then: as repeat_histories gives it; x, t_x, age, valued, mean_value, losing, occasions_value
    and occasions_squares are null for a customer not yet seen. customers: of lifetime_value. Columns beside these:
    fitted, gap_days, gap_cv, last_day, value, p_alive, cost_per_order.
    """
    today = histories.select("customer_id", "fitted", "gap_days", "gap_cv", "last_day")
    early = then.select(
        "customer_id", "x", "t_x", "age", "valued", "mean_value", "losing", "occasions_value", "occasions_squares"
    )
    worth = customers.select("customer_id", "value", "p_alive", "cost_per_order")
    joined = today.left_join(early, "customer_id").drop("customer_id_right")
    return joined.join(worth, "customer_id").order_by("customer_id").drop("customer_id")
