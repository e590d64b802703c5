"""Groups of ids that are one person."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.same_person import JOINED, KEPT_APART, TOGETHER, contradicted, groups

MEMBERS = 9
PAIR = st.tuples(st.integers(0, MEMBERS - 1), st.integers(0, MEMBERS - 1))
APART = PAIR.filter(lambda pair: pair[0] != pair[1])


def test_pairs_join_to_groups_named_after_their_smallest_member() -> None:
    # By hand: 4-2 and 2-7 make {2, 4, 7}; 7-4 says nothing new; 1 and 5 make a group; the rest stand alone.
    found = groups([[4, 2], [2, 7], [7, 4], [5, 1]], [], 8)
    assert found.first.tolist() == [0, 1, 2, 3, 2, 1, 6, 2]
    assert found.outcome.tolist() == [JOINED, JOINED, TOGETHER, JOINED]


def test_a_pair_that_would_bring_apart_members_together_is_refused_and_earlier_pairs_come_first() -> None:
    # By hand: 0-1 joins, 1-2 would bring 0 and 2 together, 2-3 joins, and 3-0 would do the same again.
    found = groups([[0, 1], [1, 2], [2, 3], [3, 0]], [[0, 2]], 4)
    assert found.first.tolist() == [0, 0, 2, 2]
    assert found.outcome.tolist() == [JOINED, KEPT_APART, JOINED, KEPT_APART]
    assert groups([[1, 2], [0, 1]], [[0, 2]], 3).first.tolist() == [0, 1, 1]


def test_planted_groups_come_back_from_chains_of_pairs() -> None:
    chance = np.random.default_rng(5)
    truth = chance.integers(0, 300, 2_000)
    pairs = [
        [one, other]
        for group in range(300)
        for members in [chance.permutation(np.flatnonzero(truth == group))]
        for one, other in pairwise(members)
    ]
    found = groups(chance.permutation(pairs), [], 2_000)
    smallest = np.array([np.flatnonzero(truth == group).min() for group in truth])
    np.testing.assert_array_equal(found.first, smallest)


def test_apart_pairs_that_the_others_join_are_found() -> None:
    # By hand: 0-1-2 hang together, 3 stands alone.
    assert contradicted([[0, 1], [1, 2]], [[0, 2], [2, 0], [0, 3]], 4).tolist() == [True, True, False]
    assert contradicted([], [[0, 1]], 2).tolist() == [False]


@given(st.lists(PAIR, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter_where_nothing_must_stay_apart(
    pairs: list[tuple[int, int]], luck: Random
) -> None:
    shuffled = list(pairs)
    luck.shuffle(shuffled)
    one, other = groups(pairs, [], MEMBERS), groups(shuffled, [], MEMBERS)
    np.testing.assert_array_equal(one.first, other.first)
    assert (one.outcome == JOINED).sum() == (other.outcome == JOINED).sum() == MEMBERS - len(set(one.first.tolist()))


@given(st.lists(PAIR, max_size=20), st.lists(APART, max_size=4))
def test_no_group_holds_an_apart_pair_and_every_refusal_has_its_reason(
    pairs: list[tuple[int, int]], apart: list[tuple[int, int]]
) -> None:
    found = groups(pairs, apart, MEMBERS)
    assert all(found.first[one] != found.first[other] for one, other in apart)
    kept = [pair for pair, outcome in zip(pairs, found.outcome, strict=True) if outcome == JOINED]
    assert not contradicted(kept, apart, MEMBERS).any()
    for pair, outcome in zip(pairs, found.outcome, strict=True):
        if outcome == KEPT_APART:
            assert contradicted([*kept, pair], apart, MEMBERS).any()
    np.testing.assert_array_equal(groups(kept, [], MEMBERS).first, found.first)


def test_pairs_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^pairs must have two columns, got shape \(1, 3\)$"):
        groups([[0, 1, 2]], [], 3)
    with pytest.raises(ValueError, match=r"^apart must lie from 0 to 2, got 0 to 3$"):
        groups([[0, 1]], [[0, 3]], 3)
    with pytest.raises(ValueError, match=r"^pairs must be whole numbers, got float64$"):
        contradicted([[0.0, 1.0]], [], 3)
    with pytest.raises(ValueError, match=r"^apart must hold two different members in each pair$"):
        groups([], [[1, 1]], 3)
