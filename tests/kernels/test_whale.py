"""The whale curve."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.selection import shrunk
from patronage.kernels.whale import (
    added_peaks,
    expected_peak,
    peak_spread,
    peak_sums,
    profit_order,
    share_of_best,
    thinned,
    whale_curve,
)

profits_of = arrays(float, st.integers(1, 40), elements=st.floats(-1e6, 1e6))


def test_ten_customers_make_the_curve_worked_by_hand():
    # Two customers make 225%, seven of ten are even or better than nothing, one in ten loses: the 20-225 shape that
    # Kaplan & Narayanan (2001) describe. Cumulative: 150, 225, 225 ..., 100.
    told = whale_curve([0, 75, 0, 0, -125, 0, 150, 0, 0, 0])
    assert told.total == pytest.approx(100)
    assert told.peak == pytest.approx(2.25)
    assert told.peak_at == pytest.approx(0.2)
    assert told.erosion == pytest.approx(1.25)
    assert not told.in_currency
    assert told.cumulative[[0, 1, 2, 9, 10]] == pytest.approx([0, 1.5, 2.25, 2.25, 1.0])
    assert share_of_best(told, 0.1) == pytest.approx(1.5)
    assert share_of_best(told, 0.15) == pytest.approx(1.875)


def test_a_company_that_loses_is_told_in_currency():
    told = whale_curve([10, -30])
    assert told.in_currency
    assert (told.peak, told.erosion, told.total) == pytest.approx((10, 30, -20))


def test_equal_profits_keep_their_order():
    assert profit_order([1.0, 3.0, 1.0, 3.0]).tolist() == [1, 3, 0, 2]


def test_each_draw_is_ranked_for_itself():
    draws = np.array([[10.0, -5.0, 1.0], [-5.0, 10.0, 1.0]])
    told = peak_spread(peak_sums(draws))
    # Both draws peak at 11 of 6; the mean profits 2.5, 2.5 and 1 would show no loser at all.
    assert (told.p10, told.p50, told.p90) == pytest.approx((11 / 6,) * 3)
    assert told.peak_at == pytest.approx(2 / 3)
    assert peak_spread(added_peaks(peak_sums(draws[:, :1]), peak_sums(draws[:, 1:]))) == pytest.approx(told)


def test_the_expected_peak_finds_the_truth_between_raw_and_shrunk():
    raw, means, expected, at, true, true_at = [], [], [], [], [], []
    for seed in range(40):
        random = np.random.default_rng(seed)
        truth = random.normal(40, 60, size=2000)
        errors = random.uniform(20, 100, size=2000)
        told = shrunk(random.normal(truth, errors), errors)
        raw.append(whale_curve(told.raw).peak * told.raw.sum())
        means.append(whale_curve(told.corrected).peak * told.corrected.sum())
        peak, share = expected_peak(told)
        expected.append(peak)
        at.append(share)
        true.append(truth[truth > 0].sum())
        true_at.append(np.mean(truth > 0))
    assert np.mean(raw) > 1.15 * np.mean(true)
    assert np.mean(means) < 0.97 * np.mean(true)
    assert np.mean(expected) == pytest.approx(np.mean(true), rel=0.01)
    assert np.mean(at) == pytest.approx(np.mean(true_at), abs=0.01)


def test_profits_without_error_have_their_own_peak():
    profits = np.array([5.0, -3.0, 2.0, 0.0])
    assert expected_peak(shrunk(profits, np.zeros(4))) == pytest.approx((7.0, 0.5))


@given(profits_of, st.integers(0, 99))
def test_the_curve_is_concave_ends_at_the_total_and_forgets_order(profits, seed):
    told = whale_curve(profits)
    again = whale_curve(np.random.default_rng(seed).permutation(profits))
    assert again.cumulative == pytest.approx(told.cumulative, rel=1e-9, abs=1e-9)
    scale = 1.0 if told.in_currency else told.total
    assert told.cumulative[-1] * scale == pytest.approx(profits.sum(), rel=1e-6, abs=1e-6)
    assert np.all(np.diff(told.cumulative, 2) * scale <= 1e-6)
    assert told.peak == pytest.approx(told.cumulative.max())
    assert told.erosion >= 0


@given(profits_of, st.floats(0.01, 100))
def test_a_curve_in_shares_forgets_the_currency(profits, rate):
    told = whale_curve(profits)
    if told.total > 1:
        assert whale_curve(profits * rate).peak == pytest.approx(told.peak, rel=1e-6)


@given(profits_of, st.integers(3, 12))
def test_a_thinned_curve_keeps_its_ends_and_peak(profits, points):
    told = whale_curve(profits)
    thin = thinned(told, points)
    assert thin.cumulative.size <= max(points, 3)
    assert thin.cumulative[[0, -1]] == pytest.approx(told.cumulative[[0, -1]])
    assert thin.cumulative.max() == pytest.approx(told.peak)


def test_a_million_customers_take_under_two_seconds():
    profits = np.random.default_rng(1).standard_t(3, size=1_000_000) * 100 + 20
    start = time.process_time()
    thin = thinned(whale_curve(profits))
    assert time.process_time() - start < 2
    assert thin.cumulative.size <= 200
    assert thin.peak > 1


def test_empty_and_broken_profits_are_refused():
    with pytest.raises(ValueError, match=r"^profits must not be empty$"):
        whale_curve([])
    with pytest.raises(ValueError, match=r"^profits must be finite: 1 of 2 are not \(first at 1\)$"):
        whale_curve([1.0, np.inf])
    with pytest.raises(ValueError, match=r"^points must be at least 3 \(both ends and the peak\), got 2$"):
        thinned(whale_curve([1.0, 2.0]), 2)
    with pytest.raises(ValueError, match=r"^customers_share must lie from 0 to 1, got 1.5$"):
        share_of_best(whale_curve([1.0]), 1.5)
    with pytest.raises(ValueError, match=r"^a peak needs at least one customer and one draw$"):
        peak_spread(peak_sums(np.zeros((0, 3))))
