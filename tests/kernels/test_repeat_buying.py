"""Fitting of buy-till-you-die models and what they say of each customer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyp2f1

from patronage.kernels.alive_orders import Future
from patronage.kernels.repeat_buying import (
    RANDOM,
    RepeatModel,
    discounted_transactions,
    expected_repeat_orders,
    expected_transactions,
    fit_repeat_buying,
    holdout_log_likelihood,
    log_likelihood,
    p_alive,
    parameter_draws,
    stated_repeat_buying,
)
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts

BG, MBG, PARETO = RepeatModel.BG_NBD, RepeatModel.MBG_NBD, RepeatModel.PARETO_NBD
PUBLISHED = {
    BG: {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    MBG: {"r": 0.5248, "alpha": 6.1831, "a": 0.8914, "b": 1.614},
    PARETO: {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669},
}
models = st.sampled_from(RANDOM)
histories = st.tuples(st.integers(0, 20), st.floats(0.05, 0.95), st.floats(2, 100)).map(
    lambda told: (float(told[0]), told[1] * told[2] if told[0] else 0.0, told[2])
)


def published(model):
    return stated_repeat_buying(model, PUBLISHED[model])


def counted(histories):
    return repeat_counts(histories.x, histories.t_x, histories.T)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        # Fader, Hardie & Lee (2005), table 2, for the first and the last.
        (BG, (-9582.43, 1653.4, 0.7855, 1.6080, 0.6256)),
        (MBG, (-9582.14, 1576.7, 0.7648, 1.6072, 0.6273)),
        (PARETO, (-9594.98, 1665.5, 0.7545, 1.6028, 0.6302)),
    ],
)
def test_cdnow_gives_the_published_fit_and_forecast(cdnow, model, told):
    seen = cdnow.calibration
    fit = fit_repeat_buying(counted(seen), model)
    assert fit.converged
    assert fit.identified
    assert not fit.prior_used
    for name, value in PUBLISHED[model].items():
        assert fit.parameters[name] == pytest.approx(value, abs=6e-4)
    actual = cdnow.full.x - seen.x
    expected = expected_transactions(fit, seen.x, seen.t_x, seen.T, 39.0)
    error = expected - actual
    assert actual.sum() == 1882
    reached = (
        round(fit.log_likelihood, 2),
        round(float(expected.sum()), 1),
        round(float(np.abs(error).mean()), 4),
        round(float(np.sqrt((error**2).mean())), 4),
        round(float(np.corrcoef(expected, actual)[0, 1]), 4),
    )
    assert reached == told


def test_one_customer_is_expected_to_buy_as_published():
    # Fader, Hardie & Lee (2005), section 4.2: x = 2, t_x = 30.43, T = 38.86 and 39 weeks give 1.226.
    assert expected_transactions(published(BG), [2], [30.43], [38.86], 39)[0] == pytest.approx(1.2260, abs=5e-5)


def test_a_tracked_cohort_is_the_published_2f1_form():
    r, alpha, a, b = PUBLISHED[BG].values()
    t = np.array([1.0, 39.0, 78.0])
    inner = (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t))
    assert expected_repeat_orders(published(BG), t) == pytest.approx((a + b - 1) / (a - 1) * (1 - inner), rel=1e-9)
    r, alpha, s, beta = PUBLISHED[PARETO].values()
    expected = r * beta / alpha / (s - 1) * (1 - (beta / (beta + t)) ** (s - 1))
    assert expected_repeat_orders(published(PARETO), t) == pytest.approx(expected, rel=1e-9)
    assert expected_repeat_orders(published(MBG), [0.0, 5.0, 0.0])[[0, 2]].tolist() == [0, 0]


@pytest.mark.parametrize("model", RANDOM)
def test_simulated_customers_give_their_parameters_back(simulate_buying, model):
    truth = np.array(list(PUBLISHED[model].values()))
    ages = np.random.default_rng(7).integers(100, 700, 15_000) / 7
    fit = fit_repeat_buying(counted(simulate_buying(model, tuple(truth), ages, seed=8).seen), model)
    assert fit.identified
    off = np.log(fit.values / truth)
    # Squared distance in the fit's own covariance: chi-squared of four, 99.9% below 18.5.
    assert off @ np.linalg.solve(fit.covariance, off) < 18.5
    assert np.array(list(fit.standard_errors.values())) == pytest.approx(fit.values * np.sqrt(np.diag(fit.covariance)))
    assert (np.sqrt(np.diag(fit.covariance)) < 0.4).all()


@pytest.mark.parametrize("model", RANDOM)
def test_tracked_and_expected_orders_are_those_of_simulated_customers(simulate_buying, model):
    truth = tuple(PUBLISHED[model].values())
    told = simulate_buying(model, truth, np.full(120_000, 40.0), ahead=26.0, seed=9)
    fit, seen = published(model), told.seen
    assert expected_repeat_orders(fit, [40.0])[0] == pytest.approx(seen.x.mean(), rel=0.02)
    expected = expected_transactions(fit, seen.x, seen.t_x, seen.T, 26.0)
    assert expected.sum() == pytest.approx(told.later.sum(), rel=0.02)
    for some in (seen.x == 0, seen.x >= 3, seen.t_x < 20):
        assert expected[some].sum() == pytest.approx(told.later[some].sum(), rel=0.06)


@pytest.mark.parametrize("model", RANDOM)
def test_a_warm_start_on_a_sample_changes_nothing(simulate_buying, model):
    ages = np.random.default_rng(1).uniform(10, 100, 60_000)
    counts = counted(simulate_buying("bg_nbd", (0.8, 6.0, 0.8, 2.4), ages).seen)
    assert counts.n.size > 20_000
    kept = np.sort(np.random.default_rng(2).choice(counts.n.size, 15_000, replace=False))
    part = RepeatCounts(counts.x[kept], counts.t_x[kept], counts.T[kept], counts.n[kept])
    x, t_x, T, n = (np.concatenate((column, column)) for column in (part.x, part.t_x, part.T, part.n / 2))
    twice = RepeatCounts(x, t_x, T, n)
    cold, warm = fit_repeat_buying(part, model), fit_repeat_buying(twice, model)
    assert warm.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-4)
    assert warm.values == pytest.approx(cold.values, rel=1e-3)


@given(st.lists(histories, min_size=1, max_size=12), models, st.randoms())
def test_merging_rows_and_their_order_leave_the_likelihood(found, model, random):
    told = np.array(found)
    fit = published(model)
    single = RepeatCounts(told[:, 0], told[:, 1], told[:, 2], np.ones(len(told)))
    once = log_likelihood(fit, single)
    shuffled = told[random.sample(range(len(told)), len(told))]
    assert log_likelihood(fit, repeat_counts(*shuffled.T)) == pytest.approx(once, rel=1e-9)
    assert log_likelihood(fit, repeat_counts(*np.concatenate((told, told)).T)) == pytest.approx(2 * once, rel=1e-9)


def test_the_fit_is_the_same_for_shuffled_and_for_doubled_customers(cdnow):
    seen = cdnow.calibration
    order = np.random.default_rng(0).permutation(len(seen.x))
    one = fit_repeat_buying(counted(seen), BG)
    other = fit_repeat_buying(repeat_counts(seen.x[order], seen.t_x[order], seen.T[order]), BG)
    assert one.parameters == other.parameters
    double = fit_repeat_buying(repeat_counts(seen.x, seen.t_x, seen.T, n=np.full(len(seen.x), 2.0)), BG)
    assert double.log_likelihood == pytest.approx(2 * one.log_likelihood)
    assert double.covariance == pytest.approx(one.covariance / 2, rel=1e-3)


@pytest.mark.parametrize("model", RANDOM)
def test_the_time_unit_moves_the_scales_alone(cdnow, model):
    seen = cdnow.calibration
    weeks, days = (
        fit_repeat_buying(counted(seen), model),
        fit_repeat_buying(repeat_counts(seen.x, seen.t_x * 7, seen.T * 7), model),
    )
    ratio = {"alpha": 7, "beta": 7}
    for name, value in weeks.parameters.items():
        assert days.parameters[name] == pytest.approx(value * ratio.get(name, 1), rel=1e-3)
    # Every repeat purchase is a density per time unit.
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - seen.x.sum() * np.log(7), abs=1e-3)


@given(histories, models, st.floats(1, 200))
def test_p_alive_is_a_probability_that_falls_with_silence(history, model, more):
    x, t_x, T = (np.array([value, value]) for value in history)
    T[1] += more
    told = p_alive(published(model), x, t_x, T)
    assert (told >= 0).all()
    assert (told <= 1).all()
    assert told[1] <= told[0]
    if x[0] and model is not BG:
        assert told[1] < told[0]


@given(histories, models, st.floats(0.1, 100), st.floats(0.1, 100), st.floats(0, 0.05))
def test_expected_orders_rise_with_the_horizon_and_fall_with_the_discount(history, model, horizon, more, rate):
    (x, t_x, T), fit = ([value] for value in history), published(model)
    short = expected_transactions(fit, x, t_x, T, horizon)[0]
    assert 0 < short < expected_transactions(fit, x, t_x, T, horizon + more)[0]
    discounted = discounted_transactions(fit, x, t_x, T, Future(horizon, rate))[0]
    assert short * np.exp(-rate * horizon) <= discounted * (1 + 1e-9)
    assert discounted <= short * (1 + 1e-12)


@pytest.mark.parametrize("model", RANDOM)
def test_the_holdout_likelihood_is_the_density_of_what_came_after(model):
    # By the chain rule: P(silent until 30 | seen until 20) is the mass that buying once at u, over all u, leaves.
    fit = published(model)
    before = RepeatCounts(np.array([2.0]), np.array([12.0]), np.array([20.0]), np.array([1.0]))
    silent = RepeatCounts(before.x, before.t_x, np.array([30.0]), before.n)
    no_order = np.exp(holdout_log_likelihood(fit, before, silent))
    at, weights = np.polynomial.legendre.leggauss(40)
    moments = 25.0 + 5.0 * at
    first = [
        # The record until u with the third purchase at u: density of the next purchase at u.
        np.exp(holdout_log_likelihood(fit, before, RepeatCounts(before.x + 1, np.array([u]), np.array([u]), before.n)))
        for u in moments
    ]
    assert no_order + weights @ np.array(first) * 5.0 == pytest.approx(1, rel=1e-9)


def test_the_holdout_likelihood_prefers_the_model_that_made_the_data(simulate_buying):
    told = simulate_buying("mbg_nbd", (2.0, 10.0, 0.9, 1.2), np.full(6_000, 52.0), seed=3).seen
    known = told.t_x <= 26
    # A customer's record until 26 is known exactly only where no purchase of the record came later; keep those.
    early = repeat_counts(told.x[known], told.t_x[known], np.full(known.sum(), 26.0))
    late = repeat_counts(told.x[known], told.t_x[known], told.T[known])
    truth = stated_repeat_buying(MBG, {"r": 2.0, "alpha": 10.0, "a": 0.9, "b": 1.2})
    wrong = stated_repeat_buying(MBG, {"r": 2.0, "alpha": 10.0, "a": 0.2, "b": 1.2})
    assert holdout_log_likelihood(truth, early, late) > holdout_log_likelihood(wrong, early, late)


@pytest.mark.parametrize(
    ("model", "truth", "pair"),
    [(BG, (0.6, 6.0, 2000.0, 8000.0), "a and b"), (PARETO, (0.8, 6.0, 4000.0, 160_000.0), "s and beta")],
)
def test_leaving_without_heterogeneity_is_reported_as_not_identified(simulate_buying, model, truth, pair):
    ages = np.random.default_rng(5).uniform(20, 100, 2_500)
    fit = fit_repeat_buying(counted(simulate_buying(model, truth, ages, seed=8).seen), model)
    assert not fit.identified
    assert fit.prior_used
    ridge = f"the likelihood is flat where {pair} rise together: only their ratio is told"
    assert fit.why_not == f"{pair} run without bound; {ridge}"
    assert fit.prior.startswith("each parameter log-normal with median r 0.5, alpha 1")
    assert 0 < fit.prior_cost < 5
    # What the data do tell is kept: the mean chance, or rate, of leaving.
    third, fourth = fit.values[2:]
    assert third / fourth == pytest.approx(truth[2] / truth[3], rel=0.2)


def test_a_cohort_seen_for_a_month_does_not_tell_how_customers_leave(simulate_buying):
    told = simulate_buying("bg_nbd", tuple(PUBLISHED[BG].values()), np.full(2_500, 4.0), seed=5).seen
    fit = fit_repeat_buying(counted(told), BG)
    assert not fit.identified
    assert fit.why_not == "the likelihood is flat where a and b rise together: only their ratio is told"


def test_customers_who_never_came_back_leave_everything_open():
    counts = RepeatCounts(np.zeros(1), np.zeros(1), np.array([30.0]), np.array([500.0]))
    for model in RANDOM:
        fit = fit_repeat_buying(counts, model)
        assert not fit.identified
        assert fit.why_not.startswith(
            "no customer has bought again, so nothing tells rates of buying and leaving apart"
        )
        assert expected_transactions(fit, [0], [0], [30], 30)[0] < 0.5


@given(st.lists(histories, min_size=1, max_size=4), models)
def test_any_few_customers_give_a_finite_fit(found, model):
    fit = fit_repeat_buying(repeat_counts(*np.array(found).T), model)
    assert np.isfinite(fit.values).all()
    assert np.isfinite(fit.covariance).all()
    assert np.isfinite(fit.log_likelihood)
    assert fit.identified != fit.prior_used


def test_parameter_draws_hang_on_the_seed_and_have_the_covariance_of_the_fit(cdnow):
    fit = fit_repeat_buying(counted(cdnow.calibration), BG)
    draws = parameter_draws(fit, 20_000, seed=4)
    assert np.cov(np.log(draws).T) == pytest.approx(fit.covariance, rel=0.06, abs=1e-3)
    assert (parameter_draws(fit, 3, seed=4) == parameter_draws(fit, 3, seed=4)).all()
    assert (parameter_draws(fit, 3, seed=4) != parameter_draws(fit, 3, seed=5)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: fit_repeat_buying(RepeatCounts(*(np.empty(0) for _ in range(4))), BG),
            "repeat buying needs at least one customer, got none",
        ),
        (
            lambda: stated_repeat_buying(PARETO, PUBLISHED[BG]),
            "pareto_nbd needs positive r, alpha, s, beta, got {'r': 0.243, 'alpha': 4.414, 'a': 0.793, 'b': 2.426}",
        ),
        (
            lambda: holdout_log_likelihood(
                published(BG), repeat_counts([1, 0], [2, 0], [9, 9]), repeat_counts([1], [2], [12])
            ),
            "both periods need the same customers, got 2 in calibration and 1 in all data",
        ),
        (
            lambda: holdout_log_likelihood(published(BG), repeat_counts([1], [2], [9]), repeat_counts([0], [0], [12])),
            "all data must contain the calibration period: they hold fewer purchases or less time",
        ),
        (
            lambda: expected_transactions(published(BG), [1], [2], [9], 0),
            "a future needs a positive horizon and a discount not below 0, got 0 and 0.0",
        ),
        (
            lambda: p_alive(published(BG), [1], [10], [9]),
            "t_x must not exceed T: broken by 1 of 1 (first at 0: 10.0)",
        ),
        (
            lambda: expected_repeat_orders(published(BG), [-1.0]),
            "age must not be negative: 1 of 1 are (first at 0: -1.0)",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        call()
