"""The predictive law of each customer's orders and of their worth."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, nbinom

from patronage.kernels.alive_orders import Future
from patronage.kernels.future_orders import (
    Customers,
    Outlook,
    p_at_least,
    predictive_table,
    score,
)
from patronage.kernels.repeat_buying import (
    RANDOM,
    RepeatModel,
    discounted_transactions,
    expected_transactions,
    p_alive,
    stated_repeat_buying,
)
from patronage.kernels.spend import expected_spend, stated_spend

BG, MBG, PARETO = RepeatModel.BG_NBD, RepeatModel.MBG_NBD, RepeatModel.PARETO_NBD
TRUTH = {BG: (0.6, 5.0, 0.793, 2.426), MBG: (0.8, 6.2, 0.9, 2.0), PARETO: (0.8, 8.0, 0.606, 11.669)}
SPEND = stated_spend(6.25, 3.74, 15.44)
YEAR = Future(52.18, np.log(1.1) / 52.18)
histories = st.lists(
    st.tuples(st.integers(0, 15), st.floats(0.05, 0.95), st.floats(1, 100)), min_size=1, max_size=8
).map(lambda told: Customers(*np.array([(x, t * T if x else 0.0, T) for x, t, T in told]).T))


def model(which):
    return stated_repeat_buying(which, dict(zip(which.names, TRUTH[which], strict=True)))


def test_the_law_of_a_customer_who_cannot_have_left_is_worked_by_hand():
    # a almost 0: nobody leaves, so orders in 10 weeks are negative binomial(r + x = 3, (5 + 20) / (5 + 30)).
    fit = stated_repeat_buying(BG, {"r": 1.0, "alpha": 5.0, "a": 1e-12, "b": 1.0})
    one = Customers(np.array([2.0]), np.array([20.0]), np.array([20.0]))
    law = nbinom(3, 25 / 35)
    told = score(fit, one, Outlook(Future(10.0), levels=(0.1, 0.5, 0.9, 0.97))).quantiles[0]
    assert told.tolist() == law.ppf([0.1, 0.5, 0.9, 0.97]).tolist()
    assert p_at_least(fit, one, 10.0, 3)[0] == pytest.approx(law.sf(2), abs=1e-9)


@pytest.mark.parametrize("which", list(RANDOM))
def test_simulated_orders_follow_their_predictive_law(simulate_buying, which):
    told = simulate_buying(which, TRUTH[which], np.full(20_000, 52.0), ahead=26.0, seed=11)
    fit, customers = model(which), Customers(told.seen.x, told.seen.t_x, told.seen.T)
    # Randomised probability integral transform (Czado, Gneiting & Held 2009): uniform if the law is right.
    top = int(told.later.max()) + 1
    at_least = np.array([np.ones(20_000), *(p_at_least(fit, customers, 26.0, k) for k in range(1, top + 1))])
    rows, count = np.arange(20_000), told.later.astype(int)
    below, above = 1 - at_least[count, rows], 1 - at_least[count + 1, rows]
    uniform = below + np.random.default_rng(1).random(20_000) * (above - below)
    assert ((uniform > 0.05) & (uniform < 0.95)).mean() == pytest.approx(0.9, abs=0.008)
    assert kstest(uniform, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("which", list(RANDOM))
def test_quantiles_are_those_of_the_law(simulate_buying, which):
    told = simulate_buying(which, TRUTH[which], np.full(2_000, 52.0), seed=12).seen
    fit, customers = model(which), Customers(told.x, told.t_x, told.T)
    quantiles = score(fit, customers, Outlook(Future(26.0))).quantiles
    for level, column in zip((0.05, 0.5, 0.95), quantiles.T, strict=True):
        for k in range(1, 12):
            exact = 1 - p_at_least(fit, customers, 26.0, k) >= level
            # The table holds the law at 200 even levels: only within 1 / 400 of a step may the two differ.
            near = np.abs(1 - p_at_least(fit, customers, 26.0, k) - level) < 1 / 390
            assert ((column < k) == exact)[~near].all()


@pytest.mark.parametrize("which", list(RANDOM))
def test_worth_quantiles_cover_simulated_worth(simulate_buying, which):
    generator, size = np.random.default_rng(2), 30_000
    nu = generator.gamma(3.74, 1 / 15.44, size)
    future = Future(156.0, np.log(1.15) / 52.18)
    told = simulate_buying(
        which, TRUTH[which], np.full(size, 52.0), ahead=156.0, seed=13, spend=(6.25, nu), discount=future.discount
    )
    x, customers = told.seen.x, Customers(told.seen.x, told.seen.t_x, told.seen.T)
    mean = generator.gamma(6.25 * np.maximum(x, 1), 1 / nu) / np.maximum(x, 1)
    levels = (0.5, 0.8, 0.95)
    bounds = score(model(which), customers, Outlook(future, SPEND, levels=levels)).quantiles
    reached = (told.worth[:, None] <= bounds * expected_spend(SPEND, x, mean)[:, None]).mean(axis=0)
    # Below the chance of no order at all the quantile is 0, and that chance is what it covers.
    nothing = 1 - p_at_least(model(which), customers, 156.0)
    assert reached == pytest.approx([np.maximum(level, nothing).mean() for level in levels], abs=0.006)
    expected = discounted_transactions(model(which), x, told.seen.t_x, told.seen.T, future)
    assert (expected * expected_spend(SPEND, x, mean)).mean() == pytest.approx(told.worth.mean(), rel=0.03)


def test_the_discount_of_an_order_has_the_law_of_its_time():
    # One customer alive for sure, leaving never: order times are uniform given their number; simulated one by one.
    fit = stated_repeat_buying(BG, {"r": 1.0, "alpha": 5.0, "a": 1e-12, "b": 1.0})
    future = Future(200.0, 0.005)
    draws = predictive_table(fit, [0.0], [45.0], Outlook(future, draws=2_000)).draws[0]
    generator = np.random.default_rng(3)
    counts = generator.poisson(generator.gamma(1.0, 1 / 50, 20_000) * 200)
    worth = np.array([np.exp(-0.005 * 200 * generator.random(k)).sum() for k in counts])
    assert draws.mean() == pytest.approx(worth.mean(), rel=0.02)
    assert draws.std() == pytest.approx(worth.std(), rel=0.03)
    at = (0.3, 0.5, 0.7, 0.9, 0.97)
    assert np.quantile(draws, at) == pytest.approx(np.quantile(worth, at), rel=0.04)


@given(histories, st.sampled_from(list(RANDOM)))
def test_scores_agree_with_the_single_functions(customers, which):
    fit, one = model(which), (customers.x, customers.t_x, customers.T)
    told = score(fit, customers, Outlook(YEAR, SPEND))
    assert told.p_alive == pytest.approx(p_alive(fit, *one), rel=1e-12)
    assert told.expected == pytest.approx(expected_transactions(fit, *one, 52.18), rel=1e-9)
    assert told.discounted == pytest.approx(discounted_transactions(fit, *one, YEAR), rel=1e-9)


@given(histories, st.sampled_from(list(RANDOM)), st.booleans())
def test_quantiles_rise_with_level_and_horizon_and_hang_on_no_other_customer(customers, which, weighed):
    fit = model(which)
    spend = SPEND if weighed else None
    short = score(fit, customers, Outlook(Future(20.0), spend)).quantiles
    assert (np.diff(short, axis=1) >= 0).all()
    assert (short <= score(fit, customers, Outlook(Future(60.0), spend)).quantiles * (1 + 1e-6)).all()
    alone = Customers(customers.x[:1], customers.t_x[:1], customers.T[:1])
    assert (score(fit, alone, Outlook(Future(20.0), spend)).quantiles == short[:1]).all()
    if not weighed:
        assert (short == np.floor(short)).all()


@given(st.integers(0, 30), st.floats(1, 100), st.integers(0, 50))
def test_the_table_has_the_expected_orders_as_its_mean(x, age, seed):
    fit = model(BG)
    alive = expected_transactions(fit, [x], [age if x else 0.0], [age], 52.18) / p_alive(
        fit, [x], [age if x else 0.0], [age]
    )
    # Read at even levels, each P(orders >= k) is off by half a level at most: 2,000 levels keep that below the bound.
    plain = predictive_table(fit, [x], [age], Outlook(Future(52.18), draws=2_000))
    assert plain.whole
    assert plain.draws.mean() == pytest.approx(alive[0], rel=0.02, abs=0.01)
    weighed = predictive_table(fit, [x], [age], Outlook(YEAR, SPEND, draws=2_000, seed=seed))
    assert not weighed.whole
    assert (np.diff(weighed.draws) >= 0).all()
    assert weighed.draws.mean() == pytest.approx(alive[0] * 0.954, rel=0.06, abs=0.01)


def test_seeds_alone_move_the_table():
    fit = model(PARETO)
    one, again, other = (
        predictive_table(fit, [3.0], [40.0], Outlook(YEAR, SPEND, seed=seed)).draws for seed in (1, 1, 2)
    )
    assert (one == again).all()
    assert (one != other).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Outlook(YEAR, levels=(0.5, 1.5)), "level must lie between 0 and 1, got 1.5"),
        (lambda: Outlook(YEAR, draws=5), "draws must be at least 10, got 5"),
        (
            lambda: p_at_least(model(BG), Customers(*np.array([[1.0], [2.0], [3.0]])), 5.0, 0),
            "orders must be at least 1, got 0",
        ),
        (
            lambda: score(model(BG), Customers(*np.array([[1.0], [4.0], [3.0]])), Outlook(YEAR)),
            "t_x must not exceed T: broken by 1 of 1 (first at 0: 4.0)",
        ),
        (
            lambda: predictive_table(model(BG), [0.0], [9.0], Outlook(YEAR, stated_spend(2, 0.9, 1))),
            "expected spend is infinite where p x + q is at most 1: p=2, q=0.9",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        call()
