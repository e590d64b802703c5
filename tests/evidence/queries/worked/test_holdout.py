"""What customers known on a day did after it, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.evidence.queries.holdout import forecast_and_since, recent_repeats, since
from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.repeat import buying_days, repeat_histories
from patronage.evidence.tables import Orders
from patronage.vocabulary.grade import Grade

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]
BY_REVENUE = ValueBasis(REVENUE, "revenue", "GBP revenue", Grade.BEHAVIOUR, None)
DAY = date(2024, 6, 30)
AFTER, BEFORE = Period(date(2024, 7, 1), date(2024, 12, 31)), Period(date(2024, 1, 1), DAY)


def line(customer: str | None, day: str, amount: float, order: str, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "order_id": order, "product_id": "p"} | rest


LINES = [
    line("a", "2023-12-01", 10.0, "1"), line("a", "2024-02-01", 10.0, "2"), line("a", "2024-06-30", 10.0, "3"),
    line("a", "2024-07-01", 11.0, "4"), line("a", "2024-12-31 23:59", 12.0, "5"), line("a", "2024-07-02", -3.0, "r"),
    line("b", "2024-05-01", 20.0, "6"), line("b", "2024-08-01", 5.0, "7", quantity=1.0),
    line("b", "2024-08-03", -5.0, "8", quantity=-1.0, returns_order_id="7"), line("new", "2024-09-01", 99.0, "9"),
    line("a", "2025-01-01", 50.0, "10"), line("a", "2024-08-08", 4.0, "11", is_product=False),
    line(None, "2024-08-08", 1.0, "12"),
]  # fmt: skip


def test_what_happened_since_is_net_and_a_purchase_undone_is_none(orders_of: Build, records: Records) -> None:
    rows = {row["customer_id"]: row for row in records(since(orders_of(LINES), BY_REVENUE, AFTER))}
    told = {name: (row["orders"], row["value"]) for name, row in rows.items()}
    assert told == {"a": (2, 20.0), "b": (0, 0.0), "new": (1, 99.0)}


def test_customers_of_the_day_stand_beside_what_they_did(orders_of: Build, records: Records) -> None:
    orders = orders_of(LINES)
    days = buying_days(orders, BY_REVENUE)
    happened = since(orders, BY_REVENUE, AFTER)
    rows = records(forecast_and_since(repeat_histories(days, as_of=DAY), happened, recent_repeats(days, BEFORE)))
    assert [(row["customer_id"], row["actual"], row["actual_value"], row["recent"]) for row in rows] == [
        ("a", 2, 20.0, 2),
        ("b", 0, 0.0, 0),
    ]
