from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from patronage.decisions.appraisal import Case, EffectWords, appraised
from patronage.decisions.decision import Assumed, Decision, Move, Status
from patronage.decisions.timing import Pattern, annuity
from patronage.decisions.trial import Trial
from patronage.strategy.actions import ActionCost, ActionKind
from patronage.strategy.quantity import Quantity, exactly
from patronage.vocabulary.estimate import certain
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import percent

WORDS = EffectWords("share of customers kept", "more than {share} of them stay")


@pytest.fixture
def told(terms: Terms) -> Any:
    """The decision on ten customers worth 6,000 for each unit of effect, evenly over three years at no discount."""

    def build(
        *, terms: Terms = terms, gain: float = 6000.0, rate: float = 0.0, most: float = 1.0, **costs: float | Quantity
    ) -> Decision:
        given: dict[str, Any] = {
            name: value if isinstance(value, Quantity) else exactly(value) for name, value in costs.items()
        }
        action = ActionCost(ActionKind.RETAIN, **given, grade=Grade.EXPERT)
        case = Case(
            Move("retain", "ten customers", "today", "a key-account manager"), ("1.1",), "Ten customers are leaving",
            10, 500.0, certain(gain, "GBP", Grade.BEHAVIOUR), WORDS,
            Trial("get one", "stay", 0.5, 1.0, 10), Pattern(3.0, rate), (), most,
        )  # fmt: skip
        return appraised(case, action, terms)

    return build


def test_a_yearly_cost_is_paid_in_every_year_of_the_horizon(told: Any) -> None:
    # Half of 6,000 is 3,000, 1,000 a year; 10 customers at 20 and 100 once are 300, and 400 a year are 1,200.
    row = told(cost=20.0, one_off=100.0, yearly=400.0, effect=0.5)
    assert row.status is Status.PROPOSED
    assert row.value.mean == pytest.approx(3000 - 300 - 1200)
    assert (row.cost.one_off, row.cost.yearly) == (300.0, 400.0)
    assert row.cost.by_year == pytest.approx((700.0, 400.0, 400.0))
    assert row.cost.present == pytest.approx(1500.0)
    assert row.value_by_year == pytest.approx((300.0, 600.0, 600.0))
    assert row.break_even.effect == pytest.approx(1500 / 6000)
    # 600 a year are left to cover the 300.
    assert row.payback == pytest.approx(0.5)
    assert row.evidence[-1].figures == {
        "cost per customer": 20.0, "cost once": 100.0, "cost a year": 400.0, "share of customers kept": 0.5,
    }  # fmt: skip
    assert row.reason == (
        "Ten customers are leaving; a key-account manager costs GBP 300 once and GBP 400 a year (GBP 1,500 in today's "
        "money) and at the effect the company declares (50%) is worth GBP 1,500 net over 3 "
        "years; it pays as soon as more than 25% of them stay."
    )


def test_a_yearly_cost_is_discounted_like_all_money_that_is_paid_evenly(told: Any, terms: Terms) -> None:
    discounted = replace(terms, discount_rate=0.1)
    row = told(terms=discounted, rate=math.log(1.1), cost=0.0, yearly=400.0, effect=0.5)
    years = (1 - 1.1**-3) / math.log(1.1)
    assert years == pytest.approx(annuity(3.0, 0.1))
    assert row.value.mean == pytest.approx(3000 - 400 * years)
    assert row.cost.yearly == 400.0
    assert row.cost.one_off == 0.0
    assert row.cost.by_year == pytest.approx([400 * (1 - 1 / 1.1) / math.log(1.1) / 1.1**year for year in range(3)])
    assert row.break_even.effect == pytest.approx(400 * years / 6000)
    assert sum(row.value_by_year) == pytest.approx(row.value.mean)
    assert row.payback == 0.0


def test_an_uncertain_yearly_cost_moves_the_value_by_all_of_its_years(told: Any) -> None:
    row = told(cost=20.0, yearly=400.0, effect=0.5)
    cost = next(driver for driver in row.drivers if driver.name == "cost of acting")
    assert cost.at_p05 == pytest.approx(3000 - 200 - 1200)
    assert cost.at_p95 == pytest.approx(3000 - 200 - 1200)


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        (
            {"cost": 0.0, "yearly": 2001.0, "effect": 0.5},
            (
                "costs GBP 0 once and GBP 2,001 a year (GBP 6,003 in today's money), more than the GBP 6,000 that its "
                "full success would bring, so today's state stands."
            ),
        ),
        (
            {"cost": 0.0, "yearly": 1500.0, "effect": 0.5},
            (
                "costs GBP 0 once and GBP 1,500 a year (GBP 4,500 in today's money) and at the effect the company "
                "declares (50%) brings GBP 3,000, so today's state stands; it would pay as soon as more than "
                "75% of them stay."
            ),
        ),
    ],
)
def test_a_yearly_cost_that_eats_the_gain_leaves_nothing_to_gain(told: Any, costs: Any, words: str) -> None:
    row = told(**costs)
    assert row.status is Status.NOTHING_TO_GAIN
    assert row.value is None
    assert row.cost.yearly == costs["yearly"]
    assert row.reason.endswith(words)


def test_a_yearly_cost_has_a_threshold_where_the_effect_is_not_known(told: Any) -> None:
    row = told(cost=0.0, yearly=400.0)
    assert row.status is Status.REFUSED
    assert row.break_even.effect == pytest.approx(0.2)
    assert (
        "at GBP 0 once and GBP 400 a year (GBP 1,200 in today's money) it pays as soon as more than 20%" in row.reason
    )


@pytest.mark.parametrize("gain", [0.0, 5e-324, 0.0049])
def test_a_gain_of_next_to_nothing_has_no_effect_at_which_it_pays(told: Any, gain: float) -> None:
    for cost in (0.0, 1e4):
        row = told(gain=gain, cost=cost, effect=0.5)
        assert row.status is Status.NOTHING_TO_GAIN
        assert row.break_even is None
        assert row.value is None


def test_an_effect_beyond_what_can_be_had_is_told_as_such_and_kept_as_assumed(told: Any) -> None:
    row = told(cost=1.0, effect=0.06, most=0.02)
    assert row.value.mean == pytest.approx(0.02 * 6000 - 10)
    assert row.assumed == Assumed(0.02, "share of customers kept")
    assert (
        "and at an effect of 2.0% (of the 6.0% that the company declares, at most 2.0% can be had) is worth GBP 110 net"
        in row.reason
    )
    within = told(cost=1.0, effect=0.06, most=0.06)
    assert within.assumed.effect == pytest.approx(0.06)
    assert "and at the effect the company declares (6.0%) is worth" in within.reason


def test_a_range_of_effects_that_reaches_beyond_what_can_be_had_tells_both(told: Any, beta: Any) -> None:
    row = told(cost=1.0, effect=beta(2.0, 8.0), most=0.3)
    assert 0.1 < row.assumed.effect < 0.2
    assert (
        f"at an effect of {percent(row.assumed.effect)} (the company declares 20%, and no more than 30%" in row.reason
    )


def test_without_a_declared_effect_none_is_assumed(told: Any) -> None:
    assert told(cost=1.0).assumed is None


def test_what_hangs_on_no_customer_is_kept_as_drawn(told: Any, beta: Any) -> None:
    row = told(cost=20.0, one_off=beta(2.0, 8.0), yearly=beta(3.0, 3.0), effect=0.5)
    assert row.cost.fixed == pytest.approx(0.2 + 3 * 0.5, rel=0.05)
    assert row.cost.fixed_draws.mean() == pytest.approx(row.cost.fixed, rel=1e-5)
    assert row.value.draws + row.cost.fixed_draws == pytest.approx(3000 - 200, rel=1e-5)
