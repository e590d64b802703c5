"""Whom to treat how: the head of customer relations decides which segments leave the treatment that all get."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from patronage.evidence.engine import Engine
from patronage.evidence.queries.experiments import (
    experiment_arms,
    experiment_outcomes,
    experiment_spans,
    standing_before,
)
from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.repeat import repeat_histories
from patronage.evidence.queries.segments import customer_segments
from patronage.evidence.tables import Customers, Orders, Relation, Treatments
from patronage.findings.lifetime import RepeatBuying
from patronage.findings.relationships import ExperimentPolicy, SegmentTreatment, TestedArm, TreatmentPolicy
from patronage.findings.trust import Ranged
from patronage.kernels.policy import FEWEST, Cells, Policy, Valued, learned_policy
from patronage.strategy.segments import SegmentRules
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.estimate import SD_TO_P95, Floats
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, listed, money, money_range

TODAY = frozenset({"none", "nothing", "control", "holdout", "today"})
"""Names of the arm that is left as it is, in small letters."""

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Tested:
    """What every experiment is read by."""

    orders: Orders
    repeat: RepeatBuying
    treatments: Relation
    rules: SegmentRules | None
    customers: Customers | None
    currency: str

    @property
    def engine(self) -> Engine:
        """The engine of the orders."""
        return self.orders.engine


def treatment_policy(  # noqa: PLR0913  each parameter is a need of its own, read by the wiring
    treatments: Treatments,
    orders: Orders,
    repeat: RepeatBuying,
    *,
    rules: SegmentRules | None,
    customers: Customers | None,
    terms: Terms,
) -> TreatmentPolicy:
    """The treatment for each segment from the randomised experiments among the treatments, honestly valued.

    Raises EstimationError where no experiment can be read, with the reason of each.
    """
    at = Tested(orders, repeat, treatments.table, rules, customers, terms.currency)
    found: list[ExperimentPolicy] = []
    faults: list[Fault] = []
    for row in at.engine.records(experiment_spans(at.treatments)):
        try:
            found.append(_policy(row, at))
        except EstimationError as error:
            faults.extend(error.faults)
    if not found:
        none = Fault("treatments", "name no experiment", "give experiment_id and arm of a randomised test")
        raise EstimationError(*(faults or [none]))
    return TreatmentPolicy(
        Grade.EXPERIMENT, repeat.as_of, terms.currency, tuple(found), tuple(str(fault) for fault in faults)
    )


def _policy(row: dict[str, Any], at: Tested) -> ExperimentPolicy:
    name, start = str(row["experiment_id"]), row["start"]
    _require_readable(row, at)
    arms = at.engine.records(experiment_arms(at.treatments, name))
    since = Period(start + timedelta(days=1), at.repeat.as_of)
    outcomes = experiment_outcomes(at.treatments, name, _segments(start, at), at.engine.open(at.repeat.days), since)
    names = [str(arm["arm"]) for arm in arms]
    segments, cells = _cells(outcomes, names, at.engine)
    if (np.asarray(cells.units).sum(axis=1) < FEWEST).any():
        sizes = listed([f"{arm['arm']} {arm['customers']:,}" for arm in arms])
        found = f"{name} has arms too small to learn from and to judge by ({sizes})"
        raise EstimationError(Fault("treatments", found, f"give each arm {FOLDS * FEWEST * 2} customers or more"))
    default = next((place for place, arm in enumerate(names) if arm.strip().lower() in TODAY), None)
    policy = learned_policy(cells, [float(arm["cost"]) for arm in arms], default=default)
    made = ExperimentPolicy(
        name, since.start, since.end, names[policy.default],
        tuple(
            TestedArm(str(arm["arm"]), int(arm["customers"]), float(arm["cost"]), _ranged(value))
            for arm, value in zip(arms, policy.uniform, strict=True)
        ),
        _treatments(segments, names, cells, policy),
        _ranged(policy.value), _ranged(policy.over_default), policy.naive, policy.naive_value.mean, "",
    )  # fmt: skip
    return replace(made, why=_why(made, at.currency))


def _require_readable(row: dict[str, Any], at: Tested) -> None:
    """Raises EstimationError with everything for which an experiment cannot be read."""
    name, faults = row["experiment_id"], list[Fault]()
    if row["crossed"]:
        told = f"{count(int(row['crossed']), 'customer')} of {name} under more than one arm"
        faults.append(Fault("treatments", told, "give each customer the one arm that chance drew"))
    if row["nameless"]:
        told = f"{count(int(row['nameless']), 'row')} of {name} without an arm"
        faults.append(Fault("treatments", told, "give the arm of every customer, those left alone too"))
    if row["start"] >= at.repeat.as_of:
        told = f"{name} started on {row['start']}, and the evidence ends on {at.repeat.as_of}"
        faults.append(Fault("treatments", told, "run again with newer orders"))
    if not faults and len(at.engine.records(experiment_arms(at.treatments, str(name)))) < 2:
        told = f"{name} has a single arm"
        faults.append(Fault("treatments", told, "give those left alone too, under an arm such as none"))
    if faults:
        raise EstimationError(*faults)


def _segments(start: date, at: Tested) -> Relation:
    """The segment of each customer as it stood before the experiment: as declared, else by what it had bought."""
    before = start - timedelta(days=1)
    if at.rules is None:
        days = at.engine.open(at.repeat.days)
        return standing_before(repeat_histories(days, as_of=before), before)
    earlier = at.orders.table.filter(at.orders.table.ordered_at.date() <= before)
    rules = [(rule.id, rule.rule) for rule in at.rules.segments]
    return customer_segments(replace(at.orders, table=earlier, as_of=before), rules, at.customers)


def _cells(outcomes: Relation, arms: list[str], engine: Engine) -> tuple[list[str], Cells]:
    """The names of the segments, and customers added up by fold, segment and arm, a piece at a time."""
    segments: dict[str, int] = {}
    sums: dict[tuple[int, int, int], Floats] = {}
    known = {arm: place for place, arm in enumerate(arms)}
    for piece in engine.batches(outcomes):
        fold = [zlib.crc32(str(who).encode()) % FOLDS for who in piece["customer_id"]]
        for part, arm, segment, value in zip(fold, piece["arm"], piece["segment"], piece["value"], strict=True):
            key = (part, segments.setdefault(str(segment), len(segments)), known[str(arm)])
            sums.setdefault(key, np.zeros(3))[:] += (1.0, value, value * value)
    # In the order of their names, so that no engine's order of rows moves anything.
    names = sorted(segments)
    order = {segments[name]: place for place, name in enumerate(names)}
    table = np.zeros((3, FOLDS, len(names), len(arms)))
    for (part, segment, arm), each in sums.items():
        table[:, part, order[segment], arm] = each
    return names, Cells(*table)


def _treatments(segments: list[str], arms: list[str], cells: Cells, policy: Policy) -> tuple[SegmentTreatment, ...]:
    customers = np.asarray(cells.units).sum(axis=(0, 2))
    chosen: list[int] = policy.arms.tolist()
    best: list[int] = policy.best.tolist()
    return tuple(
        SegmentTreatment(
            name,
            int(customers[place]),
            arms[chosen[place]],
            None if policy.gain[place] <= 0 else arms[best[place]],
            None
            if policy.gain[place] <= 0
            else _ranged(Valued(float(policy.gain[place]), float(policy.gain_error[place]))),
            None if policy.gain[place] <= 0 else float(policy.p_better[place]),
            None if np.isinf(policy.needed[place]) else int(policy.needed[place]),
        )
        for place, name in enumerate(segments)
    )


def _why(found: ExperimentPolicy, currency: str) -> str:
    """What to do, in words."""
    apart = [one for one in found.segments if one.treatment != found.default]
    gain = money_range(found.over_default, currency)
    optimism = found.claimed - found.claimed_value
    too_much = money(optimism, currency)
    naive = f"picking the best mean of each segment would claim {too_much} a customer more than it is worth"
    if apart:
        told = listed([f"{one.treatment} for {one.segment}" for one in apart])
        return f"{found.default} for all but {told}: worth {gain} a customer over {found.default} for all; {naive}"
    open_ones = [one for one in found.segments if one.needed is not None]
    least = min((one.needed or 0 for one in open_ones), default=None)
    test = "" if least is None else f"; {least:,} customers in each of two arms would show the clearest difference"
    return f"{found.default} for all: no segment surely does better with another treatment{test}; {naive}"


def _ranged(value: Valued) -> Ranged:
    wide = SD_TO_P95 * value.error
    return Ranged(value.mean, value.mean - wide, value.mean + wide)
