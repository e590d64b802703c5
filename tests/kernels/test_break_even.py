"""What an action must achieve to pay, and where handling costs turn customers into losses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.break_even import break_even_effect, cost_that_loses, losing_at, p_better, payback_years

MARGINS = np.array([100.0, 30.0, 5.0, -8.0, 12.0])
ORDERS = np.array([5.0, 10.0, 1.0, 2.0, 0.0])


def test_a_call_of_40_pays_when_it_saves_one_in_fifty_worth_2000():
    assert break_even_effect(40, 2000) == pytest.approx(0.02)
    assert break_even_effect([40, 40, 0], [2000, 0, -1]).tolist() == [0.02, np.inf, 0.0]


def test_payback_follows_the_annuity():
    # 1,000 a year pays 2,000 back in 2 years, or at 10% in -log(1 - 2 x .0953102) / .0953102 = 2.2189 years.
    assert payback_years(2000, 1000) == pytest.approx(2.0)
    told = float(payback_years(2000, 1000, discount_rate=0.1))
    assert told == pytest.approx(2.2189, abs=1e-4)
    force = np.log(1.1)
    assert 1000 * (1 - np.exp(-force * told)) / force == pytest.approx(2000)
    assert payback_years([20_000, 10, 0], [1000, -1, -1], discount_rate=0.1).tolist() == [np.inf, np.inf, 0.0]


def test_draws_are_compared_one_by_one():
    assert p_better([1, 2, 3, 4], [2, 2, 2, 2]) == pytest.approx(0.625)
    assert p_better([5.0], 3.0) == 1.0


def test_handling_costs_turn_customers_into_losses_at_their_thresholds():
    # Margins per order: 20, 3, 5, -4, and one who has margin but no orders.
    told = losing_at(MARGINS, ORDERS, [0, 3, 4, 6, 100])
    assert told.customers.tolist() == [1, 1, 2, 3, 4]
    assert told.money == pytest.approx([8, 14, 16 + 10, 20 + 30 + 1, 1800 - 127])
    assert cost_that_loses(MARGINS, ORDERS, 1) == 0.0
    assert cost_that_loses(MARGINS, ORDERS, 2) == pytest.approx(3.0)
    assert cost_that_loses(MARGINS, ORDERS, 5) == np.inf


def test_the_simulated_effect_that_just_pays_is_found_again():
    random = np.random.default_rng(1)
    worth = random.gamma(4, 500, size=200_000)
    effect = float(break_even_effect(40, worth.mean()))
    saved = random.random(200_000) < effect
    assert (saved * worth).mean() == pytest.approx(40, rel=0.06)


@given(
    arrays(float, 9, elements=st.floats(-1e4, 1e4)),
    arrays(float, 9, elements=st.integers(0, 20).map(float)),
    arrays(float, 3, elements=st.floats(0, 1e3)),
)
def test_losses_match_the_count_customer_by_customer(margins, orders, costs):
    told = losing_at(margins, orders, costs)
    for place, cost in enumerate(costs):
        short = cost * orders - margins
        assert told.money[place] == pytest.approx(short[short > 0].sum(), abs=1e-6)
        clear = np.abs(short) > 1e-9
        assert np.count_nonzero(short[clear] > 0) <= told.customers[place] <= np.count_nonzero(short > -1e-9)
    assert np.all(np.diff(losing_at(margins, orders, np.sort(costs)).customers) >= 0)


@given(st.floats(0.01, 1e5), st.floats(0.01, 1e5), st.floats(0, 0.5))
def test_discounting_never_shortens_the_payback(spent, gain, rate):
    assert payback_years(spent, gain, discount_rate=rate) >= payback_years(spent, gain) * (1 - 1e-9)


def test_costs_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"^cost must not be negative: 1 of 1 are \(first at \(\): -1.0\)$"):
        break_even_effect(-1, 5)
    with pytest.raises(ValueError, match=r"^discount_rate must not be negative, got -0.1$"):
        payback_years(1, 1, discount_rate=-0.1)
    with pytest.raises(ValueError, match=r"^orders must not be negative: 1 of 1 are \(first at 0: -2.0\)$"):
        losing_at([1], [-2], [1])
    with pytest.raises(ValueError, match=r"^customers must lie from 1 to 5, got 6$"):
        cost_that_loses(MARGINS, ORDERS, 6)
    with pytest.raises(ValueError, match=r"^value must not be empty$"):
        p_better([], [])
