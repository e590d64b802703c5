"""How each customer buys, judged from the gaps between its purchase days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from patronage.kernels.buying_type import (
    PERIOD_NAMES,
    BuyingKind,
    BuyingTypes,
    Gaps,
    buying_types,
    chance_even,
    gamma_shape,
    least_contract_gaps,
    random_evenness,
)


def judged(days: np.ndarray) -> BuyingTypes:
    """The types of customers whose gaps in days stand in rows; gaps that round to 0 fall on one day and vanish."""
    ends = np.round(np.cumsum(days, axis=1))
    gaps = np.diff(ends, axis=1, prepend=0)
    seen = gaps > 0
    logs = np.log(np.where(seen, gaps, 1))
    return buying_types(Gaps(seen.sum(axis=1), gaps.sum(axis=1), (gaps**2).sum(axis=1), logs.sum(axis=1)))


def test_four_customers_are_told_by_hand():
    told = judged(np.array([[30.0, 31, 30, 31, 30, 31], [3.0, 90, 5, 60, 1, 200], [40.0, 55, 44, 62, 48, 51]]))
    assert told.kind.tolist() == [BuyingKind.CONTRACT_LIKE, BuyingKind.IRREGULAR, BuyingKind.REGULAR]
    assert PERIOD_NAMES[told.period[0]] == "month"
    assert told.period[1:].tolist() == [-1, -1]
    # Gaps of 30 and 31 days in turn: deviation sqrt(1.5 / 5) over 30.5.
    assert told.cv[0] == pytest.approx(np.sqrt(0.3) / 30.5)


def test_too_few_gaps_are_irregular_and_say_so():
    told = buying_types(Gaps([0, 1, 2], [0, 30, 60], [0, 900, 1800], [0, np.log(30), 2 * np.log(30)]))
    assert told.kind.tolist() == [BuyingKind.ONCE, BuyingKind.IRREGULAR, BuyingKind.IRREGULAR]
    assert not told.told.any()
    assert np.isnan(told.shape).all()


def test_a_shape_solves_its_likelihood_equation():
    # Minka (2002), equation 5: log k - digamma(k) = log of the mean less mean of logs.
    shape = np.array([0.2, 1.0, 2.0, 15.0, 400.0])
    assert gamma_shape(np.log(shape) - special.digamma(shape)) == pytest.approx(shape, rel=1e-7)


def test_random_buying_on_whole_days_has_its_evenness():
    # Mean gap of 2 days: log 2 less sum of log g / 2^g, which is .5078339 (the logarithm of Somos' constant).
    assert random_evenness(np.array([1.0]))[0] == 0.0
    assert random_evenness(np.array([2.0]))[0] == pytest.approx(np.log(2) - 0.5078339, abs=2e-3)
    assert random_evenness(np.array([2000.0]))[0] == pytest.approx(np.euler_gamma, abs=3e-3)


@pytest.mark.parametrize("mean", [3, 10, 30, 90])
@pytest.mark.parametrize("count", [4, 6, 10, 20])
def test_random_buyers_are_seldom_called_regular_or_contract_like(mean, count):
    told = judged(np.random.default_rng(1).exponential(mean, size=(3000, count)))
    assert np.mean(told.kind == BuyingKind.REGULAR) < 0.06
    assert np.mean(told.kind == BuyingKind.CONTRACT_LIKE) < 0.006


@pytest.mark.parametrize(("shape", "count", "found"), [(6, 4, 0.45), (6, 6, 0.7), (6, 10, 0.95), (3, 20, 0.9)])
def test_regular_buyers_are_found(shape, count, found):
    told = judged(np.random.default_rng(2).gamma(shape, 40 / shape, size=(2000, count)))
    assert np.mean((told.kind == BuyingKind.REGULAR) | (told.kind == BuyingKind.CONTRACT_LIKE)) > found


@pytest.mark.parametrize("count", [6, 10, 20])
def test_shapes_are_right_on_average(count):
    told = judged(np.random.default_rng(4).gamma(3, 90 / 3, size=(4000, count)))
    assert np.mean(told.shape) == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize(
    ("period", "jitter", "found"), [(7, 0.5, 0.95), (30.4375, 1, 0.99), (30.4375, 2, 0.9), (91.3, 4, 0.9)]
)
def test_contract_like_buyers_are_found(period, jitter, found):
    random = np.random.default_rng(3)
    days = np.arange(1, 8) * period + random.normal(0, jitter, size=(1000, 7))
    told = judged(np.diff(days, axis=1, prepend=0))
    assert np.mean(told.kind == BuyingKind.CONTRACT_LIKE) > found


@given(arrays(float, (1, 8), elements=st.integers(1, 300).map(float)), st.integers(0, 99))
def test_a_type_forgets_the_order_of_gaps(days, seed):
    told = judged(days)
    again = judged(np.random.default_rng(seed).permutation(days, axis=1))
    assert again.kind[0] == told.kind[0]
    assert again.shape == pytest.approx(told.shape, rel=1e-6)
    assert told.shape[0] > 0


def test_the_chance_of_even_gaps_is_a_ball_in_a_simplex():
    # Two gaps: |g - 1/2| <= cv / (2 sqrt 2) of a length of 1. Three: a disc of radius cv sqrt 2 / 3 in a triangle of
    # area sqrt(3) / 2.
    assert chance_even(np.array([2.0]), np.array([0.15]))[0] == pytest.approx(0.15 / np.sqrt(2))
    assert chance_even(np.array([3.0]), np.array([0.15]))[0] == pytest.approx(np.pi * 0.005 / (np.sqrt(3) / 2))


@pytest.mark.parametrize("count", [4, 5, 7])
def test_simulated_random_gaps_are_even_as_often_as_said(count):
    gaps = np.random.default_rng(8).exponential(1, size=(400_000, count))
    even = gaps.std(axis=1, ddof=1) / gaps.mean(axis=1) <= 0.3
    said = chance_even(np.array([float(count)]), np.array([0.3]))[0]
    assert abs(even.mean() - said) < 4 * np.sqrt(said / 400_000)


def test_even_gaps_count_from_where_they_are_more_than_chance():
    # Four gaps are even as chance has it, seven are not.
    expected, seen = np.zeros(12), np.zeros(12)
    expected[4], expected[7] = 3.0, 0.01
    seen[4], seen[7] = 3.0, 5.0
    assert least_contract_gaps(expected, seen) == 5
    assert least_contract_gaps(expected, np.where(seen == 5.0, 0.0, seen)) is None
    seen[4] = 60.0
    assert least_contract_gaps(expected, seen) == 4


@given(st.integers(0, 10**6), st.floats(0, 20))
def test_more_chance_never_tells_more_customers(seed, more):
    random = np.random.default_rng(seed)
    expected, seen = random.exponential(0.2, 15), random.poisson(1.0, 15)
    one, other = least_contract_gaps(expected, seen), least_contract_gaps(expected + more, seen)
    assert other is None or (one is not None and one <= other)


def test_random_companies_have_nobody_under_contract():
    told = 0
    for seed in range(40):
        found = judged(np.random.default_rng(seed).exponential(25, size=(3000, 6)))
        able = ~np.isnan(found.chance)
        count = np.full(int(able.sum()), 6)
        expected = np.bincount(count, weights=found.chance[able], minlength=7)
        told += least_contract_gaps(expected, np.bincount(count, found.period[able] >= 0, minlength=7)) is not None
    assert told <= 1


def test_sums_that_no_gaps_could_have_are_refused():
    with pytest.raises(ValueError, match=r"^gaps must be whole days of at least 1, got 2 days in 3 gaps at 0$"):
        buying_types(Gaps([3], [2], [4], [0]))
    with pytest.raises(
        ValueError, match=r"^squares must be sums of squared gaps: some are less than their mean allows$"
    ):
        buying_types(Gaps([2], [20], [100], [0]))
    with pytest.raises(ValueError, match=r"^logs must be sums of natural logs of gaps: some are more than their mean"):
        buying_types(Gaps([2], [20], [200], [5]))
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got count 1, total 2, squares 1, logs 1$"):
        buying_types(Gaps([2], [20, 3], [200], [4]))
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got expected 1, seen 2$"):
        least_contract_gaps([1.0], [1.0, 2.0])
