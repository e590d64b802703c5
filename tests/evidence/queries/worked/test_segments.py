"""Segments of customers by declared rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import pytest

from patronage.evidence.queries.segments import (
    DECLARED_PROFILES,
    PROFILES,
    customer_profiles,
    customer_segments,
    rule_faults,
)
from patronage.evidence.tables import Customers, Orders
from patronage.vocabulary.errors import EvidenceError
from patronage.vocabulary.expressions import parsed

Build = Callable[..., Orders]
Records = Callable[[Any], list[dict[str, Any]]]


def line(customer: str | None, day: str, amount: float, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount} | rest


LINES = [
    line("a", "2023-01-05", 100.0, place="UK", order_id="1"),
    line("a", "2024-03-01", 50.0, place="France", order_id="2"),
    line("a", "2024-03-01", 7.0, place="France", order_id="2"),
    line("a", "2024-03-09", -20.0, place="France", order_id="C2"),
    line("b", "2024-05-01", 9.0, place="UK"),
    line("c", "2024-06-01", 4.0, order_id="9", is_product=False),
    line(None, "2024-06-01", 400.0),
]


def test_profiles_hold_what_rules_may_ask(orders_of: Build, records: Records) -> None:
    rows = {row["customer_id"]: row for row in records(customer_profiles(orders_of(LINES), None))}
    assert rows["a"] == {
        "customer_id": "a", "first_day": date(2023, 1, 5), "last_day": date(2024, 3, 9), "orders": 2, "lines": 4,
        "revenue": 137.0, "revenue_12m": 37.0, "place": "France",
    }  # fmt: skip
    assert (rows["c"]["orders"], rows["c"]["revenue"], rows["c"]["place"]) == (0, 0.0, None)
    assert set(rows) == {"a", "b", "c"}


def test_the_first_rule_that_holds_wins_and_the_rest_are_other(orders_of: Build, records: Records) -> None:
    rules = [("big", parsed("revenue_12m > 30")), ("home", parsed("place = 'UK'"))]
    assert _segments(records(customer_segments(orders_of(LINES), rules))) == {"a": "big", "b": "home", "c": "other"}
    both = [("some", parsed("revenue_12m > 5")), *rules]
    assert _segments(records(customer_segments(orders_of(LINES), both))) == {"a": "some", "b": "some", "c": "other"}


def test_a_rule_for_all_catches_what_earlier_ones_left(orders_of: Build, records: Records) -> None:
    rules = [("home", parsed("place = 'UK'")), ("export", None), ("never", parsed("orders > 0"))]
    found = _segments(records(customer_segments(orders_of(LINES), rules)))
    assert found == {"a": "export", "b": "home", "c": "export"}


def test_no_rules_make_every_customer_other(orders_of: Build, records: Records) -> None:
    assert set(_segments(records(customer_segments(orders_of(LINES), []))).values()) == {"other"}


def test_rules_may_ask_what_the_customers_table_declares(
    orders_of: Build, customers_of: Callable[..., Customers], records: Records
) -> None:
    customers = customers_of(
        {"customer_id": "a", "industry": "retail", "revenue": 5e6, "acquired_at": datetime.fromisoformat("2020-01-01")},
        {"customer_id": "unseen", "industry": "retail"},
    )
    rules = [("retail", parsed("industry = 'retail' and company_revenue > 1000"))]
    found = _segments(records(customer_segments(orders_of(LINES), rules, customers)))
    assert found == {"a": "retail", "b": "other", "c": "other"}


def test_what_the_customers_table_dates_after_the_day_is_not_known_by_then(
    orders_of: Build, customers_of: Callable[..., Customers], records: Records
) -> None:
    orders = orders_of(LINES)
    on, after = (datetime.combine(orders.as_of + timedelta(days=days), datetime.min.time()) for days in (0, 1))
    customers = customers_of(
        {"customer_id": "a", "left_at": on, "acquired_at": after}, {"customer_id": "b", "left_at": after}
    )
    rows = {row["customer_id"]: row for row in records(customer_profiles(orders, customers))}
    assert {who: (row["acquired_at"], row["left_at"]) for who, row in rows.items()} == {
        "a": (None, on), "b": (None, None), "c": (None, None),
    }  # fmt: skip


def test_every_unknown_column_is_named_at_once(orders_of: Build) -> None:
    rules = [("one", parsed("revenu > 1")), ("two", parsed("industry = 'x'"))]
    with pytest.raises(EvidenceError) as caught:
        customer_segments(orders_of(LINES), rules)
    assert [fault.where for fault in caught.value.faults] == ["segments.one.rule", "segments.two.rule"]
    assert "did you mean 'revenue'" in str(caught.value)


def _segments(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["customer_id"]: row["segment"] for row in rows}


def test_rules_are_judged_by_the_columns_that_profiles_have(
    orders_of: Build, customers_of: Callable[..., Customers]
) -> None:
    orders = orders_of(LINES)
    customers = customers_of({"customer_id": "a"})
    profiles, declared = (customer_profiles(orders, each).schema() for each in (None, customers))
    assert {name: kind.copy(nullable=True) for name, kind in profiles.items()} == dict(ibis.schema(PROFILES).items())
    assert set(declared.names) == {*PROFILES, *DECLARED_PROFILES}
    asked = parsed("geography = 'UK' and plaice = 'UK'")
    assert [str(fault) for fault in rule_faults(asked, customers=True)] == [
        "rule: there is no column 'plaice'; did you mean 'place' or 'lines'?"
    ]
    assert [fault.next_step for fault in rule_faults(asked, customers=False)] == [
        "it is one of the customers table: give one under sources", "did you mean 'place' or 'lines'?"
    ]  # fmt: skip
    assert rule_faults(parsed("employees > 5 and acquired_at > '2020-01-01'"), customers=True) == ()
