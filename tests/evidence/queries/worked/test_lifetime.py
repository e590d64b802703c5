"""Customers as their lifetime value is told, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ibis

from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.evidence.queries.lifetime import (
    by_cohort,
    by_place,
    by_segment,
    column_sums,
    costed_facts,
    customer_facts,
    equity_by,
    grouped_values,
    kept_value,
    lifetime_customers,
    recent_value,
    values_then_and_now,
)
from patronage.evidence.queries.periods import twelve_months_to
from patronage.evidence.queries.repeat import buying_days, repeat_histories, typed_histories
from patronage.evidence.tables import Orders
from patronage.vocabulary.grade import Grade

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]
BY_REVENUE = ValueBasis(REVENUE, "revenue", "GBP revenue", Grade.BEHAVIOUR, None)
AS_OF = date(2024, 12, 31)


def line(customer: str | None, day: str, amount: float, order: str, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "order_id": order} | rest


LINES = [
    line("a", "2023-06-01", 100.0, "1", place="UK"), line("a", "2024-06-01", 50.0, "2", place="UK"),
    line("a", "2024-06-09", -20.0, "C"), line("b", "2023-02-01", 40.0, "3"), line("b", "2023-03-01", 0.0, "4"),
    line("c", "2024-12-31", 30.0, "5", place="FR"), line("c", "2024-12-31", 4.0, "6", is_product=False),
    line(None, "2024-06-01", 9.0, "7"),
]  # fmt: skip
SCORES = {
    "customer_id": ["a", "b", "c"], "p_alive": [0.9, 0.1, 1.0], "expected_orders": [2.0, 0.1, 1.0],
    "value": [60.0, 1.0, 90.0], "p05": [0.0] * 3, "p50": [50.0] * 3, "p95": [99.0] * 3,
    "cost_to_serve": [5.0, 0.5, 2.0], "per_order": [30.0] * 3, "cost_per_order": [3.0] * 3, "sd": [3.0, 4.0, 12.0],
    "p_buys_12m": [0.8, 0.05, 0.9], "second_life": [None, 44.0, None],
}  # fmt: skip


def facts(orders: Orders) -> tuple[Any, Any]:
    days = buying_days(orders, BY_REVENUE)
    histories = typed_histories(repeat_histories(days, as_of=AS_OF), None)
    recent = recent_value(orders, BY_REVENUE, twelve_months_to(AS_OF))
    return customer_facts(histories, days, recent, after=date(2023, 12, 31)), days


def test_the_last_twelve_months_are_net_of_all_returns(orders_of: Build, records: Records) -> None:
    found, _ = facts(orders_of(LINES))
    rows = {row["customer_id"]: row for row in records(found)}
    told = {name: (row["revenue_12m"], row["value_all"], row["orders_12m"]) for name, row in rows.items()}
    assert told == {"a": (30.0, 130.0, 1), "b": (0.0, 40.0, 0), "c": (30.0, 30.0, 1)}


def test_what_is_kept_counts_free_days_and_returns_that_name_no_order(orders_of: Build, records: Records) -> None:
    found, days = facts(orders_of(LINES))
    assert records(kept_value(found, days)) == [{"occasions": 5, "valued": 4, "valued_sum": 220.0, "net": 200.0}]


def test_costs_are_nothing_where_none_is_known(orders_of: Build, records: Records) -> None:
    found, _ = facts(orders_of(LINES))
    profits = ibis.memtable({"customer_id": ["b", "elsewhere"], "cost_to_serve": [7.0, 1.0]})
    costs = {row["customer_id"]: row["cost_12m"] for row in records(costed_facts(found, profits))}
    assert costs == {"a": 0.0, "b": 7.0, "c": 0.0}
    assert {row["cost_12m"] for row in records(costed_facts(found, None))} == {0.0}


def test_customers_stand_with_place_and_scores_best_first(orders_of: Build, records: Records) -> None:
    orders = orders_of(LINES)
    rows = records(lifetime_customers(orders, facts(orders)[0], ibis.memtable(SCORES)))
    assert [(row["customer_id"], row["place"], row["orders"], row["value"]) for row in rows] == [
        ("c", "FR", 1, 90.0), ("a", "UK", 2, 60.0), ("b", None, 2, 1.0),
    ]  # fmt: skip


def test_equity_sits_in_cohorts_places_and_segments(orders_of: Build, records: Records) -> None:
    orders = orders_of(LINES)
    customers = lifetime_customers(orders, facts(orders)[0], ibis.memtable(SCORES))
    assert [tuple(row.values()) for row in records(equity_by(by_cohort(customers)))] == [
        ("2023-Q1", 1, 1.0, 0.5, 16.0), ("2023-Q2", 1, 60.0, 5.0, 9.0), ("2024-Q4", 1, 90.0, 2.0, 144.0),
    ]  # fmt: skip
    assert [row["name"] for row in records(equity_by(by_place(customers)))] == ["FR", "UK", "unknown"]
    segments = ibis.memtable({"customer_id": ["a", "b", "c"], "segment": ["home", "home", "other"]})
    assert [tuple(row.values())[:3] for row in records(equity_by(by_segment(customers, segments)))] == [
        ("home", 2, 61.0), ("other", 1, 90.0),
    ]  # fmt: skip
    lists = [by_cohort(customers), by_segment(customers, segments), by_place(customers)]
    assert [tuple(row.values()) for row in records(grouped_values(lists))] == [
        ("a", 60.0, 3.0, "2023-Q2", "home", "UK"), ("b", 1.0, 4.0, "2023-Q1", "home", "unknown"),
        ("c", 90.0, 12.0, "2024-Q4", "other", "FR"),
    ]  # fmt: skip


def test_values_then_and_now_hold_every_customer_of_today(orders_of: Build, records: Records) -> None:
    orders = orders_of(LINES)
    found, days = facts(orders)
    customers = lifetime_customers(orders, found, ibis.memtable(SCORES))
    rows = records(values_then_and_now(found, repeat_histories(days, as_of=date(2023, 12, 31)), customers))
    assert [(row["x"], row["age"], row["value"], row["last_day"]) for row in rows] == [
        (0, 213, 60.0, date(2024, 6, 1)), (1, 333, 1.0, date(2023, 3, 1)), (None, None, 90.0, AS_OF),
    ]  # fmt: skip


def test_sums_of_columns_keep_their_names(records: Records) -> None:
    table = ibis.memtable({"n": [1, 2], "m": [0.5, 0.25], "t": ["x", "y"]})
    assert records(column_sums(table, ["n", "m"])) == [{"n": 3.0, "m": 0.75}]
