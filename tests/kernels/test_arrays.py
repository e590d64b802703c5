"""Checks at the door of the kernels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.arrays import codes, finite, group_sums, not_negative, positive, same_length, share, ties


def test_a_good_array_passes_as_float64():
    assert finite([1, 2], "costs").dtype == np.float64
    assert codes(np.array([0, 1], dtype=np.int8), "pool", 2).dtype == np.int64


def test_sums_by_group_keep_empty_groups():
    assert group_sums(np.array([0, 2, 0]), np.array([1.5, 2.0, 3.0]), 4).tolist() == [4.5, 0.0, 2.0, 0.0]


@given(values=arrays(float, st.integers(0, 20), elements=st.floats(-1e9, 1e9)))
def test_a_door_lets_through_exactly_what_it_names(values):
    assert np.array_equal(finite(values, "values"), values)
    if (values < 0).any():
        with pytest.raises(ValueError, match="values must not be negative"):
            not_negative(values, "values")
    else:
        assert np.array_equal(not_negative(values, "values"), values)


def test_bad_entries_are_counted_and_the_first_is_named():
    with pytest.raises(ValueError, match=r"^costs must be finite: 2 of 3 are not \(first at 1\)$"):
        finite([1.0, np.nan, np.inf], "costs")
    with pytest.raises(ValueError, match=r"^costs must be finite: 1 of 4 are not \(first at \(1, 0\)\)$"):
        finite([[1.0, 2.0], [np.nan, 3.0]], "costs")
    with pytest.raises(ValueError, match=r"^costs must not be negative: 1 of 2 are \(first at 1: -3.0\)$"):
        not_negative([1, -3], "costs")
    with pytest.raises(ValueError, match=r"^rate must be positive: 1 of 1 are not \(first at \(\): 0.0\)$"):
        positive(0, "rate")
    with pytest.raises(ValueError, match=r"^costs must have 1 axis, got shape \(1, 2\)$"):
        finite([[1, 2]], "costs", axes=1)


def test_codes_outside_their_groups_are_refused():
    with pytest.raises(ValueError, match=r"^pool must lie from 0 to 1, got 0 to 2$"):
        codes(np.array([0, 2]), "pool", 2)
    with pytest.raises(ValueError, match=r"^pool must be whole numbers, got float64$"):
        codes(np.array([0.5]), "pool", 2)
    with pytest.raises(ValueError, match=r"^pool must have 1 axis, got shape \(1, 1\)$"):
        codes(np.array([[0]]), "pool", 2)


def test_shares_and_lengths_are_checked():
    assert share(1.0, "share", ends=True) == 1.0
    with pytest.raises(ValueError, match=r"^share must lie between 0 and 1, got 1.0$"):
        share(1.0, "share")
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got cost 2, use 3$"):
        same_length(cost=np.zeros(2), use=np.zeros(3))


def test_pairs_of_places_come_as_two_columns() -> None:
    first, second = ties([(0, 2), (1, 0)], "pairs", 3)
    assert (first.tolist(), second.tolist()) == ([0, 1], [2, 0])
    assert [each.size for each in ties([], "pairs", 3)] == [0, 0]
    with pytest.raises(ValueError, match=r"^pairs must tie two things, got 1 with itself$"):
        ties([(0, 2), (1, 1)], "pairs", 3)
