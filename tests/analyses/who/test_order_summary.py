"""Totals of order lines, and the accounts they must reconcile to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.analyses.who.order_summary import books_period, order_summary
from patronage.evidence.engine import Engine
from patronage.evidence.queries.periods import Period
from patronage.evidence.tables import Books, Orders
from patronage.strategy.activities import Pool, Pools
from patronage.strategy.quantity import exactly
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms


def line(customer: str | None, day: str, order: str, amount: float, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "order_id": order, "amount": amount} | rest


LINES = [
    line("a", "2024-01-10", "1", 20.0, quantity=2.0, unit_cost=4.0),
    line("a", "2024-01-10", "1", 3.0, is_product=False, product_id="POST"),
    line("b", "2024-02-01", "2", 50.0, quantity=1.0, unit_cost=30.0),
    line("b", "2024-02-05", "3", -50.0, quantity=-1.0, unit_cost=30.0, returns_order_id="2"),
    line(None, "2024-02-06", "4", 7.0, quantity=1.0, unit_cost=7.0),
]


@pytest.fixture
def make_books(engine: Engine, tmp_path: Path) -> Callable[..., Books]:
    def build(*rows: tuple[str, str, float]) -> Books:
        path = tmp_path / "books.parquet"
        period, line, amount = (list(column) for column in zip(*rows, strict=True))
        pq.write_table(pa.table({"period": period, "line": line, "amount": amount}), path)
        return Books(engine.open(path), engine)

    return build


def test_totals_of_five_lines_are_those_counted_by_hand(
    make_orders: Callable[..., Orders], make_terms: Callable[..., Terms]
) -> None:
    found = order_summary(make_orders(LINES), None, make_terms(date(2024, 2, 6)))
    assert (found.lines, found.orders, found.purchase_orders, found.customers) == (5, 4, 3, 2)
    assert (found.revenue, found.product_revenue, found.anonymous_revenue) == (30.0, 27.0, 7.0)
    assert (found.return_lines, found.return_amount, found.returns_tied_share) == (1, -50.0, 1.0)
    assert (found.not_product_lines, found.not_product_amount) == (1, 3.0)
    assert (found.first_day, found.last_day) == (date(2024, 1, 10), date(2024, 2, 6))
    months = found.months.records()
    assert [(row["revenue"], row["orders"], row["customers"]) for row in months] == [(23.0, 1, 1), (7.0, 3, 1)]
    assert [(row["anonymous"], row["returns"], row["lines"]) for row in months] == [(0.0, 0.0, 2), (7.0, -50.0, 3)]
    assert found.not_product.records() == [{"product_id": "POST", "product": None, "lines": 1, "amount": 3.0}]


def test_rows_read_are_lines_set_aside_and_lines_after_the_day(
    make_orders: Callable[..., Orders], make_terms: Callable[..., Terms]
) -> None:
    whole = order_summary(make_orders(LINES), None, make_terms(date(2024, 2, 6)))
    assert (whole.lines, whole.later_lines, whole.later_amount) == (5, 0, 0.0)
    early = order_summary(make_orders(LINES, date(2024, 2, 4)), None, make_terms(date(2024, 2, 4)))
    assert (early.lines, early.later_lines, early.later_amount) == (3, 2, -43.0)
    assert early.rows_in == early.lines + early.later_lines


def test_books_are_held_against_revenue_and_cost_of_goods(
    make_orders: Callable[..., Orders], make_terms: Callable[..., Terms], make_books: Callable[..., Books]
) -> None:
    books = make_books(
        ("2024-01", "revenue", 23.0), ("2024", "Cost of goods", 20.0), ("2024-02", "revenue", 10.0),
        ("2024", "warehouse", 5.0), ("spring", "revenue", 1.0),
    )  # fmt: skip
    found = order_summary(make_orders(LINES), books, make_terms(date(2024, 2, 6)))
    told = {(row.period, row.line): (row.measured, row.difference) for row in found.books}
    assert told == {
        ("2024-01", "revenue"): (23.0, 0.0),
        ("2024", "Cost of goods"): (15.0, -5.0),
        ("2024-02", "revenue"): (7.0, -3.0),
    }
    assert found.unread_books == (
        "2024 warehouse: order lines and pools say nothing about this line",
        "spring revenue: the period is not of the form 2011, 2011-Q1, 2011-03 or 2011-03-15",
    )


def test_pools_are_held_against_the_booked_lines_of_their_names(
    make_orders: Callable[..., Orders], make_terms: Callable[..., Terms], make_books: Callable[..., Books]
) -> None:
    # By hand: 1,200 a month is 3,600 a quarter, and 36,000 a year is 3,000 in one month.
    pools = Pools((
        Pool("service", "Customer service", exactly(1_200.0), exactly(9_000.0), period=TimeUnit.MONTH),
        Pool("store", "Store", exactly(36_000.0), exactly(9_000.0)),
    ))  # fmt: skip
    booked = (("2024-Q1", "customer_service", 3_610.0), ("2024-02", "Store", 2_000.0), ("2024-02", "rent", 1.0))
    found = order_summary(make_orders(LINES), make_books(*booked), make_terms(date(2024, 2, 6)), pools)
    told = [(row.line, round(row.measured, 6), round(row.difference, 6), row.agrees) for row in found.books]
    assert told == [("Store", 3_000.0, 1_000.0, False), ("customer_service", 3_600.0, -10.0, True)]
    assert found.unread_books == ("2024-02 rent: order lines and pools say nothing about this line",)


def test_cost_of_goods_is_not_reconciled_where_no_cost_is_known(
    make_orders: Callable[..., Orders], make_terms: Callable[..., Terms], make_books: Callable[..., Books]
) -> None:
    orders = make_orders([{"customer_id": "a", "ordered_at": "2024-01-10", "amount": 5.0}])
    found = order_summary(orders, make_books(("2024", "cost of goods", 2.0)), make_terms(date(2024, 1, 10)))
    assert found.books == ()
    assert found.unread_books == ("2024 cost of goods: unit costs are not known for half of revenue",)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2024", Period(date(2024, 1, 1), date(2024, 12, 31))),
        ("2024-Q1", Period(date(2024, 1, 1), date(2024, 3, 31))),
        ("2024Q4", Period(date(2024, 10, 1), date(2024, 12, 31))),
        ("2024-02", Period(date(2024, 2, 1), date(2024, 2, 29))),
        (" 2023-2 ", Period(date(2023, 2, 1), date(2023, 2, 28))),
        ("2024-02-29", Period(date(2024, 2, 29), date(2024, 2, 29))),
        ("2023-02-29", None),
        ("2024-13", None),
        ("FY24", None),
        ("0000", None),
    ],
)
def test_periods_of_the_accounts_are_read(text: str, period: Period | None) -> None:
    assert books_period(text) == period


def test_orders_without_numbers_are_counted_by_customer_and_day(
    make_orders: Callable[..., Orders], make_terms: Callable[..., Terms]
) -> None:
    days = [("a", "2024-01-10T09:00"), ("a", "2024-01-10T17:00"), ("a", "2024-01-11"), ("b", "2024-01-10")]
    rows = [{"customer_id": who, "ordered_at": day, "amount": 1.0} for who, day in days]
    found = order_summary(make_orders(rows), None, make_terms(date(2024, 1, 11)))
    assert found.orders == 3


def test_all_returns_no_customers_and_repeats_still_have_totals(
    make_orders: Callable[..., Orders], make_terms: Callable[..., Terms]
) -> None:
    row = {"customer_id": None, "ordered_at": "2024-01-10", "order_id": "1", "amount": -5.0}
    found = order_summary(make_orders([row, row | {"is_repeat": True}]), None, make_terms(date(2024, 1, 10)))
    assert (found.revenue, found.return_amount, found.customers, found.purchase_orders) == (-10.0, -10.0, 0, 0)
    assert (found.anonymous_share, found.repeated_lines, found.returns_tied_share) == (1.0, 1, 0.0)


lines = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(["a", "b", None]),
        "ordered_at": st.sampled_from(["2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01"]),
        "amount": st.integers(-10_000, 10_000).map(lambda cents: cents / 100),
        "is_product": st.booleans(),
    }
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(lines, min_size=1, max_size=12))
def test_months_products_and_anonymous_lines_add_to_revenue(
    rows: list[dict[str, Any]], make_orders: Callable[..., Orders], make_terms: Callable[..., Terms]
) -> None:
    found = order_summary(make_orders(rows), None, make_terms(date(2024, 3, 1)))
    months: list[Any] = found.months.records()
    assert found.revenue == pytest.approx(sum(row["amount"] for row in rows), abs=1e-9)
    assert found.revenue == pytest.approx(sum(row["revenue"] for row in months), abs=1e-9)
    assert found.revenue == pytest.approx(found.product_revenue + found.not_product_amount, abs=1e-9)
    assert sum(row["lines"] for row in months) == found.lines == len(rows)
