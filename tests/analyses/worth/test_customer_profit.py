"""Profit of customers after the activities they use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.analyses.worth.activity_costs import activity_costs
from patronage.analyses.worth.customer_profit import customer_profit
from patronage.analyses.worth.order_cost_thresholds import round_costs
from patronage.evidence.queries.losses import Remedies, loss_makers
from patronage.evidence.tables import Orders
from patronage.findings.worth import ActivityCosts, CustomerProfit
from patronage.strategy.activities import Activities, Activity, Driver, Pool, Pools, TimeEquation
from patronage.strategy.quantity import Kind, Quantity, exactly
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.estimate import Estimate, certain
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
END = date(2024, 12, 31)
HALF = certain(0.5, "share of revenue", Grade.ASSUMPTION)
UNSURE = Quantity(Kind.NORMAL, (0.5, 0.05)).estimate("share of revenue", Grade.ASSUMPTION, 1, "company.gross_margin")


def line(customer: str | None, day: str, amount: float, order: str, **rest: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "order_id": order} | rest


LINES = [
    line("good", "2024-01-01", 100.0, "1"),
    line("good", "2024-02-01", 60.0, "2"),
    line("good", "2024-02-02", -10.0, "C2"),
    line("small", "2024-03-01", 8.0, "3"),
    line("small", "2024-04-01", 8.0, "4"),
    line(None, "2024-05-01", 40.0, "5"),
    line("good", "2024-06-01", 5.0, "6", is_product=False),
    line("old", "2023-06-01", 99.0, "0"),
]


def costs_of(orders: Orders, terms: Terms, minutes: Quantity | None = None) -> ActivityCosts:
    """Five currency an order and two a customer and year, unless minutes say otherwise."""
    pool = Pool("desk", "Desk", exactly(1_000), exactly(1_000), avoidable=exactly(0.5))
    done = Activities((
        Activity("take", "take", "desk", TimeEquation(minutes or exactly(5), {}), driver=Driver.ORDER),
        Activity("keep", "keep", "desk", TimeEquation(exactly(2), {}), driver=Driver.CUSTOMER),
    ))  # fmt: skip
    return activity_costs(Pools((pool,)), done, orders, None, terms)


def rows_of(found: CustomerProfit) -> dict[str, dict[str, Any]]:
    return {str(row["customer_id"]): row for row in found.customers.records()}


def test_profit_of_two_customers_is_that_worked_by_hand(make_orders: Build, make_terms: MakeTerms) -> None:
    orders, terms = make_orders(LINES, as_of=END), make_terms(END, gross_margin=HALF)
    found = customer_profit(orders, costs_of(orders, terms), terms)
    rows = rows_of(found)
    assert list(rows) == ["good", "small"]
    names = ("orders", "lines", "revenue", "margin", "cost_to_serve", "avoidable_cost", "profit", "p05", "p_loss")
    assert [rows["good"][name] for name in names] == [2, 2, 150, 75, 12, 6, 63, 63, 0]
    assert [rows["small"][name] for name in names] == [2, 2, 16, 8, 12, 6, -4, -4, 1]
    assert (found.total.mean, found.revenue, found.active_customers) == (59.0, 166.0, 2)
    assert (found.anonymous_revenue, found.anonymous_profit) == (40.0, 15.0)
    assert (found.losing, found.loss_total, found.cost_to_serve_known) == (1, -4.0, True)
    assert (found.basis, found.unit) == ("margin_declared", "GBP margin after cost to serve")
    assert (found.start, found.end, found.grade) == (date(2024, 1, 1), END, Grade.ASSUMPTION)


def test_intervals_follow_the_ranges_of_margin_and_cost(make_orders: Build, make_terms: MakeTerms) -> None:
    orders, terms = make_orders(LINES, as_of=END), make_terms(END, gross_margin=UNSURE)
    found = customer_profit(orders, costs_of(orders, terms, Quantity(Kind.NORMAL, (5.0, 1.0))), terms)
    random = np.random.default_rng(5)
    margin, order = random.normal(0.5, 0.05, 400_000), random.normal(5, 1, 400_000)
    small = rows_of(found)["small"]
    truth = 16 * margin - 2 * order - 2
    assert (small["p05"], small["p95"]) == pytest.approx(tuple(np.quantile(truth, (0.05, 0.95))), rel=0.03)
    assert small["p_loss"] == pytest.approx(np.mean(truth < 0), abs=0.02)
    both = 166 * margin - 4 * order - 4
    assert found.total.mean == pytest.approx(59)
    assert (found.total.p05, found.total.p95) == pytest.approx(tuple(np.quantile(both, (0.05, 0.95))), rel=0.03)


def test_measured_margin_carries_no_interval_and_no_assumption(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line("a", "2024-01-01", 10.0, "1", quantity=2.0, unit_cost=6.0), line("b", "2024-12-31", 9.0, "2")]
    found = customer_profit(make_orders(rows), None, make_terms(END))
    told = rows_of(found)
    assert (found.basis, found.grade, found.unit) == ("margin_measured", Grade.BEHAVIOUR, "GBP margin")
    assert (told["a"]["profit"], told["a"]["p_loss"]) == (-2.0, 1.0)
    assert (found.losing, found.loss_total) == (2, pytest.approx(-3.8))
    assert found.total.draws is None


def test_revenue_alone_says_so_and_calls_no_one_a_loss(make_orders: Build, make_terms: MakeTerms) -> None:
    found = customer_profit(make_orders(LINES, as_of=END), None, make_terms(END))
    assert (found.basis, found.unit, found.cost_to_serve_known) == ("revenue", "GBP revenue", False)
    assert (found.losing, found.loss_total) == (None, None)
    assert found.total.mean == found.revenue == 166.0


def test_thresholds_tell_who_would_lose_at_what_cost_of_an_order(make_orders: Build, make_terms: MakeTerms) -> None:
    found = customer_profit(make_orders(LINES, as_of=END), None, make_terms(END, gross_margin=HALF))
    assert found.thresholds is not None
    rows: dict[Any, dict[str, Any]] = {row["cost_per_order"]: row for row in found.thresholds.records()}
    # small brings 4 an order, good 37.5.
    assert [rows[cost]["customers_losing"] for cost in (3.0, 5.0, 20.0)] == [0, 1, 1]
    assert (rows[5.0]["money"], rows[5.0]["share_losing"]) == (2.0, 0.5)


def test_half_a_year_of_history_is_told_as_half_a_year(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [line("a", "2024-07-01", 10.0, "1"), line("a", "2024-12-31", 10.0, "2")]
    orders = make_orders(rows, as_of=END)
    half = customer_profit(orders, None, make_terms(END, gross_margin=HALF))
    assert (half.start, half.end, half.years) == (date(2024, 7, 1), END, 0.5)
    whole = customer_profit(make_orders(LINES, as_of=END), None, make_terms(END))
    assert whole.years == 1.0


def test_half_a_year_of_losses_is_twice_as_much_a_year(make_orders: Build, make_terms: MakeTerms) -> None:
    rows = [
        line("a", "2024-07-01", 10.0, "1", quantity=1.0, unit_cost=12.0),
        line("a", "2024-12-31", 100.0, "2", quantity=1.0, unit_cost=190.0),
    ]
    orders = make_orders(rows, as_of=END)
    found = customer_profit(orders, None, make_terms(END))
    told = loss_makers(orders.engine.open(found.customers), Remedies(0.1, 0.5, 0.5, 0.8416), found.years)
    (row,) = orders.engine.records(told)
    assert (row["amount"], row["margin"], row["shortfall"]) == (220.0, -184.0, 184.0)
    assert row["why"] == "brings 184 a year less than its goods cost, over 2 orders"


def test_thresholds_tell_those_apart_who_lose_before_an_order_costs_anything(
    make_orders: Build, make_terms: MakeTerms
) -> None:
    rows = [
        line(who, "2024-01-01", 10.0, who, quantity=1.0, unit_cost=cost)
        for who, cost in (("a", 15.0), ("b", 14.0), ("c", 13.0), ("d", 6.0), ("e", 2.0))
    ]
    found = customer_profit(make_orders(rows, as_of=END), None, make_terms(END))
    assert found.thresholds is not None
    told: dict[Any, dict[str, Any]] = {row["cost_per_order"]: row for row in found.thresholds.records()}
    # d brings 4 an order and e 8; the other three lose 12 together as it is.
    assert {row["losing_already"] for row in told.values()} == {3}
    assert [told[cost]["customers_losing"] for cost in (3.0, 5.0)] == [3, 4]
    assert told[5.0]["money"] == pytest.approx(12 + 3 * 5 + 1)


def test_round_costs_span_the_lower_half_of_margins_per_order() -> None:
    assert round_costs(np.array([4.0, 30.0, 37.5])).tolist() == [3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0]
    assert round_costs(np.array([])).size == 0
    assert round_costs(np.array([-5.0, -4.0])).size == 0
    assert round_costs(np.array([-5.0, -4.0, -4.0, 10.0])).tolist() == [10.0, 15.0]
    assert round_costs(np.full(9, 10.0)).tolist() == [10.0, 15.0]


def test_a_customer_with_work_but_no_purchase_has_its_cost_alone(make_orders: Build, make_terms: MakeTerms) -> None:
    orders, terms = make_orders([line("back", "2024-12-31", -5.0, "C1"), *LINES], as_of=END), make_terms(END)
    pool = Pool("desk", "Desk", exactly(1_000), exactly(1_000))
    taking = Activity("back", "back", "desk", TimeEquation(exactly(3), {}), driver=Driver.RETURN)
    costs = activity_costs(Pools((pool,)), Activities((taking,)), orders, None, terms)
    row = rows_of(customer_profit(orders, costs, terms))["back"]
    assert (row["orders"], row["revenue"], row["profit"]) == (0, -5.0, -8.0)


@pytest.mark.parametrize("rows", [[line(None, "2024-12-31", 5.0, "1")], [line("a", "2023-01-01", 5.0, "1")]])
def test_without_a_named_customer_of_the_year_there_is_no_profit(
    rows: list[dict[str, Any]], make_orders: Build, make_terms: MakeTerms
) -> None:
    first = line(None, "2022-01-01", 1.0, "0")
    with pytest.raises(EstimationError, match="no product line of 2024-01-01 to 2024-12-31 names a customer; map the"):
        customer_profit(make_orders([first, *rows], as_of=END), None, make_terms(END))


bought = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(-500, 5_000), st.integers(1, 5)),
    min_size=1,
    max_size=20,
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=bought, margin=st.sampled_from([None, HALF, UNSURE]), costed=st.booleans())
def test_customers_add_to_the_total_and_everyone_to_all(
    rows: list[tuple[str | None, int, int]],
    margin: Estimate | None,
    *,
    costed: bool,
    make_orders: Build,
    make_terms: MakeTerms,
) -> None:
    lines = [line(who, "2024-06-01", cents / 100, f"{order}") for who, cents, order in rows]
    orders = make_orders([line("a", "2023-01-01", 1.0, "0"), line("a", "2024-01-01", 1.0, "0"), *lines], as_of=END)
    terms = make_terms(END, gross_margin=margin)
    costs = costs_of(orders, terms) if costed else None
    found = customer_profit(orders, costs, terms)
    told = list(rows_of(found).values())
    assert sum(row["profit"] for row in told) == pytest.approx(found.total.mean, abs=1e-4)
    assert found.revenue + found.anonymous_revenue == pytest.approx(1 + sum(cents for _, cents, _ in rows) / 100)
    assert all(row["p05"] <= row["p95"] and 0 <= row["p_loss"] <= 1 for row in told)
    assert [row["profit"] for row in told] == sorted((row["profit"] for row in told), reverse=True)
    assert all(row["profit"] == pytest.approx(row["margin"] - row["cost_to_serve"], abs=1e-5) for row in told)
