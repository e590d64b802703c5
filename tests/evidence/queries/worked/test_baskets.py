"""What customers bought of each item, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ibis

from patronage.evidence.engine import Engine
from patronage.evidence.queries.baskets import (
    CATEGORY,
    PRODUCT,
    Slices,
    chosen_customers,
    customer_activity,
    customer_items,
    item_counts,
    item_lines,
    item_names,
    numbered_customers,
    numbered_items,
    numbers_within,
    timed_items,
)
from patronage.evidence.tables import Orders, Products

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]
SLICES = Slices(date(2024, 3, 31), 30, 2)


def line(customer: str | None, day: str, item: str | None, quantity: float = 1.0, **rest: Any) -> dict[str, Any]:
    return {
        "customer_id": customer, "ordered_at": day, "product_id": item, "quantity": quantity, "amount": quantity,
        "product": None if item is None else f"the {item}",
    } | rest  # fmt: skip


# The end is the 31st of March: slice 0 goes back to the 2nd, slice 1 from there to the 1st of February.
LINES = [
    line("a", "2024-01-31", "x"), line("a", "2024-03-31", "x"), line("a", "2024-03-01", "y"),
    line("b", "2024-03-02", "x"), line("b", "2024-03-03", "y", 2.0), line("b", "2024-03-09", "y", -2.0),
    line("b", "2022-01-01", "z", product="Z"), line("b", "2022-01-01", "z", product="Z"), line("b", "2022-01-02", "z"),
    line(None, "2024-03-03", "x"), line("a", "2024-03-03", None), line("a", "2024-03-03", "post", is_product=False),
]  # fmt: skip


def test_ages_count_from_the_first_purchase_and_slices_from_the_end(orders_of: Build, records: Records) -> None:
    pairs = customer_items(item_lines(orders_of(LINES), None, PRODUCT), SLICES)
    rows = sorted(tuple(row.values()) for row in records(pairs))
    # What b bought of y went back.
    assert rows == [
        ("a", "x", 60, True, False), ("a", "y", 30, False, True),
        ("b", "x", 29, True, False), ("b", "z", 820, False, False),
    ]  # fmt: skip


def test_days_of_purchase_and_days_since_the_last_are_told_for_each_day(orders_of: Build, records: Records) -> None:
    twice = line("a", "2024-03-31", "x")
    back = line("a", "2024-03-20", "x", -1.0, is_return=True)
    pairs = timed_items(item_lines(orders_of([*LINES, twice, back]), None, PRODUCT), SLICES)
    names = ("customer_id", "item", "age", "days_0", "since_0", "days_1", "since_1", "bought_0", "bought_1")
    # Two lines of one day are one day, and what came back is no purchase.
    assert sorted(tuple(row[name] for name in names) for row in records(pairs)) == [
        ("a", "x", 60, 2, 0, 1, 30, True, False), ("a", "y", 30, 1, 30, 1, 0, False, True),
        ("b", "x", 29, 1, 29, 0, None, True, False), ("b", "z", 820, 2, 819, 2, 789, False, False),
    ]  # fmt: skip


def test_activity_counts_days_of_the_year_before_each_day(orders_of: Build, records: Records) -> None:
    rows = records(customer_activity(item_lines(orders_of(LINES), None, PRODUCT), SLICES).order_by("customer_id"))
    assert rows == [
        {"customer_id": "a", "days_0": 3, "since_0": 0, "days_1": 2, "since_1": 0},
        {"customer_id": "b", "days_0": 2, "since_0": 28, "days_1": 0, "since_1": 789},
    ]


def test_items_are_counted_and_named(orders_of: Build, records: Records) -> None:
    lines = item_lines(orders_of(LINES), None, PRODUCT)
    assert records(item_counts(customer_items(lines, SLICES), SLICES)) == [
        {"item": "x", "owners_0": 2, "buyers_0": 2, "owners_1": 1, "buyers_1": 0},
        {"item": "y", "owners_0": 1, "buyers_0": 0, "owners_1": 1, "buyers_1": 1},
        {"item": "z", "owners_0": 1, "buyers_0": 0, "owners_1": 1, "buyers_1": 0},
    ]
    named = [(row["item"], row["name"]) for row in records(item_names(lines))]
    assert named == [("x", "the x"), ("y", "the y"), ("z", "Z")]


def test_customers_and_items_get_numbers(orders_of: Build, records: Records) -> None:
    lines = item_lines(orders_of(LINES), None, PRODUCT)
    people = numbered_customers(customer_activity(lines, SLICES))
    items = ibis.memtable({"item": ["z", "x"], "code": [0, 1]})
    numbered = numbered_items(customer_items(lines, SLICES), people, items)

    def told(rows: Any) -> list[tuple[int, int]]:
        return [(row["customer"], row["code"]) for row in records(rows)]

    assert sorted(told(numbered)) == [(0, 1), (1, 0), (1, 1)]
    assert told(numbers_within(numbered, 1, 2)) == [(1, 0), (1, 1)]
    assert told(chosen_customers(numbered, ibis.memtable({"customer": [0]}))) == [(0, 1)]
    known = chosen_customers(people, ibis.memtable({"customer": [1]}))
    assert [(row["customer"], row["customer_id"]) for row in records(known)] == [(1, "b")]


def test_categories_gather_products_that_have_one(orders_of: Build, records: Records, engine: Engine) -> None:
    table = ibis.memtable({"product_id": ["x", "y", "z"], "category": ["one", "one", None]})
    products = Products(table, engine, frozenset({"product_id", "category"}))
    pairs = customer_items(item_lines(orders_of(LINES), products, CATEGORY), SLICES)
    assert sorted((row["customer_id"], row["item"], row["age"]) for row in records(pairs)) == [
        ("a", "one", 60), ("b", "one", 29),
    ]  # fmt: skip
