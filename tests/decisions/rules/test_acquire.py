from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import pytest

from patronage.decisions.best_set import best_compatible_set
from patronage.decisions.decision import Status
from patronage.decisions.rules.acquire import acquire
from patronage.decisions.timing import pattern_of

# All 41 customers have a chance of 0.9 and 400 of value a year, so their value thins out as 13,800 / 0.9 beside 16,400.
LIFE = pattern_of(13_800 / 0.9, 16_400.0, years=3.0, discount_rate=0.0)

LEFT = -math.expm1(-LIFE.rate * (3 - 182 / 365.25)) / -math.expm1(-LIFE.rate * 3)
"""Share of the value over three years that comes in before the first three years of a newcomer end."""

GERMAN = 20 + 60 * LEFT
"""What one from Germany is worth."""

A_YEAR = 365.25 / 703
"""Share of the newcomers seen that come in a year."""


@pytest.fixture
def rows(make_lifetime: Any, make_repeat: Any, make_orders: Any, terms: Any) -> Any:
    """What the rule says of forty newcomers half a year old, twenty from each place, who brought 20 each so far."""

    def build(
        costs: Any, *, first: date = date(2011, 6, 10), basis: str = "margin_measured", served: float = 0.0
    ) -> Any:
        people = [("France", 600.0)] * 20 + [("Germany", 60.0)] * 20
        old = {"customer_id": "old", "first_day": date(2009, 1, 5)}
        came = [
            {
                "customer_id": f"n{index}",
                "place": place,
                "value": value,
                "first_day": first,
                "revenue_12m": 100.0,
                "cost_per_order": served,
            }
            for index, (place, value) in enumerate(people)
        ]
        days = [{"customer_id": row["customer_id"], "day": first, "value": 20.0} for row in came]
        at = datetime.combine(first, datetime.min.time())
        line = {"ordered_at": at, "product_id": "p1", "product": "Lamp", "amount": 40.0}
        lines = [{"customer_id": row["customer_id"]} | line for row in came]
        return acquire(
            make_lifetime([*came, old], basis=basis), make_repeat([], days=days), make_orders(lines), terms, costs
        )

    return build


def test_a_newcomer_is_worth_what_it_brought_and_what_is_left_of_its_first_horizon(rows: Any) -> None:
    overall, by_place = rows(None)
    mean = 20 + 330 * LEFT
    assert overall.status is Status.REFUSED
    assert overall.evidence[0].figures["all new customers: worth of one"] == pytest.approx(mean)
    assert float(overall.evidence[0].figures["all new customers: most to pay"]) < mean
    assert overall.at_stake == 4000.0
    assert by_place.move.subject == "new customers by place"
    assert by_place.evidence[0].figures["France: worth of one"] == pytest.approx(20 + 600 * LEFT)
    assert by_place.reason == (
        "By place, a new customer is worth from GBP 78 (Germany) to GBP 600 (France) over its first 3 years, told by "
        "the 40 customers first seen after 2010-01-05; pay at most the lower bound, GBP 78 (Germany) to GBP 600 "
        "(France); no proposal, because what a new customer costs today is not declared: declare "
        "costs_of_action.acquire.cost to compare; its money at stake is a part of that of all new customers, and the "
        "two do not add up."
    )
    assert "do not add" not in overall.reason


def test_what_a_newcomer_brought_so_far_is_net_of_the_cost_of_its_orders(rows: Any) -> None:
    overall, _ = rows(None, served=7.0)
    assert overall.evidence[0].figures["all new customers: worth of one"] == pytest.approx(20 - 7 + 330 * LEFT)


def test_ways_that_cost_more_than_they_are_worth_are_no_longer_paid_for(rows: Any, make_costs: Any) -> None:
    overall, by_place = rows(make_costs("acquire", cost=100.0))
    assert overall.status is Status.NOTHING_TO_GAIN
    assert by_place.status is Status.PROPOSED
    assert by_place.value is not None
    # Twenty Germans in 703 days, so many a year over three years, each costing 100 and worth 20 + 60 x LEFT.
    assert by_place.value.mean == pytest.approx(20 * A_YEAR * 3 * (100 - GERMAN))
    assert by_place.break_even is not None
    assert by_place.break_even.effect == pytest.approx(GERMAN)
    assert by_place.reason.startswith("Not paying for Germany pays as soon as one of them costs more than GBP 78, ")
    assert "Germany: a new customer costs GBP 100 and is worth less" in by_place.reason
    assert [basis.finding for basis in by_place.evidence] == ["lifetime_value", "costs_of_action"]


def test_spending_is_saved_as_it_is_paid_and_worth_lost_as_it_would_come_in(rows: Any, make_costs: Any) -> None:
    _, by_place = rows(make_costs("acquire", cost=100.0))
    first, second, third = by_place.value_by_year
    saved, lost = 20 * A_YEAR * 100, 20 * A_YEAR * GERMAN
    # Those who arrive at a share a of the first year bring F(1 - a) in it: the mean of F over the year.
    rate, whole = LIFE.rate, -math.expm1(-LIFE.rate * 3)
    in_first = (1 + math.expm1(-rate) / rate) / whole
    in_two = (2 + math.expm1(-2 * rate) / rate) / whole
    assert first == pytest.approx(saved - lost * in_first)
    assert second == pytest.approx(saved - lost * (in_two - in_first))
    assert third == pytest.approx(saved - lost * (3 - in_two))
    assert sum(by_place.value_by_year) == pytest.approx(by_place.value.mean)


def test_what_is_paid_every_year_counts_for_all_new_customers_and_for_no_way(rows: Any, make_costs: Any) -> None:
    mean, a_year = 20 + 330 * LEFT, 40 * A_YEAR
    # 20 more for each newcomer than it is worth: 300 for each, the rest as 20.8 newcomers a year share a yearly cost.
    yearly = (mean + 20 - 300) * a_year
    overall, by_place = rows(make_costs("acquire", cost=300.0, yearly=yearly, one_off=1e9))
    assert overall.status is Status.PROPOSED
    assert overall.value.mean == pytest.approx(20 * a_year * 3)
    assert overall.break_even.effect == pytest.approx(mean)
    assert overall.learning.test
    assert by_place.value.mean == pytest.approx(20 * A_YEAR * 3 * (300 - GERMAN))


def test_where_each_way_is_worth_its_cost_there_is_nothing_to_stop(rows: Any, make_costs: Any) -> None:
    found = rows(make_costs("acquire", cost=50.0))
    assert [row.status for row in found] == [Status.NOTHING_TO_GAIN] * 2
    assert "each is worth more than the GBP 50 that a new customer costs" in found[0].reason


def test_a_cost_between_the_lower_bound_and_the_mean_is_not_surely_worth_paying(rows: Any, make_costs: Any) -> None:
    overall, _ = rows(None)
    mean, low = (
        float(overall.evidence[0].figures[f"all new customers: {name}"]) for name in ("worth of one", "most to pay")
    )
    found, _ = rows(make_costs("acquire", cost=(mean + low) / 2))
    assert found.status is Status.NOTHING_TO_GAIN
    assert "not surely worth it for all new customers, so today's state stands" in found.reason
    assert "each is worth more" not in found.reason
    assert "may be paid" not in found.reason


def test_revenue_is_no_ceiling_for_what_may_be_paid(rows: Any, make_costs: Any) -> None:
    found = rows(make_costs("acquire", cost=50.0), basis="revenue")
    assert [row.status for row in found] == [Status.REFUSED] * 2
    assert found[0].reason.endswith(
        "in revenue; no proposal, because what may be paid is a part of margin: declare company.gross_margin or give "
        "unit costs."
    )


def test_without_newcomers_nothing_tells_what_one_is_worth(rows: Any) -> None:
    (found,) = rows(None, first=date(2009, 1, 5))
    assert found.status is Status.REFUSED
    assert found.reason == (
        "No customer was first seen after 2010-01-05, so nothing tells what a new one is worth; a longer history would "
        "lift this."
    )


def test_rows_about_the_same_newcomers_exclude_each_other(rows: Any, make_costs: Any) -> None:
    found = rows(make_costs("acquire", cost=1000.0))
    overall, by_place = found
    assert (overall.status, by_place.status) == (Status.PROPOSED, Status.PROPOSED)
    assert (overall.conflicts_with, by_place.conflicts_with) == ((by_place.id,), (overall.id,))
    together = best_compatible_set(found, None, "GBP")
    assert len(together.ids) == 1
    assert together.total.mean == pytest.approx(max(overall.value.mean, by_place.value.mean))
