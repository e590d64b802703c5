"""What a customer alive will order: moments and law."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import hyp2f1
from scipy.stats import nbinom

from patronage.kernels.alive_orders import AlivePairs, Future, order_law, order_moments, order_variance

some = AlivePairs(np.array([0.24, 3.2, 40.2]), np.array([9.0, 44.0, 60.0]), 0.79, np.array([2.4, 5.4, 42.4]), True)
timed = AlivePairs(np.array([0.55, 3.5, 40.5]), np.array([14.0, 50.0, 65.0]), 0.61, np.array([15.0, 51.0, 66.0]), False)
alive = st.builds(
    lambda shape, rate, leave, stay, by: AlivePairs(np.array([shape]), np.array([rate]), leave, np.array([stay]), by),
    st.floats(0.05, 60), st.floats(0.2, 200), st.floats(0.05, 6), st.floats(0.3, 60), st.booleans(),
)  # fmt: skip


def law(pairs, horizon, pair=0):
    told = order_law(pairs, Future(horizon))
    return told.at_least[told.start[pair] : told.start[pair + 1]]


@pytest.mark.parametrize("horizon", [0.5, 39.0, 260.0])
def test_expected_orders_are_the_published_2f1_form(horizon):
    # Fader, Hardie & Lee (2005), equation 10, without its denominator.
    c, rate, a, stay = some.shape, some.rate, some.leave, some.stay
    inner = (rate / (rate + horizon)) ** c * hyp2f1(c, stay, a + stay - 1, horizon / (rate + horizon))
    expected = (a + stay - 1) / (a - 1) * (1 - inner)
    assert order_moments(some, Future(horizon)).plain == pytest.approx(expected, rel=1e-9)


def test_expected_orders_pass_through_a_leaving_parameter_of_one():
    near = [order_moments(replace(some, leave=1 + step), Future(39.0)).plain for step in (-1e-6, 0.0, 1e-6)]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-9)


@pytest.mark.parametrize("s", [0.61, 1.0, 2.5])
def test_expected_orders_are_the_published_pareto_form(s):
    # Schmittlein, Morrison & Colombo (1987), less P(alive); at s = 1 its limit, a logarithm.
    told = order_moments(replace(timed, leave=s), Future(39.0)).plain
    stretch = (timed.stay + 39) / timed.stay
    power = np.log(stretch) if s == 1 else (1 - stretch ** (1 - s)) / (s - 1)
    assert told == pytest.approx(timed.shape * timed.stay / timed.rate * power, rel=1e-9)


@given(alive, st.floats(0.1, 300), st.floats(0, 0.05))
def test_discounted_orders_are_the_integral_of_discounted_rates(pairs, horizon, discount):
    told = order_moments(pairs, Future(horizon, discount))
    if not pairs.by_purchase:
        c, rate, s, stay = pairs.shape[0], pairs.rate[0], pairs.leave, pairs.stay[0]
        expected, _ = quad(
            lambda v: np.exp(v - discount * (np.exp(v) - stay)) * c / rate * (stay * np.exp(-v)) ** s,
            np.log(stay), np.log(stay + horizon), epsrel=1e-11,
        )  # fmt: skip
        assert told.discounted[0] == pytest.approx(expected, rel=1e-7)
    # Discounting lies between its extremes, and falls with the rate.
    assert np.exp(-discount * horizon) * told.plain[0] <= told.discounted[0] * (1 + 1e-9)
    assert told.discounted_twice[0] <= told.discounted[0] <= told.plain[0]


@pytest.mark.parametrize("discount", [0.002, 0.05])
def test_discounted_orders_are_the_sum_of_short_steps(discount):
    # The increments of the undiscounted closed form, each discounted from its middle: error of order step squared.
    edges = np.linspace(0, 104, 1041)
    reached = np.array([np.zeros(3), *(order_moments(some, Future(edge)).plain for edge in edges[1:])])
    shrink = np.exp(-discount * (edges[1:] + edges[:-1]) / 2)
    expected = (np.diff(reached, axis=0) * shrink[:, None]).sum(axis=0)
    assert order_moments(some, Future(104.0, discount)).discounted == pytest.approx(expected, rel=2e-6)


@given(alive, st.floats(0.1, 200))
def test_the_law_has_the_expected_orders_as_its_mean_and_falls(pairs, horizon):
    at_least = law(pairs, horizon)
    assert at_least.sum() == pytest.approx(order_moments(pairs, Future(horizon)).plain[0], rel=1e-6, abs=1e-6)
    assert (np.diff(at_least) <= 1e-12).all()
    assert (at_least <= 1).all()


def test_the_law_without_leaving_is_negative_binomial():
    still = replace(some, leave=1e-12)
    assert law(still, 39.0, 1)[:30] == pytest.approx(nbinom.sf(np.arange(30), 3.2, 44 / 83), abs=1e-9)
    never = replace(timed, leave=1e-12)
    assert law(never, 39.0, 1)[:30] == pytest.approx(nbinom.sf(np.arange(30), 3.5, 50 / 89), abs=1e-9)


def test_the_law_holds_for_heavy_buyers_over_a_long_time():
    # (rate / (rate + horizon))^shape is below the smallest double here.
    for by_purchase in (True, False):
        heavy = AlivePairs(np.array([400.0]), np.array([20.0]), 1e-9, np.array([400.0]), by_purchase)
        at_least = law(heavy, 260.0)
        assert at_least.sum() == pytest.approx(400 * 13, rel=1e-6)
        assert at_least[4999] == pytest.approx(nbinom.sf(4999, 400, 20 / 280), rel=1e-6)


@pytest.mark.parametrize("by_purchase", [True, False])
def test_simulated_customers_follow_moments_law_and_variance(by_purchase):
    pairs = replace(some if by_purchase else timed, leave=0.8)
    generator, size, pair, horizon = np.random.default_rng(4), 200_000, 1, 30.0
    rate = generator.gamma(pairs.shape[pair], 1 / pairs.rate[pair], size)
    if by_purchase:
        chances = generator.geometric(generator.beta(0.8, pairs.stay[pair], size))
        count = np.minimum(generator.poisson(rate * horizon), chances)
    else:
        stays = generator.exponential(1 / generator.gamma(0.8, 1 / pairs.stay[pair], size))
        count = generator.poisson(rate * np.minimum(stays, horizon))
    told = order_law(pairs, Future(horizon))
    assert order_moments(pairs, Future(horizon)).plain[pair] == pytest.approx(count.mean(), rel=0.01)
    assert order_variance(told)[pair] == pytest.approx(count.var(), rel=0.02)
    at_least = law(pairs, horizon, pair)[:8]
    assert at_least == pytest.approx([(count >= k).mean() for k in range(1, 9)], abs=0.004)


@pytest.mark.parametrize(("horizon", "discount"), [(0, 0), (-1, 0), (np.inf, 0), (1, -0.1), (np.nan, 0)])
def test_a_future_without_a_length_is_refused(horizon, discount):
    message = f"a future needs a positive horizon and a discount not below 0, got {horizon} and {discount}"
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        Future(horizon, discount)
