"""Chances that what a list names is bought."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.analyses.partnership.need_baskets import Day
from patronage.analyses.partnership.need_chances import (
    BUCKETS,
    Listed,
    chance_of,
    customer_kinds,
    learned_chances,
    together,
)


def lists(rows: int, seed: int, chance: float = 0.3, steep: float = 0.0) -> Listed:
    """Lists of two items whose chance of purchase rises with the score."""
    rng = np.random.default_rng(seed)
    scores = rng.random((rows, 2))
    bought = rng.random((rows, 2)) < chance + steep * (scores - 0.5)
    waits = np.where(bought, rng.uniform(1, 30, (rows, 2)), 0.0)
    return Listed(np.zeros((rows, 2), dtype=np.int64), scores, rng.integers(0, 8, rows), bought, waits)


def test_kinds_tell_the_pace_of_a_year_and_whether_the_last_purchase_is_late() -> None:
    activity = {"days_1": np.array([1, 1, 2, 3, 4, 7, 8, 50]), "since_1": np.array([31, 30, 0, 40, 1, 99, 2, 30])}
    assert customer_kinds(activity, Day(1, 30)).tolist() == [0, 1, 3, 2, 5, 4, 7, 7]


def test_where_all_cells_are_alike_each_is_believed_to_be_the_mean() -> None:
    found = learned_chances(lists(4000, 1), 30)
    assert found.chance == pytest.approx(0.3, abs=0.03)
    assert found.days == pytest.approx(15.5, abs=1.5)


def test_chances_that_rise_with_the_score_are_found_again() -> None:
    past, new = lists(6000, 2, steep=0.5), lists(6000, 3, steep=0.5)
    chance, _ = chance_of(learned_chances(past, 30), new)
    low, high = new.scores < 0.2, new.scores > 0.8
    assert chance[low].mean() == pytest.approx(0.1, abs=0.02)
    assert chance[high].mean() == pytest.approx(0.5, abs=0.03)
    assert chance.sum() == pytest.approx(new.hits, rel=0.05)


def test_a_place_without_an_item_counts_nowhere() -> None:
    past = lists(500, 4)
    items = past.items.copy()
    items[:, 1] = -1
    half = learned_chances(Listed(items, past.scores, past.kind, past.bought, past.waits), 30)
    assert past.bought is not None
    assert half.chance.mean() == pytest.approx(past.bought[:, 0].mean(), abs=0.05)


def test_where_nothing_was_bought_the_chance_is_nil_and_the_wait_half_the_time() -> None:
    found = learned_chances(lists(200, 5, chance=0.0), 30)
    assert found.chance.max() == 0.0
    assert found.days.tolist() == [15.0] * (8 * BUCKETS)


def test_lists_of_two_days_join_at_the_shorter_length() -> None:
    one, two = lists(10, 6), lists(20, 7)
    short = Listed(two.items[:, :1], two.scores[:, :1], two.kind, two.bought[:, :1], two.waits[:, :1])  # type: ignore[index]
    both = together(one, short)
    assert both.items.shape == (30, 1)
    assert both.kind.shape == (30,)


def test_lists_without_an_outcome_teach_nothing() -> None:
    blank = Listed(np.zeros((1, 1), dtype=np.int64), np.ones((1, 1)), np.zeros(1, dtype=np.int64), None, None)
    assert blank.hits == 0
    with pytest.raises(ValueError, match=r"^chances are learned from lists whose outcome is known$"):
        learned_chances(blank, 30)


@given(seed=st.integers(0, 1000), rows=st.integers(1, 40), chance=st.floats(0, 1))
def test_chances_are_chances_and_waits_lie_within_the_time(seed: int, rows: int, chance: float) -> None:
    found = learned_chances(lists(rows, seed, chance), 30)
    assert ((found.chance >= 0) & (found.chance <= 1 + 1e-9)).all()
    assert ((found.days > 0) & (found.days <= 30)).all()
