from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from patronage.decisions.changes import FigureChange, changes
from patronage.decisions.decision import Basis, Status

SHARED = np.random.default_rng(2).normal(0, 1, 1000)


def test_new_and_gone_rows_are_told_by_their_moves(make_decision: Any) -> None:
    one, other, third = (make_decision(name) for name in ("one", "other", "third"))
    found = changes([one, other], [other, third])
    assert [row.move.subject for row in found.new] == ["third"]
    assert [row.move.subject for row in found.gone] == ["one"]
    assert found.moved == ()


def test_shared_uncertainty_is_no_noise_of_a_difference(make_decision: Any) -> None:
    before, after = make_decision("x", value=100 + 80 * SHARED), make_decision("x", value=160 + 80 * SHARED)
    (moved,) = changes([before], [after]).moved
    assert moved.difference == pytest.approx(60.0)


def test_noise_of_its_own_hides_a_difference(make_decision: Any) -> None:
    own = np.random.default_rng(3).normal(0, 1, 1000)
    before, after = make_decision("x", value=100 + 80 * SHARED), make_decision("x", value=160 + 80 * own)
    assert changes([before], [after]).none


def test_a_slight_difference_is_not_told(make_decision: Any) -> None:
    before, after = make_decision("x", value=100 + 80 * SHARED), make_decision("x", value=104 + 80 * SHARED)
    assert changes([before], [after]).none


def test_values_that_share_no_draws_must_differ_by_both_spreads(make_decision: Any) -> None:
    before = make_decision("x", value=100 + 10 * SHARED)
    near, far = (make_decision("x", value=value) for value in (110.0, 120.0))
    assert changes([before], [near]).none
    assert len(changes([before], [far]).moved) == 1


def test_a_changed_status_is_told_and_a_decision_of_people_is_none(make_decision: Any) -> None:
    row = make_decision("x", value=100.0)
    dropped = replace(row, value=None, status=Status.NOTHING_TO_GAIN)
    assert changes([row], [dropped]).moved[0].difference is None
    assert changes([row], [replace(row, status=Status.ACCEPTED)]).none


def test_the_figures_that_moved_say_why_largest_first(make_decision: Any) -> None:
    figures = {"customers": 100, "mean chance": 0.50, "lost": 1000.0, "context": "as ever"}
    later = {"customers": 100, "mean chance": 0.40, "lost": 2000.0, "context": "as ever"}
    before = make_decision("x", value=100.0, evidence=(Basis("lifetime_value", 2, "customers", figures),))
    after = make_decision("x", value=200.0, evidence=(Basis("lifetime_value", 2, "customers", later),))
    (moved,) = changes([before], [after]).moved
    assert moved.because == (
        FigureChange("lifetime_value", "lost", 1000.0, 2000.0),
        FigureChange("lifetime_value", "mean chance", 0.50, 0.40),
    )
