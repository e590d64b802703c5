from __future__ import annotations

import math
from typing import Any

import pytest

from patronage.decisions.decision import Status
from patronage.decisions.rules.protect import protect

# Twenty customers: one holds 400 of 590, the others 10 each. Each has left with a chance of one tenth.
WHALE = [{"customer_id": "w", "value": 400.0, "p05": 400.0, "p95": 400.0, "p_alive": 0.9, "revenue_12m": 5000.0}]
SMALL = [
    {"customer_id": f"s{place:02}", "value": 10.0, "p05": 10.0, "p95": 10.0, "p_alive": 0.9, "revenue_12m": 100.0}
    for place in range(19)
]


def test_who_may_have_left_loses_its_value_if_active_times_that_chance(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    costs = make_costs("protect", cost=4.0, effect=0.05)
    whale, rest = protect(make_lifetime(WHALE + SMALL), None, terms, engine, costs)
    assert whale.move.subject == "the largest customer"
    assert whale.status is Status.PROPOSED
    assert whale.value is not None
    assert whale.value.mean == pytest.approx(400 / 0.9 * 0.05 - 4)
    assert whale.at_stake == 5000.0
    assert whale.evidence[0].figures["value expected to be lost within a year"] == pytest.approx(400 / 0.9 * 0.1)
    assert whale.evidence[0].figures["share of the largest customer"] == pytest.approx(400 / 590)
    # Nine customers of value 10 / 0.9 if active bring 0.05 x 100 = 5 for 36.
    assert rest.status is Status.NOTHING_TO_GAIN
    assert rest.people is not None
    assert rest.people.rows == 9
    assert rest.move.subject == "the 9 largest customers after the first"
    assert rest.reason.startswith("The 9 largest customers after the first hold 15% of the value of all, and GBP ")


def test_without_an_effect_no_value_is_given(make_lifetime: Any, make_costs: Any, terms: Any, engine: Any) -> None:
    whale, _ = protect(make_lifetime(WHALE + SMALL), None, terms, engine, make_costs("protect", cost=4.0))
    assert whale.status is Status.REFUSED
    assert whale.value is None
    assert whale.reason == (
        "The largest customer holds 68% of the value of all, and GBP 44 is expected to be lost by its "
        "leaving within a year; no proposal, because what a named owner and a second contact for each achieves is "
        "neither measured nor declared: at GBP 4 it pays as soon as more than 0.90% of them stay because of it within "
        "a year; run the test, or declare costs_of_action.protect.effect."
    )
    assert whale.learning is not None
    assert whale.learning.test.endswith("no test can settle this here; watch how many still buy in a year "
                                        "(about 90% are still active) and judge by the case.")  # fmt: skip
    assert whale.people is not None
    assert whale.people.records()[0]["value"] is None


def test_the_model_of_repeat_buying_gives_the_chance_of_leaving_from_now_on(
    make_lifetime: Any, make_repeat: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    # Pareto/NBD with s = 1: staying is known / (known + a year), at known = 365.25 days: one half.
    repeat = make_repeat(
        [{"customer_id": "w", "age": 365.25 / 2}], chosen="pareto_nbd", r=1.0, alpha=1.0, s=1.0, beta=365.25 / 14
    )
    whale, _ = protect(make_lifetime(WHALE + SMALL), repeat, terms, engine, make_costs("protect", cost=4.0))
    assert whale.evidence[0].figures["mean chance of leaving within a year"] == pytest.approx(0.9 * 0.5)
    # Staying is 1 / (1 + t): over three years leaving takes 1 of ln 4 of the value, which holds P(alive) already.
    lost = 400 / math.log(4)
    assert whale.evidence[0].figures["value expected to be lost within a year"] == pytest.approx(lost)
    assert whale.break_even is not None
    assert whale.break_even.effect == pytest.approx(4 / (lost / 0.45))
    assert whale.learning is not None
    assert "(about 45% are still active)" in whale.learning.test


def test_a_company_of_many_equal_customers_depends_on_none(
    make_lifetime: Any, make_costs: Any, terms: Any, engine: Any
) -> None:
    rows = [{"value": 10.0} for _ in range(200)]
    (found,) = protect(make_lifetime(rows), None, terms, engine, make_costs("protect", cost=4.0, effect=0.5))
    assert found.status is Status.NOTHING_TO_GAIN
    assert found.reason == (
        "The ten largest customers hold 5.0% of the value of all, below the 10% from which a company depends on few, "
        "so there is nothing to protect."
    )


def test_no_customers_at_all_leave_one_row(make_lifetime: Any, terms: Any, engine: Any) -> None:
    (found,) = protect(make_lifetime([]), None, terms, engine, None)
    assert found.status is Status.NOTHING_TO_GAIN
