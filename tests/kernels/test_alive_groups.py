"""Customers alive, in groups of whom a model expects the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.kernels.alive_groups import group_law, group_moments, moments_in_all, part
from patronage.kernels.alive_orders import Future, order_moments
from patronage.kernels.future_orders import Customers, Outlook, p_at_least, score
from patronage.kernels.repeat_buying import RepeatModel, alive_groups, stated_repeat_buying

PARAMETERS = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
X = np.array([2.0, 2.0, 0.0, 5.0, 2.0])
T_X = np.array([9.0, 20.0, 0.0, 30.0, 9.0])
AGE = np.array([40.0, 40.0, 40.0, 31.0, 40.0])


def groups(k: int):
    model = RepeatModel.MBG_CNBD_K
    return alive_groups(stated_repeat_buying(model, PARAMETERS, k), X, T_X, AGE)


def test_random_buying_knows_no_recency_and_regular_buying_does():
    assert groups(1).place.tolist() == [2, 2, 1, 0, 2]
    assert groups(3).place.tolist() == [2, 3, 1, 0, 2]
    assert groups(3).x.tolist() == [5.0, 0.0, 2.0, 2.0]


def test_a_group_expects_the_mean_over_its_phases():
    told, future = groups(3), Future(30.0, 0.01)
    assert told.phases is not None
    each = order_moments(told.pairs, future).plain
    for group, first in enumerate(told.phases.first):
        expected = told.phases.chance[group] @ each[first : first + 3]
        assert group_moments(told, future).plain[group] == pytest.approx(expected, rel=1e-12)
    law = group_law(told, future)
    assert [law.at_least[law.start[i] : law.start[i + 1]].sum() for i in range(4)] == pytest.approx(
        group_moments(told, future).plain, rel=1e-6
    )


@settings(max_examples=20)
@given(st.lists(st.floats(0, 5), min_size=5, max_size=5), st.integers(1, 4), st.floats(1, 60))
def test_totals_are_the_sums_over_customers(weights, k, horizon):
    told, future = groups(k), Future(horizon, 0.004)
    expected = np.array(weights) @ group_moments(told, future).discounted[told.place]
    assert moments_in_all(told, np.array(weights), [future])[0] == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_part_is_what_the_whole_says_of_it():
    for k in (1, 3):
        told, future = groups(k), Future(30.0)
        some = part(told, slice(1, 3))
        assert group_moments(some, future).plain == pytest.approx(group_moments(told, future).plain[1:3], rel=1e-12)


def test_customers_scored_in_parts_are_scored_as_in_one(monkeypatch):
    fit = stated_repeat_buying(RepeatModel.MBG_CNBD_K, PARAMETERS, 3)
    outlook = Outlook(Future(30.0, 0.004))
    whole = score(fit, Customers(X, T_X, AGE), outlook)
    monkeypatch.setattr("patronage.kernels.future_orders._ROWS", 2)
    parted = score(fit, Customers(X, T_X, AGE), outlook)
    assert (whole.quantiles == parted.quantiles).all()
    assert whole.variance == pytest.approx(parted.variance, rel=1e-12)


def test_histories_that_cannot_be_are_refused_at_the_door():
    fit = stated_repeat_buying(RepeatModel.MBG_CNBD_K, PARAMETERS, 3)
    message = r"^t_x must be 0 where x is 0: broken by 1 of 1 \(first at 0: 3\.0\)$"
    with pytest.raises(ValueError, match=message):
        p_at_least(fit, Customers(np.zeros(1), np.full(1, 3.0), np.full(1, 9.0)), 5.0)
