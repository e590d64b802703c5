"""What is known of customers at their first purchase, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ibis

from patronage.evidence.queries.first_purchase import (
    first_lines,
    first_purchases,
    known_customers,
    level_histories,
    level_sizes,
)
from patronage.evidence.tables import Orders

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]


def line(number: int, customer: str | None, day: str, amount: float, **known: str) -> dict[str, Any]:
    return {"line_id": number, "customer_id": customer, "ordered_at": day, "amount": amount} | known


LINES = [
    line(1, "a", "2024-01-01 09:00", 10.0, place="DE", channel_id="web", product_id="p", product="Pan"),
    line(2, "a", "2024-01-01 20:00", 30.0, place="FR", channel_id="shop", product_id="q", product=" Quill "),
    line(3, "a", "2024-02-01", 99.0, place="UK", channel_id="web", product_id="r"),
    # Of the first day nothing was kept, so histories begin later; and of two equal lines the first product counts.
    line(4, "b", "2024-01-05", 900.0, place="DE", channel_id="web", product_id="p"),
    line(5, "b", "2024-01-07", 5.0, channel_id="web", product_id="s"),
    line(6, "b", "2024-01-07", 5.0, channel_id="shop", product_id="p"),
    line(7, "b", "2024-01-07", -900.0, place="IT", channel_id="web", product_id="p"),
    line(8, "b", "2024-01-07", 50.0, place="IT", channel_id="web", product_id="post") | {"is_product": False},
    line(9, "c", "2024-03-01", 7.0, place="UK", channel_id="web", product_id="p"),
    line(10, None, "2024-01-01", 7.0, place="UK", channel_id="web", product_id="p"),
]
HISTORIES = ibis.memtable(
    {
        "customer_id": ["a", "b", "c"],
        "first_day": [date(2024, 1, 1), date(2024, 1, 7), date(2024, 3, 1)],
        "fitted": [True, True, False],
        "x": [2, 0, 5],
        "t_x": [31, 0, 9],
        "age": [60, 54, 9],
        "occasions_value": [60.0, 10.0, 70.0],
    }
)
EARLY = ibis.memtable({"customer_id": ["a"], "x": [0], "t_x": [0], "age": [20]})
PRODUCTS = ibis.memtable({"product_id": ["p", "q"], "category": ["tins", "pens"]})
SEGMENTS = ibis.memtable({"customer_id": ["a", "b"], "segment": ["home", "export"]})


def first_of(orders_of: Build, products: Any) -> Any:
    return first_purchases(first_lines(orders_of(LINES), HISTORIES.filter(HISTORIES.fitted)), products)


def test_the_largest_line_of_the_first_day_of_buying_counts(orders_of: Build, records: Records) -> None:
    rows = {row.pop("customer_id"): row for row in records(first_of(orders_of, PRODUCTS))}
    assert rows == {
        "a": {"place": "FR", "channel": "shop", "product": "q", "product_name": "Quill", "category": "pens"},
        "b": {"place": None, "channel": "shop", "product": "p", "product_name": "p", "category": "tins"},
    }
    assert {row["category"] for row in records(first_of(orders_of, None))} == {None}


def test_histories_of_both_days_stand_by_level_and_rare_levels_as_other(orders_of: Build, records: Records) -> None:
    known = known_customers(HISTORIES, first_of(orders_of, PRODUCTS), EARLY, SEGMENTS)
    sizes = {(row["kind"], row["level"]): (row["name"], row["customers"]) for row in records(level_sizes(known, 12))}
    assert sizes == {
        ("place", "FR"): ("FR", 1), ("channel", "shop"): ("shop", 2), ("product", "q"): ("Quill", 1),
        ("product", "p"): ("p", 1), ("category", "pens"): ("pens", 1), ("category", "tins"): ("tins", 1),
        ("segment", "home"): ("home", 1), ("segment", "export"): ("export", 1),
    }  # fmt: skip
    now = {"x_full": 2, "t_x_full": 31, "age_full": 60}
    # a: 60 over three orders, b: 10 over one. The place of the one kept product is 0, of any other 1.
    rows = {row.pop("level"): row for row in records(level_histories(known, "product", ["p"]))}
    assert rows[1] == {"x": 0, "t_x": 0, "age": 20} | now | {"n": 1, "worth": 20.0, "squares": 400.0}
    assert (rows[0]["x"], rows[0]["age_full"], rows[0]["worth"]) == (None, 54, 10.0)
    assert len(rows) == 2
    both = records(level_histories(known.mutate(x=0, x_full=2, t_x_full=31, age_full=60), "channel", ["shop", "web"]))
    assert [(row["level"], row["n"]) for row in both if row["age"] == 20] == [(0, 1)]


def test_without_segments_nobody_has_one(orders_of: Build, records: Records) -> None:
    known = known_customers(HISTORIES, first_of(orders_of, None), EARLY, None)
    assert {row["kind"] for row in records(level_sizes(known, 12))} == {"place", "channel", "product"}


def test_only_the_largest_levels_stand_by_name_and_the_rest_in_one_row(records: Records) -> None:
    # Of two levels of one size the one that sorts first stands; p and r are called alike.
    bought = ["q"] * 3 + ["p"] * 2 + ["r"] * 2 + ["s", None]
    names = {"p": "Mug", "q": "Quill", "r": "Mug", "s": "Spoon", None: None}
    texts = {"place": ["x"] * 9, "product": bought, "product_name": [names[one] for one in bought]}
    columns = texts | dict.fromkeys(("channel", "category", "segment"), [None] * 9)
    known = ibis.memtable(columns, schema=dict.fromkeys(columns, "string"))
    columns = ("kind", "level", "name", "customers", "alike")
    rows = [tuple(row[name] for name in columns) for row in records(level_sizes(known, 2))]
    assert rows == [
        ("place", "x", "x", 9, 1),
        ("product", "q", "Quill", 3, 1),
        ("product", "p", "Mug", 2, 2),
        ("product", None, None, 3, None),
    ]
