from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from patronage.decisions.decision import Status
from patronage.decisions.rules.acquire import acquire


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
    left = (3 - 182 / 365.25) / 3
    mean = 20 + 330 * left
    assert overall.status is Status.REFUSED
    assert overall.evidence[0].figures["all new customers: worth of one"] == pytest.approx(mean)
    assert float(overall.evidence[0].figures["all new customers: most to pay"]) < mean
    assert overall.at_stake == 4000.0
    assert by_place.move.subject == "new customers by place"
    assert by_place.evidence[0].figures["France: worth of one"] == pytest.approx(20 + 600 * left)
    assert by_place.reason == (
        "By place, a new customer is worth from GBP 70 (Germany) to GBP 520 (France) over its first 3 years, told by "
        "the 40 customers first seen after 2010-01-05; pay at most the lower bound, GBP 70 (Germany) to GBP 520 "
        "(France); no proposal, because what a new customer costs today is not declared: declare "
        "costs_of_action.acquire.cost to compare; the money at stake is part of that of all new customers, told by way "
        "of coming, and does not add to it."
    )
    assert "does not add" not in overall.reason


def test_what_a_newcomer_brought_so_far_is_net_of_the_cost_of_its_orders(rows: Any) -> None:
    overall, _ = rows(None, served=7.0)
    left = (3 - 182 / 365.25) / 3
    assert overall.evidence[0].figures["all new customers: worth of one"] == pytest.approx(20 - 7 + 330 * left)


def test_ways_that_cost_more_than_they_are_worth_are_no_longer_paid_for(rows: Any, make_costs: Any) -> None:
    overall, by_place = rows(make_costs("acquire", cost=100.0))
    assert overall.status is Status.NOTHING_TO_GAIN
    assert by_place.status is Status.PROPOSED
    assert by_place.value is not None
    # Twenty Germans in 703 days, so many a year over three years, each costing 100 and worth 20 + 60 x left.
    worth = 20 + 60 * (3 - 182 / 365.25) / 3
    assert by_place.value.mean == pytest.approx(20 * 365.25 / 703 * 3 * (100 - worth))
    assert by_place.break_even is not None
    assert by_place.break_even.effect == pytest.approx(worth)
    assert "Germany: a new customer costs GBP 100 and is worth less" in by_place.reason


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
