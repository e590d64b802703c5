from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from patronage.decisions.decision import Status
from patronage.decisions.rules.grow import grow

# Alive for all of the horizon at last year's pace: 1,200 of value at 400 a year are three years.
LIVES = [{"customer_id": name, "value": 1200.0, "value_12m": 400.0} for name in ("a", "b")]
GAPS = [
    {"customer_id": "a", "category": "Lamps", "uptake": 0.10, "value_if_adopted": 100.0},
    {"customer_id": "b", "category": "Lamps", "uptake": 0.30, "value_if_adopted": 200.0},
    {"customer_id": "b", "category": "Mugs", "uptake": 0.60, "value_if_adopted": 90.0},
]


def test_the_gain_is_what_the_offer_adds_and_each_customer_gets_the_best_one(
    make_gap: Any, make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    costs = make_costs("grow", cost=2.0, effect=0.05)
    (found,) = grow(make_gap(GAPS), make_lifetime(LIVES), terms, engine, costs)
    assert found.move.subject == "customers without Lamps"
    assert found.move.to_state == "an offer of Lamps"
    assert found.status is Status.PROPOSED
    assert found.value is not None
    assert found.value.mean == pytest.approx(0.05 * 3 * (100 + 200) - 4)
    assert found.break_even is not None
    assert found.break_even.effect == pytest.approx(4 / 900)
    assert found.at_stake == pytest.approx(0.1 * 100 + 0.3 * 200)  # the measured uptake, not all that both bring
    assert found.people is not None
    assert [row["customer_id"] for row in found.people.records()] == ["b", "a"]
    amounts: list[Any] = [row["amount"] for row in found.people.records()]
    assert sum(amounts) == pytest.approx(found.at_stake)
    assert found.people.records()[1]["why"] == "does not buy Lamps; 10% of its like took it up unasked"


def test_uptake_without_an_offer_is_no_gain_of_an_offer(
    make_gap: Any, make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    (found,) = grow(make_gap(GAPS), make_lifetime(LIVES), terms, engine, make_costs("grow", cost=2.0))
    assert found.status is Status.REFUSED
    assert found.value is None
    assert found.reason == (
        "2 customers buy what buyers of Lamps buy, but not Lamps; unasked, 20% take it up, worth GBP 70 a year; no "
        "proposal, because what an offer of Lamps achieves is neither measured nor declared: at GBP 4 it pays as soon "
        "as more than 0.44% of them take it up because of the offer; run the test, or declare "
        "costs_of_action.grow.effect."
    )


def test_customers_who_are_leaving_are_worth_fewer_years(
    make_gap: Any, make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    lives = [{"customer_id": name, "value": 40.0, "value_12m": 400.0} for name in ("a", "b")]
    (found,) = grow(make_gap(GAPS), make_lifetime(lives), terms, engine, make_costs("grow", cost=2.0, effect=0.05))
    assert found.status is Status.NOTHING_TO_GAIN
    assert found.reason == (
        "No customer lacks a category that its like buy and that would bring back the cost of an offer, so there is "
        "nobody to grow by one."
    )


def test_without_lifetime_value_the_whole_horizon_counts(
    make_gap: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    (found,) = grow(make_gap(GAPS), None, terms, engine, make_costs("grow", cost=2.0))
    assert found.break_even is not None
    assert found.break_even.effect == pytest.approx(4 / 900)


def test_years_of_a_customer_are_counted_from_whole_years_and_before_cost_to_serve(
    make_gap: Any, make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    # 350 after 50 of cost, beside 100 in half a year, which is 200 a year: two years of the offered category.
    lives = [
        {"customer_id": name, "value": 350.0, "cost_to_serve": 50.0, "value_12m": 100.0, "first_day": date(2011, 6, 10)}
        for name in ("a", "b")
    ]
    (found,) = grow(make_gap(GAPS), make_lifetime(lives), terms, engine, make_costs("grow", cost=2.0, effect=0.05))
    assert found.value is not None
    assert found.value.mean == pytest.approx(0.05 * 4 * 183 / 365.25 * (100 + 200) - 4)
