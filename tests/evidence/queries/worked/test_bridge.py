"""The tables of the change bridge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.evidence.queries.bridge import (
    changes_by_segment,
    compared_lines,
    customer_changes,
    other_changes,
    retained_products,
)
from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.segments import customer_segments
from patronage.evidence.queries.who import customer_places
from patronage.evidence.tables import Orders
from patronage.vocabulary.expressions import parsed
from patronage.vocabulary.grade import Grade

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]
BY_REVENUE = ValueBasis(REVENUE, "revenue", "GBP revenue", Grade.BEHAVIOUR, None)
YEARS = (Period(date(2023, 1, 1), date(2023, 12, 31)), Period(date(2024, 1, 1), date(2024, 12, 31)))


def line(customer: str | None, day: str, amount: float, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount} | rest


LINES = [
    line("a", "2023-02-01", 10.0, product_id="p", product="Cup", quantity=2.0, place="UK"),
    line("a", "2024-02-01", 30.0, product_id="p", quantity=5.0, place="UK"),
    line("a", "2024-02-01", 6.0, quantity=1.0, place="UK"),
    line("b", "2024-03-01", 8.0, product_id="p", quantity=1.0, place="France"),
    line("z", "2022-12-31", 99.0),
    line(None, "2023-05-01", 5.0, place="UK"),
    line("b", "2024-03-01", 3.0, is_product=False, place="France"),
]


def test_changes_of_customers_and_of_the_lines_apart(orders_of: Build, records: Records) -> None:
    orders = orders_of(LINES)
    lines = compared_lines(orders, BY_REVENUE, YEARS)
    customers = customer_changes(lines, customer_places(orders))
    assert records(customers) == [
        {"customer_id": "a", "place": "UK", "from_revenue": 10.0, "to_revenue": 36.0, "change": 26.0, "part": "grown",
         "from_value": 10.0, "to_value": 36.0},
        {"customer_id": "b", "place": "France", "from_revenue": 0.0, "to_revenue": 8.0, "change": 8.0, "part": "won",
         "from_value": 0.0, "to_value": 8.0},
    ]  # fmt: skip
    apart = {
        (row["place"], row["part"]): (row["from_revenue"], row["to_revenue"]) for row in records(other_changes(lines))
    }
    assert apart == {("UK", "anonymous"): (5.0, 0.0), ("France", "not_product"): (0.0, 3.0)}


def test_segments_hold_customers_and_the_lines_apart_have_rows_of_their_own(orders_of: Build, records: Records) -> None:
    orders = orders_of(LINES)
    lines = compared_lines(orders, BY_REVENUE, YEARS)
    segments = customer_segments(orders, [("home", parsed("place = 'UK'"))])
    found = changes_by_segment(customer_changes(lines, customer_places(orders)), other_changes(lines), segments)
    rows = {row["name"]: row for row in records(found)}
    assert {name: row["change"] for name, row in rows.items()} == {
        "home": 26.0, "other": 8.0, "no customer": -5.0, "not product": 3.0,
    }  # fmt: skip
    assert (rows["home"]["grown"], rows["other"]["won"], rows["no customer"]["anonymous"]) == (26.0, 8.0, -5.0)


def test_products_are_those_of_customers_in_both_periods(orders_of: Build, records: Records) -> None:
    orders = orders_of(LINES)
    lines = compared_lines(orders, BY_REVENUE, YEARS)
    found = records(retained_products(lines, customer_changes(lines, customer_places(orders))))
    names = ("product_id", "product", "from_units", "to_units", "from_revenue", "to_revenue")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("", None, 0.0, 1.0, 0.0, 6.0),
        ("p", "Cup", 2.0, 5.0, 10.0, 30.0),
    ]
