from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from patronage.decisions.decision import Status
from patronage.decisions.rules.win_back import win_back

ACTIVE = {"customer_id": "active", "p_alive": 0.8, "value": 800.0}
GONE = {"customer_id": "gone", "p_alive": 0.1, "value": 3.0, "revenue_12m": 0.0}
HISTORIES = [{"customer_id": "active"}, {"customer_id": "gone"}]

DAYS = [{"customer_id": "gone", "day": date(2010, 1, 5), "revenue": 900.0}] + [
    {"customer_id": name, "day": date(2010, 1, 5), "revenue": 70.0} for name in ("active", "once", "late")
]


def test_an_offer_is_worth_the_second_lives_of_those_it_brings_back(
    make_lifetime: Any, make_repeat: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    costs = make_costs("win_back", cost=10.0, effect=0.05)
    (found,) = win_back(make_lifetime([ACTIVE, GONE]), make_repeat(HISTORIES, days=DAYS), terms, engine, costs)
    assert found.status is Status.PROPOSED
    assert found.value is not None
    assert found.value.mean == pytest.approx(0.05 * 1000 - 10)
    assert found.at_stake == pytest.approx(900.0)  # in revenue, over one year
    assert found.value_by_year[0] == pytest.approx(0.6 * 0.05 * 1000 - 10)  # most of a second life falls early
    assert found.break_even is not None
    assert found.break_even.effect == pytest.approx(0.01)
    assert found.people is not None
    assert [row["customer_id"] for row in found.people.records()] == ["gone"]
    assert found.people.records()[0]["value"] == pytest.approx(40.0)
    assert found.evidence[0].figures["value of a second life for each"] == pytest.approx(1000.0)


def test_who_has_no_second_life_worth_having_is_on_no_list(
    make_lifetime: Any, make_repeat: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    without = [
        GONE | {"customer_id": name, "second_life": worth} for name, worth in (("active", None), ("once", -20.0))
    ]
    rows = [GONE, *without, GONE | {"customer_id": "late", "second_life": 0.0}]
    costs = make_costs("win_back", cost=10.0, effect=0.05)
    (found,) = win_back(make_lifetime(rows), make_repeat(HISTORIES, days=DAYS), terms, engine, costs)
    assert found.people is not None
    assert [row["customer_id"] for row in found.people.records()] == ["gone"]


def test_an_offer_that_costs_more_than_a_second_life_is_nothing_to_gain(
    make_lifetime: Any, make_repeat: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    costs = make_costs("win_back", cost=60.0, effect=0.05)
    (found,) = win_back(make_lifetime([ACTIVE, GONE]), make_repeat(HISTORIES, days=DAYS), terms, engine, costs)
    assert found.status is Status.NOTHING_TO_GAIN
    assert found.reason == (
        "No customer with less than 20% chance of being still active would in a second life bring back what an offer "
        "costs, so nobody is worth winning back."
    )


def test_without_a_cost_nobody_to_win_back_is_told_without_one(
    make_lifetime: Any, make_repeat: Any, terms: Any, engine: Any
) -> None:
    (found,) = win_back(make_lifetime([ACTIVE]), make_repeat(HISTORIES, days=DAYS), terms, engine, None)
    assert found.status is Status.NOTHING_TO_GAIN
    assert found.reason == (
        "No customer has less than 20% chance of being still active and a second life that is worth anything, so there "
        "is nobody to win back."
    )


def test_a_model_that_lets_nobody_leave_before_a_second_purchase_is_refused_for_those_who_bought_once(
    make_lifetime: Any, make_repeat: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    once = {"customer_id": "once", "orders": 1, "p_alive": 1.0, "buying_type": "once", "last_day": date(2010, 12, 9)}
    late = {"customer_id": "late", "orders": 1, "p_alive": 1.0, "buying_type": "once", "last_day": date(2010, 12, 10)}
    lifetime = make_lifetime([ACTIVE, GONE, once, late], model="bg_nbd")
    _, found = win_back(
        lifetime, make_repeat(HISTORIES, days=DAYS), terms, engine, make_costs("win_back", cost=10.0, effect=0.05)
    )
    assert found.status is Status.REFUSED
    assert found.at_stake == 70.0
    assert found.reason == (
        "1 customer who bought once, with GBP 600 of value, has been silent for over a year, and the model of "
        "buying (BG/NBD) cannot tell whether they left, since it lets nobody leave before a second purchase; a table "
        "of exits, or a test of an offer, would lift this."
    )


def test_priors_of_others_are_context_and_never_a_figure_of_the_value(
    make_lifetime: Any, make_repeat: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    costs = make_costs("win_back", cost=10.0)
    (found,) = win_back(make_lifetime([ACTIVE, GONE]), make_repeat(HISTORIES, days=DAYS), terms, engine, costs)
    assert found.value is None
    assert "no data of this one" in str(found.evidence[0].figures["context"])


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
    assert "who left brought GBP 230 in its last twelve months of buying, and a second" in found.reason
    assert found.people is not None
    assert found.people.records()[0]["amount"] == pytest.approx(230.0)
