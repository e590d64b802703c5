"""How forecasts compare with what happened since."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.calibration import (
    coverage,
    lift,
    point_errors,
    randomised_pit,
    top_share,
    totals_coverage,
)

counts = arrays(float, 12, elements=st.integers(0, 9).map(float))


def test_four_forecasts_have_the_errors_worked_by_hand():
    told = point_errors([1, 2, 3, 6], [2, 2, 2, 2])
    assert (told.mae, told.rmse, told.bias, told.correlation) == pytest.approx((1.5, 4.5**0.5, -1.0, None))
    assert point_errors([1, 2, 3], [2, 4, 6]).correlation == pytest.approx(1.0)


def test_the_plain_rate_on_cdnow_has_its_known_errors(data_folder):
    # The 1/10 sample of Fader & Hardie, calibration to 1997-09-30, 39 weeks ahead, the forecast x / T x 39.
    x, age, actual = cdnow(str(data_folder / "cdnow" / "sample_transactions.parquet"))
    told = point_errors(actual, x / age * 39)
    assert (x.size, actual.sum()) == (2357, 1882)
    assert told.mae == pytest.approx(1.0237, abs=5e-5)
    assert told.rmse == pytest.approx(2.2119, abs=5e-5)
    assert told.correlation == pytest.approx(0.5839, abs=5e-5)


def cdnow(path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Repeat purchase days, age in weeks, and purchase days in the 39 weeks after."""
    from pyarrow import parquet

    table = parquet.read_table(path)
    day = table["transaction_date"].to_numpy().astype("datetime64[D]").astype(int)
    _, customer = np.unique(table["customer_id"].to_pylist(), return_inverse=True)
    customer, day = np.unique(np.column_stack([customer, day]), axis=0).T
    cut, end = np.array(["1997-09-30", "1998-06-30"], "datetime64[D]").astype(int)
    first = day[np.unique(customer, return_index=True)[1]]
    known = np.bincount(customer[day <= cut])
    later = np.bincount(customer[(day > cut) & (day <= end)], minlength=known.size)
    return known - 1.0, (cut - first) / 7, later.astype(float)


def test_the_best_half_makes_the_share_worked_by_hand():
    assert top_share([8, 1, 1, 0], [4, 3, 2, 1], 0.5) == pytest.approx(0.9)
    assert lift([8, 1, 1, 0], [4, 3, 2, 1], 0.25) == pytest.approx(3.2)
    # Three tie for one free place after the best: each counts a third.
    assert top_share([4, 6, 0, 0], [9, 1, 1, 1], 0.5) == pytest.approx((4 + 6 / 3) / 10)
    assert top_share([0, 0], [1, 2]) is None
    assert lift([0, 0], [1, 2]) is None


def test_right_forecasts_are_found_right():
    random = np.random.default_rng(5)
    rate = random.gamma(2, 1, size=4000)
    actual = random.poisson(rate).astype(float)
    draws = random.poisson(rate, size=(400, 4000)).astype(float)
    place = randomised_pit(actual, draws)
    assert np.quantile(place, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.025)
    low, high = np.quantile(draws, (0.05, 0.95), axis=0)
    assert coverage(actual, low, high) >= 0.9


def test_narrow_forecasts_are_found_out():
    random = np.random.default_rng(6)
    place = randomised_pit(random.normal(0, 3, size=2000), random.normal(size=(300, 2000)))
    assert np.mean((place < 0.05) | (place > 0.95)) > 0.4


def test_totals_are_covered_as_often_as_they_say():
    random = np.random.default_rng(7)
    level = random.normal(100, 10, size=500)
    told = totals_coverage(random.normal(level, 5), random.normal(level, 5, size=(1000, 500)))
    assert told.origins == 500
    assert told.inside == pytest.approx(0.9, abs=0.04)
    assert told.bias == pytest.approx(0, abs=0.01)


@given(counts, counts, st.integers(0, 99))
def test_errors_and_shares_forget_order(actual, said, seed):
    mixed = np.random.default_rng(seed).permutation(actual.size)
    told, again = point_errors(actual, said), point_errors(actual[mixed], said[mixed])
    assert (again.mae, again.rmse, again.bias) == pytest.approx((told.mae, told.rmse, told.bias))
    assert told.mae <= told.rmse + 1e-12
    assert top_share(actual[mixed], said[mixed]) == pytest.approx(top_share(actual, said))
    best, had = top_share(actual, actual, 0.3), top_share(actual, said, 0.3)
    if best is not None and had is not None:
        assert had <= best + 1e-9
        assert top_share(actual, said, 1.0) == pytest.approx(1.0)


def test_broken_forecasts_are_refused():
    with pytest.raises(ValueError, match=r"^forecast must be finite: 1 of 2 are not \(first at 1\)$"):
        point_errors([1, 2], [1, np.nan])
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got actual 2, forecast 1$"):
        point_errors([1, 2], [1])
    with pytest.raises(ValueError, match=r"^actual must not be empty$"):
        point_errors([], [])
    with pytest.raises(ValueError, match=r"^low must not exceed high, got 2.0 above 1.0 at 0$"):
        coverage([1], [2], [1])
    with pytest.raises(ValueError, match=r"^level must lie between 0 and 1, got 1$"):
        totals_coverage([1.0], np.ones((3, 1)), 1)
    with pytest.raises(ValueError, match=r"^actual totals must be positive, and there must be at least one$"):
        totals_coverage([0.0], np.ones((3, 1)))
