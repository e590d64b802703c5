"""Whether arms are as chance draws them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.arm_balance import Past, freed_of_past, mixing_p, past_apart, split_p
from patronage.kernels.arrays import Floats
from patronage.kernels.experiment import Arm, measured_effect
from patronage.kernels.policy import Cells


def summed(arm: Floats, y: Floats, x: Floats, segment: Floats | None = None, folds: int = 2) -> tuple[Cells, Past]:
    """Customers added up by fold in turn, segment and arm."""
    part = np.zeros_like(arm) if segment is None else segment
    shape = (folds, int(part.max()) + 1, int(arm.max()) + 1)
    place = np.ravel_multi_index((np.arange(len(arm)) % folds, part.astype(int), arm.astype(int)), shape)
    size = int(np.prod(shape))
    n, sy, syy, sx, sxx, sxy = (
        np.bincount(place, weights=each, minlength=size).reshape(shape)
        for each in (y * 0 + 1, y, y * y, x, x * x, x * y)
    )
    return Cells(n, sy, syy), Past(sx, sxx, sxy)


def made(seed: int, customers: int = 4000, arms: int = 2) -> tuple[Floats, Floats, Floats]:
    random = np.random.default_rng(seed)
    x = random.gamma(2, 10, customers)
    return random.integers(0, arms, customers).astype(float), 0.7 * x + random.normal(0, 5, customers), x


def test_a_published_mismatch_and_three_arms_by_hand() -> None:
    # Kohavi, Tang & Xu (2020), chapter 21: 821,588 against 815,482 where half and half was asked for.
    assert split_p([821_588, 815_482], [1, 1]) == pytest.approx(1.8e-6, rel=0.03)
    # 30, 30 and 60 where 40 each was asked for: chi-square 2.5 + 2.5 + 10 = 15 with two degrees, exp(-7.5).
    assert split_p([30, 30, 60], [1, 1, 1]) == pytest.approx(np.exp(-7.5))
    assert split_p([30, 30, 60], [1, 1, 2]) == pytest.approx(1.0)


def test_arms_shared_out_unlike_between_segments_are_told_by_hand() -> None:
    # 60 and 40 beside 40 and 60: chi-square 4 times 10 squared over 50 is 8 with one degree, P 0.00468.
    assert mixing_p([[60, 40], [40, 60]]) == pytest.approx(0.004678, abs=1e-6)
    # Three more customers in a segment of their own are too few to be told anything by.
    assert mixing_p([[60, 40], [40, 60], [3, 0]]) == pytest.approx(0.004678, abs=2e-4)
    assert mixing_p([[60, 40]]) == 1.0


def test_history_apart_is_worked_out_by_hand() -> None:
    # Means 2 and 6, variances 2 and 2 over two customers each: 4 over the root of 1 + 1.
    cells, past = summed(np.array([0.0, 0, 1, 1]), np.zeros(4), np.array([1.0, 3, 5, 7]))
    assert past_apart(cells.units, past, 0) == pytest.approx([0.0, 4 / 2**0.5])
    assert past_apart(cells.units, past, 1) == pytest.approx([-4 / 2**0.5, 0.0])


def test_outcomes_freed_of_history_give_the_difference_of_cuped() -> None:
    arm, y, x = made(1)
    cells, past = summed(arm, y + 2.0 * arm, x)
    freed = freed_of_past(cells, past)
    n, sy, syy = (np.asarray(each).sum(axis=(0, 1)) for each in (freed.units, freed.y, freed.y_squares))
    plain = measured_effect(*(Arm(int(n[i]), float(sy[i]), float(syy[i])) for i in (1, 0)))
    moments = [
        np.asarray(each).sum(axis=(0, 1)) for each in (cells.y, cells.y_squares, past.x, past.x_squares, past.cross)
    ]
    both = measured_effect(*(Arm(int(n[i]), *(float(each[i]) for each in moments)) for i in (1, 0)))
    assert plain.difference == pytest.approx(both.difference)
    assert plain.standard_error == pytest.approx(both.standard_error, rel=1e-3)
    assert plain.once.holds(2.0)
    assert both.explained == pytest.approx(0.8, abs=0.02)


def test_chance_fails_a_check_as_seldom_as_it_says() -> None:
    random = np.random.default_rng(2)
    splits, mixes, apart = [], [], []
    for seed in range(300):
        arm, y, x = made(seed, 900, 3)
        cells, past = summed(arm, y, x, random.integers(0, 4, 900).astype(float))
        units = np.asarray(cells.units)
        splits.append(split_p(units.sum(axis=(0, 1)), [1, 1, 1]))
        mixes.append(mixing_p(units.sum(axis=0)))
        apart.extend(past_apart(units, past, 0)[1:])
    assert 0.02 < np.mean(np.array(splits) < 0.05) < 0.09
    assert 0.02 < np.mean(np.array(mixes) < 0.05) < 0.09
    assert 0.03 < np.mean(np.abs(apart) > 1.96) < 0.08


def test_arms_drawn_by_history_are_found_out() -> None:
    arm, y, x = made(3)
    arm[(x > 30) & (np.arange(x.size) % 4 == 0)] = 1.0
    cells, past = summed(arm, y, x)
    assert past_apart(cells.units, past, 0)[1] > 5
    cells, past = summed(arm, y, x, (x > 30).astype(float))
    assert mixing_p(np.asarray(cells.units).sum(axis=0)) < 1e-4


@given(st.integers(0, 10**6), st.floats(0.1, 10), st.floats(-50, 50))
def test_the_units_of_history_and_its_level_change_nothing(seed: int, scale: float, shift: float) -> None:
    arm, y, x = made(seed, 200)
    cells, past = summed(arm, y, x)
    _, moved = summed(arm, y, scale * x + shift)
    one, other = freed_of_past(cells, past), freed_of_past(cells, moved)
    assert np.asarray(other.y) == pytest.approx(np.asarray(one.y), rel=1e-6, abs=1e-6)
    assert np.asarray(one.y).sum() == pytest.approx(np.asarray(cells.y).sum())
    assert past_apart(cells.units, moved, 0) == pytest.approx(past_apart(cells.units, past, 0), rel=1e-5, abs=1e-6)


@given(st.lists(st.integers(2, 500), min_size=2, max_size=5), st.integers(1, 9))
def test_a_split_is_judged_by_shares_whatever_they_sum_to_and_in_whatever_order(units: list[int], times: int) -> None:
    shares = list(range(1, len(units) + 1))
    told = split_p(units, shares)
    assert 0 <= told <= 1
    assert split_p(units[::-1], [times * one for one in shares[::-1]]) == pytest.approx(told, rel=1e-6)


def test_a_history_that_does_not_differ_frees_nothing() -> None:
    arm, y, _ = made(4, 50)
    cells, past = summed(arm, y, np.full(50, 3.0))
    assert freed_of_past(cells, past) is cells
    assert past_apart(cells.units, past, 0).tolist() == [0.0, 0.0]


def test_impossible_arms_are_refused() -> None:
    cells, past = summed(*made(5, 40))
    with pytest.raises(ValueError, match=r"^there must be customers in at least 2 arms, got \[5.0\]$"):
        split_p([5], [1])
    with pytest.raises(ValueError, match=r"^shares must be positive: 1 of 2 are not \(first at 1: 0.0\)$"):
        split_p([5, 5], [1, 0])
    with pytest.raises(ValueError, match=r"^there must be customers in at least 2 arms, got \[7.0, 0.0\]$"):
        mixing_p([[7, 0]])
    with pytest.raises(ValueError, match=r"^default must be one of 2 arms from 0, got 2$"):
        past_apart(cells.units, past, 2)
    with pytest.raises(ValueError, match=r"^every arm must have at least 2 customers, got \[1.0, 1.0\]$"):
        past_apart(np.full((1, 1, 2), 1.0), Past(np.zeros((1, 1, 2)), np.zeros((1, 1, 2)), np.zeros((1, 1, 2))), 0)
    with pytest.raises(ValueError, match=r"^cells and past must have one shape, got \(2, 1, 2\), \(1, 1, 2\), "):
        freed_of_past(cells, Past(np.zeros((1, 1, 2)), np.zeros((1, 1, 2)), np.zeros((1, 1, 2))))
