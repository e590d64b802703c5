from __future__ import annotations

from typing import Any

import pytest

from patronage.decisions.rules.grow import grow
from patronage.decisions.rules.retain import retain
from patronage.decisions.targeting import MOST_SEGMENTS, acting_of, buyers


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
    assert buyers("once") == "customers who bought once"
    assert buyers("unknown") == "other customers"
    assert buyers("wholesale") == "wholesale customers"
    assert acting_of(None) is None
    acting = acting_of(make_costs("retain", cost=3.0).of("retain"))
    assert acting is not None
    assert (acting.cost, acting.effect) == (3.0, None)
