"""Whether arms are as chance draws them."""

from __future__ import annotations

from typing import Any

import numpy as np

from patronage.analyses.relationships import tested_cells
from patronage.analyses.relationships.arm_checks import checked
from patronage.kernels.arm_balance import Past
from patronage.kernels.policy import Cells


def cells(past: list[float]) -> tested_cells.TestedCells:
    """Three arms of 100 customers each in one segment and one fold, who had brought so much each on average."""
    size, x = np.full((1, 1, 3), 100.0), np.array([[past]]) * 100
    # A variance of 100 around each mean.
    return tested_cells.TestedCells(
        ("all",), ("mail", "none", "visit"), Cells(size, size, size * 2),
        Past(x, x**2 / 100 + 100 * 100, x), {}, 0,
    )  # fmt: skip


def words(past: list[float], default: int) -> str:
    arms: list[dict[str, Any]] = [{"planned_share": None}] * 3
    return checked(cells(past), arms, default)[0].words


def test_the_distance_of_pasts_is_told_from_the_default_even_where_another_arm_lies_at_none() -> None:
    told = words([20.0, 20.0, 21.0], default=1)
    assert "in the twelve months before it: visit +0.7 standard errors from none (P " in told
    assert words([20.0, 20.0, 20.0], default=1).count("the same in all arms") == 1
