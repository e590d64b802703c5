"""What experiments on accepted decisions do to what an action is known to achieve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.decisions.rules.retain import retain
from patronage.decisions.tested import experiment_basis, known_action, measured_decisions
from patronage.findings.trust import Arms, KindEffect, MeasuredEffect, Ranged, Tracked, TrackRecord
from patronage.strategy.actions import ActionCost, ActionKind, CostsOfAction
from patronage.strategy.quantity import Kind, Quantity, exactly
from patronage.vocabulary.grade import Grade

DAY = date(2012, 1, 1)


def record(
    mean: float,
    error: float,
    spread: float = 0.0,
    decisions: tuple[Tracked, ...] = (),
    ids: tuple[str, ...] = ("a", "b", "c"),
) -> TrackRecord:
    effect = KindEffect("retain", mean, error, spread, ids, 900, 100)
    return TrackRecord(Grade.EXPERIMENT, DAY, "GBP", decisions, (effect,))


def declared(effect: Quantity | None) -> CostsOfAction:
    return CostsOfAction((ActionCost(ActionKind.RETAIN, exactly(2.0), effect=effect, grade=Grade.EXPERT),))


def normal(mean: float, sd: float) -> Quantity:
    return Quantity(Kind.NORMAL, (mean, sd))


def test_a_range_and_an_experiment_are_weighed_by_their_precision() -> None:
    found = known_action(declared(normal(0.10, 0.04)), record(0.16, 0.02), "retain")
    assert found is not None
    assert found.effect is not None
    # Weights 1 / 0.04^2 = 625 and 1 / 0.02^2 = 2,500: mean 0.1 + 0.8 x 0.06, variance 1 / 3,125.
    assert (found.effect.mean, found.effect.sd) == pytest.approx((0.148, 3125**-0.5))
    assert found.effect_grade is Grade.EXPERIMENT
    assert found.effect_told == "that experiments and the company's own range (10%) show together"
    assert found.cost == exactly(2.0)


def test_the_spread_between_groups_counts_as_error_of_the_next_one() -> None:
    found = known_action(declared(None), record(0.16, 0.03, 0.04), "retain")
    assert found is not None
    assert found.effect is not None
    assert (found.effect.mean, found.effect.sd) == pytest.approx((0.16, 0.05))
    assert found.effect_told == "that experiments show"


@pytest.mark.parametrize("effect", [exactly(0.30), normal(0.30, 0.02)])
def test_an_experiment_that_contradicts_what_was_declared_stands_alone(effect: Quantity) -> None:
    found = known_action(declared(effect), record(0.05, 0.02), "retain")
    assert found is not None
    assert found.effect is not None
    assert (found.effect.mean, found.effect.sd) == pytest.approx((0.05, 0.02))
    assert found.effect_grade is Grade.EXPERIMENT
    assert found.effect_told == "that experiments show, where the company declares 30%"


def test_one_experiment_does_not_tell_how_groups_differ() -> None:
    found = known_action(declared(None), record(0.20, 0.04, ids=("abc",)), "retain")
    assert found is not None
    assert found.effect is not None
    assert found.effect.sd == pytest.approx(0.05)  # 0.04 and 15% of 0.20


def test_a_rough_experiment_is_weighed_however_far_off_it_lands() -> None:
    near, far = (known_action(declared(normal(0.083, 0.055)), record(m, 0.35), "retain") for m in (0.75, 0.80))
    assert near is not None
    assert far is not None
    assert near.effect is not None
    assert far.effect is not None
    assert far.effect.mean == pytest.approx(near.effect.mean, abs=0.01)
    assert far.effect.mean < 0.12
    assert far.effect_grade is Grade.EXPERT


def test_an_experiment_too_small_to_carry_the_effect_leaves_its_grade() -> None:
    found = known_action(declared(normal(0.10, 0.02)), record(0.13, 0.05), "retain")
    assert found is not None
    assert found.effect_grade is Grade.EXPERT


def test_what_no_experiment_tells_of_stays_as_it_was() -> None:
    costs = declared(normal(0.10, 0.02))
    assert known_action(costs, record(0.1, 0.1), "grow") is None
    assert known_action(None, record(0.1, 0.1), "retain") is None
    assert known_action(costs, None, "retain") is costs.of("retain")
    assert experiment_basis(None, "retain") == experiment_basis(record(0.1, 0.1), "grow") == ()


@given(st.floats(0, 1), st.floats(1e-3, 0.3), st.floats(-0.5, 1), st.floats(1e-3, 0.3))
def test_what_is_known_lies_between_the_two_and_is_no_less_sure_than_the_experiment(
    prior: float, sd: float, measured: float, error: float
) -> None:
    found = known_action(declared(normal(prior, sd)), record(measured, error), "retain")
    assert found is not None
    assert found.effect is not None
    assert min(prior, measured) - 1e-9 <= found.effect.mean <= max(prior, measured) + 1e-9
    assert found.effect.sd <= error + 1e-12


def test_a_rule_values_with_what_was_measured_and_says_so(
    make_lifetime: Callable[..., Any], terms: Any, engine: Any
) -> None:
    rows = [{"p_alive": 0.5, "value": 600.0, "p05": 0.0, "p95": 1200.0} for _ in range(200)]
    costs = declared(normal(0.10, 0.03))
    (before,) = retain(make_lifetime(rows), terms, engine, costs)
    (after,) = retain(make_lifetime(rows), terms, engine, costs, record(0.02, 0.002))
    assert before.assumed is not None
    assert after.assumed is not None
    assert (before.assumed.effect, after.assumed.effect) == pytest.approx((0.10, 0.02), abs=1e-3)
    assert (before.grade, after.grade) == (Grade.EXPERT, Grade.BEHAVIOUR)
    assert "at the effect that experiments show, where the company declares 10% (2.0%)" in after.reason
    (basis,) = (one for one in after.evidence if one.finding == "track_record")
    assert basis.figures["measured effect"] == 0.02
    assert np.isclose(float(basis.figures["to"]), 0.02 + 1.645 * 0.002, atol=1e-5)

    share = Ranged(0.02, 0.01, 0.03)
    effect = MeasuredEffect(0.1, share, 0.002, 0.01, 0.5)
    tracked = Tracked(
        after.id, "retain", after.move.subject, DAY, DAY, DAY, Arms(180, 20), None, Ranged(1.0, 0.0, 2.0), effect, 0.9,
        None, "less_than_expected", "because",
    )  # fmt: skip
    found = record(0.02, 0.002, decisions=(tracked,))
    (own,) = measured_decisions([after], found)
    assert (own.grade, own.value and own.value.grade) == (Grade.EXPERIMENT, Grade.EXPERIMENT)
    assert own.evidence[-1].figures["verdict"] == "less_than_expected"
    # What still rests on less than behaviour does not become an experiment by it.
    (weak,) = measured_decisions([replace(before, grade=Grade.EXPERT)], found)
    assert weak.grade is Grade.EXPERT
    assert measured_decisions([after], None) == [after]
