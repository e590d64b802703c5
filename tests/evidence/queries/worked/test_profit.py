"""What customers brought, and what their purchases vary by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ibis

from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.profit import (
    customer_values,
    occasion_spread,
    profit_totals,
    profits_with_spread,
    ranked_profits,
    with_costs,
)
from patronage.evidence.queries.who import customer_places
from patronage.evidence.tables import Orders
from patronage.vocabulary.grade import Grade

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]
BY_REVENUE = ValueBasis(REVENUE, "revenue", "GBP revenue", Grade.BEHAVIOUR, None)
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))


def line(customer: str | None, day: str, amount: float, order: str, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "order_id": order} | rest


LINES = [
    line("a", "2024-01-01", 10.0, "1"), line("a", "2024-02-01", 20.0, "2"), line("a", "2024-02-09", -6.0, "C"),
    line("a", "2023-02-01", 70.0, "0"), line(None, "2024-02-01", 4.0, "3"), line("r", "2024-02-01", -1.0, "D"),
]  # fmt: skip


def test_values_meet_costs_whether_or_not_both_are_there(orders_of: Build, records: Records) -> None:
    costs = ibis.memtable(
        {"customer_id": ["a", "served"], "cost": [3.0, 2.0], "avoidable_cost": [1.0, 0.5], "calls": [6.0, 4.0]}
    )
    found = with_costs(customer_values(orders_of(LINES), BY_REVENUE, YEAR), costs, ["calls"])
    rows = {row["customer_id"]: tuple(row.values())[1:] for row in records(found)}
    assert rows == {
        "a": (2.0, 2.0, 24.0, 24.0, 3.0, 1.0, 6.0),
        "served": (0.0, 0.0, 0.0, 0.0, 2.0, 0.5, 4.0),
        "r": (0.0, 0.0, -1.0, -1.0, 0.0, 0.0, 0.0),
        None: (1.0, 1.0, 4.0, 4.0, 0.0, 0.0, 0.0),
    }
    (totals,) = records(profit_totals(found))
    assert (totals["customers"], totals["revenue"], totals["cost_to_serve"]) == (3, 23.0, 5.0)
    assert (totals["anonymous:revenue"], totals["counted:calls"]) == (4.0, 10.0)


def test_scatter_is_that_of_the_margins_of_occasions(orders_of: Build, records: Records) -> None:
    orders = orders_of(LINES)
    values = with_costs(customer_values(orders, BY_REVENUE, YEAR), None, ())
    profits = ranked_profits(values, customer_places(orders))
    found = profits_with_spread(profits, occasion_spread(orders, BY_REVENUE, YEAR))
    assert records(found) == [
        {"customer_id": "a", "profit": 24.0, "margin": 24.0, "occasions": 2, "scatter": 50.0},
        {"customer_id": "r", "profit": -1.0, "margin": -1.0, "occasions": 0, "scatter": 0.0},
    ]
