"""Correction of ranked values for the luck of those that came out on top."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.selection import shrunk

# Efron & Morris (1977), "Stein's Paradox in Statistics": 18 batters after 45 times at bat.
BATTERS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]) / 45


def test_the_batters_of_efron_and_morris_are_shrunk_as_printed():
    error = np.sqrt(0.265 * 0.735 / 45)
    told = shrunk(BATTERS, np.full(18, error))
    assert told.prior_mean == pytest.approx(0.265, abs=5e-4)
    # Printed: c = .212 around .265, so that .400 becomes .265 + .212 x .135 = .294 and .178 becomes .247.
    assert (told.corrected[0] - told.prior_mean) / (BATTERS[0] - told.prior_mean) == pytest.approx(0.212, abs=2e-3)
    assert told.corrected[0] == pytest.approx(0.294, abs=1e-3)
    assert told.corrected[16] == pytest.approx(0.247, abs=1e-3)


def simulated(seed: int, count: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.normal(10, 3, size=count)
    errors = random.uniform(1, 8, size=count)
    return truth, random.normal(truth, errors), errors


def test_corrected_values_of_the_top_are_unbiased_where_raw_ones_promise_too_much():
    raw_gap, corrected_gap, gain, inside = [], [], [], []
    for seed in range(100):
        truth, values, errors = simulated(seed)
        told = shrunk(values, errors)
        by_raw, by_corrected = np.argsort(-told.raw)[:20], np.argsort(-told.corrected)[:20]
        raw_gap.append(np.mean(told.raw[by_raw] - truth[by_raw]))
        corrected_gap.append(np.mean(told.corrected[by_raw] - truth[by_raw]))
        gain.append(truth[by_corrected].mean() - truth[by_raw].mean())
        inside.append(np.mean(np.abs(truth - told.corrected) < 1.645 * told.sd))
    assert np.mean(raw_gap) > 8
    assert abs(np.mean(corrected_gap)) < 3 * np.std(corrected_gap) / np.sqrt(100) + 0.05
    assert np.mean(gain) > 1
    assert np.mean(inside) == pytest.approx(0.90, abs=0.01)


def test_the_scatter_of_true_values_is_found_again():
    told = shrunk(*simulated(1, count=20_000)[1:])
    assert told.prior_mean == pytest.approx(10, abs=0.15)
    assert told.prior_sd == pytest.approx(3, abs=0.15)


numbers = arrays(float, st.shared(st.integers(4, 12), key="k"), elements=st.floats(-1e3, 1e3))
errors_ = arrays(float, st.shared(st.integers(4, 12), key="k"), elements=st.floats(0.1, 1e3))


@given(numbers, errors_, st.integers(0, 99))
def test_correction_forgets_order_and_pulls_towards_the_mean(values, errors, seed):
    told = shrunk(values, errors)
    mixed = np.random.default_rng(seed).permutation(values.size)
    assert shrunk(values[mixed], errors[mixed]).corrected == pytest.approx(told.corrected[mixed], rel=1e-4, abs=1e-4)
    kept = (told.corrected - told.prior_mean) * np.sign(values - told.prior_mean)
    assert np.all(kept >= -1e-9)
    assert np.all(kept <= np.abs(values - told.prior_mean) + 1e-9)


@given(numbers)
def test_nothing_is_corrected_as_errors_vanish(values):
    assert shrunk(values, np.zeros(values.size)).corrected == pytest.approx(values)
    spread = values.std()
    if spread > 1e-3:
        assert shrunk(values, np.full(values.size, 1e-6 * spread)).corrected == pytest.approx(values, abs=1e-8 * spread)


def test_too_few_values_are_left_as_they_are_and_say_so():
    told = shrunk([5.0, 1.0, 2.0], [1.0, 1.0, 1.0])
    assert not told.identified
    assert told.corrected == pytest.approx(told.raw)


def test_values_and_errors_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"^errors must not be negative: 1 of 2 are \(first at 1: -1.0\)$"):
        shrunk([1, 2], [1, -1])
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got values 2, errors 3$"):
        shrunk([1, 2], [1, 1, 1])
    with pytest.raises(ValueError, match=r"^values must not be empty$"):
        shrunk([], [])
