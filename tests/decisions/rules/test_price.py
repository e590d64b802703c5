from __future__ import annotations

from typing import Any

import pytest

from patronage.decisions.decision import Status
from patronage.decisions.rules.price import price

# Told leakage is 100 + 300 = 400 a year, of which 200 are beyond noise: half of each.
CUSTOMERS = [
    {"customer_id": "a", "place": "France", "revenue": 1000.0, "leakage": 100.0},
    {"customer_id": "b", "place": "Spain", "revenue": 2000.0, "leakage": 300.0},
    {"customer_id": "c", "place": "Spain", "revenue": 5000.0, "leakage": -50.0},
]


def test_leakage_beyond_noise_over_the_horizon_is_what_full_discipline_brings(
    make_discipline: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    costs = make_costs("price", cost=1.0, effect=0.5)
    spain, france = price(make_discipline(CUSTOMERS, (200.0, 10.0)), None, terms, engine, costs)
    assert (spain.move.subject, france.move.subject) == ("customers in Spain", "customers in France")
    assert spain.status is Status.PROPOSED
    assert spain.value is not None
    assert spain.value.mean == pytest.approx(0.5 * 150 * 3 - 1)
    assert spain.at_stake == pytest.approx(150.0)
    assert spain.people is not None
    for row in (spain, france):
        assert row.people is not None
        amounts: list[Any] = [one["amount"] for one in row.people.records()]
        assert sum(amounts) == pytest.approx(row.at_stake)
    assert spain.people.rows == 1
    assert spain.people.records()[0]["why"] == "pays 95% of what product, volume and month explain, over 9 lines"


def test_break_even_is_the_share_of_volume_that_may_be_lost(
    make_discipline: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    discipline = make_discipline(CUSTOMERS, (200.0, 10.0))
    spain, _ = price(discipline, None, terms, engine, make_costs("price", cost=3.0, effect=0.5))
    assert spain.status is Status.PROPOSED
    assert spain.break_even is not None
    assert spain.break_even.unit == "share of their volume lost"
    # 150 a year less a third of 3; each lost unit loses all of its revenue where no margin is known.
    assert spain.break_even.effect == pytest.approx(149 / (150 + 2000))
    assert spain.reason.endswith("; the gain is gone once they buy 6.9% less.")


def test_a_known_margin_makes_lost_volume_cheaper(
    make_discipline: Any, make_profit: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    profit = make_profit([{"revenue": 1000.0, "margin": 400.0}])
    discipline = make_discipline(CUSTOMERS, (200.0, 10.0))
    spain, _ = price(discipline, profit, terms, engine, make_costs("price", cost=3.0))
    assert spain.break_even is not None
    assert spain.break_even.effect == pytest.approx(149 / (150 + 0.4 * 2000))


def test_dispersion_that_chance_explains_is_nothing_to_gain(
    make_discipline: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    discipline = make_discipline(CUSTOMERS, (200.0, 190.0))
    (found,) = price(discipline, None, terms, engine, make_costs("price", cost=1.0, effect=0.5))
    assert found.status is Status.NOTHING_TO_GAIN
    assert found.reason == (
        "Prices that differ by more than product, volume and month explain differ no more than chance would have it, "
        "so there is nothing to gain from discipline."
    )
    assert found.at_stake == pytest.approx(200.0)  # the leakage measured


def test_amounts_too_small_to_bother_are_nothing_to_gain(
    make_discipline: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    discipline = make_discipline(CUSTOMERS, (200.0, 10.0))
    (found,) = price(discipline, None, terms, engine, make_costs("price", cost=5000.0))
    assert found.status is Status.NOTHING_TO_GAIN
    assert found.reason == (
        "No customer pays so much less than usual that holding the price would bring back its cost."
    )


def test_a_row_that_proposes_nothing_does_not_tell_what_volume_its_gain_can_bear(
    make_discipline: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    discipline = make_discipline(CUSTOMERS, (200.0, 10.0))
    refused, _ = price(discipline, None, terms, engine, make_costs("price", cost=3.0))
    assert refused.status is Status.REFUSED
    assert refused.reason.endswith("or declare costs_of_action.price.effect.")
    assert refused.break_even is not None
    assert refused.break_even.unit == "share of their volume lost"
    found = price(discipline, None, terms, engine, make_costs("price", cost=1.0, one_off=9000.0, effect=0.5))
    assert {row.status for row in found} == {Status.NOTHING_TO_GAIN}
    assert not any("once they buy" in row.reason for row in found)
    assert all(row.break_even is None or row.break_even.unit != "share of their volume lost" for row in found)
