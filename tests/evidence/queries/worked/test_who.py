"""Where customers are, and what names an order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.who import customer_places, order_key, period_totals
from patronage.evidence.tables import Orders

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]


def line(customer: str | None, day: str, amount: float = 1.0, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount} | rest


def test_the_place_of_a_customer_is_that_of_its_latest_line(orders_of: Build, records: Records) -> None:
    lines = [
        line("a", "2023-01-01", place="UK"), line("a", "2024-01-01", place="France"), line("a", "2024-06-01"),
        line("b", "2024-01-01", place="UK"), line("b", "2024-01-01", place="Spain"),
        line("c", "2024-01-01"), line(None, "2024-01-01", place="Italy"),
    ]  # fmt: skip
    found = {row["customer_id"]: row["place"] for row in records(customer_places(orders_of(lines)))}
    assert found == {"a": "France", "b": "Spain"}


def test_an_order_is_named_by_its_number_else_by_customer_and_day(orders_of: Build, records: Records) -> None:
    lines = [line("a", "2024-01-01T10:00", order_id="7"), line("a", "2024-01-02T23:00"), line(None, "2024-01-02")]
    table = orders_of(lines).table
    keys = [row["key"] for row in records(table.select(key=order_key(table)).order_by("key"))]
    assert keys == [" 2024-01-02", "7", "a 2024-01-02"]


def test_totals_of_a_period_count_its_last_day_and_costs_that_are_known(orders_of: Build, records: Records) -> None:
    lines = [
        line("a", "2024-01-31T23:59", 10.0, line_margin=4.0), line(None, "2024-01-01", 5.0),
        line("a", "2024-02-01", 99.0, line_margin=1.0),
    ]  # fmt: skip
    found = records(period_totals(orders_of(lines), Period(date(2024, 1, 1), date(2024, 1, 31))))
    assert found == [{"revenue": 15.0, "cost_of_goods": 6.0}]
