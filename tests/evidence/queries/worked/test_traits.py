"""Traits of how customers buy, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ibis
import pytest

from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.traits import behaviour_traits
from patronage.evidence.tables import Orders

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]
PERIOD = Period(date(2023, 1, 1), date(2024, 12, 31))


def line(customer: str | None, day: str, amount: float, product: str = "p", **rest: Any) -> dict[str, Any]:
    order = f"{customer}{day}"
    quantity = -1.0 if amount < 0 else 1.0
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "product_id": product} | {
        "order_id": order, "quantity": quantity,
    } | rest  # fmt: skip


LINES = [
    line("a", "2022-06-30", 900.0),
    line("a", "2023-01-10", 30.0), line("a", "2023-01-10", 10.0, "q"),
    line("a", "2024-12-01", 60.0), line("a", "2024-12-11", -20.0, "q", returns_order_id="a2023-01-10", quantity=-0.5),
    line("a", "2024-12-05", 7.0, is_product=False),
    line("b", "2024-12-31", 5.0), line("gone", "2022-12-31", 5.0), line(None, "2024-05-01", 5.0),
]  # fmt: skip


def test_traits_count_days_of_the_period_and_the_whole_history(orders_of: Build, records: Records) -> None:
    types = ibis.memtable({"customer_id": ["a", "b"], "buying_type": ["regular", "irregular"], "told": [True, False]})
    found = {row["customer_id"]: row for row in records(behaviour_traits(orders_of(LINES), types, PERIOD))}
    assert set(found) == {"a", "b"}
    a = found["a"]
    # Three lines on two days bring 100; what came back takes 20 of them.
    assert (a["purchase_days"], a["lines_per_purchase_day"], a["revenue_per_purchase_day"]) == (2, 1.5, 40.0)
    assert (a["days_since_last"], a["days_since_first"]) == (30, 915)
    assert a["returned_share"] == pytest.approx(0.2)
    assert (a["revenue_12m"], a["regular"]) == (40.0, True)
    assert (found["b"]["days_since_last"], found["b"]["returned_share"], found["b"]["regular"]) == (0, 0.0, None)


def test_without_types_nobody_is_told_to_be_regular(orders_of: Build, records: Records) -> None:
    assert {row["regular"] for row in records(behaviour_traits(orders_of(LINES), None, PERIOD))} == {None}
