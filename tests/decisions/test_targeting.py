from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from patronage.decisions.rules.grow import grow
from patronage.decisions.rules.retain import retain
from patronage.decisions.targeting import (
    MOST_SEGMENTS,
    acting_of,
    buyer,
    buyers,
    life_pattern,
    shared_factor,
    years_covered,
)
from patronage.vocabulary.estimate import estimate
from patronage.vocabulary.grade import Grade

YEARS = 1 + 0.2 * np.linspace(-1.0, 1.0, 1000, dtype=np.float32)
"""Good and bad years, mean 1."""


def test_a_rule_gives_a_handful_of_decisions_and_tells_what_the_rest_comes_to(
    make_gap: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    gaps = [
        {"customer_id": f"c{number}", "category": f"k{number}", "uptake": 0.5, "value_if_adopted": 100.0 - number}
        for number in range(9)
    ]
    found = grow(make_gap(gaps), None, terms, engine, make_costs("grow", cost=1.0, effect=0.1))
    assert [row.move.subject for row in found] == [f"customers without k{number}" for number in range(MOST_SEGMENTS)]
    left_out = found[-1].evidence[-1]
    assert left_out.finding == "segments left out"
    assert left_out.rows == 3
    assert left_out.figures["money a year in all of them"] == pytest.approx((94 + 93 + 92) / 2)
    assert all(basis.finding != "segments left out" for row in found[:-1] for basis in row.evidence)


def test_a_segment_of_next_to_no_money_gets_no_row(make_gap: Any, make_costs: Any, terms: Any, engine: Any) -> None:
    gaps = [
        {"customer_id": f"c{number}", "category": f"k{number}", "uptake": 0.5, "value_if_adopted": value}
        for number, value in enumerate((96.0, 4.0))
    ]
    (found,) = grow(make_gap(gaps), None, terms, engine, make_costs("grow", cost=0.1, effect=0.1))
    assert found.evidence[-1].figures["segments without a row of their own"] == 1


def test_an_effect_larger_than_there_is_room_for_counts_no_further(
    make_gap: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    gaps = [{"customer_id": "a", "category": "k", "uptake": 0.9, "value_if_adopted": 100.0}]
    (found,) = grow(make_gap(gaps), None, terms, engine, make_costs("grow", cost=1.0, effect=0.5))
    assert found.value is not None
    assert found.value.mean == pytest.approx(0.1 * 300 - 1)
    assert found.people is not None
    assert found.people.records()[0]["value"] == pytest.approx(0.1 * 300 - 1)


def test_the_values_of_a_list_add_up_to_its_decision_but_for_the_fixed_cost(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    rows = [{"p_alive": 0.3 + number / 20, "value": 100.0 + 40 * number} for number in range(9)]
    (found,) = retain(make_lifetime(rows), terms, engine, make_costs("retain", cost=2.0, one_off=7.0, effect=0.1))
    assert found.value is not None
    assert found.people is not None
    values = [float(str(row["value"])) for row in found.people.records()]
    assert sum(values) - 7.0 == pytest.approx(found.value.mean)
    assert values == sorted(values, reverse=True)


def test_segments_have_names_for_readers(make_costs: Any) -> None:
    assert buyers("once") == "one-time buyers"
    assert [buyer(kind) for kind in ("once", "regular", "unknown")] == [
        "one-time buyer", "regular buyer", "other customer",
    ]  # fmt: skip
    assert buyers("unknown") == "other customers"
    assert buyers("wholesale") == "wholesale customers"
    assert acting_of(None) is None
    acting = acting_of(make_costs("retain", cost=3.0).of("retain"))
    assert acting is not None
    assert (acting.cost, acting.effect) == (3.0, None)


def test_half_a_year_of_data_is_told_as_a_year(make_lifetime: Any, terms: Any, engine: Any) -> None:
    # Brought 100 in half a year and 500 of value over three years at 0 discount: 200 a year, thinning out.
    half = {"first_day": date(2011, 6, 10), "p_alive": 1.0, "value": 500.0, "value_12m": 100.0}
    lifetime = make_lifetime([half])
    assert years_covered(lifetime, terms, engine) == pytest.approx(183 / 365.25)
    pattern = life_pattern(lifetime, terms, engine)
    assert pattern.worth_in_years == pytest.approx(500 / (100 * 365.25 / 183))
    long = make_lifetime([half, {"first_day": date(2010, 1, 5), "p_alive": 0.1}])
    assert years_covered(long, terms, engine) == 1.0
    assert years_covered(make_lifetime([]), terms, engine) == 1.0


def test_the_pace_of_life_is_that_of_margin_before_cost_to_serve(make_lifetime: Any, terms: Any, engine: Any) -> None:
    # 700 of margin over three years, of which 300 go to serve it, beside 400 of margin last year.
    served = {"p_alive": 1.0, "value": 400.0, "cost_to_serve": 300.0, "value_12m": 400.0}
    assert life_pattern(make_lifetime([served]), terms, engine).worth_in_years == pytest.approx(700 / 400)


def test_what_all_share_moves_value_net_of_cost_to_serve(make_lifetime: Any, engine: Any) -> None:
    rows = [{"value": 300.0, "cost_to_serve": 200.0}, {"value": 100.0}, {"value": -900.0, "cost_to_serve": 5000.0}]
    total = estimate(np.full(1000, -500.0), "GBP", Grade.BEHAVIOUR)
    # 600 before cost and 200 of cost leave 400: the loser is nobody's list, and its loss hides no bad year.
    found = shared_factor(make_lifetime(rows, total=total, shared=(YEARS, 1.0)), engine)
    assert found == pytest.approx((600 * YEARS - 200) / 400, rel=1e-5)
    both = shared_factor(make_lifetime(rows, total=total, shared=(YEARS, YEARS)), engine)
    assert both == pytest.approx(YEARS, rel=1e-5)
    assert shared_factor(make_lifetime([], shared=(YEARS, 1.0)), engine) == pytest.approx(YEARS)


def test_the_luck_of_other_customers_spreads_no_value(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    # The total is as uncertain as the luck of all makes it; these customers have none of their own.
    total = estimate(600.0 + 300.0 * np.linspace(-1.0, 1.0, 1000), "GBP", Grade.BEHAVIOUR)
    rows = [{"p_alive": 0.5, "value": 100.0, "p05": 100.0, "p95": 100.0} for _ in range(6)]
    (found,) = retain(make_lifetime(rows, total=total), terms, engine, make_costs("retain", cost=1.0, effect=0.5))
    assert found.value is not None
    assert found.value.sd == pytest.approx(0.0, abs=1e-3)
    (moved,) = retain(
        make_lifetime(rows, shared=(YEARS, 1.0)), terms, engine, make_costs("retain", cost=1.0, effect=0.5)
    )
    assert moved.value is not None
    assert moved.value.draws == pytest.approx(600 * YEARS - 6, rel=1e-4)


def test_groups_without_luck_of_their_own_share_every_draw(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any, beta: Any
) -> None:
    rows = [
        {"p_alive": 0.5, "value": value, "p05": value, "p95": value, "buying_type": kind}
        for kind, value in (("regular", 100.0), ("irregular", 300.0))
    ]
    costs = make_costs("retain", cost=0.0, effect=beta(2.0, 8.0))
    large, small = retain(make_lifetime(rows, shared=(YEARS, 1.0)), terms, engine, costs)
    assert large.value is not None
    assert small.value is not None
    assert small.value.draws is not None
    assert small.value.sd > 0
    assert large.value.draws == pytest.approx(3 * small.value.draws, rel=1e-5)
