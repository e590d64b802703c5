from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from patronage.decisions.decision import Status
from patronage.decisions.rules.retain import retain
from patronage.strategy.actions import CostsOfAction
from patronage.vocabulary.grade import Grade

# Half gone each: value if active is 400 / 0.5 = 800 and 1200, of which half is likely lost: 400 and 600, 1,000 in all.
TWO = [
    {"customer_id": "a", "p_alive": 0.5, "value": 400.0, "p05": 400.0, "p95": 400.0, "revenue_12m": 1000.0},
    {"customer_id": "b", "p_alive": 0.5, "value": 600.0, "p05": 600.0, "p95": 600.0, "revenue_12m": 2000.0},
]


def test_a_declared_effect_gives_the_value_worked_by_hand(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    costs = make_costs("retain", cost=10.0, effect=0.1, hours=0.5)
    (found,) = retain(make_lifetime(TWO), terms, engine, costs)
    assert found.status is Status.PROPOSED
    # One in ten of those treated stays, all among the half that was leaving: a fifth of the 1,000 at risk, less 2 x 10.
    assert found.value is not None
    assert found.value.mean == pytest.approx(0.1 * 1000 / 0.5 - 20)
    assert found.at_stake == 3000.0
    assert found.cost.one_off == pytest.approx(20)
    assert found.hours == pytest.approx(1.0)
    assert found.break_even is not None
    assert found.break_even.effect == pytest.approx(20 / (1000 / 0.5))
    assert found.p_better == 1.0
    assert sum(found.value_by_year) == pytest.approx(found.value.mean)
    assert found.people is not None
    first = found.people.records()[0]
    assert first == {
        "customer_id": "b", "place": "UK", "amount": 2000.0, "value": pytest.approx(0.1 * 600 / 0.5 - 10),
        "why": "bought on 4 days, last on 2011-06-01; 50% likely to be still active",
    }  # fmt: skip


def test_the_reason_says_the_threshold_and_the_test_before_the_money_that_is_assumed(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    (found,) = retain(make_lifetime(TWO), terms, engine, make_costs("retain", cost=10.0, effect=0.1))
    assert found.reason == (
        "A personal contact before they leave: this pays as soon as more than 1.0% of them stay because of it, which a "
        "test is to show first; 2 irregular buyers who brought GBP 3,000 in the last twelve months are falling silent "
        "and GBP 1,000 of their value is likely to be lost; it costs GBP 20 and at the effect the company declares "
        "(10%) is worth GBP 180 net over 3 years."
    )


def test_a_measured_effect_says_the_money_first(make_lifetime: Any, make_costs: Any, terms: Any, engine: Any) -> None:
    (action,) = make_costs("retain", cost=10.0, effect=0.1).actions
    costs = CostsOfAction((replace(action, grade=Grade.EXPERIMENT),))
    (found,) = retain(make_lifetime(TWO), terms, engine, costs)
    assert found.reason.startswith("2 irregular buyers who brought GBP 3,000")
    assert found.reason.endswith(
        "a personal contact before they leave costs GBP 20 and at the effect the company declares (10%) is worth "
        "GBP 180 net over 3 years; it pays as soon as more than 1.0% of them stay because of it."
    )


def test_without_a_declared_effect_the_threshold_stands_in_words(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    (found,) = retain(make_lifetime(TWO), terms, engine, make_costs("retain", cost=10.0))
    assert found.status is Status.REFUSED
    assert found.value is None
    assert found.break_even is not None
    assert found.reason.endswith(
        "no proposal, because what a personal contact before they leave achieves is neither measured nor declared: at "
        "GBP 20 it pays as soon as more than 1.0% of them stay because of it; run the test, or declare "
        "costs_of_action.retain.effect."
    )
    assert found.learning is not None
    assert found.learning.test.startswith("Showing a rise of 0.5 percentage points takes ")


def test_without_a_declared_cost_the_worth_of_each_success_stands_in_words(
    make_lifetime: Any, terms: Any, engine: Any
) -> None:
    (found,) = retain(make_lifetime(TWO), terms, engine, None)
    assert found.status is Status.REFUSED
    assert found.reason.endswith(
        "no proposal, because each 1% of effect (share of customers treated who stay because of it) is worth GBP 20 "
        "over 3 years, so it pays at any total cost below that: declare costs_of_action.retain.cost to see the "
        "threshold."
    )


def test_revenue_without_a_margin_is_never_set_against_cost(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    lifetime = make_lifetime(TWO, basis="revenue")
    (found,) = retain(lifetime, terms, engine, make_costs("retain", cost=10.0, effect=0.1))
    assert found.status is Status.REFUSED
    assert "brings GBP 20 of revenue, against which no cost can be set: declare company.gross_margin" in found.reason


def test_customers_who_stay_or_are_gone_are_left_alone(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    rows = [{"p_alive": 0.9}, {"p_alive": 0.1}, {"p_alive": None}, {"p_alive": 0.5, "value": -5.0}]
    (found,) = retain(make_lifetime(rows), terms, engine, make_costs("retain", cost=10.0, effect=0.1))
    assert found.status is Status.NOTHING_TO_GAIN
    assert found.reason == (
        "No customer with between 20% and 80% chance of being still active has enough value to lose for a contact to "
        "pay, so there is nobody to keep by one."
    )


def test_each_way_of_buying_is_a_decision_with_its_own_list(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    rows = [{"p_alive": 0.5, "buying_type": kind} for kind in ("regular", "once", "regular", None)]
    found = retain(make_lifetime(rows), terms, engine, make_costs("retain", cost=1.0, effect=0.1))
    assert {row.move.subject: row.people.rows for row in found if row.people} == {
        "regular buyers falling silent": 2,
        "one-time buyers falling silent": 1,
        "other customers falling silent": 1,
    }


def test_an_uncertain_effect_is_worth_settling_only_where_it_may_change_the_choice(
    make_lifetime: Any, make_costs: Any, beta: Any, terms: Any, engine: Any
) -> None:
    sure: tuple[CostsOfAction, ...] = (make_costs("retain", cost=1.0, effect=beta(20.0, 180.0)),)
    near: tuple[CostsOfAction, ...] = (make_costs("retain", cost=60.0, effect=beta(2.0, 18.0)),)
    worth = [retain(make_lifetime(TWO), terms, engine, *each)[0].learning for each in (sure, near)]
    assert worth[0] is not None
    assert worth[1] is not None
    assert worth[0].value == pytest.approx(0.0, abs=1e-9)
    assert worth[1].value is not None
    assert worth[1].value > 5.0


def test_a_mean_above_the_cost_is_no_proposal_where_less_is_more_likely(
    make_lifetime: Any, make_costs: Any, beta: Any, terms: Any, engine: Any
) -> None:
    # Beta(0.2, 3.8) has mean 5% and lies below 3% more often than not.
    costs = make_costs("retain", cost=40.0, effect=beta(0.2, 3.8))
    (found,) = retain(make_lifetime(TWO), terms, engine, costs)
    assert found.status is Status.NOTHING_TO_GAIN
    assert "on average, more likely than not less than it costs, so today's state stands" in found.reason
    assert found.learning is not None
    assert found.learning.value is not None
    assert found.learning.value > 0


@pytest.mark.parametrize("effect", [0.02, 0.3])
def test_the_default_stands_unless_the_move_more_likely_beats_it(
    effect: float, make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    rows = [{"p_alive": 0.5, "value": 500.0} for _ in range(5)]
    costs = make_costs("retain", cost=5.0, one_off=500.0, effect=effect)
    (found,) = retain(make_lifetime(rows), terms, engine, costs)
    gained = effect * 5 * 500 / 0.5
    assert (found.status is Status.PROPOSED) == (gained > 525)
    assert (found.value is None) == (gained <= 525)


def test_no_contact_saves_more_than_is_at_risk(make_lifetime: Any, make_costs: Any, terms: Any, engine: Any) -> None:
    # At risk: 10 x 0.8 / 0.2 = 40 and 1 x 0.21 / 0.79 = 0.27; only the first one is worth 30, with a room of 0.8.
    sure = {"p05": 1.0, "p95": 1.0}
    rows = [
        sure | {"customer_id": "a", "p_alive": 0.2, "value": 10.0},
        sure | {"customer_id": "b", "p_alive": 0.79, "value": 1.0},
    ]
    unmeasured = retain(make_lifetime(rows), terms, engine, make_costs("retain", cost=30.0))
    (found,) = retain(make_lifetime(rows), terms, engine, make_costs("retain", cost=30.0, effect=0.8))
    for row in (*unmeasured, found):
        assert row.people is not None
        assert [person["customer_id"] for person in row.people.records()] == ["a"]
        assert row.evidence[0].figures["value likely to be lost"] == pytest.approx(40.0)
        assert "GBP 40 of its value is likely to be lost" in row.reason
    assert found.value is not None
    assert found.value.mean == pytest.approx(40.0 - 30.0)


@pytest.mark.parametrize("cost", [0.5, 3.0, 20.0, 40.0])
def test_the_largest_effect_saves_the_summed_risk_of_those_listed(
    cost: float, make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    told = [(0.21 + number / 20, 5.0 + 7 * (number % 4)) for number in range(11)]
    rows = [{"p_alive": chance, "value": value, "p05": value, "p95": value} for chance, value in told]
    (found,) = retain(make_lifetime(rows), terms, engine, make_costs("retain", cost=cost, effect=1.0))
    assert found.people is not None
    kept = [rows[int(str(row["customer_id"])[1:])] for row in found.people.records()]
    risk = sum(row["value"] * (1 - row["p_alive"]) / row["p_alive"] for row in kept)
    assert kept
    assert found.value is not None
    assert found.value.mean + cost * len(kept) == pytest.approx(risk)


def test_the_test_watches_a_share_that_can_be_seen(make_lifetime: Any, terms: Any, engine: Any) -> None:
    (found,) = retain(make_lifetime(TWO), terms, engine, None)
    assert found.learning is not None
    assert found.learning.test.endswith("watch how many buy again within a year (about 25% do without).")


def test_the_share_watched_rises_by_those_kept_who_buy_within_the_year(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    rows = [{"customer_id": f"c{number}", "p_alive": 0.5, "p_buys_12m": 0.25} for number in range(4000)]
    (found,) = retain(make_lifetime(rows), terms, engine, make_costs("retain", cost=1.0, effect=0.1))
    assert found.learning is not None
    # Half of those who are active buy within the year, so one in ten kept is one in twenty who buys.
    assert "a rise of 5 percentage points shows" in found.learning.test
