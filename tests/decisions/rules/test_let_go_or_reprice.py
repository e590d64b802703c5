from __future__ import annotations

from dataclasses import replace
from typing import Any

import ibis
import pytest

from patronage.decisions.decision import Status
from patronage.decisions.rules.let_go_or_reprice import REMEDIES, let_go_or_reprice
from patronage.evidence.queries.losses import loss_makers
from patronage.strategy.actions import CostsOfAction
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


def expert(costs: CostsOfAction) -> CostsOfAction:
    """The same costs, known to an expert."""
    return CostsOfAction(tuple(replace(action, grade=Grade.EXPERT) for action in costs.actions))


def test_each_loss_gets_the_cheapest_remedy_that_ends_it(
    make_profit: Any, terms: Any, engine: Any, make_costs: Any
) -> None:
    costs = expert(make_costs("let_go", cost=2.0, effect=1.0))
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
    assert lost.at_stake == pytest.approx(1000.0)
    assert lost.break_even is not None
    assert lost.break_even.effect == pytest.approx(2 / 2700)
    assert lost.reason == (
        "1 customer with GBP 1,000 of revenue a year costs GBP 900 a year more to serve than they bring, counting only "
        "cost that would go with them; letting go those who refuse terms that cover their cost costs GBP 2 and at the "
        "effect the company declares (100%) is worth GBP 2,698 net over 3 years; it pays as "
        "soon as more than 0.07% of them accept the new terms or leave."
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
        "214 customers lose money if handling an order costs more than GBP 18 and 900 if handling an order costs more "
        "than GBP 50; no proposal, because margin and cost are not both measured: give unit costs, or count the work "
        "in activity_events, to see who it is."
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
    make_profit: Any, make_lifetime: Any, terms: Any, engine: Any, make_costs: Any
) -> None:
    costs = make_costs("let_go", cost=0.0, effect=1.0)
    # Active customers are worth 1.5 years of what they bring a year, so a loss of 900 is worth 1,350.
    lifetime = make_lifetime([{"p_alive": 1.0, "value": 600.0, "value_12m": 400.0}])
    found = let_go_or_reprice(
        make_profit([LOSERS[2]]), activity_costs=None, lifetime=lifetime, terms=terms, engine=engine, costs=costs
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


def test_sums_of_half_a_year_are_told_by_the_year(make_profit: Any, terms: Any, engine: Any, make_costs: Any) -> None:
    halved = [{key: value / 2 if isinstance(value, float) and key != "p_loss" else value for key, value in row.items()}
              for row in LOSERS]  # fmt: skip
    shown = {"margin": 50.0, "avoidable_cost": 20.0, "p_loss": 1.0}
    profit = make_profit([*halved, shown], years=0.5)
    costs = make_costs("let_go", cost=2.0, effect=1.0)
    found = let_go_or_reprice(profit, activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=costs)
    by_subject = {row.move.subject: row for row in found}
    lost = by_subject["customers whose loss no fix ends"]
    assert lost.value is not None
    assert lost.value.mean == pytest.approx(3 * 900 - 2)
    assert lost.at_stake == pytest.approx(500.0)  # as it was measured, in half a year
    assert lost.people is not None
    (row,) = lost.people.records()
    assert (row["amount"], row["value"]) == (1000.0, pytest.approx(2698.0))
    assert "with GBP 1,000 of revenue a year costs GBP 900 a year" in lost.reason
    stays = by_subject["customers whose loss is cost that would stay"]
    assert "would lose GBP 60 a year" in stays.reason


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        (None, "so it pays at any total cost below that: declare costs_of_action.let_go.cost to see the threshold."),
        (
            {"cost": 27.0},
            (
                "is neither measured nor declared: at GBP 27 it pays as soon as more than 1.0% of them accept the new "
                "terms or leave; run the test, or declare costs_of_action.let_go.effect."
            ),
        ),
    ],
)
def test_cost_or_effect_that_nobody_declared_is_refused_with_the_threshold(  # noqa: PLR0917  fixtures
    declared: Any, told: str, make_profit: Any, terms: Any, engine: Any, make_costs: Any
) -> None:
    costs = declared and make_costs("let_go", **declared)
    (found,) = let_go_or_reprice(
        make_profit([LOSERS[2]]), activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=costs
    )
    assert (found.status, found.value) == (Status.REFUSED, None)
    assert found.move.kind == "let_go_or_reprice"
    assert found.reason.endswith(told)
    assert found.people is not None
    assert [row["value"] for row in found.people.records()] == [None]


def test_a_measured_loss_with_a_declared_effect_is_an_assumption(
    make_profit: Any, terms: Any, engine: Any, make_costs: Any
) -> None:
    profit = make_profit([LOSERS[2]], grade=Grade.BEHAVIOUR)
    costs = make_costs("let_go", cost=2.0, effect=0.5)
    (found,) = let_go_or_reprice(profit, activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=costs)
    assert found.grade is Grade.ASSUMPTION
    assert found.value is not None
    assert found.value.grade is Grade.ASSUMPTION
    known = expert(costs)
    (found,) = let_go_or_reprice(profit, activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=known)
    assert found.grade is Grade.EXPERT
    assert {driver.name: driver.grade for driver in found.drivers}["cost of acting"] is Grade.EXPERT


def test_the_list_sums_to_the_value_before_the_fixed_cost(
    make_profit: Any, terms: Any, engine: Any, make_costs: Any
) -> None:
    rows = [LOSERS[2], LOSERS[2] | {"customer_id": "gone", "margin": -200.0}]
    costs = make_costs("let_go", cost=2.0, one_off=50.0, effect=0.6)
    (found,) = let_go_or_reprice(
        make_profit(rows), activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=costs
    )
    assert found.value is not None
    assert found.people is not None
    told: list[dict[str, Any]] = found.people.records()
    assert [row["customer_id"] for row in told] == ["gone", "lost"]
    assert sum(row["value"] for row in told) == pytest.approx(0.6 * 3 * (900 + 1200) - 2 * 2)
    assert sum(row["value"] for row in told) == pytest.approx(found.value.mean + 50.0)
    assert sum(found.value_by_year) == pytest.approx(found.value.mean)


def test_a_margin_below_nothing_breaks_even_at_an_effect(
    make_profit: Any, terms: Any, engine: Any, make_costs: Any
) -> None:
    rows = [LOSERS[2] | {"margin": -900.0, "avoidable_cost": 100.0}]
    costs = make_costs("let_go", cost=30.0, effect=0.5)
    (found,) = let_go_or_reprice(
        make_profit(rows), activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=costs
    )
    assert found.break_even is not None
    assert found.break_even.effect == pytest.approx(0.01)
    assert found.break_even.unit == "share of customers treated who accept the new terms or leave"


def test_the_effect_drives_the_value(make_profit: Any, terms: Any, engine: Any, make_costs: Any, beta: Any) -> None:
    rows = [LOSERS[2] | {"p05": -920.0, "p95": -880.0}]
    costs = make_costs("let_go", cost=2.0, effect=beta(5, 5))
    (found,) = let_go_or_reprice(
        make_profit(rows), activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=costs
    )
    first = found.drivers[0]
    assert first.name == "share of customers treated who accept the new terms or leave"
    # 5% and 95% of a beta(5, 5) are 0.251 and 0.749.
    assert (first.at_p05, first.at_p95) == pytest.approx((0.251 * 2700 - 2, 0.749 * 2700 - 2), rel=0.03)


def test_a_measured_margin_below_nothing_is_a_loss_without_any_activity(
    make_profit: Any, make_thresholds: Any, terms: Any, engine: Any, make_costs: Any
) -> None:
    rows = [{"customer_id": "below", "revenue": 1000.0, "margin": -400.0, "p_loss": 1.0, "orders": 1}, LOSERS[3]]
    profit = make_profit(rows, cost_to_serve_known=False, thresholds=make_thresholds(12))
    costs = make_costs("let_go", cost=2.0, effect=0.5)
    loss, threshold = let_go_or_reprice(
        profit, activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=costs
    )
    assert loss.status is Status.PROPOSED
    assert loss.value is not None
    assert loss.value.mean == pytest.approx(0.5 * 1200 - 2)
    assert (
        "1 customer with GBP 1,000 of revenue a year brings GBP 400 a year less than their goods cost, whatever serving"
    ) in loss.reason
    assert loss.people is not None
    assert loss.people.records()[0]["why"] == "brings 400 a year less than its goods cost, over 1 order"
    assert threshold.status is Status.REFUSED
    assert threshold.reason == (
        "12 customers lose money before an order costs anything, 214 if handling an order costs more than GBP 18 and "
        "900 if handling an order costs more than GBP 50; no proposal, because what handling an order costs is "
        "not known: declare the activities and count the work in activity_events, to see who it is."
    )
    (unsure, _) = let_go_or_reprice(profit, activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=None)
    assert unsure.status is Status.REFUSED
    assert "each 1% of effect" in unsure.reason


def test_without_a_measured_loss_or_an_activity_there_is_the_threshold_alone(
    make_profit: Any, make_thresholds: Any, terms: Any, engine: Any
) -> None:
    profit = make_profit([LOSERS[3]], cost_to_serve_known=False, thresholds=make_thresholds())
    (found,) = let_go_or_reprice(profit, activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=None)
    assert found.status is Status.REFUSED
    assert found.reason.startswith("214 customers lose money if handling an order costs more than GBP 18 and 900")


def test_a_declared_margin_without_activities_gives_the_threshold(
    make_profit: Any, make_thresholds: Any, terms: Any, engine: Any
) -> None:
    rows = [{"revenue": -100.0, "margin": -40.0, "p_loss": 1.0}]
    profit = make_profit(rows, basis="margin_declared", cost_to_serve_known=False, thresholds=make_thresholds())
    (found,) = let_go_or_reprice(profit, activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=None)
    assert found.status is Status.REFUSED
    assert "if handling an order costs more than" in found.reason


def test_a_loss_that_ends_only_with_both_fixes_names_both(make_profit: Any, terms: Any, engine: Any) -> None:
    # A loss of 380: a tenth of 1,000 or half of 600 do not end it, 400 together do.
    rows = [{"revenue": 1000.0, "margin": 220.0, "avoidable_cost": 600.0, "p_loss": 0.9, "orders": 15}]
    (found,) = let_go_or_reprice(
        make_profit(rows), activity_costs=None, lifetime=None, terms=terms, engine=engine, costs=None
    )
    assert found.move.subject == ("customers whose loss only a rise of price together with a cheaper service may end")
    assert found.move.to_state == "a price at which they break even and a cheaper service"
    assert found.people is not None
    assert found.people.records()[0]["why"] == "costs 380 a year more to serve than it brings, over 15 orders"


def test_orders_that_come_as_numbers_with_a_point_are_told_whole(engine: Any) -> None:
    row = {
        "customer_id": "a", "place": "UK", "revenue": 10.0, "margin": 1.0, "avoidable_cost": 9.0, "p_loss": 1.0,
        "p05": -8.0, "p95": -8.0, "orders": 15.0,
    }  # fmt: skip
    (found,) = engine.records(loss_makers(ibis.memtable([row]), REMEDIES))
    assert found["why"] == "costs 8 a year more to serve than it brings, over 15 orders"
