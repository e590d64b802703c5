"""What holds for every rule, whatever the findings say."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.decisions.decision import Decision, Status
from patronage.decisions.ledger import ledger
from patronage.decisions.rules.acquire import acquire
from patronage.decisions.rules.grow import grow
from patronage.decisions.rules.let_go_or_reprice import let_go_or_reprice
from patronage.decisions.rules.price import price
from patronage.decisions.rules.protect import protect
from patronage.decisions.rules.retain import retain
from patronage.decisions.rules.win_back import win_back
from patronage.strategy.actions import ActionCost, ActionKind, CostsOfAction
from patronage.strategy.quantity import Kind, Quantity, exactly

PEOPLE = ("customer_id", "place", "amount", "value", "why")

Case = dict[str, Any]

money = st.floats(0, 1e6)
shares = st.floats(0, 1)
texts = st.sampled_from([None, "UK", "<b>'; drop table", "=1+1", "Île-de-France 👍"])
effects = st.one_of(
    st.none(),
    shares.map(exactly),
    st.tuples(st.floats(0.5, 20), st.floats(0.5, 200)).map(lambda ab: Quantity(Kind.BETA, ab)),
)
actions = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {
            "cost": st.floats(0, 1e4).map(exactly),
            "one_off": money.map(exactly),
            "yearly": money.map(exactly),
            "effect": effects,
        }
    ),
)
lives = st.fixed_dictionaries(
    {
        "p_alive": st.one_of(st.none(), shares),
        "value": st.one_of(st.none(), st.floats(-1e5, 1e6)),
        "p05": st.floats(-1e5, 0),
        "p95": money,
        "revenue_12m": st.one_of(st.none(), money),
        "value_12m": st.one_of(st.none(), st.floats(-1e4, 1e5)),
        "buying_type": st.sampled_from([None, "regular", "irregular", "once", "contract_like"]),
        "place": texts,
        "orders": st.integers(1, 500),
        "first_day": st.dates(date(2010, 1, 1), date(2011, 12, 9)),
    }
)
histories = st.fixed_dictionaries(
    {"x": st.integers(0, 300), "t_x": st.floats(0, 700), "age": st.floats(700, 800), "occasions_value": money}
)
profits = st.fixed_dictionaries(
    {"revenue": money, "margin": st.floats(-1e4, 1e5), "avoidable_cost": money, "p_loss": shares, "p95": money}
)
gaps = st.fixed_dictionaries(
    {"category": st.sampled_from(["Lamps", "Mugs", "'; --"]), "uptake": shares, "value_if_adopted": money}
)
prices = st.fixed_dictionaries({"place": texts, "revenue": money, "leakage": st.floats(-1e4, 1e4)})
companies = st.fixed_dictionaries(
    {
        "lives": st.lists(lives, max_size=12),
        "histories": st.lists(histories, max_size=12),
        "profits": st.lists(profits, max_size=8),
        "gaps": st.lists(gaps, max_size=8),
        "prices": st.lists(prices, max_size=8),
        "basis": st.sampled_from(["margin_measured", "margin_declared", "revenue"]),
        "leakage": st.tuples(st.floats(-100, 1e5), st.floats(0, 1e4)),
        "action": actions,
    }
)


@pytest.fixture
def rows_of(request: pytest.FixtureRequest) -> Callable[[Case], list[Decision]]:
    """What all rules say of a made-up company."""
    made: Callable[[str], Any] = request.getfixturevalue
    terms, engine = made("terms"), made("engine")

    def build(case: Case) -> list[Decision]:
        lifetime = made("make_lifetime")(case["lives"], basis=case["basis"])
        ids = [f"c{index}" for index in range(len(case["lives"]))]
        days = [
            {"customer_id": name, "day": row["first_day"], "value": 50.0}
            for name, row in zip(ids, case["lives"], strict=True)
        ]
        repeat = made("make_repeat")(case["histories"], days=days)
        line = {"ordered_at": datetime.fromisoformat("2011-01-01"), "amount": 1.0, "product_id": "p"}
        orders = made("make_orders")([{"customer_id": name} | line for name in ids])
        profit = made("make_profit")(case["profits"], basis=case["basis"])
        gap = made("make_gap")(case["gaps"], basis=case["basis"])
        discipline = made("make_discipline")(case["prices"], case["leakage"])
        costs = case["action"] and CostsOfAction(tuple(ActionCost(kind, **case["action"]) for kind in ActionKind))
        return [
            *retain(lifetime, terms, engine, costs),
            *win_back(lifetime, repeat, terms, engine, costs),
            *protect(lifetime, repeat, terms, engine, costs),
            *grow(gap, lifetime, terms, engine, costs),
            *price(discipline, profit, terms, engine, costs),
            *acquire(lifetime, repeat, orders, terms, costs),
            *let_go_or_reprice(profit, activity_costs=None, lifetime=lifetime, terms=terms, engine=engine, costs=costs),
        ]

    return build


def numbers(row: Decision) -> list[float]:
    """Every number that a row shows."""
    found = [row.at_stake, row.cost.one_off, row.cost.yearly, *row.value_by_year]
    found += [value for value in (row.p_better, row.hours, row.payback) if value is not None]
    found += [end for driver in row.drivers for end in (driver.at_p05, driver.at_p95)]
    found += [row.break_even.effect] if row.break_even else []
    found += [row.learning.value] if row.learning and row.learning.value is not None else []
    for value in (row.value, row.value_raw):
        found += [value.mean, value.sd, value.p05, value.p50, value.p95] if value else []
    found += [figure for basis in row.evidence for figure in basis.figures.values() if not isinstance(figure, str)]
    return found


@given(companies)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=6)
def test_every_rule_gives_rows_that_keep_the_contract(rows_of: Any, engine: Any, case: Case) -> None:
    rows = rows_of(case)
    kinds = {"retain", "win_back", "protect", "grow", "price", "acquire", "let_go_or_reprice"}
    assert {row.move.kind for row in rows} == kinds
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        assert all(math.isfinite(number) for number in numbers(row)), row
        assert row.p_better is None or 0 <= row.p_better <= 1
        assert row.reason[-1] == "."
        assert row.questions
        assert (row.value is not None) == (row.status is Status.PROPOSED)
        if row.value is not None:
            assert row.value.mean > 0
            assert row.p_better is not None
            assert row.p_better >= 0.5
            assert sum(row.value_by_year) == pytest.approx(row.value.mean, rel=1e-6, abs=1e-6)
        if row.people is not None:
            assert row.people.columns == PEOPLE
            assert row.people.rows > 0
    assert {row.id for row in ledger(rows, engine=engine)} == {row.id for row in rows}


@given(companies)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=2)
def test_the_same_findings_give_the_same_rows_and_ids(rows_of: Any, case: Case) -> None:
    def shown(rows: list[Decision]) -> list[Any]:
        return [(row.id, row.value, row.reason, row.people and row.people.rows) for row in rows]

    assert shown(rows_of(case)) == shown(rows_of(case))


def test_a_company_without_a_customer_still_gets_a_row_from_every_rule(rows_of: Any) -> None:
    nothing: Case = {"lives": [], "histories": [], "profits": [], "gaps": [], "prices": [], "leakage": (0.0, 0.0)}
    rows = rows_of(nothing | {"basis": "margin_measured", "action": None})
    assert len(rows) == 7
    assert all(row.value is None for row in rows)
