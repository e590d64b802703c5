"""Which treatment for which segment."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special

from patronage.kernels.arrays import Floats
from patronage.kernels.experiment import lasting_errors
from patronage.kernels.policy import Cells, learned_policy

HILLSTROM = """
select dense_rank() over (order by zip_area, channel, newbie) - 1 as segment,
    case segment when 'No E-Mail' then 0 when 'Womens E-Mail' then 1 else 2 end as arm, spend_usd as y
from read_parquet('{path}') order by customer_id
"""
NONE, MENS = 0, 2
FOLDS = 5


def cells(fold: NDArray[np.int64], segment: NDArray[np.int64], arm: NDArray[np.int64], y: Floats) -> Cells:
    shape = (int(fold.max()) + 1, int(segment.max()) + 1, int(arm.max()) + 1)
    place = np.ravel_multi_index((fold, segment, arm), shape)
    sums = (np.bincount(place, weights=each, minlength=np.prod(shape)).reshape(shape) for each in (y * 0 + 1, y, y * y))
    return Cells(*sums)


def trial(
    means: Floats, customers: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]:
    """A randomised test with exponential outcomes of the given means, (segments, arms)."""
    random = np.random.default_rng(seed)
    segment, arm = random.integers(0, means.shape[0], customers), random.integers(0, means.shape[1], customers)
    return random.integers(0, FOLDS, customers), segment, arm, random.exponential(means[segment, arm])


def test_one_segment_is_worked_out_by_hand() -> None:
    # Two folds alike: outcomes 1 and 3 under arm 0, 5 and 7 under arm 1. Scores of the policy: 6 for those under arm 0,
    # 6 +- 1 / 0.5 for the others, so their mean is 6 and their variance 8 / 4 = 2 over 8 customers.
    half = np.array([[[2.0, 2.0]]])
    found = learned_policy(
        Cells(np.vstack([half, half]), np.tile([[[4.0, 12.0]]], (2, 1, 1)), np.tile([[[10.0, 74.0]]], (2, 1, 1))),
        [0.0, 0.0],
        default=0,
    )
    assert found.arms.tolist() == [1]
    assert found.gain == pytest.approx([4.0])
    # Both folds: variance of an outcome 4 / 3 in either arm, four customers each.
    assert found.gain_error == pytest.approx([(2 * 4 / 3 / 4) ** 0.5])
    assert found.value == pytest.approx((6.0, 0.5))
    assert [one.mean for one in found.uniform] == [2.0, 6.0]
    assert found.over_default.mean == pytest.approx(4.0)


def test_on_a_real_test_one_mail_for_all_is_kept_and_the_best_means_claim_too_much(data_folder: Path) -> None:
    # Hillstrom's e-mail test: 64,000 customers, three arms, 18 segments.
    path = data_folder / "hillstrom_email" / "customers.parquet"
    rows = duckdb.sql(HILLSTROM.format(path=path.as_posix())).fetchnumpy()
    segment, arm, y = (np.asarray(rows[name]) for name in ("segment", "arm", "y"))
    assert (len(y), y.sum()) == pytest.approx((64_000, 67_258.13))
    fold = np.zeros(y.size, np.int64)
    gaps, claims = [], []
    for seed in range(3):
        fold = np.random.default_rng(seed).integers(0, 5, y.size)
        found = learned_policy(cells(fold, segment, arm, y), [0.0, 0.0, 0.0])
        best = max(one.mean for one in found.uniform)
        gaps.append(found.value.mean / best - 1)
        claims.append(found.optimism / found.naive_value.mean)
        assert found.default == MENS
    assert min(gaps) > -0.01
    assert 0.2 < np.mean(claims) < 0.5
    # At a cost that only few earn back, nobody is mailed without evidence that it pays there.
    dear = learned_policy(cells(fold, segment, arm, y), [0.0, 1.0, 1.0], default=NONE)
    assert set(dear.arms.tolist()) == {NONE}


def test_segments_that_truly_differ_are_told_apart() -> None:
    means = np.array([[10.0, 14.0], [10.0, 14.0], [10.0, 6.0], [10.0, 6.0]])
    found = learned_policy(cells(*trial(means, 8000, 1)), [0.0, 0.0], default=0)
    assert found.arms.tolist() == [1, 1, 0, 0]
    assert found.over_default.mean == pytest.approx(2.0, abs=3 * found.over_default.error)
    assert found.over_default.mean > 3 * found.over_default.error
    assert found.p_better[:2].min() > 0.95
    assert found.needed[2:].tolist() == [np.inf, np.inf]


def test_honest_values_hold_as_often_as_they_say() -> None:
    means = np.array([[5.0, 5.5, 4.0], [5.0, 4.0, 6.0], [5.0, 5.0, 5.0]])
    held, honest, claimed = [], [], []
    for seed in range(120):
        found = learned_policy(cells(*trial(means, 1500, seed)), [0.0, 0.0, 0.0], default=0)
        truth = float(means[np.arange(3), found.arms].mean())
        held.append(abs(found.value.mean - truth) <= 1.645 * found.value.error)
        honest.append(found.naive_value.mean)
        claimed.append(found.naive)
    assert 0.83 < np.mean(held) < 0.97
    assert np.mean(claimed) > np.mean(honest) + 0.1


def test_looking_often_deceives_one_bar_and_not_the_lasting_one() -> None:
    # Nothing works, and customers keep their rates of buying, so that what a cell has by chance it has every quarter.
    once, lasting, quarters = 0, 0, 4
    for seed in range(16):
        random = np.random.default_rng(seed)
        fold, segment, arm = (random.integers(0, top, 1500) for top in (FOLDS, 4, 3))
        rate = random.gamma(1, 1.2, 1500)[:, None]
        spent = (random.poisson(rate, (1500, quarters)) * random.gamma(3, 10, (1500, quarters))).cumsum(axis=1)
        told = [cells(fold, segment, arm, spent[:, quarter]) for quarter in range(quarters)]
        bars = [float(special.ndtr(lasting_errors(planned=quarters / (seen + 1)))) for seen in range(quarters)]
        once += any(learned_policy(one, [0.0] * 3, default=0).arms.any() for one in told)
        lasting += any(
            learned_policy(one, [0.0] * 3, default=0, sure=bar).arms.any() for one, bar in zip(told, bars, strict=True)
        )
    assert once >= 2
    assert lasting == 0


def test_nothing_to_choose_leaves_the_default() -> None:
    wrong = 0
    for seed in range(60):
        found = learned_policy(cells(*trial(np.full((6, 3), 8.0), 1200, seed)), [0.0, 0.0, 0.0], default=0)
        wrong += bool(found.arms.any())
    assert wrong <= 9


@given(st.integers(0, 10**6), st.floats(-20, 20), st.floats(0.1, 10))
def test_shifting_all_outcomes_moves_values_alone_and_scaling_scales(seed: int, shift: float, scale: float) -> None:
    fold, segment, arm, y = trial(np.array([[3.0, 5.0], [4.0, 2.0], [3.0, 3.0]]), 600, seed)
    found = learned_policy(cells(fold, segment, arm, y), [0.0, 0.5])
    moved = learned_policy(cells(fold, segment, arm, scale * y + shift), [0.0, 0.5 * scale])
    assert moved.arms.tolist() == found.arms.tolist()
    assert moved.value.mean == pytest.approx(scale * found.value.mean + shift, abs=1e-6)
    assert moved.over_default.mean == pytest.approx(scale * found.over_default.mean, abs=1e-6)
    assert moved.value.error == pytest.approx(scale * found.value.error, rel=1e-4)


def test_a_cost_is_taken_off_its_arm() -> None:
    made = trial(np.array([[3.0, 5.0], [4.0, 2.0]]), 500, 4)
    free, paid = (learned_policy(cells(*made), [0.0, cost]) for cost in (0.0, 1.5))
    assert paid.uniform[1].mean == pytest.approx(free.uniform[1].mean - 1.5)
    assert paid.uniform[0].mean == free.uniform[0].mean


def test_impossible_tests_are_refused() -> None:
    good = np.full((2, 1, 2), 5.0)
    with pytest.raises(ValueError, match=r"^default must be one of 2 arms from 0, got 2$"):
        learned_policy(Cells(good, good, good), [0.0, 0.0], default=2)
    with pytest.raises(ValueError, match=r"^there must be at least 2 folds and 2 arms, got 1 and 2$"):
        learned_policy(Cells(good[:1], good[:1], good[:1]), [0.0, 0.0])
    with pytest.raises(ValueError, match=r"^units, y and y_squares must have one shape, got \(2, 1, 2\), \(1, 1, 2\)"):
        learned_policy(Cells(good, good[:1], good), [0.0, 0.0])
    empty = good.copy()
    empty[0, 0, 1] = 0.0
    with pytest.raises(ValueError, match=r"^every arm must have at least 2 customers in every fold$"):
        learned_policy(Cells(empty, good, good), [0.0, 0.0])
    with pytest.raises(ValueError, match=r"^sure must lie between 0 and 1, got 2$"):
        learned_policy(Cells(good, good, good), [0.0, 0.0], sure=2)
