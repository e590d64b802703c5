"""Grouping of repeat-buying histories."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.repeat_counts import levels, pairs, repeat_counts

history = st.integers(0, 60).flatmap(
    lambda age: st.tuples(st.just(age), st.integers(0, age)).flatmap(
        lambda told: st.tuples(st.just(told[0]), st.just(told[1]), st.integers(1, 4) if told[1] else st.just(0))
    )
)
histories = st.lists(history, min_size=1, max_size=30)


def rows(counts):
    return list(zip(counts.x, counts.t_x, counts.T, counts.n, strict=True))


def test_histories_of_five_customers_group_to_three_rows():
    counts = repeat_counts([1, 0, 1, 1, 0], [2, 0, 2, 3, 0], [5, 5, 5, 5, 5])
    assert rows(counts) == [(0, 0, 5, 2), (1, 2, 5, 2), (1, 3, 5, 1)]
    assert (counts.customers, counts.repeats) == (5, 3)


@given(histories, st.sampled_from([1.0, 7.0, 365.25 / 12, 365.25, np.pi]), st.randoms())
def test_the_order_of_customers_and_the_unit_change_no_row(found, unit, random):
    told = np.array(found, dtype=float)
    shuffled = told[random.sample(range(len(told)), len(told))]
    counts = repeat_counts(told[:, 2], told[:, 1] / unit, told[:, 0] / unit)
    again = repeat_counts(shuffled[:, 2], shuffled[:, 1] / unit, shuffled[:, 0] / unit)
    assert rows(counts) == rows(again)
    distinct, n = np.unique(told, axis=0, return_counts=True)
    assert np.column_stack((counts.T * unit, counts.t_x * unit, counts.x)) == pytest.approx(distinct)
    assert counts.n == pytest.approx(n)


@given(histories)
def test_two_of_each_customer_and_a_weight_of_two_are_the_same(found):
    told = np.array(found, dtype=float)
    twice = repeat_counts(*np.concatenate((told, told))[:, ::-1].T)
    weighed = repeat_counts(*told[:, ::-1].T, n=np.full(len(told), 2.0))
    assert rows(twice) == rows(weighed)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=40))
def test_levels_and_places_give_the_column_back(column):
    values = np.array(column)
    told = levels(values)
    assert told.values[told.place] == pytest.approx(values, rel=1e-9, abs=1e-8)
    assert (np.diff(told.values) > 0).all()


def test_levels_of_days_in_weeks_are_a_look_up_and_of_seconds_are_sorted():
    assert len(levels(np.array([0.0, 3 / 7, 10.0])).values) == 71
    assert levels(np.array([5e8, 3.0])).values.tolist() == [3.0, 5e8]


@given(histories)
def test_pairs_give_each_customer_its_x_and_age_back(found):
    told = np.array(found, dtype=float)
    grouped = pairs(told[:, 2], told[:, 0])
    assert grouped.x[grouped.place].tolist() == told[:, 2].tolist()
    assert grouped.T[grouped.place].tolist() == told[:, 0].tolist()
    assert len(grouped.x) == len({(x, age) for age, _, x in found})


@pytest.mark.parametrize(
    ("x", "t_x", "T", "message"),
    [
        ([], [], [], "repeat buying needs at least one customer, got none"),
        ([1.5], [1], [2], "x must be whole: broken by 1 of 1 (first at 0: 1.5)"),
        ([1, 1], [1, 3], [2, 2], "t_x must not exceed T: broken by 1 of 2 (first at 1: 3.0)"),
        ([0], [1], [2], "t_x must be 0 where x is 0: broken by 1 of 1 (first at 0: 1.0)"),
        ([2], [0], [2], "t_x must be above 0 where x is: broken by 1 of 1 (first at 0: 0.0)"),
        ([1], [1, 2], [2], "arrays must be of one length, got x 1, t_x 2, T 1"),
        ([-1], [0], [2], "x must not be negative: 1 of 1 are (first at 0: -1.0)"),
        ([0], [0], [np.nan], "T must be finite: 1 of 1 are not (first at 0)"),
    ],
)
def test_histories_that_cannot_be_are_refused(x, t_x, T, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        repeat_counts(x, t_x, T)
