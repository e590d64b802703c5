"""Credibility-weighted means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.credibility import Credible, credible_means

groups_of_observations = st.lists(st.lists(st.floats(-1e3, 1e3), max_size=6), min_size=1, max_size=12)


def told(groups: list[list[float]]) -> Credible:
    return credible_means(
        [len(group) for group in groups],
        [sum(group) for group in groups],
        [sum(value**2 for value in group) for group in groups],
    )


def test_two_groups_are_weighed_as_worked_by_hand():
    # Within: (1 + 1 + 1 + 1) / 2. Between: (2 x 9 + 2 x 9 - 1 x 2) / (4 - 8 / 4). Weight: 2 x 17 / (2 x 17 + 2).
    found = told([[1, 3], [7, 9]])
    assert (found.within, found.between, found.centre) == pytest.approx((2, 17, 5))
    assert found.weight == pytest.approx([34 / 36, 34 / 36])
    assert found.corrected == pytest.approx([2 + 3 * 2 / 36, 8 - 3 * 2 / 36])
    assert found.weight_of_one == pytest.approx(17 / 19)


def test_groups_that_differ_by_luck_alone_are_all_believed_to_be_the_same():
    found = told([[0, 10], [10, 0], [5, 5]])
    assert found.between == 0
    assert found.corrected == pytest.approx([5, 5, 5])


def test_groups_of_one_observation_identify_nothing():
    found = told([[4], [6], []])
    assert not found.identified
    assert found.corrected == pytest.approx([4, 6, 0])


def test_simulated_variances_and_means_come_back():
    random = np.random.default_rng(3)
    truth = random.normal(20, 3, size=3000)
    counts = random.integers(1, 11, size=3000)
    groups = [random.normal(mean, 5, size=count) for mean, count in zip(truth, counts, strict=True)]
    found = credible_means(counts, [g.sum() for g in groups], [(g**2).sum() for g in groups])
    assert found.within == pytest.approx(25, rel=0.04)
    assert found.between == pytest.approx(9, rel=0.08)
    errors = [np.mean((means - truth) ** 2) for means in (found.corrected, found.raw, np.full(3000, found.centre))]
    # The best linear error is a w / (w + n a) on average over n from 1 to 10.
    assert errors[0] == pytest.approx(np.mean([25 * 9 / (25 + 9 * n) for n in range(1, 11)]), rel=0.06)
    assert errors[0] < 0.75 * min(errors[1:])


@given(groups=groups_of_observations)
def test_corrected_means_keep_the_total_and_lie_between_raw_and_centre(groups: list[list[float]]):
    found = told(groups)
    counts = np.array([len(group) for group in groups])
    assert counts @ found.corrected == pytest.approx(sum(sum(group) for group in groups), abs=1e-6)
    if found.identified:
        seen = counts > 0
        low, high = np.minimum(found.raw, found.centre), np.maximum(found.raw, found.centre)
        assert np.all((found.corrected >= low - 1e-9)[seen])
        assert np.all((found.corrected <= high + 1e-9)[seen])
    assert np.all((found.weight >= 0) & (found.weight <= 1))


@given(groups=groups_of_observations, scale=st.floats(0.01, 100))
def test_corrected_means_follow_the_unit_of_money(groups: list[list[float]], scale: float):
    scaled = told([[value * scale for value in group] for group in groups])
    # Where all groups agree to the last digit the weight hangs on rounding, and with it nothing of worth.
    assert scaled.corrected == pytest.approx(scale * told(groups).corrected, rel=1e-6, abs=1e-4 * scale)


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        (([-1], [0], [0]), r"counts must not be negative: 1 of 1 are \(first at 0: -1.0\)"),
        (([1], [np.nan], [0]), r"sums must be finite: 1 of 1 are not \(first at 0\)"),
        (([1], [1], [-1]), r"squares must not be negative: 1 of 1 are \(first at 0: -1.0\)"),
        (([1, 1], [1], [1]), "arrays must be of one length, got counts 2, sums 1, squares 1"),
    ],
)
def test_figures_out_of_range_are_refused(figures: tuple[list[float], ...], message: str):
    with pytest.raises(ValueError, match=message):
        credible_means(*figures)
