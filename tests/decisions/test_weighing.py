from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.decisions.decision import Cost, Driver, Status
from patronage.decisions.timing import Flow, Pattern
from patronage.decisions.weighing import (
    break_even,
    net_by_year,
    paid_by_year,
    strongest_first,
    weighed,
    worth_of_knowing,
)
from patronage.vocabulary.grade import Grade


@given(st.floats(0, 1e300), st.floats(0, 1e300, allow_subnormal=True), st.floats(0, 1))
def test_a_break_even_can_be_had_or_is_none(cost: float, gain: float, most: float) -> None:
    effect = break_even(cost, gain, most)
    if effect is not None:
        assert math.isfinite(effect)
        assert 0 <= effect <= most * (1 + 1e-12)
        assert effect * gain == pytest.approx(cost)


def test_a_move_is_proposed_where_it_gains_on_average_and_more_likely_than_not(make_decision: Any, terms: Any) -> None:
    row = make_decision("x", value=None)
    for draws, status in (
        ([3.0, 1.0, -1.0], "proposed"),
        ([9.0, -1.0, -1.0], "nothing_to_gain"),
        ([-1.0, 0.5, 0.2], "nothing_to_gain"),
    ):
        told = weighed(np.array(draws), float(np.mean(draws)), terms, Grade.EXPERT).told(row, (1.0,), 0.5)
        assert told.status is Status(status)
        assert (told.value is None) == (status != "proposed") == (told.payback is None) == (not told.value_by_year)
        assert told.p_better == pytest.approx(np.mean(np.array(draws) > 0))


def test_years_hold_what_comes_in_less_what_is_paid() -> None:
    even = Pattern(2.0, 0.0)
    by_year = paid_by_year(30.0, Flow(40.0, even))
    assert by_year == (50.0, 20.0)
    assert net_by_year(Flow(100.0, even), Cost(30.0, 20.0, by_year)) == (0.0, 30.0)
    assert net_by_year(Flow(100.0, even), Cost()) == (50.0, 50.0)


def test_knowing_is_worth_the_losses_it_avoids() -> None:
    assert worth_of_knowing(np.array([3.0, -1.0])) == pytest.approx(1.5 - 1.0)
    assert worth_of_knowing(np.array([3.0, 1.0])) == 0.0


def test_the_driver_that_moves_the_value_most_comes_first() -> None:
    small, large = Driver("small", 1.0, 2.0, Grade.EXPERT), Driver("large", 5.0, 0.0, Grade.EXPERT)
    assert strongest_first((small, large)) == (large, small)
