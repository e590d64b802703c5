from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.best_set import best_set, worth_of

NONE = np.zeros((0, 2))


@st.composite
def problems(draw: Any) -> tuple[list[float], list[float], np.ndarray, list[tuple[int, int]]]:
    """Up to six options with shared cells, fixed costs and exclusions."""
    options = draw(st.integers(1, 6))
    money = st.integers(0, 50).map(float)
    own = draw(st.lists(money, min_size=options, max_size=options))
    fixed = draw(st.lists(st.integers(0, 30).map(float), min_size=options, max_size=options))
    rows = draw(st.lists(st.lists(money, min_size=options, max_size=options), max_size=6))
    pairs = [(one, other) for one in range(options) for other in range(one)]
    apart = draw(st.lists(st.sampled_from(pairs), max_size=3)) if pairs else []
    return own, fixed, np.array(rows, dtype=float).reshape(len(rows), options), apart


def test_a_shared_cell_counts_where_it_brings_more() -> None:
    # Alone 10 + 8 and 6 + 5; together 10 + 6 + the larger of the shared 8 and 5.
    found = best_set([10.0, 6.0], [0.0, 0.0], [[8.0, 5.0]], [])
    assert found.taken.tolist() == [True, True]
    assert found.counted.tolist() == [18.0, 6.0]
    assert found.total == 24.0


def test_an_option_whose_fixed_cost_outweighs_what_is_left_of_it_stays_out() -> None:
    found = best_set([10.0, 2.0], [0.0, 4.0], [[8.0, 7.0]], [])
    assert found.taken.tolist() == [True, False]
    assert found.total == 18.0


def test_options_that_exclude_each_other_are_never_both_in() -> None:
    found = best_set([10.0, 6.0, 5.0], [0.0, 0.0, 0.0], np.zeros((0, 3)), [(0, 1), (0, 2)])
    assert found.taken.tolist() == [False, True, True]
    assert found.total == 11.0


def test_planted_winners_are_recovered_among_many() -> None:
    random = np.random.default_rng(4)
    planted = np.arange(24) % 3 == 0
    own = np.where(planted, random.uniform(5, 10, 24), random.uniform(0, 1, 24))
    found = best_set(own, np.full(24, 2.0), np.zeros((0, 24)), [])
    assert found.taken.tolist() == planted.tolist()


@given(problems())
def test_no_other_set_is_worth_more(
    problem: tuple[list[float], list[float], np.ndarray, list[tuple[int, int]]],
) -> None:
    own, fixed, shared, apart = problem
    found = best_set(own, fixed, shared, apart)
    allowed = [
        taken
        for taken in product([False, True], repeat=len(own))
        if not any(taken[one] and taken[other] for one, other in apart)
    ]
    assert tuple(found.taken.tolist()) in allowed
    assert found.total == pytest.approx(max(worth_of(taken, own, fixed, shared) for taken in allowed), abs=1e-6)


@given(problems())
def test_the_total_lies_between_the_best_single_and_the_sum_of_positives(
    problem: tuple[list[float], list[float], np.ndarray, list[tuple[int, int]]],
) -> None:
    own, fixed, shared, apart = problem
    alone = np.array(own) + shared.sum(axis=0) - np.array(fixed)
    found = best_set(own, fixed, shared, apart)
    assert found.total >= max(0.0, float(alone.max())) - 1e-6
    assert found.total <= np.maximum(alone, 0.0).sum() + 1e-6


def test_no_options_are_an_empty_set() -> None:
    assert best_set([], [], np.zeros((0, 0)), []).total == 0.0


def test_input_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^own must not be negative: 1 of 2 are \(first at 1: -1\.0\)$"):
        best_set([1.0, -1.0], [0.0, 0.0], NONE, [])
    with pytest.raises(ValueError, match=r"^own, fixed and shared must name as many options, got 2, 1, 2$"):
        best_set([1.0, 1.0], [0.0], NONE, [])
    with pytest.raises(ValueError, match=r"^apart must name pairs of different options from 0 to 1, got \(0, 2\)$"):
        best_set([1.0, 1.0], [0.0, 0.0], NONE, [(0, 2)])
