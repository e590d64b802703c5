from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pytest

from patronage.decisions.rules.price import price
from patronage.decisions.rules.win_back import win_back
from patronage.decisions.stake import revenue_at_stake, stake_of


def test_at_stake_is_the_revenue_of_those_who_are_moved_and_of_nobody_else(engine: Any) -> None:
    revenue = ibis.memtable({"customer_id": ["a", "b", "c"], "revenue": [10.0, 20.0, 40.0]})
    moved = ibis.memtable({"customer_id": ["a", "c", "unknown"]})
    assert stake_of(moved, revenue, engine) == 50.0
    assert stake_of(moved.filter(moved.customer_id == "unknown"), revenue, engine) == 0.0
    assert revenue_at_stake(None, revenue, engine) == 0.0


def test_returns_beyond_purchases_put_nothing_at_stake(engine: Any) -> None:
    revenue = ibis.memtable({"customer_id": ["a"], "revenue": [-10.0]})
    assert stake_of(revenue, revenue, engine) == 0.0


def test_who_left_counts_with_the_twelve_months_up_to_its_last_purchase(
    make_lifetime: Any, make_repeat: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    active = {"customer_id": "active", "p_alive": 0.8, "value": 800.0}
    gone = {"customer_id": "gone", "p_alive": 0.1, "value": 3.0, "revenue_12m": 0.0}
    bought = (
        (date(2008, 7, 1), 1000.0),
        (date(2009, 6, 1), 400.0),
        (date(2009, 6, 2), 200.0),
        (date(2010, 6, 1), 30.0),
    )
    days = [{"customer_id": "gone", "day": day, "revenue": revenue} for day, revenue in bought]
    repeat = make_repeat([{"customer_id": "active"}, {"customer_id": "gone"}], days=days)
    costs = make_costs("win_back", cost=10.0, effect=0.05)
    (found,) = win_back(make_lifetime([active, gone]), repeat, terms, engine, costs)
    assert found.at_stake == pytest.approx(230.0)
    assert "who brought GBP 230 in the last twelve months in which it bought has left" in found.reason
    assert found.people is not None
    assert found.people.records()[0]["amount"] == pytest.approx(230.0)


def test_nothing_to_gain_from_discipline_puts_all_at_stake_who_pay_less(
    make_discipline: Any, make_profit: Any, terms: Any, engine: Any
) -> None:
    rows = [{"customer_id": "low", "leakage": 5.0}, {"customer_id": "high", "leakage": -5.0}]
    profit = make_profit([{"customer_id": "low", "revenue": 80.0}, {"customer_id": "high", "revenue": 900.0}])
    (found,) = price(make_discipline(rows, (200.0, 190.0)), profit, terms, engine, None)
    assert found.at_stake == 80.0
    (unknown,) = price(make_discipline(rows, (200.0, 190.0)), None, terms, engine, None)
    assert unknown.at_stake == 0.0
