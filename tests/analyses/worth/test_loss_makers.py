"""What customers are worth whose own orders lose money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import fsum
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.analyses.worth.customer_equity import customer_equity
from patronage.analyses.worth.lifetime_value import lifetime_value
from patronage.analyses.worth.loss_makers import own_worth
from patronage.analyses.worth.repeat_buying import repeat_buying
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import CustomerEquity, LifetimeValue
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
Lines = list[dict[str, Any]]
AT = date(2021, 12, 31)
LOSERS = 30


def measured(lines: Lines) -> Lines:
    """The same orders with a unit cost of half their amount."""
    return [line | {"quantity": 1.0, "unit_cost": line["amount"] / 2} for line in lines]


def losers() -> Lines:
    """Customers who buy every month of 2021 at more than twice the price in cost."""
    return [
        {"customer_id": f"loss{i:02d}", "ordered_at": f"2021-{month:02d}-{1 + i % 28:02d}", "amount": 100.0 + i}
        | {"quantity": 1.0, "unit_cost": 300.0 + 7.0 * i + month}
        for i in range(LOSERS)
        for month in range(1, 13)
    ]


def made(orders: Orders, terms: Terms) -> tuple[LifetimeValue, CustomerEquity]:
    repeat = repeat_buying(orders, None, terms)
    found = lifetime_value(orders, repeat, None, None, terms)
    return found, customer_equity(orders, repeat, found, customers=None, segments=None, terms=terms)


def rows_of(found: LifetimeValue) -> dict[str, dict[str, Any]]:
    rows: list[dict[str, Any]] = found.customers.records()
    return {row["customer_id"]: row for row in rows}


def test_known_loss_makers_are_worth_less_than_nothing_and_totals_include_them(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    found, equity = made(make_orders(measured(company.lines(41)) + losers(), AT), make_terms(AT))
    assert (found.basis, found.spend is not None) == ("margin_measured", True)
    rows = rows_of(found)
    lost = [rows[f"loss{i:02d}"] for i in range(LOSERS)]
    # Twelve days of a loss that hardly scatters leave nearly all of it to the customer itself.
    assert [row["per_order"] for row in lost] == pytest.approx(
        [100.0 + i - 300 - 7 * i - 6.5 for i in range(LOSERS)], rel=0.01
    )
    assert sum(row["value"] for row in lost) < 0
    assert all(row["value"] < 0 for row in lost)
    assert min(row["value"] for key, row in rows.items() if not key.startswith("loss")) > 0
    assert all(row["p05"] <= row["p50"] <= row["p95"] for row in rows.values())
    assert all(row["p05"] < row["p95"] <= 0 for row in lost)
    assert found.total.mean == pytest.approx(fsum(row["value"] for row in rows.values()), abs=1e-6)
    assert found.total.draws is not None
    assert found.total.draws.mean() == pytest.approx(found.total.mean, rel=0.05)
    told = [note for note in found.notes if note.startswith("Customers valued by their own net value")]
    assert len(told) == 1
    assert f"lose money in all or mostly: {LOSERS}." in told[0]
    parts: list[dict[str, Any]] = equity.by_cohort.records()
    assert fsum(row["equity"] for row in parts) == pytest.approx(found.total.mean, abs=0.005)
    assert [row["equity"] < 0 for row in parts] == [False] * 4 + [True]
    assert all(row["p05"] <= row["equity"] <= row["p95"] for row in parts)
    assert equity.bridge is not None
    assert equity.bridge.end == pytest.approx(found.total.mean, abs=0.005)


def test_loss_makers_leave_the_worth_of_an_order_of_others_as_it_is(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    lines, terms = measured(company.lines(42)), make_terms(AT)
    orders = make_orders(lines, AT)
    alone = lifetime_value(orders, repeat_buying(orders, None, terms), None, None, terms)
    before = rows_of(alone)
    both = make_orders(lines + losers(), AT)
    beside = lifetime_value(both, repeat_buying(both, None, terms), None, None, terms)
    after = rows_of(beside)
    assert alone.spend is not None
    assert beside.spend is not None
    assert (beside.spend.p, beside.spend.q, beside.spend.gamma) == (alone.spend.p, alone.spend.q, alone.spend.gamma)
    assert (beside.kept, beside.per_order) == (alone.kept, alone.per_order)
    assert {key: after[key]["per_order"] for key in before} == {key: row["per_order"] for key, row in before.items()}
    assert not any(note.startswith("Customers valued by their own net value") for note in alone.notes)


def test_the_order_of_rows_changes_no_value(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    lines, terms = measured(company.lines(43)) + losers(), make_terms(AT)
    mixed = [lines[i] for i in np.random.default_rng(1).permutation(len(lines))]
    found: list[dict[str, float]] = []
    for each in (lines, mixed):
        orders = make_orders(each, AT)
        rows = rows_of(lifetime_value(orders, repeat_buying(orders, None, terms), None, None, terms))
        found.append({key: rows[key]["value"] for key in sorted(rows)})
    assert found[1] == pytest.approx(found[0], rel=1e-9)


def columns(customers: list[list[float]]) -> dict[str, np.ndarray]:
    """Histories of customers from the values of their purchase days."""
    net = [round(sum(days), 6) for days in customers]
    mostly = [min(days) < 0 and 2 * sum(day > 0 for day in days) < len(days) for days in customers]
    return {
        "x": np.array([len(days) - 1.0 for days in customers]),
        "losing": np.array([total < 0 or most for total, most in zip(net, mostly, strict=True)]),
        "occasions_value": np.array(net),
        "occasions_squares": np.array([sum(day * day for day in days) for days in customers]),
    }


def test_own_means_count_by_what_their_days_tell() -> None:
    # Means -1 and -5 on two days each: within 2, between 8 - 2 / 2 = 7, weight 2 x 7 / (2 x 7 + 2) = 0.875 around -3.
    worth = own_worth(columns([[-2.0, 0.0], [-6.0, -4.0], [5.0, 6.0]]))
    assert worth[:2] == pytest.approx([-1.25, -4.75])
    assert np.isnan(worth[2])


def test_a_gain_on_few_days_counts_beside_the_losses_on_most() -> None:
    worth = own_worth(columns([[-10.0, -10.0, 100.0], [-10.0, -10.0, -10.0]]))
    # Such scatter leaves no sign that the two differ: both stand at their common mean, 50 over 6 days, above 0 where
    # that customer gained in all, and at 0 for the one that only lost.
    assert worth == pytest.approx([50 / 6, 0.0])


days_of_anyone = st.lists(st.floats(-1e4, 1e4).map(lambda value: round(value, 2)), min_size=1, max_size=8)
days_of_loss = st.lists(st.floats(-1e4, -0.01).map(lambda value: round(value, 2)), min_size=1, max_size=8)


@given(st.lists(days_of_loss, min_size=1, max_size=6), st.lists(days_of_anyone, max_size=6), st.randoms())
def test_nobody_who_only_loses_is_worth_something_in_whatever_order(
    losing: list[list[float]], others: list[list[float]], random: Any
) -> None:
    customers = losing + others
    worth = own_worth(columns(customers))
    assert (worth[: len(losing)] <= 0).all()
    places = list(range(len(customers)))
    random.shuffle(places)
    again = own_worth(columns([customers[place] for place in places]))
    np.testing.assert_allclose(again, worth[places], rtol=1e-6, atol=1e-6)


@given(st.lists(days_of_loss, min_size=1, max_size=8))
def test_where_all_lose_each_is_worth_less_than_nothing(losing: list[list[float]]) -> None:
    assert (own_worth(columns(losing)) < 0).all()
