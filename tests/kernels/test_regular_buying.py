"""Buying more regular than random: fits, how far on customers are, and what they will order."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.kernels.alive_groups import group_law
from patronage.kernels.alive_orders import Future
from patronage.kernels.future_orders import Customers, Outlook, p_at_least, score
from patronage.kernels.regular_buying import gap_part, phase_chances, regular_log_left
from patronage.kernels.repeat_buying import (
    RepeatModel,
    alive_groups,
    expected_repeat_orders,
    expected_transactions,
    fit_regular_buying,
    fit_repeat_buying,
    holdout_log_likelihood,
    p_alive,
    stated_repeat_buying,
)
from patronage.kernels.repeat_counts import RepeatCounts, checked_histories, repeat_counts
from patronage.kernels.second_life import second_life_orders

REGULAR = RepeatModel.MBG_CNBD_K
TRUTH = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
"""With k = 3 what the tests of the BTYDplus package simulate (tests/testthat/test-mbg-cnbd-k.R)."""


class Simulated:
    """Customers of the model at k = 3, from its story: gaps of three steps, a chance to leave after each purchase."""

    def __init__(self, size: int, seed: int, ahead: float = 32.0, *, longer: bool = False) -> None:
        """Watches customers for 12 to 96 weeks, and then `ahead` more, which `longer` counts as watched too."""
        generator = np.random.default_rng(seed)
        self.T = np.round(generator.uniform(12, 96, size) / 12) * 12
        rate = generator.gamma(TRUTH["r"], 1 / TRUTH["alpha"], size)
        leaving = generator.beta(TRUTH["a"], TRUTH["b"], size)
        self.x, self.t_x, self.later, at = (np.zeros(size) for _ in range(4))
        self.log_gaps = 0.0
        self.alive = np.ones(size, dtype=bool)
        active = np.arange(size)
        while active.size:
            stays = generator.random(active.size) > leaving[active]
            self.alive[active[~stays]] &= at[active[~stays]] > self.T[active[~stays]]
            active = active[stays]
            gap = generator.gamma(3, 1 / np.maximum(rate[active], 1e-12))
            at[active] += gap
            seen, later = at[active] <= self.T[active], at[active] > self.T[active]
            later &= at[active] <= self.T[active] + ahead
            if longer:
                seen, later = seen | later, np.zeros_like(later)
            self.x[active[seen]] += 1
            self.t_x[active[seen]] = at[active[seen]]
            self.later[active[later]] += 1
            self.log_gaps += float(np.log(gap[seen]).sum())
            active = active[seen | later]
        np.add(self.T, ahead if longer else 0.0, out=self.T)

    @property
    def counts(self) -> RepeatCounts:
        """Their histories."""
        return repeat_counts(self.x, self.t_x, self.T)


@pytest.fixture(scope="module")
def seen() -> Simulated:
    return Simulated(3_000, seed=1)


def stated(k=3):
    return stated_repeat_buying(REGULAR, TRUTH, k)


@pytest.mark.parametrize(("k", "expected"), [(1, -9582.1), (2, -9853.3), (3, -10394.4)])
def test_cdnow_buying_is_not_regular(cdnow, k, expected):
    # Three packages agree on k = 1; the others were measured with BTYDplus' likelihood.
    told = cdnow.calibration
    fitted = fit_repeat_buying(
        repeat_counts(told.x, told.t_x, told.T), REGULAR, k, float(np.log(cdnow.gaps).sum())
    )  # fmt: skip
    assert round(fitted.log_likelihood, 1) == expected
    assert fitted.identified


def test_the_search_for_k_ends_at_one_on_cdnow(cdnow):
    told = cdnow.calibration
    found = fit_regular_buying(repeat_counts(told.x, told.t_x, told.T), float(np.log(cdnow.gaps).sum()))
    assert found.fit.k == 1
    assert [round(each, 1) for each in found.log_likelihoods] == [-9582.1, -9853.3, -10394.4]


def test_a_k_of_one_is_the_mbg_nbd(cdnow):
    told = cdnow.calibration
    counts = repeat_counts(told.x, told.t_x, told.T)
    one, mbg = fit_repeat_buying(counts, REGULAR, 1), fit_repeat_buying(counts, RepeatModel.MBG_NBD)
    assert (one.parameters, one.log_likelihood) == (mbg.parameters, mbg.log_likelihood)
    seen = told.x, told.t_x, told.T
    assert (expected_transactions(one, *seen, 39.0) == expected_transactions(mbg, *seen, 39.0)).all()
    known = mbg.values, 1, seen
    assert np.exp(-regular_log_left(*known)) == pytest.approx(1 / (1 / p_alive(mbg, *seen) - 1), rel=1e-9)


def test_regular_customers_are_recognised_and_give_their_parameters_back(seen):
    found = fit_regular_buying(seen.counts, seen.log_gaps)
    assert found.fit.k == 3
    off = np.log(found.fit.values / np.array(list(TRUTH.values())))
    # Chi-squared of four, 99.9% below 18.5.
    assert off @ np.linalg.solve(found.fit.covariance, off) < 18.5


def test_totals_at_the_true_parameters_are_within_the_published_tolerance(seen):
    # BTYDplus asks its own closed forms for less than 5% in both totals, on the same parameters.
    known = seen.x, seen.t_x, seen.T
    assert expected_transactions(stated(), *known, 32.0).sum() == pytest.approx(seen.later.sum(), rel=0.05)
    assert p_alive(stated(), *known).sum() == pytest.approx(seen.alive.sum(), rel=0.05)


def test_regular_buyers_are_foreseen_better_than_by_mbg_nbd(seen):
    known = seen.x, seen.t_x, seen.T
    regular = fit_repeat_buying(seen.counts, REGULAR, 3)
    random = fit_repeat_buying(seen.counts, RepeatModel.MBG_NBD)
    off = [np.abs(expected_transactions(fit, *known, 32.0) - seen.later).mean() for fit in (regular, random)]
    assert off[0] < 0.9 * off[1]
    # The place of what happened in each customer's law, drawn within the count, is even if the law is right.
    luck = np.random.default_rng(5).random(len(seen.x))
    ends = []
    for fit in (regular, random):
        at_least = [np.ones(len(seen.x)), *(p_at_least(fit, Customers(*known), 32.0, k) for k in range(1, 80))]
        table, rows, count = np.stack(at_least), np.arange(len(seen.x)), seen.later.astype(int)
        below, above = 1 - table[count, rows], 1 - table[count + 1, rows]
        place = below + luck * (above - below)
        ends.append(float(np.mean((place > 0.05) & (place < 0.95))))
    assert abs(ends[0] - 0.9) < 0.02
    assert ends[1] > 0.92


def test_the_holdout_prefers_the_regular_model_to_the_random_one():
    # A second watch of the same customers, from the same luck, holds the first.
    early, full = Simulated(2_000, seed=7, ahead=32.0), Simulated(2_000, seed=7, ahead=32.0, longer=True)
    assert (full.x >= early.x).all()
    both = early.counts, full.counts
    regular, random = fit_repeat_buying(both[0], REGULAR, 3), fit_repeat_buying(both[0], RepeatModel.MBG_NBD)
    held = holdout_log_likelihood(regular, *both, full.log_gaps - early.log_gaps)
    assert held > holdout_log_likelihood(random, *both) + 100


def test_customers_are_on_their_way_by_how_long_they_have_been_silent():
    known = np.array([4.0, 4.0]), np.array([30.0, 12.0]), np.array([30.0, 30.0])
    now, silent = phase_chances(stated().values, 3, known)
    assert now.tolist() == [1.0, 0.0, 0.0]
    # By hand: powers 12.85 and 13.85, since = 18 / 31.45.
    terms = [1.0, 12.85 * 18 / 31.45, 12.85 * 13.85 / 2 * (18 / 31.45) ** 2]
    assert silent == pytest.approx(np.array(terms) / sum(terms), rel=1e-12)


def test_the_law_is_that_of_simulated_customers_alive():
    generator = np.random.default_rng(3)
    draws = 200_000
    x, t_x, age, horizon, weekly = 5.0, 20.0, 26.0, 30.0, 0.005
    known = checked_histories([x], [t_x], [age])
    phase = generator.choice(3, size=draws, p=phase_chances(stated().values, 3, known)[0])
    rate = generator.gamma(TRUTH["r"] + 3 * x + phase) / (TRUTH["alpha"] + age)
    leaving = generator.beta(TRUTH["a"], TRUTH["b"] + x + 1, draws)
    at, count, worth = generator.gamma(3 - phase) / rate, np.zeros(draws), np.zeros(draws)
    active = np.flatnonzero(at <= horizon)
    while active.size:
        count[active] += 1
        worth[active] += np.exp(-weekly * at[active])
        active = active[generator.random(active.size) > leaving[active]]
        at[active] += generator.gamma(3, size=active.size) / rate[active]
        active = active[at[active] <= horizon]
    groups = alive_groups(stated(), *known)
    law = group_law(groups, Future(horizon)).at_least
    assert law[:8] == pytest.approx([np.mean(count >= n) for n in range(1, 9)], abs=0.004)
    told = score(stated(), Customers(*known), Outlook(Future(horizon, weekly), draws=2_000))
    assert told.discounted[0] / told.p_alive[0] == pytest.approx(worth.mean(), rel=0.005)
    alive = told.p_alive[0]
    both = np.where(generator.random(draws) < alive, worth, 0.0)
    assert told.quantiles[0] == pytest.approx(np.quantile(both, (0.05, 0.5, 0.95)), abs=0.06)
    assert told.variance[0] == pytest.approx(both.var(), rel=0.03)


def test_new_customers_order_what_simulation_says():
    many = Simulated(40_000, seed=9, ahead=0.0)
    at_48 = many.x[many.T == 48.0]
    assert expected_repeat_orders(stated(), [48.0])[0] == pytest.approx(at_48.mean(), rel=0.05)


def test_a_second_life_buys_at_the_pace_of_the_first():
    often, seldom = second_life_orders(stated(), [20.0, 4.0], [40.0, 40.0], [96.0, 96.0], Future(50.0))
    assert often > 2 * seldom > 0


@settings(max_examples=15)
@given(st.floats(0.1, 50), st.integers(1, 4))
def test_the_time_unit_moves_alpha_alone(unit, k):
    told = Simulated(60, seed=2)
    counts = told.counts
    other = RepeatCounts(counts.x, counts.t_x * unit, counts.T * unit, counts.n)
    one = fit_repeat_buying(counts, REGULAR, k, told.log_gaps)
    two = fit_repeat_buying(other, REGULAR, k, told.log_gaps + counts.repeats * np.log(unit))
    assert two.log_likelihood == pytest.approx(one.log_likelihood - counts.repeats * np.log(unit), abs=1e-3)


@settings(max_examples=25)
@given(st.integers(0, 12), st.floats(0.05, 0.95), st.floats(5, 90), st.integers(1, 6), st.floats(1, 80))
def test_a_law_falls_from_below_one_and_sums_to_its_mean(x, at, age, k, horizon):
    known = checked_histories([x], [at * age if x else 0.0], [age])
    chances = phase_chances(stated(k).values, k, known)
    assert chances.sum() == pytest.approx(1.0)
    law = group_law(alive_groups(stated(k), *known), Future(horizon)).at_least
    assert (np.diff(law) <= 1e-12).all()
    assert law.max(initial=0.0) <= 1 + 1e-12
    expected = expected_transactions(stated(k), *known, horizon)[0]
    assert expected / p_alive(stated(k), *known)[0] == pytest.approx(law.sum(), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            lambda: fit_repeat_buying(repeat_counts([1], [2], [3]), REGULAR, 0),
            "k must be 1 or more, and 1 in any model but mbg_cnbd_k, got 0 in mbg_cnbd_k",
        ),
        (
            lambda: stated_repeat_buying(RepeatModel.BG_NBD, TRUTH, 2),
            "k must be 1 or more, and 1 in any model but mbg_cnbd_k, got 2 in bg_nbd",
        ),
        (
            lambda: fit_regular_buying(repeat_counts([1], [2], [3], n=[0]), 0.0),
            "repeat buying needs at least one customer, got none",
        ),
        (
            lambda: fit_regular_buying(repeat_counts([1], [2], [3]), -np.inf),
            "log_gaps must be finite, got -inf: merge occasions that stand at one time",
        ),
        (lambda: gap_part(0, 1.0, 0.0), "k must be at least 1, got 0"),
    ],
)
def test_what_cannot_be_fitted_is_refused(act, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        act()
