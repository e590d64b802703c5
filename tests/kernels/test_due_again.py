"""When a customer buys an item again that it has bought before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.kernels.due_again import (
    Habits,
    due_again,
    item_habits,
    logistic_chance,
    logistic_weights,
    purchases,
)


def test_without_rhythm_the_chance_is_that_of_a_share_with_an_exponential_gap():
    # Shape 1 and one purchase: r = 0.5, mean 30, u = 30, h = 30, so that S(u) = 1/e and S(u + h) = 1/e^2.
    found = due_again(purchases([0], [1], [0], [30]), Habits(np.array([30.0]), np.array([0.5])), 30, shape=1, pooling=4)
    one = np.exp(-1.0)
    assert found.chance == pytest.approx([0.5 * (one - one**2) / (0.5 * one + 0.5)])
    # The mean of an exponential cut off at its own mean: 30 (1 - 2/e) / (1 - 1/e).
    assert found.wait == pytest.approx([30 * (1 - 2 * one) / (1 - one)])


def test_own_gaps_and_the_items_are_pooled_by_hand():
    # Two own gaps of 10 days and two of the item's 40: mean 25; share (2 x 0.5 + 2) / 4.
    found = due_again(purchases([0], [3], [20], [0]), Habits(np.array([40.0]), np.array([0.5])), 25, shape=1, pooling=2)
    assert found.chance == pytest.approx([0.75 * (1 - np.exp(-1.0))])


def test_habits_count_gaps_that_ended_and_owners_who_came_back():
    found = item_habits(purchases([0, 0, 1], [3, 1, 2], [40, 0, 80], [5, 5, 5]), 2)
    # All: three gaps of 120 days, two of three owners; 20 of the mean are added to each item.
    assert found.gap == pytest.approx([(40 + 20 * 40) / 22, (80 + 20 * 40) / 21])
    assert found.again == pytest.approx([(1 + 20 * 2 / 3) / 22, (1 + 20 * 2 / 3) / 21])
    assert item_habits(purchases([0], [1], [0], [9]), 1).again.tolist() == [0.0]


def test_planted_rhythms_are_foretold_in_number_and_in_days():
    rng = np.random.default_rng(3)
    gaps = rng.gamma(5, 30 / 5, (4000, 40))
    leaves = rng.geometric(0.1, 4000)  # after so many purchases; each is followed by another with chance 0.9
    days = np.cumsum(gaps, axis=1)
    days = np.where(np.arange(40)[None, :] < leaves[:, None], days, np.inf)
    seen = days <= 100
    kept = seen.any(axis=1)
    last = np.where(seen, days, 0).max(axis=1)[kept]
    known = purchases(np.zeros(kept.sum(), int), seen.sum(axis=1)[kept], last - days[kept, 0], 100 - last)
    after = np.where(seen, np.inf, days).min(axis=1)[kept] - 100
    found = due_again(known, Habits(np.array([30.0]), np.array([0.9])), 40, shape=5, pooling=1000)
    assert found.chance.sum() == pytest.approx(np.count_nonzero(after <= 40), rel=0.05)
    assert found.wait[after <= 40].mean() == pytest.approx(after[after <= 40].mean(), abs=1.0)
    for part in np.array_split(np.argsort(found.chance), 4):
        assert found.chance[part].mean() == pytest.approx((after[part] <= 40).mean(), abs=0.06)


def test_logistic_weights_are_found_again():
    rng = np.random.default_rng(4)
    features = np.column_stack([np.ones(20_000), rng.normal(size=20_000)])
    came = rng.random(20_000) < logistic_chance(features, np.array([-1.0, 0.7]))
    assert logistic_weights(features, came) == pytest.approx([-1.0, 0.7], abs=0.06)


def test_a_constant_alone_gives_the_share():
    weights = logistic_weights(np.ones((40, 1)), np.repeat([1.0, 0.0], [10, 30]))
    assert logistic_chance(np.ones((1, 1)), weights) == pytest.approx([0.25], abs=1e-4)


@settings(max_examples=60)
@given(
    days=st.integers(1, 9), gap=st.floats(1, 400), since=st.floats(0, 3000), share=st.floats(0, 1),
    shape=st.sampled_from([1.0, 2.0, 15.0]),
)  # fmt: skip
def test_chances_are_chances_that_rise_with_the_time_allowed(days, gap, since, share, shape):
    known = purchases([0], [days], [gap * (days - 1)], [since])
    habits = Habits(np.array([gap]), np.array([share]))
    short = due_again(known, habits, 30, shape=shape, pooling=2)
    long = due_again(known, habits, 90, shape=shape, pooling=2)
    assert 0 <= short.chance[0] <= long.chance[0] + 1e-9 <= 1 + 1e-9
    assert 0 <= short.wait[0] <= 30


@given(factor=st.floats(0.1, 10))
def test_the_unit_of_time_plays_no_role(factor):
    one = due_again(purchases([0], [3], [50], [12]), Habits(np.array([30.0]), np.array([0.4])), 30, shape=2, pooling=1)
    other = due_again(
        purchases([0], [3], [50 * factor], [12 * factor]), Habits(np.array([30.0 * factor]), np.array([0.4])),
        30 * factor, shape=2, pooling=1,
    )  # fmt: skip
    assert other.chance == pytest.approx(one.chance)
    assert other.wait == pytest.approx(factor * one.wait)


def test_bad_input_is_refused():
    with pytest.raises(
        ValueError, match=r"^span must be above 0 where days are 2 or more, and 0 where the day is one$"
    ):
        purchases([0], [2], [0], [3])
    known, habits = purchases([0], [1], [0], [3]), Habits(np.array([30.0]), np.array([0.4]))
    with pytest.raises(ValueError, match=r"^shape must be positive, got 0$"):
        due_again(known, habits, 30, shape=0, pooling=1)
    with pytest.raises(ValueError, match=r"^within must be positive, got -1$"):
        due_again(known, habits, -1, shape=1, pooling=1)
    with pytest.raises(ValueError, match=r"^item must lie from 0 to 0, got 1 to 1$"):
        item_habits(purchases([1], [1], [0], [3]), 1)
    with pytest.raises(ValueError, match=r"^came must be 0 or 1$"):
        logistic_weights(np.ones((2, 1)), [0.5, 1.0])
