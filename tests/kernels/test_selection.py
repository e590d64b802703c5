"""Correction of ranked values for the luck of those that came out on top."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, special

from patronage.kernels.selection import shrunk

# Efron & Morris (1977), "Stein's Paradox in Statistics": 18 batters after 45 times at bat, and over the rest of 1970.
BATTERS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]) / 45
LATER = np.array([346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 285, 316, 200]) / 1000

# Rubin (1981): effects of coaching in eight schools and their standard errors.
SCHOOLS = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
SCHOOL_ERRORS = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])


def horseshoe(values: np.ndarray, error: float) -> float:
    """Shrinkage at equal errors: the mean of x with density x^(k/2-1) (1-x)^(-1/2) exp(-S x / 2) on (0, 1).

    S: squares around the mean in squared errors. By hand from x = error^2 / (error^2 + scatter^2) and the half-Cauchy.
    """
    k, squares = values.size, float(np.sum((values - values.mean()) ** 2)) / error**2
    above = special.hyp1f1(k / 2 + 1, (k + 3) / 2, -squares / 2)
    return float(k / (k + 1) * above / special.hyp1f1(k / 2, (k + 1) / 2, -squares / 2))


@pytest.mark.parametrize(
    "values", [[3.0, 3.0], [7.0, 4.0], [9.0, 5.0, 1.0], [40.0, 30.0, 20.0, 10.0, 5.0], [300.0, 0.0]]
)
def test_equal_errors_give_the_shrinkage_of_the_horseshoe(values):
    raw = np.array(values)
    told = shrunk(raw, np.full(raw.size, 2.5))
    assert told.corrected == pytest.approx(raw + horseshoe(raw, 2.5) * (raw.mean() - raw), rel=1e-4, abs=1e-4)
    assert told.identified


def test_two_equal_values_lose_two_thirds_of_any_difference():
    # At no difference the density is (1 - x)^(-1/2), of mean 2/3; a hair of a difference does not change it.
    told = shrunk([1.0, 1.0 + 3e-3], [1.0, 1.0])
    assert np.diff(told.corrected) == pytest.approx(1e-3, rel=1e-3)


def test_the_batters_of_efron_and_morris_come_nearer_to_their_season():
    error = np.sqrt(0.265 * 0.735 / 45)
    told = shrunk(BATTERS, np.full(18, error))
    assert told.prior_mean == pytest.approx(0.265, abs=5e-4)
    # Printed: squared errors add to .077 as measured (from rounded averages) and to .022 shrunk by James and Stein.
    assert np.sum((told.raw - LATER) ** 2) == pytest.approx(0.077, abs=2e-3)
    assert np.sum((told.corrected - LATER) ** 2) < 0.022


def test_the_eight_schools_are_those_of_adaptive_integration():
    def at(scatter: float) -> tuple[float, np.ndarray]:
        variance = SCHOOL_ERRORS**2 + scatter**2
        centre = np.sum(SCHOOLS / variance) / np.sum(1 / variance)
        likelihood = np.exp(-np.sum((SCHOOLS - centre) ** 2 / variance) / 2) / np.sqrt(
            np.prod(variance / 100) * np.sum(1 / variance)
        )
        density = likelihood / (1 + (scatter / 11) ** 2)  # 11: the median error
        return density, SCHOOLS + SCHOOL_ERRORS**2 / variance * (centre - SCHOOLS)

    whole = integrate.quad(lambda scatter: at(scatter)[0], 0, np.inf)[0]
    for place in (0, 2, 7):
        mean = integrate.quad(lambda scatter, place=place: at(scatter)[0] * at(scatter)[1][place], 0, np.inf)[0] / whole
        assert shrunk(SCHOOLS, SCHOOL_ERRORS).corrected[place] == pytest.approx(mean, abs=0.01)


def overclaims(count: int, scatter: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """How much the picked best promises too much, as measured and as corrected, in errors; one for each scatter."""
    random = np.random.default_rng(seed)
    raw, corrected = [], []
    for each in scatter:
        truth = 100 + each * random.standard_normal(count)
        told = shrunk(truth + random.standard_normal(count), np.ones(count))
        best = int(np.argmax(told.corrected))
        raw.append(told.raw[best] - truth[best])
        corrected.append(told.corrected[best] - truth[best])
    return np.array(raw), np.array(corrected)


@pytest.mark.parametrize("count", [2, 3, 5, 20])
def test_acting_on_the_best_is_unbiased_from_two_values_on(count):
    scatter = np.abs(np.tan(np.pi * (np.random.default_rng(9).random(1000) - 0.5)))
    raw, corrected = overclaims(count, scatter, seed=count)
    noise = 3 * np.std(corrected) / np.sqrt(scatter.size)
    assert abs(corrected.mean()) < noise
    assert raw.mean() > 2 * noise


@pytest.mark.parametrize("count", [2, 3, 5, 20])
@pytest.mark.parametrize("scatter", [0.0, 1.0, 4.0])
def test_at_any_one_scatter_the_best_is_off_by_less_than_a_third_of_an_error(count, scatter):
    raw, corrected = overclaims(count, np.full(500, scatter), seed=count)
    assert abs(corrected.mean()) < 1 / 3 + 3 * np.std(corrected) / np.sqrt(500)
    if scatter <= 1:
        assert abs(corrected.mean()) < raw.mean() / 2


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


numbers = arrays(float, st.shared(st.integers(2, 12), key="k"), elements=st.floats(-1e3, 1e3))
errors_ = arrays(float, st.shared(st.integers(2, 12), key="k"), elements=st.floats(0.1, 1e3))


@given(numbers, errors_, st.integers(0, 99))
def test_correction_forgets_order_and_stays_among_the_values(values, errors, seed):
    told = shrunk(values, errors)
    mixed = np.random.default_rng(seed).permutation(values.size)
    assert shrunk(values[mixed], errors[mixed]).corrected == pytest.approx(told.corrected[mixed], rel=1e-4, abs=1e-4)
    assert told.corrected.max() <= values.max() + 1e-9
    assert told.corrected.min() >= values.min() - 1e-9
    assert np.all(told.sd <= np.hypot(errors, np.ptp(values)) + 1e-9)


@given(numbers, errors_, st.floats(1e-6, 1e6), st.floats(-1e3, 1e3))
def test_correction_knows_no_currency(values, errors, unit, moved):
    told = shrunk(unit * (values + moved), unit * errors).corrected / unit - moved
    assert told == pytest.approx(shrunk(values, errors).corrected, rel=1e-5, abs=1e-5)


@given(numbers)
def test_nothing_is_corrected_as_errors_vanish(values):
    assert shrunk(values, np.zeros(values.size)).corrected == pytest.approx(values)
    spread = values.std()
    if spread > 1e-3:
        assert shrunk(values, np.full(values.size, 1e-6 * spread)).corrected == pytest.approx(values, abs=1e-6 * spread)


def test_a_value_without_error_stays_as_it_is():
    told = shrunk([5.0, 1.0, 2.0], [0.0, 1.0, 1e-200])
    assert told.corrected[[0, 2]] == pytest.approx([5.0, 2.0])
    assert 1.0 < told.corrected[1] < 5.0


def test_a_single_value_is_left_as_it_is_and_says_so():
    told = shrunk([5.0], [1.0])
    assert not told.identified
    assert told.corrected == pytest.approx(told.raw)


def test_values_and_errors_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"^errors must not be negative: 1 of 2 are \(first at 1: -1.0\)$"):
        shrunk([1, 2], [1, -1])
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got values 2, errors 3$"):
        shrunk([1, 2], [1, 1, 1])
    with pytest.raises(ValueError, match=r"^values must not be empty$"):
        shrunk([], [])
