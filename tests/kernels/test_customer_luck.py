"""The luck of single customers, and its sums over groups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.customer_luck import Lucky, luck_draws, luck_keys
from patronage.kernels.group_totals import GroupTotals, SharedFactors, group_draws

ALONE = np.zeros((1, 1), dtype=np.int64)


def lucky(mean: list[float], sd: list[float], seed: int = 1) -> Lucky:
    names = [f"c{number}" for number in range(len(mean))]
    return Lucky(luck_keys(names, seed=seed, name="test"), mean, sd)


def test_keys_hang_on_seed_name_and_customer_alone() -> None:
    keys = luck_keys(["a", "b"], seed=1, name="test")
    assert luck_keys(["b", "c", "a"], seed=1, name="test")[[2, 0]].tolist() == keys.tolist()
    others = {int(luck_keys(["a"], seed=seed, name=name)[0]) for seed, name in ((2, "test"), (1, "other"))}
    assert len({*keys.tolist(), *others}) == 4


@pytest.mark.parametrize(
    ("spread", "low", "middle", "high"),
    # Quantiles of gamma of mean 1 and shape 100 and 1 (tables), and of a value that is nothing four times in five and
    # else exponential of mean 5: -5 log(0.25), worked out by hand.
    [(0.1, 0.8414, 0.9967, 1.1700), (1.0, 0.0513, 0.6931, 2.9957), (3.0, 0.0, 0.0, 5 * np.log(4.0))],
)
def test_one_customer_has_the_quantiles_of_its_law(spread: float, low: float, middle: float, high: float) -> None:
    drawn = 1.0 + luck_draws(lucky([1.0], [spread]), ALONE, 1, draws=200_000)[0]
    assert drawn.min() >= 0
    assert np.quantile(drawn, (0.05, 0.5, 0.95)) == pytest.approx([low, middle, high], rel=0.02, abs=0.02)
    assert drawn.mean() == pytest.approx(1.0, abs=0.01 * spread)
    assert drawn.std() == pytest.approx(spread, rel=0.02)


def test_losers_mirror_winners_and_a_mean_of_nothing_is_normal() -> None:
    keys = luck_keys(["a", "a", "a"], seed=1, name="test")
    three = Lucky(keys, [10.0, -10.0, 0.0], [4.0, 4.0, 4.0])
    won, lost, neither = luck_draws(three, [[0, 1, 2]], 3, draws=50_000)
    np.testing.assert_array_equal(won, -lost)
    assert np.quantile(neither, (0.05, 0.95)) == pytest.approx([-6.58, 6.58], rel=0.03)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.integers(0, 2)), min_size=1, max_size=30))
def test_parts_add_to_the_whole_draw_by_draw_and_equal_groups_are_equal(
    customers: list[tuple[float, float, int]],
) -> None:
    mean, sd, part = (list(column) for column in zip(*customers, strict=True))
    groups = [part, [3] * len(part), [4 + number for number in part]]
    drawn = luck_draws(lucky(mean, sd), groups, 7, draws=20)
    assert drawn[:3].sum(axis=0) == pytest.approx(drawn[3], rel=1e-9, abs=1e-3)
    np.testing.assert_array_equal(drawn[4:], drawn[:3])


def test_intervals_of_groups_cover_what_comes_as_often_as_they_say() -> None:
    # Recovery: groups of 5, 30 and 200 customers whose values are gamma, most of them near nothing.
    random = np.random.default_rng(5)
    sizes, hits, before = [5, 30, 200], [], []
    for seed in range(150):
        group = np.repeat(np.arange(3), sizes)
        shape, scale = random.uniform(0.2, 3.0, group.size), random.uniform(10.0, 200.0, group.size)
        mean, sd = shape * scale, np.sqrt(shape) * scale
        expected, variance = np.bincount(group, mean), np.bincount(group, sd**2)
        came = np.bincount(group, random.gamma(shape, scale))
        own = luck_draws(lucky(mean.tolist(), sd.tolist(), seed), group[None], 3, draws=400)
        ones = SharedFactors(np.ones(400), np.ones(400))
        by_group = group_draws(GroupTotals(expected, np.zeros(3), variance), ones, seed=seed, name="test")
        for drawn, kept in ((expected[:, None] + own, hits), (by_group, before)):
            low, high = np.quantile(drawn, (0.05, 0.95), axis=1)
            kept.append((low <= came) & (came <= high))
    assert np.mean(hits, axis=0) == pytest.approx([0.9, 0.9, 0.9], abs=0.06)
    assert np.mean(hits) == pytest.approx(np.mean(before), abs=0.02)


def test_luck_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^sd must not be negative: 1 of 1 are \(first at 0: -1.0\)$"):
        luck_draws(lucky([1.0], [-1.0]), ALONE, 1, draws=10)
    with pytest.raises(ValueError, match=r"^groups must lie from 0 to 0, got 1 to 1$"):
        luck_draws(lucky([1.0], [1.0]), [[1]], 1, draws=10)
    with pytest.raises(ValueError, match=r"^groups must be \(lists, 1\), got shape \(1, 2\)$"):
        luck_draws(lucky([1.0], [1.0]), [[0, 0]], 1, draws=10)
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got keys 1, mean 2, sd 2$"):
        luck_draws(Lucky(luck_keys(["a"], seed=1, name="test"), [1.0, 1.0], [1.0, 1.0]), [[0, 0]], 1, draws=10)
    with pytest.raises(ValueError, match=r"^draws must be at least 1, got 0$"):
        luck_draws(lucky([1.0], [1.0]), ALONE, 1, draws=0)
    with pytest.raises(ValueError, match=r"^luck needs the name of its estimand$"):
        luck_keys(["a"], seed=1, name="")
