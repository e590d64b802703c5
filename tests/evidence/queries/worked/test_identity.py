"""Tables under merged ids keep every row and say what the source called it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from patronage.evidence.queries.identity import (
    exact_pairs,
    first_seen_customers,
    keyed_customers,
    merged_customers,
    merged_lists,
    widely_shared,
    with_merged_ids,
)

SAME = {"customer_id": ["a", "b", "c"], "merged_id": ["b", "b", "b"], "place": [1, 0, 2]}


@pytest.fixture
def same(engine: Any) -> Any:
    """The ids a, b and c of the customer b."""
    return engine.memory("same", SAME)


def test_pairs_share_a_value_that_is_none_of_the_blanks(engine: Any) -> None:
    customers = engine.memory(
        "customers",
        {
            "customer_id": ["d", "c", "b", "a", "e"],
            "email": [" X@y", "x@Y", "N/A", "n/a", "x@y"],
            "zip": ["1", "1", "2", "2", None],
        },
    )
    assert engine.records(exact_pairs(keyed_customers(customers, ["email"]), most=25)) == [
        {"one": "c", "other": "d"},
        {"one": "c", "other": "e"},
    ]
    assert engine.records(exact_pairs(keyed_customers(customers, ["email", "zip"]), most=25)) == [
        {"one": "c", "other": "d"}
    ]
    keyed = keyed_customers(customers, ["email"])
    assert engine.records(exact_pairs(keyed, most=2)) == []
    assert engine.records(widely_shared(keyed, most=2)) == [{"identity_key": "x@y", "ids": 3}]


def test_customers_are_seen_by_their_first_line_then_by_their_letters(engine: Any) -> None:
    at = [datetime.fromisoformat(day) for day in ("2024-01-02", "2024-01-01", "2024-01-01", "2023-01-01")]
    lines = engine.memory("lines", {"customer_id": ["a", "c", "b", None], "ordered_at": at})
    customers = engine.memory("customers", {"customer_id": ["z", "a", "y"]})
    found = engine.records(first_seen_customers(lines, customers))
    assert [row["customer_id"] for row in found] == ["b", "c", "a", "y", "z"]
    assert [row["customer_id"] for row in engine.records(first_seen_customers(None, customers))] == ["a", "y", "z"]


def test_rows_stand_under_the_merged_id_and_keep_their_own(engine: Any, same: Any) -> None:
    lines = engine.memory("lines", {"customer_id": ["a", "b", "x", None], "amount": [1.0, 2.0, 4.0, 8.0]})
    found = engine.records(with_merged_ids(lines, same).order_by("amount"))
    assert [tuple(row.values()) for row in found] == [
        ("b", 1.0, "a"), ("b", 2.0, "b"), ("x", 4.0, "x"), (None, 8.0, None),
    ]  # fmt: skip


def test_a_merged_customer_has_of_each_column_the_value_that_was_known_first(engine: Any, same: Any) -> None:
    days = [datetime.fromisoformat(day) for day in ("2022-01-01", "2021-01-01", "2023-01-01", "2020-01-01")]
    customers = engine.memory(
        "customers",
        {
            "customer_id": ["a", "b", "c", "x"],
            "name": ["Ann", None, "C", "Xi"],
            "employees": [1.0, 2.0, 3.0, 4.0],
            "acquired_at": days,
            "left_at": [days[0], None, days[2], days[3]],
        },
    )
    found = {row["customer_id"]: row for row in engine.records(merged_customers(customers, same))}
    assert found == {
        "b": {"customer_id": "b", "name": "Ann", "employees": 2.0, "acquired_at": days[1], "left_at": None},
        "x": {"customer_id": "x", "name": "Xi", "employees": 4.0, "acquired_at": days[3], "left_at": days[3]},
    }


def test_a_listed_customer_whose_ids_fell_into_both_arms_is_in_neither(engine: Any, same: Any) -> None:
    lists = engine.memory(
        "lists",
        {
            "decision_id": ["d1", "d1", "d1", "d2", "d2"],
            "customer_id": ["a", "b", "x", "a", "c"],
            "treated": [True, False, False, True, True],
        },
    )
    found = engine.records(merged_lists(lists, same).order_by("decision_id"))
    assert found == [
        {"decision_id": "d1", "customer_id": "x", "treated": False},
        {"decision_id": "d2", "customer_id": "b", "treated": True},
    ]
