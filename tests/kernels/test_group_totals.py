"""Totals of groups of customers by the draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.group_totals import GroupTotals, SharedFactors, group_draws, lucky_draws


def test_without_luck_a_draw_is_gain_less_cost_at_its_factors() -> None:
    totals = GroupTotals([100.0, 10.0], [40.0, 20.0], [0.0, 0.0])
    shared = SharedFactors([1.0, 1.1], [1.0, 0.5])
    draws = group_draws(totals, shared, seed=1, name="test")
    np.testing.assert_allclose(draws, [[60.0, 90.0], [-10.0, 1.0]], rtol=1e-12)


def test_luck_has_the_variance_that_was_given() -> None:
    ones = SharedFactors(np.ones(20_000), np.ones(20_000))
    draws = group_draws(GroupTotals([100.0, 1.0], [0.0, 9.0], [400.0, 4.0]), ones, seed=3, name="test")
    assert draws.mean(axis=1) == pytest.approx([100.0, -8.0], abs=0.5)
    assert draws.std(axis=1) == pytest.approx([20.0, 2.0], rel=0.03)
    assert (draws[0] > 0).all()


@given(st.floats(0.1, 1e6), st.floats(0, 1e6), st.floats(0.5, 2.0))
def test_gains_without_cost_never_fall_below_nothing(gain: float, variance: float, factor: float) -> None:
    shared = SharedFactors(np.full(50, factor), np.ones(50))
    assert (group_draws(GroupTotals([gain], [0.0], [variance]), shared, seed=1, name="test") >= 0).all()


def test_groups_share_what_moves_all_of_them() -> None:
    factors = np.linspace(0.5, 1.5, 500)
    shared = SharedFactors(factors, np.ones(500))
    draws = group_draws(GroupTotals([100.0, 50.0], [0.0, 0.0], [1.0, 1.0]), shared, seed=1, name="test")
    assert np.corrcoef(draws[0], draws[1]).min() > 0.99


def test_negative_variance_is_refused() -> None:
    shared = SharedFactors([1.0], [1.0])
    with pytest.raises(ValueError, match=r"^variance must not be negative: 1 of 1 are \(first at 0: -1.0\)$"):
        group_draws(GroupTotals([1.0], [0.0], [-1.0]), shared, seed=1, name="test")
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got gain 1, cost 2, variance 1$"):
        group_draws(GroupTotals([1.0], [0.0, 1.0], [1.0]), shared, seed=1, name="test")


def test_own_luck_moves_with_the_gain_and_costs_are_taken_off() -> None:
    drawn = lucky_draws([100.0], [40.0], SharedFactors([1.0, 1.1], [1.0, 0.5]), [[-50.0, 10.0]])
    np.testing.assert_allclose(drawn, [[10.0, 101.0]], rtol=1e-12)


@given(st.lists(st.floats(-1e3, 1e3), min_size=6, max_size=6), st.floats(0.1, 2.0), st.floats(0.1, 2.0))
def test_parts_with_their_luck_add_to_the_whole(numbers: list[float], up: float, down: float) -> None:
    gain, cost, luck = np.array(numbers).reshape(3, 2)
    shared = SharedFactors([up], [down])
    parts = lucky_draws(gain, cost, shared, luck[:, None])
    whole = lucky_draws([gain.sum()], [cost.sum()], shared, [[luck.sum()]])
    assert parts.sum() == pytest.approx(whole[0, 0], abs=1e-8)


def test_luck_of_another_number_of_groups_or_draws_is_refused() -> None:
    shared = SharedFactors([1.0], [1.0])
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got gain 1, cost 1, luck 2$"):
        lucky_draws([1.0], [1.0], shared, [[1.0], [2.0]])
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got up 1, down 1, luck 2$"):
        lucky_draws([1.0], [1.0], shared, [[1.0, 2.0]])
