"""What a kind of action is known to achieve: as declared, until experiments on accepted decisions tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from patronage.decisions.decision import Basis, Decision, Status
from patronage.findings.trust import KindEffect, TrackRecord
from patronage.strategy.actions import ActionCost, CostsOfAction
from patronage.strategy.quantity import Kind, Quantity
from patronage.vocabulary.estimate import SD_TO_P95
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.words import percent

APART = 2.0
"""Standard deviations between the declared effect and the measured one beyond which the declared one is given up."""

ENOUGH, LEAST_SPREAD = 3, 0.15
"""Experiments that tell how groups of customers differ, and the share of the effect by which they do until then."""

CARRIES = 0.5
"""Weight of the experiments in an effect from which on it is known by experiment."""


def known_action(costs: CostsOfAction | None, record: TrackRecord | None, kind: str) -> ActionCost | None:
    """What an action costs and achieves, its effect updated by the experiments on it; None where it is not declared.

    A declared range and the experiments are weighed by their precision (normal prior and likelihood), with the spread
    between groups of customers counted as error, since the next group is another. Where the two contradict each other,
    or no range is declared, the experiments stand alone.
    """
    action = costs.of(kind) if costs else None
    found = next((one for one in record.effects if one.kind == kind), None) if record else None
    return action if action is None or found is None else _updated(action, found)


def experiment_basis(record: TrackRecord | None, kind: str) -> tuple[Basis, ...]:
    """The experiments behind the effect of an action, nothing where there are none."""
    found = next((one for one in record.effects if one.kind == kind), None) if record else None
    if found is None:
        return ()
    error = _error(found)
    figures: dict[str, float | int | str] = {
        "measured effect": found.mean,
        "from": found.mean - SD_TO_P95 * error,
        "to": found.mean + SD_TO_P95 * error,
        "customers acted on": found.treated,
        "customers left alone": found.held_out,
    }
    return (Basis("track_record", len(found.decisions), None, figures),)


def measured_decisions(rows: Sequence[Decision], record: TrackRecord | None) -> list[Decision]:
    """The rows, those whose own customers were measured with what that showed.

    Their grade is that of an experiment where nothing weaker than behaviour carries their value any more.
    """
    found = {one.id: one for one in record.decisions if one.effect is not None} if record else {}
    told: list[Decision] = []
    for row in rows:
        one = found.get(row.id)
        if one is None or one.effect is None or row.status is Status.REFUSED:
            told.append(row)
            continue
        share = one.effect.share
        figures: dict[str, float | int | str] = {
            "measured effect on its own customers": share.mean, "from": share.p05, "to": share.p95,
            "customers acted on": one.arms.treated, "customers left alone": one.arms.holdout, "verdict": one.verdict,
        }  # fmt: skip
        shown = replace(row, evidence=(*row.evidence, Basis("track_record", 1, "decisions", figures)))
        told.append(_by_experiment(shown) if row.grade.rank <= Grade.BEHAVIOUR.rank else shown)
    return told


def _by_experiment(row: Decision) -> Decision:
    grade = Grade.EXPERIMENT
    value, raw = (each and replace(each, grade=grade) for each in (row.value, row.value_raw))
    return replace(row, grade=grade, value=value, value_raw=raw)


def _updated(action: ActionCost, found: KindEffect) -> ActionCost:
    measured, error = found.mean, _error(found)
    declared = action.effect
    prior = 0.0 if declared is None else declared.sd
    # A rough experiment is weighed, however far off it lands: only one as exact as the range may overturn it.
    overturns = declared is not None and error <= prior and _apart(measured - declared.mean, prior, error)
    alone = declared is None or prior == 0 or overturns
    if alone or declared is None:
        effect, weight = _normal(measured, error), 1.0
        how = "that experiments show"
        if declared is not None:
            how += f", where the company declares {percent(declared.mean)}"
    else:
        weight = prior**2 / (prior**2 + error**2)
        effect = _normal(declared.mean + weight * (measured - declared.mean), prior * error / math.hypot(prior, error))
        how = f"that experiments and the company's own range ({percent(declared.mean)}) show together"
    grade = Grade.EXPERIMENT if weight >= CARRIES else action.grade
    return replace(action, effect=effect, effect_grade=grade, effect_told=how)


def _apart(distance: float, prior: float, error: float) -> bool:
    """Whether a declared effect and a measured one contradict each other."""
    return abs(distance) > APART * math.hypot(prior, error)


def _error(found: KindEffect) -> float:
    """Standard error of the effect on the next group of customers.

    Fewer than three experiments do not tell how groups differ: then 15% of the effect is assumed, our own choice.
    """
    few = len(found.decisions) < ENOUGH
    return math.hypot(found.standard_error, max(found.spread, LEAST_SPREAD * abs(found.mean) if few else 0.0))


def _normal(mean: float, sd: float) -> Quantity:
    return Quantity(Kind.NORMAL, (mean, sd), "measured")
