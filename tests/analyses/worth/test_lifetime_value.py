"""What every customer will bring over the horizon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from patronage.analyses.worth.calendar import calendar
from patronage.analyses.worth.lifetime_value import lifetime_value
from patronage.analyses.worth.repeat_buying import fitted, repeat_buying
from patronage.evidence.engine import Engine
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import LifetimeValue
from patronage.findings.who import BuyingType
from patronage.findings.worth import CustomerProfit, ProfitPart
from patronage.kernels.alive_orders import Future
from patronage.kernels.repeat_buying import expected_transactions
from patronage.kernels.second_life import second_life_orders
from patronage.vocabulary.estimate import certain, estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import Horizon
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
AT = date(1997, 9, 30)
SIMULATED = date(2021, 12, 31)


def valued(orders: Orders, terms: Terms, profit: CustomerProfit | None = None) -> LifetimeValue:
    return lifetime_value(orders, repeat_buying(orders, None, terms), None, profit, terms)


def column(found: LifetimeValue, name: str) -> Any:
    return np.array([row[name] for row in found.customers.records()])


def test_published_spending_of_cdnow_comes_out(cdnow_orders: Build, make_terms: MakeTerms) -> None:
    # Fader & Hardie (2013), note on the gamma-gamma model: the 946 customers who bought again.
    found = valued(cdnow_orders(AT), make_terms(AT))
    assert found.spend is not None
    assert (found.spend.p, found.spend.q, found.spend.gamma) == pytest.approx((6.25, 3.74, 15.44), abs=0.005)
    assert (found.spend.customers, found.basis, found.unit) == (946, "revenue", "GBP revenue")
    assert found.kept == pytest.approx(0.998, abs=0.001)


def test_a_customer_is_worth_its_closed_form(cdnow_orders: Build, make_terms: MakeTerms) -> None:
    terms = make_terms(AT, discount_rate=0.0, horizon=Horizon(39 / 52.17857142857143))
    orders = cdnow_orders(AT)
    repeat = repeat_buying(orders, None, terms)
    found = lifetime_value(orders, repeat, None, None, terms)
    histories: list[dict[str, Any]] = repeat.table.records()
    known = {row["customer_id"]: row for row in histories}
    rows: list[dict[str, Any]] = found.customers.records()
    x, t_x, age = (np.array([float(known[row["customer_id"]][name]) for row in rows]) for name in ("x", "t_x", "age"))
    orders_ahead = expected_transactions(fitted(repeat), x, t_x / 7, age / 7, 39.0)
    np.testing.assert_allclose([row["expected_orders"] for row in rows], orders_ahead, rtol=1e-6)
    # The published holdout total of MBG/NBD.
    assert found.expected_orders.mean == pytest.approx(1576.7, abs=0.1)
    assert found.spend is not None
    p, q, gamma = found.spend.p, found.spend.q, found.spend.gamma
    means = np.array([known[row["customer_id"]]["mean_value"] or 0.0 for row in rows])
    worth = found.kept * p * (gamma + x * means) / (p * x + q - 1)
    np.testing.assert_allclose([row["value"] for row in rows], orders_ahead * worth, rtol=1e-6)


def test_a_second_life_is_told_of_those_more_likely_gone_than_active(
    cdnow_orders: Build, make_terms: MakeTerms
) -> None:
    terms, orders = make_terms(AT, discount_rate=0.1, horizon=Horizon(2.0)), cdnow_orders(AT)
    repeat = repeat_buying(orders, None, terms)
    known: list[dict[str, Any]] = repeat.table.records()
    histories = {row["customer_id"]: row for row in known}
    found = lifetime_value(orders, repeat, None, None, terms)
    rows: list[dict[str, Any]] = found.customers.records()
    gone = [row for row in rows if row["p_alive"] < 0.5]
    assert [row["second_life"] is None for row in rows] == [row["p_alive"] >= 0.5 for row in rows]
    x, t_x, age = (
        np.array([float(histories[row["customer_id"]][name]) for row in gone]) for name in ("x", "t_x", "age")
    )
    ahead = Future(2 * 365.25 / 7, np.log(1.1) * 7 / 365.25)
    told = second_life_orders(fitted(repeat), x, t_x / 7, age / 7, ahead) * [row["per_order"] for row in gone]
    np.testing.assert_allclose([row["second_life"] for row in gone], told, rtol=1e-6)
    year = Future(365.25 / 7, np.log(1.1) * 7 / 365.25)
    soon = second_life_orders(fitted(repeat), x, t_x / 7, age / 7, year) * [row["per_order"] for row in gone]
    assert found.returned_early == pytest.approx(soon[told > 0].sum() / told[told > 0].sum())
    assert found.returned_early is not None
    assert 0.5 < found.returned_early < 0.9


def test_customers_add_to_the_total_and_rank_by_value(cdnow_orders: Build, make_terms: MakeTerms) -> None:
    found = valued(cdnow_orders(AT), make_terms(AT))
    values = column(found, "value")
    assert found.total.mean == pytest.approx(values.sum())
    assert (np.diff(values) <= 0).all()
    assert found.alive.mean == pytest.approx(column(found, "p_alive").sum())
    assert found.total.draws is not None
    assert found.total.draws.shape == (1000,)
    low, middle, high = column(found, "p05"), column(found, "p50"), column(found, "p95")
    assert ((low <= middle) & (middle <= high)).all()
    assert found.total.draws.mean() == pytest.approx(found.total.mean, rel=0.02)


def test_value_grows_with_the_horizon_and_falls_with_the_discount(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    orders = make_orders(company.lines(6), SIMULATED)
    repeat = repeat_buying(orders, None, make_terms(SIMULATED))

    def total(**changes: Any) -> float:
        return lifetime_value(orders, repeat, None, None, make_terms(SIMULATED, **changes)).total.mean

    horizons = [total(horizon=Horizon(years)) for years in (0.5, 1.0, 5.0)]
    discounts = [total(discount_rate=rate) for rate in (0.0, 0.3)]
    assert horizons == sorted(horizons)
    assert discounts == sorted(discounts, reverse=True)
    assert discounts[0] > discounts[1]


def test_what_simulated_companies_brought_lies_in_the_interval(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    terms = make_terms(SIMULATED, horizon=Horizon(1.0), discount_rate=0.0)
    inside: list[bool] = []
    for seed in (11, 12, 13):
        lines = company.lines(seed)
        found = valued(make_orders(lines, SIMULATED), terms)
        since = [
            line["amount"] for line in lines if date(2022, 1, 1) <= line["ordered_at"].date() <= date(2022, 12, 31)
        ]
        inside.append(found.stationary_total.interval.holds(sum(since)))
    assert inside == [True, True, True]


def test_the_interval_of_the_total_holds_what_small_companies_brought(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    terms = make_terms(SIMULATED, horizon=Horizon(1.0), discount_rate=0.0)
    inside: list[bool] = []
    for seed in range(51, 63):
        lines = replace(company, customers=150).lines(seed)
        orders = make_orders(lines, SIMULATED)
        repeat = repeat_buying(orders, None, terms)
        found = lifetime_value(orders, repeat, calendar(orders, repeat, terms), None, terms)
        since = [
            line["amount"] for line in lines if date(2022, 1, 1) <= line["ordered_at"].date() <= date(2022, 12, 31)
        ]
        inside.append(found.total.interval.holds(sum(since)))
        assert found.total.p95 < 3 * found.total.p05
    # Of twelve at 90%, fewer than nine are inside once in forty.
    assert sum(inside) >= 9


def test_margin_declared_takes_its_share_and_its_doubt(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    orders = make_orders(company.lines(7), SIMULATED)
    margin = estimate(np.random.default_rng(1).uniform(0.3, 0.5, 1000), "share", Grade.ASSUMPTION, mean=0.4)
    plain = valued(orders, make_terms(SIMULATED))
    found = valued(orders, make_terms(SIMULATED, margin))
    assert found.total.mean == pytest.approx(0.4 * plain.total.mean, rel=1e-3)
    assert (found.grade, found.basis, found.unit) == (Grade.ASSUMPTION, "margin_declared", "GBP margin")
    assert found.total.sd / found.total.mean > plain.total.sd / plain.total.mean
    assert found.total.draws is not None
    assert margin.draws is not None
    assert np.corrcoef(found.total.draws, margin.draws)[0, 1] > 0.5


def test_cost_to_serve_is_taken_off_order_by_order(
    make_orders: Build, make_terms: MakeTerms, engine: Engine, company: Any
) -> None:
    lines = company.lines(8)
    orders = make_orders(lines, SIMULATED)
    terms = make_terms(SIMULATED)
    gross = valued(orders, terms)
    known: list[dict[str, Any]] = gross.customers.records()
    who = [str(row["customer_id"]) for row in known]
    days = {(line["customer_id"], line["ordered_at"].date()) for line in lines if line["ordered_at"].year == 2021}
    bought = [sum(customer == each for customer, _ in days) for each in who]
    costs = engine.write("profits", [{"customer_id": who, "cost_to_serve": [3.0 * n for n in bought], "n": bought}])
    net = valued(orders, terms, profit(costs))
    orders_ahead = {row["customer_id"]: row["value"] / row["per_order"] for row in known}
    assert net.cost_to_serve_known
    assert net.unit == "GBP revenue after cost to serve"
    for row in net.customers.records(40):
        discounted = orders_ahead[row["customer_id"]]
        assert row["cost_per_order"] == pytest.approx(3.0)
        assert row["cost_to_serve"] == pytest.approx(3.0 * discounted)
    assert net.total.mean == pytest.approx(gross.total.mean - 3.0 * sum(orders_ahead.values()))
    assert np.asarray(net.shared_cost).std() > 0.05


def test_as_many_simulated_customers_bought_within_a_year_as_said(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    ratios: list[float] = []
    for seed in (21, 22, 23):
        lines = company.lines(seed)
        said = column(valued(make_orders(lines, SIMULATED), make_terms(SIMULATED)), "p_buys_12m")
        known = {line["customer_id"] for line in lines if line["ordered_at"].date() <= SIMULATED}
        since = {
            line["customer_id"] for line in lines if date(2022, 1, 1) <= line["ordered_at"].date() <= date(2022, 12, 31)
        }
        luck = np.sqrt((said * (1 - said)).sum())
        ratios.append((len(since & known) - said.sum()) / luck)
    assert abs(np.mean(ratios)) < 2.5 / np.sqrt(3)


def test_contract_like_customers_are_valued_by_their_own_periods(
    make_orders: Build, make_terms: MakeTerms, engine: Engine, company: Any
) -> None:
    lines = company.lines(9)
    for month in range(1, 13):
        lines.extend({"customer_id": f"z{i}", "ordered_at": f"2021-{month:02d}-20", "amount": 50.0} for i in range(20))
    orders = make_orders(lines, SIMULATED)
    terms = make_terms(SIMULATED, horizon=Horizon(1.0), discount_rate=0.0)
    who = [f"z{i}" for i in range(20)]
    columns = {"customer_id": who, "buying_type": ["contract_like"] * 20, "told": [True] * 20}
    table = engine.write("types", [columns | {"median_gap_days": [365.25 / 12] * 20, "gap_cv": [0.03] * 20}])
    repeat = repeat_buying(orders, BuyingType(Grade.BEHAVIOUR, {}, 1.0, table), terms)
    found = lifetime_value(orders, repeat, None, None, terms)
    assert found.renewing is not None
    # 20 customers renewed 11 times each, the last time too lately to count, and none lapsed: Beta(0.5, 200.5).
    assert (found.renewing.customers, found.renewing.lapsed, found.renewing.renewed) == (20, 0.5, 200.5)
    rows = {row["customer_id"]: row for row in found.customers.records()}
    assert rows["z0"]["buying_type"] == "contract_like"
    # Twelve renewals, each failing with 0.5 / 201.
    assert rows["z0"]["expected_orders"] == pytest.approx(sum((1 - 0.5 / 201) ** k for k in range(1, 13)), rel=1e-3)
    assert rows["z0"]["p_buys_12m"] == pytest.approx(1 - 0.5 / 201)
    assert (
        "The 20 contract-like customers are valued by their own periods, each renewal failing with 0.2%"
        in found.notes[-2]
    )


def test_a_calendar_moves_all_customers_alike(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    terms = make_terms(SIMULATED)
    orders = make_orders(company.lines(10), SIMULATED)
    repeat = repeat_buying(orders, None, terms)
    plain = lifetime_value(orders, repeat, None, None, terms)
    moved = lifetime_value(orders, repeat, calendar(orders, repeat, terms), None, terms)
    assert moved.total.mean == pytest.approx(moved.calendar_factor * plain.total.mean)
    assert moved.stationary_total.mean == pytest.approx(plain.total.mean)
    assert moved.total.sd > 2 * moved.stationary_total.sd
    assert "one calendar factor" in moved.notes[1]


def test_without_spread_in_spending_every_order_counts_alike(make_orders: Build, make_terms: MakeTerms) -> None:
    days = [f"2024-{month:02d}-{day:02d}" for month in range(1, 7) for day in (3, 17)]
    lines = [
        {"customer_id": f"c{i}", "ordered_at": day, "amount": 20.0}
        for i in range(30)
        for day in days[i % 7 :: 1 + i % 4]
    ]
    terms = make_terms(date(2024, 6, 30))
    found = valued(make_orders(lines, terms.as_of), terms)
    assert found.spend is not None
    assert not found.spend.identified
    np.testing.assert_allclose(column(found, "per_order"), 20.0, rtol=0.05)


def test_margins_below_nothing_have_no_law_of_spending(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    lines = [line | {"quantity": 1.0, "unit_cost": line["amount"] + 2.0} for line in company.lines(3)]
    found = valued(make_orders(lines, SIMULATED), make_terms(SIMULATED))
    assert (found.spend, found.basis) == (None, "margin_measured")
    assert found.per_order == pytest.approx(-2.0, abs=0.05)
    assert found.total.mean < 0
    assert "every order counts as the average of all, -2.0" in " ".join(found.notes)
    low, high = column(found, "p05"), column(found, "p95")
    assert (low <= high).all()


def profit(costs: Any) -> CustomerProfit:
    each = estimate(np.random.default_rng(2).uniform(2.0, 4.0, 1000), "GBP each", Grade.EXPERT, mean=3.0)
    parts = (ProfitPart("margin", 1, certain(1.0, "GBP per GBP", Grade.BEHAVIOUR)), ProfitPart("n", -1, each))
    total = certain(0.0, "GBP revenue after cost to serve", Grade.EXPERT)
    return CustomerProfit(
        grade=Grade.EXPERT, basis="revenue", unit=total.unit, start=date(2021, 1, 1), end=SIMULATED,
        active_customers=1, revenue=0.0, total=total, anonymous_revenue=0.0, anonymous_profit=0.0,
        cost_to_serve_known=True, losing=0, loss_total=0.0, customers=costs, parts=parts, thresholds=None,
    )  # fmt: skip


def test_a_prior_is_never_told_as_data(make_orders: Build, make_terms: MakeTerms) -> None:
    # Everyone buys on the same few days: nobody leaves and rates do not differ.
    days = [f"2024-01-{day:02d}" for day in range(1, 29, 3)]
    lines = [{"customer_id": f"c{i}", "ordered_at": day, "amount": 10.0 + i} for i in range(40) for day in days]
    terms = make_terms(date(2024, 1, 29))
    orders = make_orders(lines, terms.as_of)
    repeat = repeat_buying(orders, None, terms)
    found = lifetime_value(orders, repeat, None, None, terms)
    assert repeat.models[repeat.chosen].prior_used
    assert (repeat.grade, found.grade) == (Grade.ASSUMPTION, Grade.ASSUMPTION)
    assert "a weak prior holds the chosen one, each parameter log-normal" in repeat.why
    told = " ".join(found.notes)
    assert "The data do not identify" in told
    assert "The history of 0.1 years is shorter than the horizon of 3" in told
