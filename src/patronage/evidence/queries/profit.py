"""What each customer bought over a period and what its purchases vary by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.basis import valued_lines
from patronage.evidence.queries.occasions import occasions
from patronage.evidence.queries.periods import dated_within
from patronage.evidence.queries.sums import PLACES, counted, number, settled
from patronage.evidence.queries.who import order_key
from patronage.evidence.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ibis.expr.types import Table

    from patronage.evidence.queries.basis import ValueBasis
    from patronage.evidence.queries.periods import Period
    from patronage.evidence.tables import Orders

COUNTED = "counted:"
"""What stands before the name of a column of counts beside a customer's own figures."""


def customer_values(orders: Orders, basis: ValueBasis, period: Period) -> Table:
    """One row per customer with product lines in a period, customer_id null for lines without one.

    Columns: orders (numbers with a purchase line), lines (purchase lines), revenue and margin (in the basis), net of
    returns, in currency.
    """
    lines = valued_lines(orders, basis)
    inside = lines.filter(dated_within(lines, "ordered_at", period) & lines.is_product)
    keyed = inside.mutate(key=order_key(inside))
    return keyed.group_by("customer_id").aggregate(
        orders=keyed.key.nunique(where=~keyed.is_return).cast("float64"),
        lines=(~keyed.is_return).sum().cast("float64"),
        revenue=settled(keyed.amount.sum()),
        margin=settled(keyed.value.sum()),
    )


def with_costs(values: Table, costs: Table | None, counts: Sequence[str]) -> Table:
    """One row per customer of either table: its values, cost_to_serve, avoidable_cost and counts, 0 where it has none.

    values: as from customer_values. costs: customer_id, cost, avoidable_cost and one column per count, which is
    named `counted:` and its own name here.
    """
    names = ("orders", "lines", "revenue", "margin")
    added = ("cost_to_serve", "avoidable_cost", *(COUNTED + count for count in counts))
    left = values.select("customer_id", *names, **{name: number(0.0) for name in added})
    if costs is None:
        return left
    right = costs.select(
        "customer_id",
        **{name: number(0.0) for name in names},
        cost_to_serve=costs.cost,
        avoidable_cost=costs.avoidable_cost,
        **{COUNTED + count: costs[count] for count in counts},
    )
    both = left.union(right)
    return both.group_by("customer_id").aggregate(**{name: settled(both[name].sum()) for name in (*names, *added)})


def ranked_profits(values: Table, places: Table) -> Table:
    """One row per named customer, best first: the columns of with_costs, place, profit (margin less cost_to_serve)."""
    named = values.filter(values.customer_id.notnull())
    placed = named.left_join(places, "customer_id").drop("customer_id_right")
    profited = placed.mutate(profit=rounded(placed.margin - placed.cost_to_serve, PLACES))
    return profited.order_by(profited.profit.desc(), profited.customer_id)


def profit_totals(values: Table) -> Table:
    """One row: every column of with_costs summed over named customers, under `anonymous:` names over the others."""
    names = [name for name in values.columns if name != "customer_id"]
    known = values.customer_id.notnull()
    return values.aggregate(
        customers=counted(known),
        **{name: settled(values[name].sum(where=known)) for name in names},
        **{f"anonymous:{name}": settled(values[name].sum(where=~known)) for name in names},
    )


def occasion_spread(orders: Orders, basis: ValueBasis, period: Period) -> Table:
    """One row per customer with purchases in a period: occasions, margin and squares of margin summed over occasions.

    An occasion is a day with a purchase that was kept, net of the returns that tie to it; margin in the basis.
    """
    days = occasions(orders, basis)
    inside = days.filter((days.day >= ibis.literal(period.start)) & (days.day <= ibis.literal(period.end)))
    return inside.group_by("customer_id").aggregate(
        occasions=inside.count(),
        occasion_margin=settled(inside.value.sum()),
        occasion_squares=settled((inside.value * inside.value).sum()),
    )


def profits_with_spread(profits: Table, spread: Table) -> Table:
    """One row per customer of profits, in customer_id order: profit, margin, and its spread over its occasions.

    scatter: sum of squared distances of its occasions' margins from their mean, 0 without purchases.
    """
    joined = profits.left_join(spread, "customer_id")
    scatter = joined.occasion_squares - joined.occasion_margin * joined.occasion_margin / joined.occasions
    return joined.select(
        "customer_id",
        "profit",
        "margin",
        occasions=ibis.coalesce(joined.occasions, 0),
        scatter=ibis.greatest(ibis.coalesce(scatter, number(0.0)), number(0.0)),
    ).order_by("customer_id")
