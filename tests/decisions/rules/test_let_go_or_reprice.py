from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from patronage.decisions.decision import Status
from patronage.decisions.rules.let_go_or_reprice import let_go_or_reprice
from patronage.vocabulary.estimate import certain
from patronage.vocabulary.grade import Grade

# Losses of 80, 300 and 900 a year: a tenth of 1,000 ends the first, half of the 600 of avoidable cost with it the
# second, and nothing the third.
LOSERS = [
    {"customer_id": "dear", "revenue": 1000.0, "margin": 120.0, "avoidable_cost": 200.0, "p_loss": 0.9},
    {"customer_id": "busy", "revenue": 1000.0, "margin": 300.0, "avoidable_cost": 600.0, "p_loss": 0.9},
    {"customer_id": "lost", "revenue": 1000.0, "margin": 100.0, "avoidable_cost": 1000.0, "p_loss": 0.9},
    {"customer_id": "good", "revenue": 1000.0, "margin": 500.0, "avoidable_cost": 100.0, "p_loss": 0.0},
]


def test_each_loss_gets_the_cheapest_remedy_that_ends_it(
    make_profit: Any, terms: Any, engine: Any, make_costs: Any
) -> None:
    costs = make_costs("let_go", cost=2.0)
    found = let_go_or_reprice(
        make_profit(LOSERS), activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=costs
    )
    by_subject = {row.move.subject: row for row in found}
    ids = {
        name: [each["customer_id"] for each in row.people.records()] for name, row in by_subject.items() if row.people
    }
    assert ids == {
        "customers whose loss a small rise of price ends": ["dear"],
        "customers whose loss a minimum order or a cheaper service ends": ["busy"],
        "customers whose loss no fix ends": ["lost"],
    }
    lost = by_subject["customers whose loss no fix ends"]
    assert lost.status is Status.PROPOSED
    assert lost.value is not None
    assert lost.value.mean == pytest.approx(3 * 900 - 2)
    assert lost.at_stake == pytest.approx(900.0)
    assert lost.break_even is not None
    assert lost.break_even.effect == pytest.approx(0.1)
    assert lost.reason == (
        "1 customer with GBP 1,000 of revenue a year costs GBP 900 a year more to serve than they bring, counting only "
        "cost that would go with them; letting go those who do not accept terms that pay costs GBP 2 and is worth "
        "GBP 2,698 (GBP 2,698 to GBP 2,698) net over 3 years, whether they accept or leave."
    )


def test_cost_that_would_stay_is_no_reason_to_let_go(make_profit: Any, terms: Any, engine: Any) -> None:
    rows = [{"revenue": 1000.0, "margin": 300.0, "avoidable_cost": 200.0, "cost_to_serve": 900.0, "p_loss": 1.0}]
    (found,) = let_go_or_reprice(
        make_profit(rows), activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=None
    )
    assert found.status is Status.NOTHING_TO_GAIN
    assert found.reason == (
        "1 customer shows a loss only because cost is allocated that would stay without them; letting them go would "
        "lose GBP 100 a year, so they stay."
    )


def test_assumed_margin_and_assumed_cost_give_the_threshold_in_words(
    make_profit: Any, make_thresholds: Any, terms: Any, engine: Any
) -> None:
    assumed = replace(terms, gross_margin=certain(0.4, "share of revenue", Grade.ASSUMPTION))
    profit = make_profit(LOSERS, basis="margin_declared", thresholds=make_thresholds())
    (found,) = let_go_or_reprice(profit, activity_costs=None, lifetime=None, terms=assumed, engine=engine, costs=None)
    assert found.status is Status.REFUSED
    assert found.value is None
    assert found.reason == (
        "214 customers lose money if handling an order costs more than GBP 18, and 900 customers lose money if "
        "handling an order costs more than GBP 50; no proposal, because margin and cost are not both measured: give "
        "unit costs, or count the work in activity_events, to see who it is."
    )
    assert found.break_even is not None
    assert (found.break_even.effect, found.break_even.unit) == (18.0, "GBP for handling an order")


def test_without_thresholds_the_refusal_says_what_would_lift_it(make_profit: Any, terms: Any, engine: Any) -> None:
    profit = make_profit(LOSERS, basis="revenue", cost_to_serve_known=False)
    (found,) = let_go_or_reprice(profit, activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=None)
    assert found.status is Status.REFUSED
    assert found.reason == (
        "No proposal, because neither margin nor the cost of handling an order is known: give unit costs, or count the "
        "work in activity_events, to see who it is."
    )


def test_losses_count_only_as_long_as_customers_stay(
    make_profit: Any, make_lifetime: Any, terms: Any, engine: Any
) -> None:
    # Active customers are worth 1.5 years of what they bring a year, so a loss of 900 is worth 1,350.
    lifetime = make_lifetime([{"p_alive": 1.0, "value": 600.0, "value_12m": 400.0}])
    found = let_go_or_reprice(
        make_profit([LOSERS[2]]), activity_costs=None, lifetime=lifetime, terms=terms, engine=engine, costs=None
    )
    assert found[0].value is not None
    assert found[0].value.mean == pytest.approx(1350.0)


def test_nobody_loses_money(make_profit: Any, terms: Any, engine: Any) -> None:
    (found,) = let_go_or_reprice(
        make_profit([LOSERS[3]]), activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=None
    )
    assert found.status is Status.NOTHING_TO_GAIN
    assert found.reason == (
        "No customer more likely than not costs more than it brings, so there is nobody to reprice or let go."
    )
