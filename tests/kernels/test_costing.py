"""Time-driven activity-based costing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.costing import (
    TimeEquation,
    capacity_balance,
    capacity_rate,
    event_minutes,
    minutes_cost,
    percentage_rates,
    practical_capacity,
    sums_by,
)

PACKAGING = TimeEquation(np.array(0.5), np.array([6.5, 2.0]))
ORDERS, INQUIRIES, CREDIT_CHECKS = 0, 1, 2


def test_the_customer_service_department_of_kaplan_and_anderson_is_reproduced():
    # Kaplan & Anderson, Harvard Business Review, November 2004: 560,000 a quarter, 28 people, 700,000 minutes.
    rate = capacity_rate(560_000, 700_000)
    assert rate == pytest.approx(0.80)
    each = np.array([8.0, 44.0, 50.0])
    assert rate * each == pytest.approx([6.40, 35.20, 40.00])
    minutes = event_minutes(TimeEquation(np.array(0.0), each), np.diag([49_000.0, 1_400.0, 2_500.0]))
    assert minutes == pytest.approx([392_000, 61_600, 125_000])
    cost = minutes_cost(minutes, rate[None], np.zeros(3, int))
    assert cost == pytest.approx([313_600, 49_280, 100_000])
    told = capacity_balance([560_000], [700_000], sums_by(minutes, np.zeros(3, int), 1))
    assert told.used[0] == pytest.approx(578_600)
    assert told.used[0] / 700_000 == pytest.approx(0.8266, abs=5e-5)
    assert told.assigned_cost[0] == pytest.approx(462_880)
    assert told.unused[0] == pytest.approx(121_400)
    assert told.unused_cost[0] == pytest.approx(97_120)
    assert not told.shortage[0]


def test_shares_of_time_hide_the_idle_capacity():
    # The same department by the older way: 70, 10 and 20 per cent of 560,000.
    assert percentage_rates(560_000, [0.7, 0.1, 0.2], [49_000, 1_400, 2_500]) == pytest.approx([8.0, 40.0, 44.8])


def test_the_packaging_equation_gives_its_four_cases():
    # Kaplan & Anderson (2004): 0.5 + 6.5 if special packing + 2.0 if by air.
    assert event_minutes(PACKAGING, [[0, 0], [1, 0], [0, 1], [1, 1]]) == pytest.approx([0.5, 7.0, 2.5, 9.0])
    # Summed by customer first: three plain orders and one of each other kind.
    assert event_minutes(PACKAGING, [[2, 2]], [6]) == pytest.approx([3 * 0.5 + 7.0 + 2.5 + 9.0])


def test_capacity_and_its_rate_follow_the_textbook():
    # Kaplan: 40 workers x 22 days x 8 hours, 80% of a worker rounded to 8,500 minutes; 200,000 a month.
    capacity = practical_capacity(40, 22 * 8 * 60, round_to=500)
    assert capacity == pytest.approx(340_000)
    assert capacity_rate(200_000, capacity) == pytest.approx(0.59, abs=0.005)
    assert practical_capacity(40, 22 * 8 * 60) == pytest.approx(337_920)


def test_the_choice_of_capacity_sets_the_rate():
    # costandprofitability.com: theoretical, practical and used hours behind the same 240,000.
    assert capacity_rate(240_000, [10_400, 8_500, 6_000]) == pytest.approx([23.08, 28.24, 40.00], abs=0.005)


def test_more_use_than_capacity_is_a_shortage_and_still_balances():
    told = capacity_balance([100.0], [10.0], [12.0])
    assert told.shortage[0]
    assert told.unused_cost[0] == pytest.approx(-20.0)
    assert told.assigned_cost[0] + told.unused_cost[0] == pytest.approx(100.0)


def test_draws_of_an_equation_are_costed_one_by_one():
    equation = TimeEquation(np.array([1.0, 2.0]), np.array([[1.0], [3.0]]))
    minutes = event_minutes(equation, [[1.0], [2.0]])
    assert minutes == pytest.approx(np.array([[2.0, 3.0], [5.0, 8.0]]))
    cost = minutes_cost(minutes, np.array([[0.5], [1.0]]), np.zeros(2, int))
    assert sums_by(cost, np.array([1, 1]), 2) == pytest.approx(np.array([[0.0, 2.5], [0.0, 13.0]]))


def test_costs_of_simulated_events_return_the_costs_they_were_made_from():
    random = np.random.default_rng(3)
    drivers = random.integers(0, 2, size=(20_000, 2)).astype(float)
    customer = random.integers(0, 50, size=20_000)
    minutes = event_minutes(PACKAGING, drivers)
    cost = sums_by(minutes_cost(minutes, [0.8], np.zeros(20_000, int)), customer, 50)
    by_hand = [0.8 * sum(0.5 + 6.5 * a + 2.0 * b for a, b in drivers[customer == c]) for c in range(50)]
    assert cost == pytest.approx(np.array(by_hand))
    assert cost.sum() / 20_000 == pytest.approx(0.8 * (0.5 + 3.25 + 1.0), rel=0.02)


@given(
    arrays(float, 4, elements=st.floats(0, 1e8)),
    arrays(float, 4, elements=st.floats(1, 1e7)),
    arrays(float, (3, 4), elements=st.floats(0, 1e7)),
)
def test_assigned_and_unused_cost_sum_to_what_was_supplied(supplied, capacity, used):
    told = capacity_balance(supplied, capacity, used)
    scale = np.abs(told.assigned_cost) + supplied
    assert np.all(np.abs(told.assigned_cost + told.unused_cost - supplied) <= 1e-9 * scale + 1e-9)
    assert np.all(np.abs(told.used + told.unused - capacity) <= 1e-9 * (capacity + used))
    assert np.array_equal(told.shortage, used > capacity)


@given(arrays(float, (2, 12), elements=st.floats(0, 1e6)), st.integers(0, 99))
def test_sums_by_group_lose_nothing_and_forget_order(values, seed):
    group = np.random.default_rng(seed).integers(0, 3, size=12)
    told = sums_by(values, group, 3)
    assert told.sum(axis=1) == pytest.approx(values.sum(axis=1), abs=1e-6)
    assert sums_by(values[:, ::-1], group[::-1], 3) == pytest.approx(told, abs=1e-6)
    assert sums_by(values[0], group, 3) == pytest.approx(told[0], abs=1e-6)


def test_negative_minutes_are_refused_with_the_row():
    with pytest.raises(
        ValueError,
        match=r"^time equation gives negative minutes in 1 of 2 cases \(first in row 1: -1.5\); "
        r"raise the base or the coefficients$",
    ):
        event_minutes(TimeEquation(np.array(0.5), np.array([-2.0])), [[0.0], [1.0]])


def test_bad_capacity_and_shares_are_refused():
    with pytest.raises(ValueError, match=r"^capacity must be positive: 1 of 1 are not \(first at \(\): 0.0\)$"):
        capacity_rate(100, 0)
    with pytest.raises(ValueError, match=r"^shares must sum to 1, got 0.9$"):
        percentage_rates(1, [0.7, 0.2], [1, 1])
    with pytest.raises(ValueError, match=r"^practical_share must lie from 0 to 1, got 1.2$"):
        practical_capacity(1, 1, practical_share=1.2)
    with pytest.raises(ValueError, match=r"^units and each must be positive, got units=0, each=1$"):
        practical_capacity(0, 1)
    with pytest.raises(ValueError, match=r"^equation of 2 drivers over 1 volumes does not fit drivers of shape"):
        event_minutes(PACKAGING, [[1.0]])
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got values 2, group 1$"):
        sums_by([1.0, 2.0], np.array([0]), 1)
