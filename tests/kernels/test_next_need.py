"""Which item each customer is likely to need next."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from patronage.kernels.next_need import (
    co_purchase_lift,
    hit_gain,
    hit_rate,
    item_weights,
    median_wait,
    need_scores,
    top_needs,
)

baskets_of = arrays(bool, (12, 5))


def test_two_items_have_the_weight_of_a_ridge_regression():
    # Three bought each, two both: regressing one on the other gives 2 / (3 + 1).
    assert item_weights([[3, 2], [2, 3]], 1.0) == pytest.approx(np.array([[0.0, 0.5], [0.5, 0.0]]))


@settings(max_examples=30)
@given(baskets_of, st.floats(0.1, 10))
def test_each_column_is_the_ridge_regression_on_the_other_items(baskets, ridge):
    # Steck (2019): the closed form solves all these regressions at once.
    gram = baskets.T.astype(float) @ baskets
    weights = item_weights(gram, ridge)
    for item in range(5):
        others = np.arange(5) != item
        normal = gram[np.ix_(others, others)] + ridge * np.eye(4)
        assert weights[others, item] == pytest.approx(np.linalg.solve(normal, gram[others, item]), abs=1e-8)
        assert weights[item, item] == 0.0


def test_lift_of_a_rare_pair_is_held_back():
    # 1,000 customers; 100 and 50 with 20 in common: 20 against 5. One pair of single buyers: 1 against .001.
    gram = np.array([[100, 20, 0, 0], [20, 50, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]])
    told = co_purchase_lift(gram, 1000)
    assert told[0, 1] == pytest.approx(25 / 10)
    assert told[2, 3] == pytest.approx(6 / 5.001)
    assert told[0, 2] == pytest.approx(5 / 5.1)
    assert np.diag(told) == pytest.approx(1.0)


def test_lists_leave_out_what_is_owned_and_break_ties_by_place():
    scores = np.array([[0.5, 0.9, 0.5, 0.1], [0.5, 0.5 + 1e-13, 0.1, 0.2]])
    owned = np.array([[False, True, False, False], [False, False, True, True]])
    assert top_needs(scores, owned, 3).tolist() == [[0, 2, 3], [0, 1, -1]]
    assert top_needs(np.array([1.0, 2.0, 3.0, 4.0]), owned, 2).tolist() == [[3, 2], [1, 0]]


def test_hits_are_counted_by_purchase_and_by_customer():
    bought = np.array([[True, True, False], [False, False, True], [False, False, False]])
    told = hit_rate(np.array([[0, 2], [0, 1], [0, 1]]), bought)
    assert (told.of_purchases, told.of_customers, told.customers) == pytest.approx((1 / 3, 1 / 2, 2))
    # Residuals 1 - 2/3 and 0 - 1/3: sqrt((1/9 + 1/9) x 2 / 1) / 3.
    assert told.error == pytest.approx(2 / 9)
    assert hit_gain(np.array([[0, 1]] * 3), np.array([[0, -1]] * 3), bought).gain == pytest.approx(1 / 3)


def test_half_have_come_back_at_the_kaplan_meier_median():
    # Freireich's leukaemia patients on 6-MP (Kaplan-Meier's usual example; 1963): median remission 23 weeks.
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    ended = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
    item = np.concatenate([np.full(21, 1), [0, 0, 3, 3]])
    told = median_wait(item, [*weeks, 5, 9, 4, 4], np.concatenate([ended, [True, True, True, False]]), 4)
    assert told.tolist() == [5, 23, np.inf, 4]


def test_simulated_needs_are_foreseen_better_than_by_popularity():
    random = np.random.default_rng(8)
    group = random.integers(0, 4, size=1500)
    taste = np.where(np.arange(40) // 10 == group[:, None], 0.3, 0.03)
    first = random.random((1500, 40)) < taste
    later = (random.random((1500, 40)) < taste) & ~first
    weights = item_weights(first.T.astype(float) @ first, 50.0)
    listed = top_needs(need_scores(sparse.csr_array(first.astype(float)), weights), first, 7)
    popular = top_needs(first.sum(axis=0).astype(float), first, 7)
    told, gain = hit_rate(listed, later), hit_gain(listed, popular, later)
    assert told.of_purchases > 0.55
    assert gain.gain > 0.3
    assert gain.gain > 10 * gain.error


def test_waits_are_found_again_though_many_are_still_waiting():
    random = np.random.default_rng(9)
    item = random.integers(0, 3, size=6000)
    wait = random.exponential(np.array([10.0, 30.0, 60.0])[item])
    known = random.uniform(20, 200, size=6000)
    told = median_wait(item, np.minimum(wait, known), wait <= known, 3)
    assert told == pytest.approx(np.log(2) * np.array([10, 30, 60]), rel=0.1)


@given(baskets_of, st.integers(0, 99))
def test_needs_follow_the_items_wherever_they_stand(baskets, seed):
    mixed = np.random.default_rng(seed).permutation(5)
    gram = baskets.T.astype(float) @ baskets
    weights = item_weights(gram, 1.0)
    assert item_weights(gram[np.ix_(mixed, mixed)], 1.0) == pytest.approx(weights[np.ix_(mixed, mixed)], abs=1e-9)
    lift = co_purchase_lift(gram, 12)
    assert lift == pytest.approx(lift.T)
    assert np.all(lift > 0)


def test_counts_that_no_baskets_could_have_are_refused():
    with pytest.raises(ValueError, match=r"^together must be square and symmetric, got shape \(2, 2\)$"):
        item_weights([[1, 0], [1, 1]], 1.0)
    with pytest.raises(ValueError, match=r"^ridge must be positive, got 0$"):
        item_weights([[1]], 0)
    with pytest.raises(ValueError, match=r"^customers must be at least those of the most bought item, got 2$"):
        co_purchase_lift([[3]], 2)
    with pytest.raises(ValueError, match=r"^top must lie from 1 to 2 items, got 3$"):
        top_needs([1.0, 2.0], np.zeros((1, 2), bool), 3)
    with pytest.raises(ValueError, match=r"^a hit rate needs at least one later purchase$"):
        hit_rate(np.array([[0]]), np.zeros((1, 2), bool))
    with pytest.raises(ValueError, match=r"^baskets of 1 items do not fit weights of 2$"):
        need_scores(sparse.csr_array(np.ones((1, 1))), np.zeros((2, 2)))
