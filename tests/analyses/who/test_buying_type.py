"""How customers buy, before any model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.analyses.who.buying_type import KINDS, buying_type
from patronage.evidence.tables import Orders
from patronage.findings.who import BuyingType, TypeSize
from patronage.vocabulary.errors import EstimationError

Build = Callable[..., Orders]
END = date(2024, 12, 31)


def line(customer: str | None, day: str | date, amount: float = 10.0, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": f"{day}", "amount": amount} | rest


def monthly(customer: str, day: int) -> list[dict[str, Any]]:
    return [line(customer, date(2024, month, day)) for month in range(1, 13)]


def spaced(customer: str, gaps: list[int]) -> list[dict[str, Any]]:
    days = [date(2023, 1, 1) + timedelta(days=sum(gaps[:place])) for place in range(len(gaps) + 1)]
    return [line(customer, day) for day in days]


def rows_of(found: BuyingType) -> dict[str, dict[str, Any]]:
    return {str(row["customer_id"]): row for row in found.customers.records()}


EVEN = [40, 47, 36, 52, 44, 39, 50, 42, 46, 38, 49, 41]
WILD = [2, 90, 1, 14, 3, 160, 5, 2, 44, 1, 70, 9]
LINES = [
    *monthly("billed", 3),
    *spaced("steady", EVEN),
    *spaced("whim", WILD),
    line("one", "2024-05-01"),
    line("one", "2024-05-01", 5.0),
    *spaced("twice", [30]),
    line(None, END),
    line("sent_back", "2024-06-01", -4.0),
]  # fmt: skip


def test_five_customers_are_typed_by_their_gaps(make_orders: Build) -> None:
    found = buying_type(make_orders(LINES, as_of=END))
    rows = rows_of(found)
    assert {name: row["buying_type"] for name, row in rows.items()} == {
        "billed": "contract_like", "steady": "regular", "whim": "irregular", "one": "once", "twice": "irregular",
    }  # fmt: skip
    assert (rows["billed"]["period"], rows["steady"]["period"]) == ("month", None)
    assert (rows["billed"]["occasions"], rows["billed"]["last_day"]) == (12, date(2024, 12, 3))
    assert rows["steady"]["median_gap_days"] == median(EVEN)
    assert (rows["one"]["told"], rows["one"]["median_gap_days"], rows["one"]["gap_cv"]) == (False, None, None)
    assert (rows["twice"]["told"], rows["twice"]["median_gap_days"]) == (False, 30.0)
    assert found.told_share == 0.6
    assert found.types["once"] == TypeSize(1, 15.0)
    assert found.types["contract_like"] == TypeSize(1, 120.0)


def test_one_purchase_each_is_once_for_all(make_orders: Build) -> None:
    found = buying_type(make_orders([line(f"c{i}", END, 5.0) for i in range(7)]))
    assert {kind: size.customers for kind, size in found.types.items()} == dict.fromkeys(KINDS, 0) | {"once": 7}
    assert found.told_share == 0.0


@pytest.mark.parametrize("row", [line(None, END), line("a", END, -1.0)])
def test_without_a_kept_purchase_of_a_customer_nothing_can_be_told(row: dict[str, Any], make_orders: Build) -> None:
    with pytest.raises(EstimationError, match=r"orders.customer_id: no customer kept a purchase; map the column"):
        buying_type(make_orders([row]))


def test_repeated_lines_do_not_make_occasions(make_orders: Build) -> None:
    found = buying_type(make_orders([line("a", END), line("a", END, is_repeat=True)]))
    assert rows_of(found)["a"]["occasions"] == 1


histories = st.lists(
    st.tuples(st.sampled_from("abc"), st.dates(date(2022, 1, 1), END), st.integers(1, 9_999)), min_size=1, max_size=40
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=histories)
def test_types_hold_every_customer_and_all_recent_revenue(
    rows: list[tuple[str, date, int]], make_orders: Build
) -> None:
    found = buying_type(make_orders([line(who, day, cents / 100) for who, day, cents in rows], as_of=END))
    assert sum(size.customers for size in found.types.values()) == len({who for who, _, _ in rows})
    recent = sum(cents for _, day, cents in rows if day.year == 2024) / 100
    assert sum(size.revenue for size in found.types.values()) == pytest.approx(recent, abs=1e-6)
    for who, row in rows_of(found).items():
        days = sorted({day for name, day, _ in rows if name == who})
        assert (row["occasions"], row["last_day"]) == (len(days), days[-1])
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        assert row["median_gap_days"] == (median(gaps) if gaps else None)
