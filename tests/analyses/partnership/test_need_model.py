"""Scores of needs and the lists made of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from patronage.analyses.partnership import need_model
from patronage.analyses.partnership.need_baskets import Baskets, Day, Shelf
from patronage.analyses.partnership.need_model import (
    Choice,
    Needs,
    because,
    chosen_scores,
    learned_needs,
    listed_needs,
    popular,
    scores_of,
)
from patronage.kernels.next_need import top_needs


def baskets(owned: list[list[int]], later: list[list[int]] | None = None, buyers: list[int] | None = None) -> Baskets:
    table = np.array(owned, dtype=np.float64)
    items = table.shape[1]
    shelf = Shelf(np.arange(items), table.sum(axis=0), np.array(buyers or [1] * items, dtype=np.float64))
    after = np.zeros((0, items), dtype=bool) if later is None else np.array(later, dtype=bool)
    waits = sparse.csr_array(after.astype(np.float64))
    return Baskets(Day(1, 30), shelf, np.arange(len(owned)), sparse.csr_array(table), after, waits)


def test_two_items_always_bought_together_speak_for_each_other() -> None:
    found = baskets([[1, 1, 0], [1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1], [1, 0, 0]])
    needs = learned_needs(found, Choice(1.0, fresh=False))
    assert needs.weights[0, 1] > 0.4
    assert needs.weights[0, 2] < 0.05
    # Three of six customers have the second item, four the first: (3 + 5) / (4 x 3 / 6 + 5).
    assert needs.lift[0, 1] == pytest.approx(8 / 7)
    listed = listed_needs(found, scores_of(found, needs), 2)
    assert listed[5].tolist() == [1, 2]
    reason, lift = because(found, needs, listed)
    assert (reason[5, 0], lift[5, 0]) == (0, needs.lift[0, 1])
    assert listed[0].tolist() == [2, -1]
    assert (reason[0, 1], lift[0, 1]) == (-1, 1.0)


def test_the_owned_item_that_carries_most_is_the_reason() -> None:
    weights = np.array([[0.0, 0.0, 0.2], [0.0, 0.0, 0.7], [0.0, 0.0, 0.0]])
    lift = np.array([[1.0, 1.0, 2.0], [1.0, 1.0, 3.0], [1.0, 1.0, 1.0]])
    reason, told = because(baskets([[1, 1, 0], [1, 0, 0]]), Needs(weights, lift, np.ones(3)), np.array([[2], [2]]))
    assert reason.tolist() == [[1], [0]]
    assert told.tolist() == [[3.0], [2.0]]


def test_an_item_that_sells_better_of_late_is_moved_up() -> None:
    found = baskets([[1, 1, 1, 0], [1, 1, 1, 0], [1, 0, 0, 1], [1, 0, 0, 0]], buyers=[1, 0, 4, 1])
    plain = scores_of(found, learned_needs(found, Choice(1.0, fresh=False)))
    fresh = scores_of(found, learned_needs(found, Choice(1.0, fresh=True)))
    assert plain[3, 1] == pytest.approx(plain[3, 2])
    assert fresh[3, 2] == pytest.approx(5 * fresh[3, 1])


def test_popularity_counts_buyers_of_late() -> None:
    assert popular(baskets([[1, 0, 0]], buyers=[9, 1, 5])).tolist() == [[2, 1, -1]]


def test_the_choice_is_the_one_that_foresaw_most() -> None:
    rng = np.random.default_rng(1)
    pairs, kinds = 12, rng.integers(0, 12, 300)
    owned = np.zeros((300, 2 * pairs), dtype=int)
    owned[np.arange(300), kinds] = 1
    both = rng.random(300) < 0.6
    owned[np.arange(300)[both], pairs + kinds[both]] = 1
    later = np.zeros_like(owned)
    later[np.arange(300)[~both], pairs + kinds[~both]] = 1
    buyers = [1] * (2 * pairs)
    buyers[0] = 500
    found = baskets(owned.tolist(), later.tolist(), buyers)
    choice = chosen_scores(found)
    listed = listed_needs(found, scores_of(found, learned_needs(found, choice)), 1)
    assert (listed[~both, 0] == pairs + kinds[~both]).mean() > 0.95
    assert chosen_scores(baskets([[1, 0]], [[0, 0]])).fresh


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), levels=st.integers(2, 60))
def test_sorting_only_the_best_gives_the_same_lists(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, levels, (6, 150)).astype(float) + rng.random((6, 150))
    owned = rng.random((6, 150)) < 0.3
    few = need_model.best_of(scores, sparse.csr_array(owned.astype(float)), 10)
    np.testing.assert_array_equal(few, top_needs(scores, owned, 10))
