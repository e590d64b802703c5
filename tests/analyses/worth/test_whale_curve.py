"""The cumulative profit curve over customers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.analyses.worth.activity_costs import activity_costs
from patronage.analyses.worth.customer_profit import customer_profit
from patronage.analyses.worth.whale_curve import whale_curve
from patronage.evidence.tables import Orders
from patronage.findings.worth import WhaleCurve
from patronage.strategy.activities import Activities, Activity, Driver, Pool, Pools, TimeEquation
from patronage.strategy.quantity import Kind, Quantity, exactly
from patronage.vocabulary.estimate import certain
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
END = date(2024, 12, 31)
ALL_MARGIN = certain(1.0, "share of revenue", Grade.ASSUMPTION)


def line(customer: str | None, day: str, amount: float, order: str) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "order_id": order}


def curve_of(orders: Orders, terms: Terms, order_cost: Quantity | None = None) -> WhaleCurve:
    costs = None
    if order_cost is not None:
        pool = Pool("desk", "Desk", exactly(1_000), exactly(1_000))
        taking = Activity("take", "take", "desk", TimeEquation(order_cost, {}), driver=Driver.ORDER)
        costs = activity_costs(Pools((pool,)), Activities((taking,)), orders, None, terms)
    return whale_curve(customer_profit(orders, costs, terms), orders, terms)


def test_four_customers_make_the_curve_worked_by_hand(make_orders: Build, make_terms: MakeTerms) -> None:
    """Ten an order: profits 90, 30, 0 and -20 of 100 in all."""
    rows = [line("a", "2024-01-01", 100.0, "1"), line("b", "2024-02-01", 40.0, "2"), line("c", "2024-03-01", 10.0, "3"),
            *(line("d", f"2024-04-0{i}", 5.0, f"d{i}") for i in range(1, 5))]  # fmt: skip
    found = curve_of(make_orders(rows, as_of=END), make_terms(END, gross_margin=ALL_MARGIN), exactly(10))
    assert (found.total, found.customers) == (100.0, 4)
    assert (found.raw.peak, found.raw.peak_at, found.raw.erosion) == pytest.approx((1.2, 0.5, 0.2))
    assert (found.peak_p10, found.peak_p50, found.peak_p90) == pytest.approx((1.2, 1.2, 1.2))
    # The best tenth of four customers is 0.4 of the first.
    assert (found.top_tenth, found.top_fifth) == pytest.approx((0.36, 0.72))
    rows_of_curve: list[Any] = found.curve.records()
    assert [row["customers_share"] for row in rows_of_curve] == [0, 0.25, 0.5, 0.75, 1]
    assert [row["raw"] for row in rows_of_curve] == pytest.approx([0, 0.9, 1.2, 1.2, 1.0])
    assert not found.raw.in_currency


def test_the_peak_spreads_with_the_ranges_of_inputs(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line("a", "2024-01-01", 100.0, "1"), line("b", "2024-12-01", 10.0, "2")]
    uncertain = Quantity(Kind.NORMAL, (10.0, 2.0))
    found = curve_of(make_orders(rows, as_of=END), make_terms(END, gross_margin=ALL_MARGIN), uncertain)
    cost = np.random.default_rng(1).normal(10, 2, 200_000)
    peak = (100 - cost + np.maximum(10 - cost, 0)) / (110 - 2 * cost)
    told = (found.peak_p10, found.peak_p50, found.peak_p90)
    assert told == pytest.approx(tuple(np.quantile(peak, (0.1, 0.5, 0.9))), abs=0.003)


def test_a_company_that_loses_is_told_in_currency(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line("a", "2024-01-01", 15.0, "1"), line("b", "2024-12-01", 1.0, "2")]
    found = curve_of(make_orders(rows, as_of=END), make_terms(END, gross_margin=ALL_MARGIN), exactly(10))
    assert (found.raw.in_currency, found.raw.peak, found.total, found.raw.erosion) == (True, 5.0, -4.0, 9.0)
    assert found.peaks_in_currency


def test_shrinking_undoes_what_luck_bends(make_orders: Build, make_terms: MakeTerms) -> None:
    """Customers who are all alike, 6 a purchase with sd 12, show losers whom the shrunk curve takes back."""
    random = np.random.default_rng(11)
    rows = [line(f"c{i}", f"2024-{1 + j}-15" if j > 8 else f"2024-0{1 + j}-15", float(amount), f"{i}-{j}")
            for i in range(80) for j, amount in enumerate(random.normal(30, 12, 1 + i % 3))]  # fmt: skip
    found = curve_of(make_orders(rows, as_of=END), make_terms(END, gross_margin=ALL_MARGIN), exactly(24))
    assert found.raw.peak > 1.1
    assert found.shrunk is not None
    assert 1 <= found.shrunk.peak < 1 + (found.raw.peak - 1) / 2
    assert found.credibility_of_one is not None
    assert found.credibility_of_one < 0.3
    last: Any = found.curve.records()[-1]
    assert (last["raw"], last["shrunk"]) == pytest.approx((1, 1))


def test_without_costs_the_curve_goes_by_revenue_and_says_so(make_orders: Build, make_terms: MakeTerms) -> None:
    found = curve_of(make_orders([line("a", "2024-12-31", 5.0, "1")]), make_terms(END))
    assert (found.basis, found.unit, found.customers) == ("revenue", "GBP revenue", 1)
    assert (found.raw.peak, found.raw.peak_at, found.shrunk, found.credibility_of_one) == (1.0, 1.0, None, None)
    assert found.top_tenth == pytest.approx(0.1)


def test_equal_amounts_make_a_straight_line(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line(name, f"2024-0{month}-01", 5.0, f"{name}{month}") for name in "abcd" for month in (1, 2)]
    found = curve_of(make_orders(rows, as_of=END), make_terms(END))
    assert found.top_fifth == pytest.approx(0.2)
    assert found.shrunk == found.raw


def test_all_returns_make_a_curve_below_nothing(make_orders: Build, make_terms: MakeTerms) -> None:
    found = curve_of(
        make_orders([line("a", "2024-01-01", -5.0, "1"), line("b", "2024-12-31", -1.0, "2")]), make_terms(END)
    )
    assert (found.raw.in_currency, found.raw.peak, found.raw.peak_at, found.shrunk) == (True, 0.0, 0.0, None)


def test_online_retail_gives_the_shares_that_sums_of_the_raw_lines_give(
    retail_orders: Callable[[date], Orders], retail_lines: Path, make_terms: MakeTerms
) -> None:
    as_of = date(2011, 12, 9)
    found = curve_of(retail_orders(as_of), make_terms(as_of))
    summed = f"select sum(amount) from '{retail_lines.as_posix()}' where customer_id is not null"
    rows = duckdb.sql(f"{summed} and ordered_at >= '2010-12-10' group by customer_id").fetchall()
    spent = np.sort([amount for (amount,) in rows])[::-1]
    assert found.customers == spent.size
    assert found.total == pytest.approx(spent.sum())
    assert found.top_tenth == pytest.approx(spent[: round(spent.size / 10)].sum() / spent.sum(), abs=0.001)
    assert found.raw.peak == pytest.approx(spent[spent > 0].sum() / spent.sum())
    assert found.shrunk is not None
    assert found.shrunk.peak < found.raw.peak


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("abcdef"), st.integers(-2_000, 5_000), st.integers(1, 28)), min_size=1, max_size=25
    )
)
def test_curves_end_at_the_total_and_peak_at_what_winners_make(
    rows: list[tuple[str, int, int]], make_orders: Build, make_terms: MakeTerms
) -> None:
    lines = [line(who, f"2024-02-{day:02d}", cents / 100, f"{who}{day}") for who, cents, day in rows]
    orders, terms = make_orders(lines, as_of=date(2024, 2, 29)), make_terms(date(2024, 2, 29))
    found = curve_of(orders, terms)
    by_customer = {who: sum(cents for name, cents, _ in rows if name == who) / 100 for who, _, _ in rows}
    measure = 1.0 if found.raw.in_currency else found.total
    assert found.total == pytest.approx(sum(by_customer.values()), abs=1e-6)
    assert found.raw.peak * measure == pytest.approx(sum(max(0.0, each) for each in by_customer.values()), abs=1e-6)
    last: Any = found.curve.records()[-1]
    assert last["raw"] * measure == pytest.approx(found.total, abs=1e-6)
    if found.shrunk is not None:
        assert last["shrunk"] * measure == pytest.approx(found.total, abs=1e-6)
        assert found.shrunk.erosion >= -1e-9
