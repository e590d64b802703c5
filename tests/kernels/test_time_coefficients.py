"""Coefficients of a time equation from recorded durations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.kernels.costing import event_minutes
from patronage.kernels.time_coefficients import time_coefficients

TRUTH = np.array([0.5, 6.5, 2.0])


def recorded(seed: int, rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    drivers = random.integers(0, 2, size=(rows, 2)).astype(float)
    means = TRUTH[0] + drivers @ TRUTH[1:]
    return means * random.gamma(4, 1 / 4, size=rows), drivers


def test_noiseless_durations_return_the_packaging_equation():
    # Kaplan & Anderson (2004): 0.5 + 6.5 special + 2.0 air; five of each of the four cases.
    drivers = np.array([[0, 0], [1, 0], [0, 1], [1, 1]] * 5, dtype=float)
    told = time_coefficients(TRUTH[0] + drivers @ TRUTH[1:], drivers, draws=20)
    assert told.values == pytest.approx(TRUTH)
    assert told.draws == pytest.approx(np.tile(TRUTH, (20, 1)))
    assert told.explained == pytest.approx(1.0)
    assert event_minutes(told.equation, [[1.0, 1.0]]) == pytest.approx(np.full((20, 1), 9.0))


def test_a_driver_that_would_save_time_is_held_at_zero():
    # Least squares without the bound would give base 12 and -2 for the driver.
    drivers = np.array([[0.0], [1.0]] * 10)
    assert time_coefficients(np.array([12.0, 10.0] * 10), drivers, draws=20).values == pytest.approx([11.0, 0.0])


def test_intervals_hold_the_truth_as_often_as_they_say():
    inside = np.zeros(3)
    for seed in range(60):
        told = time_coefficients(*recorded(seed), draws=100, seed=seed)
        inside += (told.p05 <= TRUTH) & (told.p95 >= TRUTH)
    # 90% of 180, less and more by three standard errors of such a count.
    assert 150 <= inside.sum() <= 174


def test_rows_that_belong_together_widen_the_interval():
    random = np.random.default_rng(5)
    clerk = np.repeat(np.arange(40), 50)
    drivers = np.repeat(random.integers(0, 2, size=(40, 1)), 50, axis=0).astype(float)
    minutes = (5 + 3 * drivers[:, 0]) * np.repeat(random.gamma(20, 1 / 20, size=40), 50)
    alone = time_coefficients(minutes, drivers, draws=200)
    grouped = time_coefficients(minutes, drivers, together=clerk, draws=200)
    assert np.all(grouped.p95 - grouped.p05 > 3 * (alone.p95 - alone.p05))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.floats(0.01, 100))
def test_coefficients_follow_the_unit_and_are_never_negative(seed, factor):
    minutes, drivers = recorded(seed, rows=60)
    told = time_coefficients(minutes, drivers, draws=10)
    scaled = time_coefficients(minutes * factor, drivers, draws=10)
    assert np.all(told.draws >= 0)
    assert scaled.values == pytest.approx(told.values * factor, rel=1e-6, abs=1e-9 * factor)


def test_durations_that_cannot_tell_drivers_apart_are_refused():
    minutes, drivers = recorded(1)
    with pytest.raises(ValueError, match=r"^drivers are not told apart: one is a mixture of the others"):
        time_coefficients(minutes, np.column_stack([drivers, drivers.sum(axis=1)]))
    with pytest.raises(ValueError, match=r"^driver 1 is 0 in every row, so its minutes are not identified$"):
        time_coefficients(minutes, drivers * [1.0, 0.0])
    with pytest.raises(ValueError, match=r"^3 coefficients need at least 15 recorded durations, got 14$"):
        time_coefficients(minutes[:14], drivers[:14])
    with pytest.raises(ValueError, match=r"^an interval needs at least 20 groups of rows that belong together, got 2$"):
        time_coefficients(minutes, drivers, together=np.arange(400) % 2)
    with pytest.raises(ValueError, match=r"^minutes must not be negative: 1 of 400 are \(first at 0: -1.0\)$"):
        time_coefficients(np.r_[-1.0, minutes[1:]], drivers)
