from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from patronage.evidence.engine import Engine
from patronage.evidence.queries.cohorts import REVENUE_ONLY
from patronage.evidence.queries.occasions import occasions, undoing_lines
from patronage.evidence.tables import Orders

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]


def line(customer: str | None, day: str, amount: float, order: str | None, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "order_id": order} | rest


LINES = [
    line("a", "2024-01-01", 10.0, "1", product_id="p", quantity=2.0),
    line("a", "2024-01-01", 4.0, "1", product_id="q", quantity=1.0),
    line("a", "2024-02-05", -5.0, "9", product_id="p", quantity=-1.0, returns_order_id="1"),
    line("b", "2024-01-03", 7.0, "2", product_id="p", quantity=1.0),
    line("b", "2024-01-09", -7.0, "8", product_id="p", quantity=-1.0, returns_order_id="2"),
    line("c", "2024-03-01", 0.0, "3", product_id="p", quantity=0.0),
    line(None, "2024-03-01", -3.0, "4"),
    line("d", "2024-03-01", -3.0, "5", is_product=False),
]


def told(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    counted = ("revenue", "value", "lines", "units")
    return sorted(
        (row["customer_id"], str(row["day"]), *(round(float(row[name]), 9) for name in counted)) for row in found
    )


def stored(orders: Orders, engine: Engine) -> Orders:
    return replace(orders, undoing=engine.keep(undoing_lines(orders.table), "undoing"))


def test_a_return_lowers_the_day_of_its_order_and_undoes_it_where_nothing_is_left(
    orders_of: Build, records: Records
) -> None:
    rows = records(occasions(orders_of(LINES), REVENUE_ONLY))
    assert [(row["customer_id"], f"{row['day']:%m-%d}", row["revenue"], row["lines"]) for row in rows] == [
        ("a", "01-01", 9.0, 2)
    ]


def test_only_lines_of_customers_that_undo_something_stand_apart(orders_of: Build, records: Records) -> None:
    rows = records(undoing_lines(orders_of(LINES).table))
    assert sorted((row["customer_id"], row["order_id"]) for row in rows) == [("a", "9"), ("b", "8"), ("c", "3")]


def test_the_lines_stored_apart_give_the_same_days(orders_of: Build, records: Records, engine: Engine) -> None:
    for seed in range(12):
        chance = random.Random(seed)
        lines = [
            line(
                chance.choice("abc"), f"2024-01-{chance.randint(1, 9):02d}", chance.choice([-2.0, 0.0, 3.0, 5.0]),
                chance.choice(["1", "2", "3", None]), product_id=chance.choice("pq"),
                quantity=chance.choice([-1.0, 0.0, 1.0, 2.0, None]), returns_order_id=chance.choice(["1", None, None]),
            )
            for _ in range(30)
        ]  # fmt: skip
        orders = orders_of(lines if seed else [each for each in lines if each["amount"] > 9])
        kept = stored(orders, engine)
        assert told(records(occasions(kept, REVENUE_ONLY))) == told(records(occasions(orders, REVENUE_ONLY)))
