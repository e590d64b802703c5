from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

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


def days_by_hand(lines: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What `told` gives of occasions counted line by line, as their docstring and that of `undoing_lines` say."""
    known = [row for row in lines if row["customer_id"] is not None and row.get("is_product", True)]
    first: dict[tuple[Any, Any], str] = {}
    for row in known:
        if row["order_id"] is not None and not is_return(row):
            key = row["customer_id"], row["order_id"]
            first[key] = min(row["ordered_at"], first.get(key, row["ordered_at"]))
    on_day: dict[tuple[Any, Any], list[dict[str, Any]]] = {}
    for row in known:
        moved = first.get((row["customer_id"], row.get("returns_order_id")), row["ordered_at"])
        on_day.setdefault((row["customer_id"], moved), []).append(row)
    return sorted((*key, *sums(rows)) for key, rows in on_day.items() if stands(rows))


def is_return(row: dict[str, Any]) -> bool:
    return row.get("is_return", row["amount"] < 0)


def undoes(row: dict[str, Any]) -> bool:
    quantity = row.get("quantity")
    return is_return(row) or row.get("returns_order_id") is not None or (quantity is not None and quantity <= 0)


def stands(rows: list[dict[str, Any]]) -> bool:
    """Whether anything bought on a day is left: all where nothing undoes, else an order of a product."""
    if not any(undoes(row) for row in rows):
        return True
    pieces: dict[tuple[Any, Any], list[dict[str, Any]]] = {}
    for row in rows:
        settled = row.get("returns_order_id") or row["order_id"]
        pieces.setdefault((settled, row.get("product_id")), []).append(row)
    return any(left(piece) for piece in pieces.values())


def left(piece: list[dict[str, Any]]) -> bool:
    units = [row["quantity"] for row in piece if row.get("quantity") is not None]
    return any(not is_return(row) for row in piece) and (not units or sum(units) > 0)


def sums(rows: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    money = round(sum(row["amount"] for row in rows), 9)
    bought = [row for row in rows if not is_return(row)]
    return money, money, float(len(bought)), round(sum(row.get("quantity") or 0.0 for row in bought), 9)


def drawn(seed: int) -> list[dict[str, Any]]:
    """Lines of sixty customers at random: returns with and without an order, orders over days, gaps in every column."""
    chance = random.Random(seed)
    return [
        line(
            customer, f"2024-01-{chance.randint(1, 5):02d}", chance.choice([-2.0, 0.0, 3.0, 5.0]),
            chance.choice(["1", "2", "3", None]), product_id=chance.choice(["p", "q", None]),
            quantity=chance.choice([-1.0, 0.0, 1.0, 2.0, None]),
            returns_order_id=chance.choice(["1", "2", "7", None, None, None]),
            is_return=chance.random() < 0.25, is_product=chance.random() < 0.9,
        )
        for customer in [f"c{number}" for number in range(60)] + [None]
        for _ in range(chance.randint(1, 12))
    ]  # fmt: skip


def test_the_days_by_hand_are_those_of_the_worked_lines() -> None:
    assert days_by_hand(LINES) == [("a", "2024-01-01", 9.0, 9.0, 2.0, 3.0)]


@pytest.mark.parametrize("seed", range(3))
def test_lines_by_chance_give_the_days_counted_line_by_line(
    orders_of: Build, records: Records, engine: Engine, seed: int
) -> None:
    lines = drawn(seed)
    orders, by_hand = orders_of(lines), days_by_hand(lines)
    assert len(by_hand) > 80
    assert told(records(occasions(orders, REVENUE_ONLY))) == by_hand
    assert told(records(occasions(stored(orders, engine), REVENUE_ONLY))) == by_hand


@pytest.mark.parametrize("most", [0, None])
def test_lines_of_which_nothing_undoes_anything_give_the_days_counted_line_by_line(
    orders_of: Build, records: Records, engine: Engine, most: int | None
) -> None:
    lines = [row | {"returns_order_id": None} for row in drawn(3) if not undoes(row)][:most]
    kept = stored(orders_of(lines), engine)
    assert kept.undoing is not None
    assert not kept.undoing.rows
    by_hand = days_by_hand(lines)
    assert bool(by_hand) == bool(lines)
    assert told(records(occasions(kept, REVENUE_ONLY))) == by_hand
