from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.estimate import LARGEST, estimate
from patronage.vocabulary.grade import Grade

LAST = "within 3.4e+38 of 0 (first at 1: {}); look for an amount or a rate of that size"


@pytest.mark.parametrize(("wrong", "told"), [(np.inf, "inf"), (np.nan, "nan"), (-1e39, "-1e+39")])
def test_draws_that_no_estimate_can_hold_are_refused(wrong: float, told: str) -> None:
    message = f"an estimate in GBP: 2 of 4 draws are not numbers {LAST.format(told)}"
    with pytest.raises(EstimationError, match=f"^{re.escape(message)}$"):
        estimate(np.array([1.0, wrong, 2.0, np.inf]), "GBP", Grade.BEHAVIOUR)


def test_a_mean_that_no_estimate_can_hold_is_refused() -> None:
    message = (
        "an estimate in GBP: 1 of 1 means are not numbers within 3.4e+38 of 0 (first at 0: inf); look for an amount or "
        "a rate of that size"
    )
    with pytest.raises(EstimationError, match=f"^{re.escape(message)}$"):
        estimate(np.array([1.0, 2.0]), "GBP", Grade.BEHAVIOUR, mean=np.inf)


@pytest.mark.parametrize("draws", [np.array([]), np.ones((2, 2))])
def test_draws_that_are_no_row_are_refused(draws: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"^draws must be a non-empty row of numbers$"):
        estimate(draws, "GBP", Grade.BEHAVIOUR)


@given(arrays(float, 5, elements=st.floats(-LARGEST, LARGEST, allow_subnormal=True)))
def test_every_number_within_range_is_held_and_the_smallest_count_as_nothing(draws: np.ndarray) -> None:
    with np.errstate(all="raise", under="ignore"):
        held = estimate(draws, "GBP", Grade.BEHAVIOUR)
    assert held.draws is not None
    assert held.draws == pytest.approx(draws, rel=1e-6, abs=1e-37)
    assert held.p05 <= held.p50 <= held.p95


def test_a_draw_too_small_to_hold_is_nothing_even_where_underflow_is_an_error() -> None:
    with np.errstate(under="raise"):
        held = estimate(np.array([5e-324, 5e-324]), "GBP", Grade.BEHAVIOUR, mean=5e-324)
    assert held.draws is not None
    assert held.draws.tolist() == [0.0, 0.0]
