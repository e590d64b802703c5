"""Traits of behaviour on scales on which customers can be compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.analyses.segments.trait_scales import FARTHEST, scaled, spread_out, trait_scales

Traits = dict[str, np.ndarray]


def traits(**changes: Any) -> Traits:
    """Four customers who differ in everything."""
    plain: dict[str, Any] = {
        "purchase_days": [1, 2, 5, 40],
        "revenue_per_purchase_day": [10.0, 100.0, 50.0, 200.0],
        "lines_per_purchase_day": [1.0, 9.0, 4.0, 2.0],
        "days_since_last": [300, 20, 5, 1],
        "days_since_first": [300, 400, 20, 700],
        "returned_share": [0.0, 0.02, 0.5, 0.0],
    }
    return {name: np.array(values) for name, values in (plain | changes).items()}


def test_measures_are_logs_with_mean_0_and_deviation_1() -> None:
    scales = trait_scales(traits())
    matrix = scaled(traits(), scales)
    assert scales.measures[0] == "revenue_per_purchase_day"
    logs = np.log([10.0, 100.0, 50.0, 200.0])
    assert matrix[:, 0] == pytest.approx((logs - logs.mean()) / logs.std())
    assert matrix[:, : len(scales.measures)].mean(axis=0) == pytest.approx(0.0)
    assert matrix[:, : len(scales.measures)].std(axis=0) == pytest.approx(1.0)


def test_purchase_days_fall_into_bands_that_double_and_returns_into_three() -> None:
    scales = trait_scales(traits())
    assert (scales.lowest, scales.highest, scales.groups) == (0, 5, (6, 3))
    flags = scaled(traits(), scales)[:, len(scales.measures) :]
    assert flags[:, :6].argmax(axis=1).tolist() == [0, 1, 2, 5]
    assert flags[:, 6:].argmax(axis=1).tolist() == [0, 1, 2, 0]
    assert flags.sum(axis=1).tolist() == [2.0] * 4


def test_a_trait_that_does_not_differ_or_repeats_another_is_left_out() -> None:
    once = traits(
        purchase_days=[1, 1, 1, 1], days_since_first=[300, 20, 5, 1], lines_per_purchase_day=[3.0] * 4,
        returned_share=[0.0] * 4,
    )  # fmt: skip
    scales = trait_scales(once)
    assert scales.measures == ("revenue_per_purchase_day", "days_since_last")
    assert (scales.groups, scales.width) == ((), 2)
    assert spread_out(once, scales)[:, -1].tolist() == [0.0] * 4


def test_revenue_of_nothing_or_less_counts_as_a_hundredth_of_the_usual() -> None:
    given_ = traits(revenue_per_purchase_day=[-40.0, 0.0, 100.0, 100.0])
    scales = trait_scales(given_)
    assert scales.floor == pytest.approx(0.6)
    assert scaled(given_, scales)[0, 0] == scaled(given_, scales)[1, 0]


def test_a_giant_is_held_within_four_deviations() -> None:
    scales = trait_scales(traits())
    giant = traits(revenue_per_purchase_day=[1e15, 1.0, 1.0, 1.0])
    assert scaled(giant, scales)[0, 0] == FARTHEST


@given(scale=st.floats(1e-4, 1e6), amounts=st.lists(st.floats(0.01, 1e5), min_size=4, max_size=4))
def test_the_currency_plays_no_role(scale: float, amounts: list[float]) -> None:
    plain = traits(revenue_per_purchase_day=amounts)
    other = traits(revenue_per_purchase_day=[amount * scale for amount in amounts])
    one, two = trait_scales(plain), trait_scales(other)
    assert one.measures == two.measures
    np.testing.assert_allclose(scaled(plain, one), scaled(other, two), rtol=1e-6, atol=1e-6)
