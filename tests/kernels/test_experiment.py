"""What a randomised experiment shows."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from patronage.kernels.arrays import Floats
from patronage.kernels.experiment import Arm, lasting_errors, measured_effect, ratio_effect, sample_ratio_p


def arm(y: Floats, x: Floats | None = None) -> Arm:
    before = np.zeros(len(y)) if x is None else x
    sums = (y.sum(), (y * y).sum(), before.sum(), (before * before).sum(), (before * y).sum())
    return Arm(len(y), *(float(each) for each in sums))


def test_without_history_it_is_welchs_test() -> None:
    # Student's sleep data (1908), extra hours of ten patients on each of two drugs; R's t.test gives
    # t = -1.8608, df = 17.776 and the 95% interval -3.3654832 to 0.2054832.
    one = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    two = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    found = measured_effect(arm(one), arm(two), level=0.95)
    assert found.difference / found.standard_error == pytest.approx(-1.8608, abs=5e-5)
    assert (found.once.low, found.once.high) == pytest.approx((-3.3654832, 0.2054832), abs=1e-7)
    assert found.p_better == pytest.approx(0.07939 / 2, abs=1e-5)
    assert found.explained == 0.0


def test_the_split_of_a_published_mismatch_is_told() -> None:
    # Kohavi, Tang & Xu (2020), chapter 21: 821,588 against 815,482 where half and half was asked for.
    assert sample_ratio_p(821_588, 815_482, 0.5) == pytest.approx(1.8e-6, rel=0.03)
    assert sample_ratio_p(90, 10, 0.9) == pytest.approx(1.0)


def test_the_lasting_interval_is_that_of_the_normal_mixture() -> None:
    # With a variance of 1 for the difference and 90%: s = 2 ln 10 + ln(2 ln 10 + 1) = 6.3289, and the radius is
    # sqrt((s + 1) / s (ln(s + 1) + 2 ln 10)) = 2.7639.
    half = Arm(1000, 0.0, 500.0 * 999)
    found = measured_effect(half, half)
    assert found.standard_error == pytest.approx(1.0)
    assert found.always.high == pytest.approx(2.7639, abs=5e-5)
    assert measured_effect(half, half, planned=10).always.high > found.always.high


def test_lasting_intervals_reach_as_many_errors_whatever_is_measured() -> None:
    half = Arm(1000, 0.0, 500.0 * 999)
    assert lasting_errors() == pytest.approx(2.7639, abs=5e-5)
    assert lasting_errors(planned=10) == pytest.approx(measured_effect(half, half, planned=10).always.high)
    with pytest.raises(ValueError, match=r"^planned must be more than 0 and finite, got 0$"):
        lasting_errors(planned=0.0)
    with pytest.raises(ValueError, match=r"^level must lie between 0 and 1, got 1$"):
        lasting_errors(level=1)


def test_history_takes_away_the_share_of_variance_that_it_explains() -> None:
    random = np.random.default_rng(1)
    x = random.normal(100, 20, 40_000)
    y = 0.5 * x + random.normal(0, 10, x.size)
    treated = random.random(x.size) < 0.5
    found = measured_effect(arm(y[treated] + 1.0, x[treated]), arm(y[~treated], x[~treated]))
    # Correlation of 0.5 * 20 = 10 against 10: half of the variance.
    assert found.explained == pytest.approx(0.5, abs=0.01)
    assert found.once.holds(1.0)


def test_intervals_hold_as_often_as_they_say() -> None:
    random = np.random.default_rng(2)
    held, ratios = [], []
    for _ in range(400):
        x = random.gamma(2, 10, 300)
        y = x * random.gamma(3, 0.2, 300) + 2.0 * (treated := random.random(300) < 0.7)
        held.append(measured_effect(arm(y[treated], x[treated]), arm(y[~treated], x[~treated])).once.holds(2.0))
        z = 0.6 * x + random.normal(0, 3, 300)
        ratios.append(ratio_effect(arm(z[treated], x[treated]), arm(z[~treated], x[~treated])).once.holds(0.0))
    assert 0.86 <= np.mean(held) <= 0.94
    assert 0.86 <= np.mean(ratios) <= 0.94


def test_a_small_arm_in_which_hardly_anybody_buys_is_not_taken_for_certain() -> None:
    # A list of 300 with a holdout of 10%, of whom 3% buy anyway.
    random = np.random.default_rng(6)
    bold, cautious, lasting = [], [], []
    for _ in range(800):
        y, treated = (random.random(300) < 0.03).astype(float), np.arange(300) >= 30
        bold.append(measured_effect(arm(y[treated]), arm(y[~treated])).once.holds(0.0))
        found = measured_effect(arm(y[treated]), arm(y[~treated]), cautious=True)
        cautious.append(found.once.holds(0.0))
        lasting.append(found.always.holds(0.0))
    assert np.mean(bold) < 0.75
    assert np.mean(cautious) > 0.88
    assert np.mean(lasting) > 0.95


def test_looking_early_and_often_deceives_one_interval_and_not_the_other() -> None:
    random = np.random.default_rng(3)
    once, always = 0, 0
    for _ in range(200):
        y, treated = random.exponential(1.0, 3000), random.random(3000) < 0.5
        looks = [
            measured_effect(arm(y[:n][treated[:n]]), arm(y[:n][~treated[:n]]), planned=1500 / n)
            for n in range(100, 3001, 50)
        ]
        once += any(not found.once.holds(0.0) for found in looks)
        always += any(not found.always.holds(0.0) for found in looks)
    assert once / 200 > 0.25
    assert always / 200 < 0.10


def test_the_same_customers_may_be_looked_at_every_week_of_a_year() -> None:
    # Customers keep their own rates of buying, so that what an arm has by chance it has in every week.
    random = np.random.default_rng(5)
    once, always = 0, 0
    for _ in range(200):
        rates = random.gamma(0.8, 0.1, 500)
        weeks = (random.poisson(rates[:, None], (500, 52)) * random.gamma(3, 10, (500, 52))).cumsum(axis=1)
        treated = random.random(500) < 0.9
        looks = [
            measured_effect(arm(weeks[treated, week]), arm(weeks[~treated, week]), planned=52 / (week + 1))
            for week in range(3, 52)
        ]
        once += any(not found.once.holds(0.0) for found in looks)
        always += any(not found.always.holds(0.0) for found in looks)
    assert once / 200 > 0.2
    assert always / 200 < 0.10


@given(st.integers(2, 60), st.integers(2, 60), st.integers(0, 10**6), st.floats(-50, 50))
def test_swapping_the_arms_turns_the_sign_and_shifting_all_changes_nothing(
    n: int, m: int, seed: int, shift: float
) -> None:
    random = np.random.default_rng(seed)
    (y, x), (v, w) = random.normal(5, 2, (2, n)), random.normal(4, 3, (2, m))
    found, turned = measured_effect(arm(y, x), arm(v, w)), measured_effect(arm(v, w), arm(y, x))
    moved = measured_effect(arm(y + shift, x), arm(v + shift, w))
    assert turned.difference == pytest.approx(-found.difference)
    assert turned.p_better == pytest.approx(1 - found.p_better)
    assert moved.difference == pytest.approx(found.difference, abs=1e-6)
    assert found.always.low <= found.once.low <= found.once.high <= found.always.high


def test_ratios_of_one_unit_each_are_means() -> None:
    random = np.random.default_rng(4)
    y, v = random.normal(3, 1, 50), random.normal(2, 1, 70)
    ratios, means = ratio_effect(arm(y, np.ones(50)), arm(v, np.ones(70))), measured_effect(arm(y), arm(v))
    assert (ratios.difference, ratios.standard_error) == pytest.approx((means.difference, means.standard_error))
    told = stats.ttest_ind(y, v, equal_var=False).confidence_interval(0.9)
    assert (ratios.once.low, ratios.once.high) == pytest.approx((told.low, told.high))


def test_arms_that_say_nothing_are_even() -> None:
    found = measured_effect(Arm(5, 0.0, 0.0), Arm(5, 0.0, 0.0))
    assert (found.difference, found.standard_error, found.p_better) == (0.0, 0.0, 0.5)
    assert measured_effect(Arm(5, 5.0, 5.0), Arm(5, 0.0, 0.0)).p_better == 1.0


def test_impossible_arms_are_refused() -> None:
    good = Arm(10, 5.0, 5.0, 10.0, 10.0, 5.0)
    with pytest.raises(ValueError, match=r"^the control arm must have at least 2 units, got 1$"):
        measured_effect(good, replace(good, units=1))
    with pytest.raises(
        ValueError, match=r"^sums of the treated arm must be finite, got \(nan, 5.0, 10.0, 10.0, 5.0\)$"
    ):
        measured_effect(replace(good, y=math.nan), good)
    with pytest.raises(ValueError, match=r"^squares of the treated arm must not sum to less than 0$"):
        measured_effect(replace(good, y_squares=-1.0), good)
    with pytest.raises(ValueError, match=r"^x of the control arm must sum to more than 0, got 0$"):
        ratio_effect(good, replace(good, x=0.0))
    with pytest.raises(ValueError, match=r"^there must be units in the arms, got 0 and 0$"):
        sample_ratio_p(0, 0, 0.5)
    with pytest.raises(ValueError, match=r"^expected must lie between 0 and 1, got 1$"):
        sample_ratio_p(5, 5, 1)
    with pytest.raises(ValueError, match=r"^planned must be more than 0 and finite, got 0$"):
        measured_effect(good, good, planned=0.0)
    with pytest.raises(ValueError, match=r"^level must lie between 0 and 1, got 1.5$"):
        measured_effect(good, good, level=1.5)
