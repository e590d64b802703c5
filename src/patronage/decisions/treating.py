"""What treating a segment otherwise is worth by a randomised experiment, or the test that would tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from patronage.decisions.decision import (
    Basis,
    BreakEven,
    Cost,
    Decision,
    Driver,
    Learning,
    Move,
    Status,
)
from patronage.decisions.weighing import ends, weighed, worth_of_knowing
from patronage.evidence.engine import Engine
from patronage.evidence.queries.experiments import treatment_list
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Relation
from patronage.findings.relationships import ExperimentPolicy, SegmentTreatment
from patronage.findings.trust import Ranged
from patronage.kernels.draws import stream
from patronage.kernels.sample_size import POWER
from patronage.vocabulary.estimate import Estimate, Floats, estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import DAYS_PER_YEAR
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, listed, money, money_range

PAYS = "{currency} that it brings a customer before its cost"


@dataclass(frozen=True, slots=True)
class Treating:
    """What the rows of one experiment share.

    believed: what the policy is worth a customer over the default for all, on customers that it was not learned from,
    less the luck of the best of several experiments. names: of the declared segments, by id. people: customers of
    treatment_policy. customers: those of today to whom the experiment applies and their revenue of twelve months, by
    segment, but for those who are in it while it runs, of whom in_test tells the same.
    """

    found: ExperimentPolicy
    believed: float
    grade: Grade
    names: Mapping[str, str]
    people: Relation
    customers: Mapping[str, tuple[int, float]]
    terms: Terms
    engine: Engine
    questions: tuple[str, ...]
    in_test: Mapping[str, tuple[int, float]]

    def name(self, segment: str) -> str:
        """A segment as a reader knows it."""
        return self.names.get(segment, segment)

    def number(self, segments: Sequence[str]) -> int:
        """Customers of today in some segments who may be treated otherwise."""
        return sum(self.customers.get(one, (0, 0.0))[0] for one in segments)

    def amount(self, segments: Sequence[str]) -> float:
        """Their revenue of the last twelve months."""
        return sum(self.customers.get(one, (0, 0.0))[1] for one in segments)

    def tested(self, segments: Sequence[str]) -> int:
        """Customers of today in some segments who are in the experiment while it runs."""
        return sum(self.in_test.get(one, (0, 0.0))[0] for one in segments)

    def stake(self, segments: Sequence[str]) -> float:
        """Revenue of the last twelve months of all customers of some segments, never below 0."""
        return max(self.amount(segments) + sum(self.in_test.get(one, (0, 0.0))[1] for one in segments), 0.0)

    @property
    def year(self) -> float:
        """What counts of a gain seen so far: all of it, and of more than a year's a year's part."""
        return min(1.0, DAYS_PER_YEAR / self.found.look.days)

    @property
    def honesty(self) -> float:
        """Gain on customers not learned from over the gain claimed for the segments that deviate, at most 1."""
        found = self.found
        whole = sum(one.customers for one in found.segments)
        apart = [one for one in found.segments if one.treatment != found.default and one.gain is not None]
        claimed = sum(one.customers * one.gain.mean for one in apart if one.gain is not None) / max(whole, 1)
        return min(1.0, max(self.believed, 0.0) / claimed) if claimed > 0 else 0.0

    def cost_of(self, arm: str) -> float:
        """What treating a customer so costs more than the default, never below 0."""
        return max(self._dearer(arm), 0.0)

    def counted(self, net: float, arm: str) -> float:
        """What counts of a gain net of its cost: a year's part of what the arm brings, less the cost, paid in full."""
        return self.year * (net + self._dearer(arm)) - self._dearer(arm)

    def _dearer(self, arm: str) -> float:
        each = {one.name: one.cost for one in self.found.arms}
        return each[arm] - each[self.found.default]


def proposed(group: Sequence[SegmentTreatment], at: Treating, *, everybody: bool) -> Decision:
    """The decision to treat the customers of some segments otherwise, all with one treatment.

    The gain is the pooled one, no more than the segment's own, brought down to what the policy is worth on customers
    that it was not learned from; it counts once for each customer of today, in the coming year.
    """
    arm, segments = group[0].treatment, tuple(one.segment for one in group)
    number = at.number(segments)
    move = _move(arm, "customers of all segments" if everybody else f"customers in {at.name(segments[0])}", at)
    if not number:
        return _unlisted(move, group, at)
    each = {one.segment: at.counted(_net(one, at), arm) for one in group}
    draws = _draws(group, at)
    mean = sum(at.number((name,)) * gain for name, gain in each.items())
    verdict = weighed(draws, mean, at.terms, at.grade)
    once = number * at.cost_of(arm)
    years = math.ceil(at.terms.horizon.years)
    row = Decision(
        move, at.questions, _reason(group, verdict.value, at), Status.NOTHING_TO_GAIN, at.grade,
        max(at.amount(segments), 0.0),
        cost=Cost(once, 0.0, (once, *([0.0] * (years - 1))) if once else ()),
        break_even=BreakEven(at.cost_of(arm), PAYS.format(currency=at.terms.currency)) if once else None,
        drivers=(Driver(f"what {arm} brings over {at.found.default}", *ends(draws), at.grade),),
        learning=Learning(worth_of_knowing(draws), _confirming(arm, at)),
        evidence=_basis(group, at),
    )  # fmt: skip
    seen = min(1.0, at.found.look.days / DAYS_PER_YEAR)
    payback = seen * once / (mean + once) if mean + once > 0 else None
    row = verdict.told(row, (mean, *([0.0] * (years - 1))), payback)
    if row.status is Status.NOTHING_TO_GAIN:
        return replace(row, reason=f"{row.reason.rstrip('.')}; that is more likely than not no gain.")
    raw, listed = _raw(group, draws, mean, at), _people(row, each, at)
    return replace(row, value_raw=raw, people=listed, gain_days=min(float(at.found.look.days), DAYS_PER_YEAR))


def doubted(one: SegmentTreatment, at: Treating) -> Decision:
    """The row that says that nobody knows whether a segment does better with another treatment, and what would tell."""
    arm, found, gain = str(one.other), at.found, one.gain or Ranged(0.0, 0.0, 0.0)
    currency, number = at.terms.currency, at.number((one.segment,)) + at.tested((one.segment,))
    error = (gain.p95 - gain.mean) / found.look.errors
    z = stream(at.terms.seed, f"treat:{found.experiment}:{one.segment}").standard_normal(at.terms.draws)
    known = worth_of_knowing(number * (at.counted(gain.mean, arm) + at.year * error * z))
    honest = ""
    if one.treatment != found.default:
        honest = (
            f", and a policy so learned is worth {money_range(found.over_default, currency)} a customer over "
            f"{found.default} for all on customers that it was not learned from, which is not surely more than nothing"
        )
    reason = (
        f"We do not know whether {arm} does better than {found.default} for customers in {at.name(one.segment)}: in "
        f"{found.experiment} it brought {money_range(gain, currency)} more from each, net of its cost{honest}; "
        f"{found.look.words}; so {found.default} stands, and the test would tell."
    )
    return Decision(
        _move(arm, f"customers in {at.name(one.segment)}", at), at.questions, reason, Status.REFUSED, at.grade,
        at.stake((one.segment,)),
        learning=Learning(known, _test(one, arm, number, at)),
        evidence=_basis([one], at),
    )  # fmt: skip


def _move(arm: str, subject: str, at: Treating) -> Move:
    return Move("treat", subject, at.found.default, f"{arm}, as tested in {at.found.experiment}")


def _unlisted(move: Move, group: Sequence[SegmentTreatment], at: Treating) -> Decision:
    segments = tuple(one.segment for one in group)
    names, tested = listed([at.name(one) for one in segments]), at.tested(segments)
    whom = "the orders name no customer of today who stands so and bought as lately as those tested"
    why = "there is nobody to list"
    if tested:
        whom = f"the {count(tested, 'customer')} of today who stand so and bought as lately are in that test themselves"
        why = "to treat them otherwise while it runs would spoil it"
    reason = (
        f"In {at.found.experiment} customers in {names} did better with {group[0].treatment} than with "
        f"{at.found.default}, but {whom}; no proposal, because {why}."
    )
    stake = at.stake(segments)
    return Decision(move, at.questions, reason, Status.REFUSED, at.grade, stake, evidence=_basis(group, at))


def _net(one: SegmentTreatment, at: Treating) -> float:
    """What treating one customer of a segment brings over the days watched, net of its cost."""
    pooled = 0.0 if one.gain is None else one.gain.mean * at.honesty
    return pooled if one.raw is None else min(pooled, one.raw)


def _draws(group: Sequence[SegmentTreatment], at: Treating) -> Floats:
    """Draws of what treating the customers of some segments brings.

    All are off together by as much as the policy's value may be, and each by as much as its own gain may be.
    """
    errors, over, terms = at.found.look.errors, at.found.over_default, at.terms
    whole = (over.p95 - over.mean) / errors / max(over.mean, 1e-300)
    shared = whole * stream(terms.seed, f"treat:{at.found.experiment}").standard_normal(terms.draws)
    draws = np.zeros(terms.draws)
    for one in group:
        own = 0.0 if one.gain is None else (one.gain.p95 - one.gain.mean) / errors / max(one.gain.mean, 1e-300)
        z = stream(terms.seed, f"treat:{at.found.experiment}:{one.segment}").standard_normal(terms.draws)
        net = _net(one, at)
        draws += at.number((one.segment,)) * (at.counted(net, one.treatment) + at.year * net * (shared + own * z))
    return draws


def _raw(group: Sequence[SegmentTreatment], draws: Floats, mean: float, at: Treating) -> Estimate:
    """The value by what each segment's own customers show, before pooling and before honesty."""
    raw = sum(
        at.number((one.segment,)) * at.counted(one.raw if one.raw is not None else one.gain.mean, one.treatment)
        for one in group
        if one.gain is not None
    )
    return estimate(draws + (raw - mean), at.terms.currency, at.grade, mean=raw)


def _people(row: Decision, each: Mapping[str, float], at: Treating) -> StoredTable:
    listed_now = treatment_list(at.people, at.found.experiment, each, at.names)
    return at.engine.keep(listed_now, f"people_{row.id}")


def _reason(group: Sequence[SegmentTreatment], value: Estimate, at: Treating) -> str:
    found, currency = at.found, at.terms.currency
    arm, segments = group[0].treatment, tuple(one.segment for one in group)
    who = f"{count(at.number(segments), 'customer')} in {listed([at.name(one) for one in segments])}"
    told = [money_range(one.gain, currency) for one in group if one.gain is not None]
    tested = count(sum(one.customers for one in group), "such customer")
    gain = f"{told[0]} more from each" if len(told) == 1 else f"more from each, segment by segment {listed(told)},"
    over = money_range(found.over_default, currency)
    held = at.tested(segments)
    off = f"; {count(held, 'customer')} of the test itself, which still runs, are left off the list" if held else ""
    return (
        f"{who}, with {money(at.amount(segments), currency)} of revenue in the last twelve months, are like those to "
        f"whom {arm} brought {gain} than {found.default} in {found.experiment}, net of its cost ({tested} tested); on "
        f"customers that it was not learned from, treating by segments is worth {over} a customer over {found.default} "
        f"for all; treating each of them so once in the coming year is worth {money_range(value, currency)} net{off}; "
        f"{found.look.words}."
    )


def _basis(group: Sequence[SegmentTreatment], at: Treating) -> tuple[Basis, ...]:
    found = at.found
    figures: dict[str, float | int | str] = {}
    for one in group:
        if one.gain is None:
            continue
        name = at.name(one.segment)
        figures[f"{name}: gain of one, net"] = one.gain.mean
        figures[f"{name}: from"] = one.gain.p05
        figures[f"{name}: to"] = one.gain.p95
        figures[f"{name}: customers tested"] = one.customers
    figures |= {
        "worth of a customer over the default for all, not learned from": found.over_default.mean,
        "from": found.over_default.p05,
        "to": found.over_default.p95,
        "data up to": found.until.isoformat(),
    }
    arms: dict[str, float | int | str] = {f"customers under {arm.name}": arm.customers for arm in found.arms}
    arms |= {f"cost of {arm.name}": arm.cost for arm in found.arms if arm.cost}
    arms |= {
        "P of so uneven arms by chance": found.checks.split,
        "P of arms so unlike between segments": found.checks.mixing,
        "P of pasts so unlike": found.checks.past,
    }
    return (
        Basis("treatment_policy", len(group) * len(found.arms), "arms", figures),
        Basis("treatments", sum(arm.customers for arm in found.arms), None, arms),
    )


def _confirming(arm: str, at: Treating) -> str:
    return (
        f"Accept it with a holdout: those left alone by chance keep {at.found.default} and show whether {arm} still "
        f"brings as much."
    )


def _test(one: SegmentTreatment, arm: str, number: int, at: Treating) -> str:
    """The test that would tell, sized to show the pooled gain, or what so few customers can show."""
    found, currency = at.found, at.terms.currency
    gain, needed = one.gain, one.needed
    name, watch = at.name(one.segment), count(found.look.watch, "day")
    first = _watching(found) if found.look.running else ""
    halves = f"let half of these get {arm} and half {found.default}, and compare what they bring within {watch}"
    if gain is None or needed is None or number < 2:
        return f"{first}Let chance pick customers in {name}, {halves}."
    difference = money(gain.mean, currency)
    if 2 * needed <= number:
        return (
            f"{first}Let chance pick {2 * needed:,} of the {count(number, 'customer')} in {name}, {halves}: a "
            f"difference of {difference} shows with {POWER:.0%} power."
        )
    shown = money(gain.mean * math.sqrt(2 * needed / number), currency)
    return (
        f"{first}Showing a difference of {difference} takes {2 * needed:,} customers in {name} and there are "
        f"{number:,}: let chance part them, {halves}, and know that only {shown} or more would show with {POWER:.0%} "
        f"power."
    )


def _watching(found: ExperimentPolicy) -> str:
    return f"Let {found.experiment} run to its end first, since more of its outcomes may tell. "
