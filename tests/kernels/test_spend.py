"""The gamma-gamma model of spend per order."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma

from patronage.kernels.spend import (
    expected_spend,
    fit_spend,
    spend_parameter_draws,
    spend_quantiles,
    stated_spend,
)

PUBLISHED = stated_spend(6.25, 3.74, 15.44)
customers = st.tuples(st.integers(1, 40), st.floats(0.5, 500))


def simulated(size, seed=3):
    generator = np.random.default_rng(seed)
    x = generator.integers(1, 9, size).astype(float)
    nu = generator.gamma(3.74, 1 / 15.44, size)
    return x, generator.gamma(6.25 * x, 1 / nu) / x, nu


def test_cdnow_gives_the_published_parameters(cdnow):
    # Fader & Hardie (2013): 946 repeat customers, p = 6.25, q = 3.74, gamma = 15.44.
    fit = fit_spend(cdnow.spend_x, cdnow.spend_mean)
    assert fit.customers == 946
    assert fit.identified
    told = tuple(round(value, 2) for value in fit.parameters.values())
    assert told == (6.25, 3.74, 15.44)


def test_the_likelihood_is_the_story_averaged_over_customers():
    # The mean of three orders is Gamma(3 p, rate 3 nu), nu ~ Gamma(q, rate gamma): brute force at the fit.
    fit = fit_spend([3, 3, 3, 3], [2.0, 7.0, 9.0, 40.0])
    p, q, scale = fit.values
    told = [
        quad(lambda nu, m=m: float(gamma.pdf(m, 3 * p, scale=1 / (3 * nu)) * gamma.pdf(nu, q, scale=1 / scale)), 0, 30)[
            0
        ]
        for m in (2.0, 7.0, 9.0, 40.0)
    ]
    assert fit.log_likelihood == pytest.approx(np.log(told).sum(), abs=1e-6)


def test_simulated_customers_give_their_parameters_back():
    x, mean, _ = simulated(30_000)
    fit = fit_spend(x, mean)
    off = np.log(fit.values / PUBLISHED.values)
    # Chi-squared of three, 99.9% below 16.3.
    assert off @ np.linalg.solve(fit.covariance, off) < 16.3
    assert (np.sqrt(np.diag(fit.covariance)) < 0.1).all()


def test_expected_spend_is_that_of_simulated_customers_and_quantiles_cover_them():
    x, mean, nu = simulated(60_000, seed=5)
    own = 6.25 / nu
    expected = expected_spend(PUBLISHED, x, mean)
    assert expected.mean() == pytest.approx(own.mean(), rel=0.01)
    bounds = spend_quantiles(PUBLISHED, x, mean, (0.05, 0.5, 0.95))
    assert (own < bounds.T).mean(axis=1) == pytest.approx([0.05, 0.5, 0.95], abs=0.005)


def test_a_new_customer_is_expected_to_spend_the_population_mean():
    # p gamma / (q - 1) = 6.25 x 15.44 / 2.74.
    assert expected_spend(PUBLISHED, [0], [0])[0] == pytest.approx(35.219, abs=1e-3)


@given(customers, st.floats(1.01, 5))
def test_expected_spend_lies_between_own_and_population_mean_and_rises(customer, more):
    x, mean = customer
    low, high = expected_spend(PUBLISHED, [x, x], [mean, mean * more])
    population = expected_spend(PUBLISHED, [0], [0])[0]
    assert min(mean, population) * (1 - 1e-12) <= low <= max(mean, population) * (1 + 1e-12)
    assert low < high
    quantiles = spend_quantiles(PUBLISHED, [x], [mean], (0.05, 0.5, 0.95))[0]
    assert (np.diff(quantiles) > 0).all()


@given(st.floats(1e-3, 1e3), st.integers(0, 99))
def test_the_currency_moves_gamma_alone_and_order_and_copies_move_nothing(rate, seed):
    x, mean, _ = simulated(300)
    order = np.random.default_rng(seed).permutation(300)
    one, other = fit_spend(x, mean), fit_spend(x[order], mean[order] * rate, n=np.full(300, 2.0))
    assert other.values == pytest.approx(one.values * [1, 1, rate], rel=2e-3)
    assert other.log_likelihood == pytest.approx(2 * (one.log_likelihood - 300 * np.log(rate)), rel=1e-5)


def test_equal_amounts_are_reported_as_not_identified():
    fit = fit_spend(np.full(50, 2.0), np.full(50, 30.0))
    assert not fit.identified
    assert fit.prior_used
    assert "without bound" in fit.why_not
    assert expected_spend(fit, [2], [30])[0] == pytest.approx(30, rel=0.05)


@given(st.lists(customers, min_size=1, max_size=4))
def test_any_few_customers_give_a_finite_fit(found):
    fit = fit_spend(*np.array(found, dtype=float).T)
    assert np.isfinite(fit.values).all()
    assert np.isfinite(fit.covariance).all()
    assert fit.identified != fit.prior_used


def test_parameter_draws_have_the_covariance_of_the_fit():
    fit = fit_spend(*simulated(2_000)[:2])
    draws = spend_parameter_draws(fit, 20_000, seed=2)
    assert np.cov(np.log(draws).T) == pytest.approx(fit.covariance, rel=0.06, abs=1e-4)
    assert (draws == spend_parameter_draws(fit, 20_000, seed=2)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_spend([], []), "spend needs at least one customer with a repeat order, got none"),
        (lambda: fit_spend([1], [2], n=[0]), "spend needs at least one customer with a repeat order, got none"),
        (lambda: fit_spend([0, 1], [5, 5]), "x must be at least 1: 1 of 2 are not (give repeat customers only)"),
        (lambda: fit_spend([1, 1], [5, 0]), "mean spend must be positive: 1 of 2 are not (first at 1: 0.0)"),
        (lambda: fit_spend([1], [np.inf]), "mean spend must be finite: 1 of 1 are not (first at 0)"),
        (lambda: fit_spend([1, 2], [5]), "arrays must be of one length, got x 2, mean 1"),
        (
            lambda: expected_spend(stated_spend(2, 0.8, 5), [0, 3], [0, 4]),
            "expected spend is infinite where p x + q is at most 1: p=2, q=0.8, x=0",
        ),
        (
            lambda: expected_spend(PUBLISHED, [1], [-4]),
            "mean spend must be positive: 1 of 1 are not (first at 0: -4.0)",
        ),
        (lambda: spend_quantiles(PUBLISHED, [1], [4], (0.5, 1.0)), "level must lie between 0 and 1, got 1.0"),
        (lambda: stated_spend(1, 0, 1), "p, q and gamma must be positive, got 1, 0 and 1"),
    ],
)
def test_what_cannot_be_fitted_or_asked_is_refused(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        call()
