"""How many classes of customers there are."""

from __future__ import annotations

import numpy as np
import pytest

from patronage.analyses.segments.class_number import chosen_number
from patronage.analyses.segments.latent_classes import Layout


def groups(number: int, size: int, seed: int, apart: float = 6.0) -> np.ndarray:
    """Points around so many corners, in random order."""
    rng = np.random.default_rng(seed)
    corners = apart * np.eye(number, 3)
    return rng.normal(corners[rng.integers(0, number, size)], 0.8)


@pytest.mark.parametrize("number", [2, 3])
def test_the_planted_number_is_chosen(number: int) -> None:
    rows = groups(number, 96, 1)
    found = chosen_number(rows, rows, Layout(3, ()), 5)
    assert found is not None
    assert found.number == number
    assert found.kmeans_stability > 0.9
    told = next(trial for trial in found.tried if trial.classes == number)
    assert told.stability > 0.9
    assert found.why.startswith(f"{number} classes are kept of 2 to 4 tried: they come back among other customers")


def test_one_cloud_has_no_classes() -> None:
    rows = groups(1, 72, 2)
    assert chosen_number(rows, rows, Layout(3, ()), 5) is None


def test_rows_too_few_or_too_alike_have_no_classes() -> None:
    rows = groups(3, 40, 3)
    assert chosen_number(rows, rows, Layout(3, ()), 5) is None
    same = np.ones((90, 3))
    assert chosen_number(same, same, Layout(3, ()), 5) is None
