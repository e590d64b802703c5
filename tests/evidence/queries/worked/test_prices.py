"""What customers paid a unit, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import ibis

from patronage.evidence.engine import Engine
from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.prices import (
    coded_prices,
    customer_levels,
    labelled_customers,
    named_products,
    order_prices,
    price_codes,
    price_months,
    prices_since,
)
from patronage.evidence.tables import Orders, Products

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]
PERIOD = Period(date(2024, 1, 15), date(2024, 12, 31))


def line(customer: str | None, day: str, amount: float, quantity: float | None, **rest: Any) -> dict[str, Any]:
    return {
        "customer_id": customer, "ordered_at": day, "product_id": "x", "amount": amount, "quantity": quantity,
        "order_id": f"{customer}{day}",
    } | rest  # fmt: skip


LINES = [
    line("a", "2024-01-20", 20.0, 10.0), line("a", "2024-01-20", 10.0, 5.0), line("a", "2024-01-20", 3.0, 1.0),
    line("b", "2024-03-01", 12.0, 6.0), line("b", "2024-04-01", -4.0, -2.0, returns_order_id="b2024-03-01"),
    line("c", "2024-03-01", 12.0, 6.0), line("c", "2024-04-01", -12.0, -6.0),
    line("d", "2024-05-01", 0.0, 4.0), line("d", "2024-05-02", 8.0, None), line("d", "2024-05-03", 5.0, 0.0),
    line("e", "2024-01-14", 8.0, 4.0), line(None, "2024-05-01", 8.0, 4.0),
    line("e", "2024-06-01", 8.0, 4.0, is_product=False),
]  # fmt: skip


def orders(orders_of: Build, **columns: Any) -> Orders:
    made = orders_of(LINES)
    blank = {name: ibis.null("float64") for name in ("unit_price", "discount", "list_price")}
    return replace(made, table=made.table.mutate(**(blank | columns)))


def test_lines_of_an_order_at_one_price_are_one_row_less_what_came_back(orders_of: Build, records: Records) -> None:
    found = order_prices(orders(orders_of, unit_price=ibis.literal(4.0)), None, PERIOD)
    rows = sorted(
        (row["customer_id"], row["price"], row["quantity"], row["amount"], row["month"]) for row in records(found)
    )
    # A line without a quantity has as many units as its amount holds unit prices; none is no line at all.
    assert rows == [
        ("a", 2.0, 15.0, 30.0, 0), ("a", 3.0, 1.0, 3.0, 0), ("b", 2.0, 4.0, 8.0, 2),
        ("c", 2.0, 6.0, 12.0, 2), ("d", 0.0, 4.0, 0.0, 4), ("d", 4.0, 2.0, 8.0, 4),
    ]  # fmt: skip
    assert {row["discount"] for row in records(found)} == {None}
    assert [tuple(row.values()) for row in records(price_months(found))] == [(0, 2, 0), (2, 2, 0), (4, 2, 1)]
    assert {row["month"] for row in records(prices_since(found, 2))} == {2, 4}


def test_discounts_are_those_given_or_the_gap_to_the_list_price(
    orders_of: Build, records: Records, engine: Engine
) -> None:
    given = order_prices(orders(orders_of, discount=ibis.literal(1.5)), None, PERIOD)
    assert {(row["customer_id"], row["discount"]) for row in records(given) if row["customer_id"] == "a"} == {
        ("a", 3.0), ("a", 1.5),
    }  # fmt: skip
    products = Products(ibis.memtable({"product_id": ["x"], "list_price": [2.5]}), engine, frozenset({"list_price"}))
    listed = order_prices(orders(orders_of), products, PERIOD)
    told = {(row["customer_id"], row["price"]): row["discount"] for row in records(listed)}
    # 15 units for 30 that list for 37.50; a price above the list has no discount.
    assert (told["a", 2.0], told["a", 3.0], told["d", 0.0]) == (7.5, 0.0, 10.0)


def test_numbers_labels_and_names(orders_of: Build, records: Records) -> None:
    found = order_prices(orders(orders_of), None, PERIOD)
    people, goods = price_codes(found, "customer_id"), price_codes(found, "product_id")
    assert [tuple(row.values()) for row in records(people.order_by("code"))] == [("a", 0), ("b", 1), ("c", 2)]
    coded = records(coded_prices(found, people, goods))
    assert [(row["customer"], row["product"], row["price"]) for row in coded] == [
        (0, 0, 3.0), (0, 0, 2.0), (1, 0, 2.0), (2, 0, 2.0),
    ]  # fmt: skip
    places = ibis.memtable({"customer_id": ["c", "a"], "place": ["DE", "UK"]})
    labels = [row["label"] for row in records(labelled_customers(people, places, "place"))]
    assert labels == ["UK", None, "DE"]
    figures = {name: [0.0, 2.0, 2.0] for name in ("revenue", "leakage", "price_index", "raw_index", "lines")}
    levels = records(customer_levels(people, places, ibis.memtable({"code": [0, 1, 2]} | figures)))
    assert [(row["customer_id"], row["place"], row["leakage"]) for row in levels] == [
        ("b", None, 2.0), ("c", "DE", 2.0), ("a", "UK", 0.0),
    ]  # fmt: skip
    names = ibis.memtable({"item": ["x", "y"], "name": ["Box", "Bag"]})
    assert records(named_products(goods, names)) == [{"product_id": "x", "name": "Box"}]
