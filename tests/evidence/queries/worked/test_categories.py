"""What customers bought of each category in two periods, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ibis

from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.evidence.queries.categories import (
    category_buyers,
    period_categories,
    period_customers,
    period_lines,
    product_amounts,
    product_categories,
)
from patronage.evidence.queries.periods import Period
from patronage.evidence.tables import Orders, Products
from patronage.vocabulary.grade import Grade

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]
BY_REVENUE = ValueBasis(REVENUE, "revenue", "GBP revenue", Grade.BEHAVIOUR, None)
PERIODS = (Period(date(2023, 1, 1), date(2023, 12, 31)), Period(date(2024, 1, 1), date(2024, 12, 31)))


def line(customer: str | None, day: str, product: str, amount: float, **rest: Any) -> dict[str, Any]:
    quantity = -1.0 if amount < 0 else 1.0
    return {"customer_id": customer, "ordered_at": day, "product_id": product, "amount": amount} | {
        "quantity": quantity
    } | rest  # fmt: skip


LINES = [
    line("a", "2023-05-01", "x", 10.0), line("a", "2024-05-01", "x", 20.0), line("a", "2024-06-01", "y", 5.0),
    line("b", "2024-01-01", "x", 8.0), line("b", "2024-02-01", "x", -8.0), line("b", "2024-03-01", "other", 1.0),
    line("c", "2023-12-31", "y", 3.0), line("c", "2022-12-31", "x", 3.0), line(None, "2024-01-01", "x", 99.0),
    line("a", "2024-01-01", "post", 4.0, is_product=False),
]  # fmt: skip
MEMBERS = {"product_id": ["x", "y"], "code": [0, 1]}


def test_customers_and_categories_of_both_periods(orders_of: Build, records: Records) -> None:
    lines = period_lines(orders_of(LINES), BY_REVENUE, PERIODS)
    people = period_customers(lines)
    assert records(people.order_by("customer")) == [
        {"customer_id": "a", "first": True, "later": True, "first_value": 10.0, "later_value": 25.0, "customer": 0},
        {"customer_id": "b", "first": False, "later": True, "first_value": 0.0, "later_value": 1.0, "customer": 1},
        {"customer_id": "c", "first": True, "later": False, "first_value": 3.0, "later_value": 0.0, "customer": 2},
    ]
    cells = period_categories(lines, people, ibis.memtable(MEMBERS))
    rows = sorted(
        (row["customer"], row["code"], row["first"], row["later"], row["later_value"]) for row in records(cells)
    )
    assert [row[:2] for row in rows] == [(0, 0), (0, 1), (1, 0), (2, 1)]
    assert [row[3:] for row in rows] == [(True, 20.0), (True, 5.0), (False, 0.0), (False, 0.0)]
    assert [bool(row[2]) for row in rows] == [True, False, False, True]
    assert records(category_buyers(cells)) == [
        {"code": 0, "first": 1, "later": 1}, {"code": 1, "first": 1, "later": 1},
    ]  # fmt: skip


def test_amounts_and_categories_of_products(orders_of: Build, records: Records, engine: Engine) -> None:
    told = [(row["product_id"], row["amount"]) for row in records(product_amounts(orders_of(LINES)))]
    assert told == [("other", 1.0), ("x", 33.0), ("y", 8.0)]
    table = ibis.memtable({"product_id": ["y", "x", "z"], "category": ["b", "a", None]})
    products = Products(table, engine, frozenset({"category"}))
    assert [tuple(row.values()) for row in records(product_categories(products))] == [("x", "a"), ("y", "b")]
