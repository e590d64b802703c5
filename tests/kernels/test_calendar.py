"""Season, trend and shared shock of the buying rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.kernels.calendar import CalendarFit, Series, calendar_draws, fitted_calendar, rolling_errors
from patronage.kernels.calendar_process import Observed, Sizes, evidence

# Purchase days of known customers of the gift wholesaler, month by month from December 2009.
GIFTS = [1600, 1107, 1111, 1614, 1371, 1514, 1556, 1470, 1321, 1689, 2208, 2645]
GIFTS_AGAIN = [1403, 1116, 1080, 1434, 1217, 1559, 1481, 1384, 1397, 1809, 1944, 2664]


def simulated(seed: int, periods: int, *, level: float = 2000, season: float = 0.25, trend: float = 0.05):
    """Counts and expectations of a company with season, trend and an AR(1) shock of 8% that lasts."""
    random = np.random.default_rng(seed)
    seasons = random.normal(0, season, size=12)
    seasons -= seasons.mean()
    months = np.arange(periods)
    shock = np.empty(periods)
    shock[0] = random.normal(0, 0.08)
    for month in months[1:]:
        shock[month] = 0.6 * shock[month - 1] + random.normal(0, 0.08 * 0.8)
    expected = np.full(periods, float(level))
    factor = np.exp(seasons[months % 12] + trend * months / 12 + shock)
    return random.poisson(expected * factor), expected, np.exp(seasons) / np.exp(seasons).mean()


def test_one_period_moves_the_level_as_worked_by_hand():
    # Level N(0, 1) before, one log ratio of 1 with variance 1: afterwards mean 1/2 and variance 1/2.
    seen = Observed(np.array([1.0]), np.array([1.0]), np.array([0]), 12)
    fit = CalendarFit(seen, (Sizes(0, 0, 0, 0),), np.array([1.0]), 0, 1, False, "", 0, 0, 1)
    told = np.log(calendar_draws(fit, [0], draws=40_000).factors[:, 0])
    assert told.mean() == pytest.approx(0.5, abs=0.012)
    assert told.var() == pytest.approx(0.5, abs=0.012)


def test_the_likelihood_is_the_product_of_one_step_forecasts():
    # Harvey (1989), sec. 3.4. Level N(0, 1), errors 1: the second is N(1/2, 3/2) given that the first was 1.
    seen = Observed(np.array([1.0, 2.0]), np.ones(2), np.array([-1, 0]), 10_000_000)
    told = evidence(seen, [Sizes(0, 0, 0, 0)])[0][0]
    by_hand = -0.5 * (1 / 2 + np.log(2 * np.pi * 2)) - 0.5 * (1.5**2 / 1.5 + np.log(2 * np.pi * 1.5))
    assert told == pytest.approx(by_hand, abs=1e-6)


def test_the_gift_wholesaler_sells_most_in_november():
    # Online Retail II: purchase days of known customers by month, beside a flat expectation per calendar day.
    days = np.array([31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30] * 2)
    fit = fitted_calendar(Series(GIFTS + GIFTS_AGAIN, days * 50.0, first=11))
    told = calendar_draws(fit, np.arange(24, 36))
    season = told.season.mean(axis=0)
    assert fit.season_identified
    assert (np.argmax(season), np.argmin(season)) == (10, 0)
    assert season[10] == pytest.approx(1.68, abs=0.08)
    assert np.all(np.quantile(told.season[:, 10], 0.05) > np.quantile(told.season[:, :9], 0.95, axis=0))


def test_season_and_trend_are_found_again_within_their_intervals():
    inside, trends = [], []
    for seed in range(30):
        occasions, expected, season = simulated(seed, 48)
        told = calendar_draws(fitted_calendar(Series(occasions, expected)), [48], draws=300, seed=seed)
        low, high = np.quantile(told.season, (0.05, 0.95), axis=0)
        inside.append(np.mean((low <= season) & (season <= high)))
        trends.append(np.quantile(told.trend_per_year, (0.05, 0.95)))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.06)
    low, high = np.array(trends).T
    assert np.mean((low <= np.exp(0.05)) & (np.exp(0.05) <= high)) >= 0.8


def test_ninety_percent_intervals_hold_the_next_year_nine_times_in_ten():
    inside = []
    for seed in range(200):
        occasions, expected, _ = simulated(seed, 36)
        told = calendar_draws(
            fitted_calendar(Series(occasions[:24], expected[:24])), np.arange(24, 36), draws=300, seed=seed
        )
        total = np.random.default_rng(seed).poisson(told.factors @ expected[24:])
        low, high = np.quantile(total, (0.05, 0.95))
        inside.append(low <= occasions[24:].sum() <= high)
    assert 0.84 <= np.mean(inside) <= 0.96


def test_a_calm_company_gets_a_small_shock_and_a_wild_one_a_large_one():
    random = np.random.default_rng(3)
    calm = fitted_calendar(Series(random.poisson(2000, size=36), np.full(36, 2000.0)))
    wild = fitted_calendar(Series(random.poisson(2000 * np.exp(random.normal(0, 0.3, size=36))), np.full(36, 2000.0)))
    assert calm.shock_sd < 0.04
    assert calm.dispersion == pytest.approx(1, abs=0.5)
    assert wild.shock_sd == pytest.approx(0.3, abs=0.1)
    assert wild.dispersion > 20


def test_a_year_ahead_of_a_first_year_is_foreseen_with_season_and_without():
    """Without allowing for season, 90% intervals were as right but 40% wider, and forecasts were 6% too high."""
    inside: list[bool] = []
    over: list[float] = []
    for seed in range(60):
        occasions, expected, _ = simulated(seed, 24, season=(0.0, 0.3)[seed % 2])
        told = calendar_draws(fitted_calendar(Series(occasions[:12], expected[:12])), np.arange(12, 24), draws=400)
        totals = np.random.default_rng(seed).poisson(told.factors @ expected[12:])
        low, high = np.quantile(totals, (0.05, 0.95))
        inside.append(bool(low <= occasions[12:].sum() <= high))
        over.append(float(totals.mean() / occasions[12:].sum() - 1))
    assert sum(inside) >= 50
    assert abs(np.mean(over)) < 0.03


def test_season_is_told_only_after_two_cycles():
    occasions, expected, _ = simulated(1, 36)
    one, some, two = (fitted_calendar(Series(occasions[:n], expected[:n], first=3)) for n in (12, 20, 24))
    assert not one.season_identified
    assert one.why == (
        "12 complete periods are not more than one cycle of 12, so season cannot be told from drift and forecasts "
        "allow for either"
    )
    assert not some.season_identified
    assert some.why == "4 of 12 seasons were seen less than 2 times, so season is shrunk"
    assert two.season_identified
    assert two.why == "every one of 12 seasons was seen at least 2 times"


def test_rolling_forecasts_meet_what_followed():
    occasions, expected, _ = simulated(5, 48, season=0.1)
    told = rolling_errors(Series(occasions, expected), 6, fewest=24, draws=200)
    assert told.origins.tolist() == list(range(24, 43))
    assert told.actual[0] == occasions[24:30].sum()
    assert abs(told.bias) < 0.15
    assert told.inside >= 0.7


@settings(max_examples=15)
@given(st.integers(0, 999), st.integers(0, 100_000))
def test_a_period_in_part_changes_nothing(seed, partial):
    occasions, expected, _ = simulated(seed, 15)
    complete = np.arange(15) != 14
    spoiled = np.where(complete, occasions, partial)
    whole = calendar_draws(fitted_calendar(Series(occasions[:14], expected[:14])), [15, 16], draws=20)
    told = calendar_draws(fitted_calendar(Series(spoiled, expected, complete=complete)), [15, 16], draws=20)
    assert told.factors == pytest.approx(whole.factors)
    assert np.all(told.factors > 0)
    assert told.season.mean(axis=1) == pytest.approx(1.0)


@settings(max_examples=10)
@given(st.integers(0, 999), st.floats(0.5, 2))
def test_factors_turn_the_expectation_into_the_same_forecast(seed, off):
    occasions, expected, _ = simulated(seed, 26)
    right = calendar_draws(fitted_calendar(Series(occasions, expected)), [26], draws=200).factors.mean()
    wrong = calendar_draws(fitted_calendar(Series(occasions, expected * off)), [26], draws=200).factors.mean() * off
    assert wrong == pytest.approx(right, rel=0.03)


def test_a_series_that_tells_nothing_is_refused():
    with pytest.raises(
        ValueError, match=r"^a calendar needs at least 6 complete periods with something expected, got 5$"
    ):
        fitted_calendar(Series(np.ones(5), np.ones(5)))
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got occasions 6, expected 7, complete 6$"):
        fitted_calendar(Series(np.ones(6), np.ones(7)))
    with pytest.raises(ValueError, match=r"^occasions must not be negative: 1 of 6 are \(first at 0: -1.0\)$"):
        fitted_calendar(Series([-1, 1, 1, 1, 1, 1], np.ones(6)))
    with pytest.raises(ValueError, match=r"^first must be a position of the cycle, got first=12, cycle=12$"):
        fitted_calendar(Series(np.ones(6), np.ones(6), first=12))
    with pytest.raises(ValueError, match=r"^no origin has 12 periods before it and 6 after it among 15$"):
        rolling_errors(Series(np.ones(15), np.ones(15)), 6)
