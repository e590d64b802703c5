"""Whom to treat how: the head of customer relations decides which segments leave the treatment that all get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from patronage.decisions.decision import Basis, Decision, Move, nothing_to_gain, refused
from patronage.decisions.treating import Treating, doubted, proposed
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import REVENUE
from patronage.evidence.queries.experiments import segments_today
from patronage.findings.relationships import ExperimentPolicy, SegmentTreatment, TreatmentPolicy
from patronage.findings.trust import TrackRecord
from patronage.kernels.selection import shrunk
from patronage.strategy.segments import SegmentRules
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, listed, money_range

QUESTIONS = ("3.21a", "3.21b")

KIND = "treat"

MOST_DOUBTS = 3
"""Most segments of an experiment that get a row on what is not known of them, those with the most revenue."""


HARMFUL = "harmful"
"""Verdict of the track record on a decision that did harm."""


def treat(
    policy: TreatmentPolicy,
    rules: SegmentRules | None,
    terms: Terms,
    engine: Engine,
    *,
    record: TrackRecord | None = None,
) -> tuple[Decision, ...]:
    """Decisions to treat segments otherwise than all are, each for the customers of today who are like those tested.

    A segment leaves the default only where a randomised experiment is sure of it and the policy's value on customers it
    was not learned from lies above that of the default for all with its whole interval. Where it is not sure, the test
    that would tell is proposed with its size; an experiment whose checks fail proposes nothing, and neither does one
    whose proposal did harm once it was accepted.
    """
    names = {one.id: one.name for one in rules.segments} if rules else {}
    asked = Asked(policy, _believed(policy), names, terms, engine)
    decisions: list[Decision] = []
    for one in policy.experiments:
        decisions.extend(_remembered(row, record, terms.currency) for row in _rows(one, asked))
    if policy.refused:
        because = f"No proposal from what cannot be read: {'; '.join(policy.refused)}."
        move = Move(KIND, "customers of experiments that cannot be read", "today's treatment", "another treatment")
        decisions.append(refused(move, QUESTIONS, because))
    return tuple(decisions)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rows of all experiments share.

    believed: worth of a customer, by experiment. names: of the declared segments, by id.
    """

    policy: TreatmentPolicy
    believed: Mapping[str, float]
    names: Mapping[str, str]
    terms: Terms
    engine: Engine


def _believed(policy: TreatmentPolicy) -> dict[str, float]:
    """What each experiment's policy is worth a customer over its default, less the luck of the best of them (M35)."""
    # Where no fold deviates, the worth is nothing by rule and not by measurement, and tells of no other experiment.
    sound = [one for one in policy.experiments if not one.checks.failed]
    sound = [one for one in sound if one.over_default.p95 > one.over_default.mean]
    means = {one.experiment: one.over_default.mean for one in policy.experiments}
    if len(sound) > 1:
        errors = [(one.over_default.p95 - one.over_default.mean) / one.look.errors for one in sound]
        told = shrunk([one.over_default.mean for one in sound], errors).corrected.tolist()
        means |= {one.experiment: min(means[one.experiment], each) for one, each in zip(sound, told, strict=True)}
    return means


def _rows(found: ExperimentPolicy, asked: Asked) -> Iterator[Decision]:
    """What one experiment proposes, what it leaves open, or why it does neither."""
    at = _treating(found, asked)
    if because := _unfit(found, asked.policy):
        move = Move(KIND, f"customers as in {found.experiment}", found.default, "another treatment")
        yield refused(move, QUESTIONS, because, at_stake=at.stake(tuple(at.customers)))
        return
    apart = [one for one in found.segments if one.treatment != found.default]
    honest = found.over_default.p05 > 0
    told = list(_proposals(found, apart, at)) if honest else []
    open_ones = [one for one in found.segments if one.other is not None and (one not in apart or not honest)]
    open_ones.sort(key=lambda one: (-at.stake((one.segment,)), one.segment))
    told += [doubted(one, at) for one in open_ones[:MOST_DOUBTS]]
    yield from told or [_nothing(found, at)]


def _remembered(row: Decision, record: TrackRecord | None, currency: str) -> Decision:
    """A proposal with what it brought where it was accepted and measured; none where that did harm."""
    known = {one.id: one for one in record.decisions} if record else {}
    one = known.get(row.id)
    if row.value is None or one is None or (one.measured is None and one.verdict != HARMFUL):
        return row
    arms = f"{count(one.arms.treated, 'customer')} acted on and {one.arms.holdout:,} left alone by chance"
    figures: dict[str, float | int | str] = {
        "customers acted on": one.arms.treated, "customers left alone": one.arms.holdout, "verdict": one.verdict,
    }  # fmt: skip
    told = f"accepted on {one.accepted_at}, {one.why}"
    if one.measured is not None:
        told = (
            f"accepted on {one.accepted_at}, it brought {money_range(one.measured, currency)} from {one.starts} to "
            f"{one.until}, before its cost, with {arms}"
        )
        gain = "measured gain from its own customers, before its cost"
        figures |= {gain: one.measured.mean, "gain from": one.measured.p05, "gain to": one.measured.p95}
    basis = Basis("track_record", 1, "decisions", figures)
    if one.verdict == HARMFUL:
        because = (
            f"No proposal, although {row.move.to_state} did better there: {told}; that is harm. Treat these customers "
            f"as before, and test anew before any of them is treated so again."
        )
        why_not = refused(row.move, row.questions, because, at_stake=row.at_stake)
        return replace(why_not, grade=row.grade, evidence=(*row.evidence, basis))
    return replace(row, reason=f"{row.reason.rstrip('.')}; {told}.", evidence=(*row.evidence, basis))


def _proposals(found: ExperimentPolicy, apart: list[SegmentTreatment], at: Treating) -> Iterator[Decision]:
    """One decision a segment, or a single one where every segment does better with the same treatment."""
    same = len(apart) == len(found.segments) > 1 and len({one.treatment for one in apart}) == 1
    for group in [apart] if same else [[one] for one in apart]:
        yield proposed(group, at, everybody=same)


def _treating(found: ExperimentPolicy, asked: Asked) -> Treating:
    customers = asked.engine.open(asked.policy.customers)
    rows = asked.engine.records(segments_today(customers, found.experiment))
    return Treating(
        found, asked.believed[found.experiment], asked.policy.grade, asked.names, customers,
        {str(row["segment"]): (int(row["customers"]), float(row["amount"])) for row in rows},
        asked.terms, asked.engine, QUESTIONS,
        {str(row["segment"]): (int(row["tested"]), float(row["tested_amount"])) for row in rows},
    )  # fmt: skip


def _unfit(found: ExperimentPolicy, policy: TreatmentPolicy) -> str:
    """Why an experiment cannot carry a decision, empty where it can."""
    if found.checks.failed:
        faults = "; ".join(found.checks.failed)
        return (
            f"No proposal, because the arms of {found.experiment} are not as chance draws them: {faults}. Find out how "
            f"customers came to their arms, or lost them, and test anew."
        )
    if not found.default_is_today:
        arms = listed([arm.name for arm in found.arms])
        return (
            f"No proposal: name today's arm. None of the arms of {found.experiment} ({arms}) is named as the treatment "
            f"that customers get today, so nobody can tell what would change: call that arm none or control in the "
            f"treatments and run again."
        )
    if policy.basis == REVENUE:
        return (
            f"No proposal, because what the arms of {found.experiment} brought is told in revenue, against which no "
            f"cost can be set: declare company.gross_margin or give unit costs."
        )
    return ""


def _nothing(found: ExperimentPolicy, at: Treating) -> Decision:
    others = listed([arm.name for arm in found.arms if arm.name != found.default])
    move = Move(KIND, f"customers as in {found.experiment}", found.default, others)
    because = (
        f"In no segment of {found.experiment} did {others} bring more than {found.default} once the cost is paid, so "
        f"{found.default} for all stands; {found.look.words}."
    )
    return nothing_to_gain(move, QUESTIONS, because, at_stake=at.stake(tuple(at.customers)))
