"""What a regular buyer who is alive will order."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.kernels.alive_orders import AlivePairs, Future, order_law, order_moments
from patronage.kernels.regular_orders import RegularRates, regular_law, regular_moments


def rates(every: int, done: float = 0.0, shape: float = 4.0, rate: float = 9.0) -> RegularRates:
    one = np.ones(1)
    return RegularRates(shape * one, rate * one, 0.8, 3.5 * one, done * one, every)


def test_one_step_an_order_is_random_buying():
    pairs = AlivePairs(np.array([4.0]), np.array([9.0]), 0.8, np.array([3.5]), by_purchase=True)
    law, start = regular_law(rates(1), 40.0)
    assert start.tolist() == [0, law.size]
    assert law == pytest.approx(order_law(pairs, Future(40.0)).at_least, rel=1e-12)
    for told, known in zip(
        regular_moments(rates(1), 40.0, 0.01), order_moments(pairs, Future(40.0, 0.01)), strict=True
    ):
        assert told == pytest.approx(known, rel=1e-6)


def test_the_first_order_waits_for_the_steps_that_are_left():
    # Steps within 9 weeks are negative binomial with shape 4 and p = 1/2: none 1/16, one 4/32, two 10/64.
    law = [regular_law(rates(3, done), 9.0)[0][0] for done in (2.0, 1.0, 0.0)]
    assert law == pytest.approx([15 / 16, 13 / 16, 21 / 32], rel=1e-12)


def test_simulated_steps_give_the_same_discounted_orders():
    generator = np.random.default_rng(8)
    size, horizon, discount = 200_000, 60.0, 0.03
    pace, leaving = generator.gamma(4, 1 / 9, size), generator.beta(0.8, 3.5, size)
    at, worth, twice = generator.gamma(2, 1 / pace), np.zeros(size), np.zeros(size)
    active = np.flatnonzero(at <= horizon)
    while active.size:
        worth[active] += np.exp(-discount * at[active])
        twice[active] += np.exp(-2 * discount * at[active])
        active = active[generator.random(active.size) > leaving[active]]
        at[active] += generator.gamma(3, 1 / pace[active])
        active = active[at[active] <= horizon]
    _, once, again = regular_moments(rates(3, 1.0), horizon, discount)
    assert (once[0], again[0]) == pytest.approx((worth.mean(), twice.mean()), rel=0.01)


@settings(max_examples=30)
@given(st.integers(2, 8), st.floats(0.5, 40), st.floats(0.5, 60), st.floats(1, 150), st.floats(0, 0.05))
def test_discounting_lowers_and_more_steps_done_raise_what_is_expected(every, shape, rate, horizon, discount):
    each = [regular_moments(rates(every, done, shape, rate), horizon, discount) for done in (0.0, every - 1.0)]
    for plain, once, twice in each:
        assert plain[0] * (1 + 1e-9) >= once[0] * (1 - 1e-4) >= twice[0] * (1 - 1e-3) >= 0
    assert each[1][0][0] >= each[0][0][0] * (1 - 1e-9)


def test_a_future_that_cannot_be_is_refused():
    message = "a future needs a positive horizon and a discount not below 0, got 0 and 0.0"
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        Future(0)
