"""Latent classes of measures and flags, and k-means beside them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from patronage.analyses.segments.latent_classes import (
    Classes,
    Layout,
    agreement,
    cluster_centres,
    latent_classes,
    nearest_centre,
)

TWO = Classes(
    weights=np.array([0.25, 0.75]),
    means=np.array([[0.0], [2.0]]),
    variances=np.array([[1.0], [4.0]]),
    flags=np.array([[0.9, 0.1], [0.4, 0.6]]),
    best_hit=1.0,
    bic=0.0,
)


def mixed(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of two measures and one group of two flags from two classes, a third of them from the first."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(size) > 1 / 3).astype(int)
    measures = rng.normal(np.array([[-1.5, 1.0], [1.5, -1.0]])[truth], 0.7)
    flag = (rng.random(size) < np.array([0.9, 0.2])[truth]).astype(int)
    return np.hstack([measures, np.eye(2)[flag]]), truth


def test_the_density_of_a_row_is_that_worked_out_by_hand() -> None:
    row = np.array([[1.0, 1.0, 0.0]])
    first = 0.25 * stats.norm.pdf(1.0, 0.0, 1.0) * 0.9
    second = 0.75 * stats.norm.pdf(1.0, 2.0, 2.0) * 0.4
    assert TWO.log_likelihood(row)[0] == pytest.approx(np.log(first + second))
    assert TWO.probabilities(row)[0] == pytest.approx([first / (first + second), second / (first + second)])
    assert TWO.members(row)[0] == int(second > first)


def test_planted_classes_come_back_with_their_numbers() -> None:
    matrix, truth = mixed(600, 1)
    found = latent_classes(matrix, Layout(2, (2,)), 2, starts=5, seed=1)
    assert agreement(found.members(matrix), truth) > 0.9
    first = int(np.argmin(found.means[:, 0]))
    assert found.weights[first] == pytest.approx(1 / 3, abs=0.06)
    assert found.means[first] == pytest.approx([-1.5, 1.0], abs=0.15)
    assert found.variances[first] == pytest.approx(0.49, abs=0.12)
    assert found.flags[first, 1] == pytest.approx(0.9, abs=0.06)
    assert found.best_hit > 0.5


def test_the_likelihood_is_that_of_stepmix() -> None:
    """Its BIC counts four means, four variances, two chances and one weight."""
    matrix, _ = mixed(200, 2)
    layout = Layout(2, (2,))
    found = latent_classes(matrix, layout, 2, starts=1, seed=3)
    assert found.bic == pytest.approx(-2 * found.log_likelihood(matrix).sum() + 11 * np.log(200))


def test_kmeans_finds_clusters_that_lie_apart() -> None:
    rng = np.random.default_rng(4)
    truth = np.repeat([0, 1, 2], 30)
    points = rng.normal(np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])[truth], 0.5)
    centres = cluster_centres(points, 3, starts=2, seed=1)
    assert agreement(nearest_centre(points, centres), truth) == 1.0


def test_agreement_is_that_counted_by_hand() -> None:
    """Six objects make 15 pairs: 6 are together in the one grouping, 3 in the other, 2 in both."""
    one, other = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 2, 2])
    expected = 6 * 3 / 15
    assert agreement(one, other) == pytest.approx((2 - expected) / ((6 + 3) / 2 - expected))


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(-4, 4), st.booleans()), min_size=1, max_size=20))
def test_probabilities_sum_to_one_and_name_the_likeliest_class(rows: list[tuple[float, bool]]) -> None:
    matrix = np.array([[value, float(flag), float(not flag)] for value, flag in rows])
    chances = TWO.probabilities(matrix)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    np.testing.assert_array_equal(chances.argmax(axis=1), TWO.members(matrix))
    assert TWO.number == 2
