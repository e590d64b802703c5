"""The Gaussian process behind the calendar."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.calendar_process import Observed, Sizes, candidates, evidence, posterior, season_kernel


def test_a_season_seen_once_without_error_is_shared_as_worked_by_hand():
    # Four seasons of variance s sum to 0, so any two covary by -s/3; level N(0, 1) and s = 1, seen 1 at position 0:
    # the place covaries by 1 + 1 with itself, by 1 with season 0, by -1/3 with each of the others.
    seen = Observed(np.array([1.0]), np.array([1e-12]), np.array([0]), 4)
    mean, root = posterior(seen, Sizes(1.0, 0, 0, 0), np.array([4, 1]), 0)
    assert mean[2:6] == pytest.approx([1 / 2, -1 / 6, -1 / 6, -1 / 6])
    # Next year's same season is as seen; next quarter is level and its own season: (1 - 1/3) / 2.
    assert mean[:2] == pytest.approx([1.0, 1 / 3])
    assert (root @ root.T)[0, 0] == pytest.approx(0.0, abs=1e-6)


def test_the_candidate_that_made_the_series_is_preferred():
    random = np.random.default_rng(1)
    log_ratio = np.tile(0.45 * np.sqrt(2) * np.cos(np.arange(12) * np.pi / 6), 4) + random.normal(0, 0.06, size=48)
    sizes, prior = candidates()
    likelihood, _, smooth = evidence(Observed(log_ratio, np.full(48, 1e-4), np.arange(48), 12), sizes)
    best = sizes[int(np.argmax(likelihood))]
    assert best.season == 0.45
    assert smooth[np.argmax(likelihood)] == pytest.approx(log_ratio, abs=0.2)
    assert prior.sum() == pytest.approx(1.0)


@given(st.integers(2, 60))
def test_seasons_sum_to_nothing_and_repeat(cycle):
    places = np.arange(cycle)
    kernel = season_kernel(np.abs(places[:, None] - places), cycle)
    assert kernel.sum(axis=0) == pytest.approx(0.0, abs=1e-8)
    assert np.diag(kernel) == pytest.approx(1.0)
    assert np.linalg.eigvalsh(kernel).min() > -1e-8
    assert season_kernel(places + cycle, cycle) == pytest.approx(season_kernel(places, cycle), abs=1e-8)


def test_a_variance_below_zero_has_no_likelihood():
    with pytest.raises(np.linalg.LinAlgError, match=r"^Matrix is not positive definite$"):
        evidence(Observed(np.zeros(1), np.array([-9.0]), np.array([0]), 12), [Sizes(0, 0, 0, 0)])
