"""Every accepted decision, what was expected of it against what it brought: whether to go on, widen or stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from patronage.analyses.worth.arm_effects import (
    FEWEST,
    Compared,
    Watched,
    compared,
    last_day,
    reach,
    treated_beside,
    watched,
)
from patronage.analyses.worth.track_verdicts import (
    LEAST_ACTED,
    NO_HOLDOUT,
    NOT_MEASURABLE,
    TOO_EARLY,
    UNEVEN_ARMS,
    elsewhere_words,
    judged,
    uneven_words,
)
from patronage.evidence.queries.arms import arm_members, misplaced, treated_decisions
from patronage.evidence.queries.periods import Period
from patronage.evidence.tables import Acceptance, Acceptances, Treatments
from patronage.findings.lifetime import RepeatBuying
from patronage.findings.trust import Arms, KindEffect, MeasuredEffect, Ranged, Tracked, TrackRecord
from patronage.kernels.experiment import Effect
from patronage.kernels.pooled_effect import pooled_effect
from patronage.vocabulary.errors import EstimationError, Fault, nearest
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import DAYS_PER_YEAR
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count

BY_BUYING = frozenset({"retain", "win_back"})
"""Kinds whose effect shows in whether customers buy at all: they stay, or come back."""

BY_MONEY = frozenset({"grow", "price", "treat"})
"""Kinds whose effect shows in the money that customers bring, which is in proportion to it."""

UNSEEN = "what it brings, cost that falls away or customers who do not leave later on, does not show in order lines yet"
"""Why other kinds cannot be measured."""

UNEVEN = 0.001
"""P of so uneven a split below which the arms are not those that chance drew."""


def track_record(
    acceptances: Acceptances, repeat: RepeatBuying, treatments: Treatments | None, terms: Terms
) -> TrackRecord:
    """Accepted decisions with what they brought since, as far as customers left alone by chance show it.

    Raises EstimationError for a journal that cannot be read. What treatments say against a list refuses that decision
    alone; what they say of decisions that nobody accepted is named.
    """
    if acceptances.fault is not None:
        raise EstimationError(Fault("ledger.jsonl", acceptances.fault, "mend it, or restore it from git"))
    at = watched(acceptances, repeat, treatments)
    decisions = tuple(_warned(_tracked(one, at, repeat, terms), one, acceptances.each, at) for one in acceptances.each)
    unknown = tuple(str(fault) for fault in _unknown(acceptances, treatments))
    return TrackRecord(Grade.EXPERIMENT, repeat.as_of, terms.currency, decisions, _together(decisions), unknown)


def _unknown(acceptances: Acceptances, treatments: Treatments | None) -> Iterable[Fault]:
    """Treatments of decisions that nobody accepted."""
    if treatments is None:
        return
    known = [one.id for one in acceptances.each]
    for row in acceptances.engine.records(treated_decisions(treatments.table)):
        if row["decision_id"] not in known:
            found = f"{count(int(row['rows']), 'row')} of {row['decision_id']}, which nobody accepted"
            step = nearest(str(row["decision_id"]), known) or "give the decision that they were treated for"
            yield Fault("treatments", found, step)


def _contradictions(one: Acceptance, at: Watched) -> Iterable[Fault]:
    """What the treatments say of a decision that its list and its first day rule out."""
    if at.treatments is None:
        return
    members = arm_members(at.members, one.id)
    row = at.engine.records(misplaced(members, at.treatments.table, one.id, one.starts))[0]
    words = {
        "strangers": ("about customers who were on no list of it", "give the decision that they were treated for"),
        "early": (f"dated before acting started on {one.starts}", "an effect cannot come before the action"),
        "swapped": (
            "under another arm than the one that chance drew",
            "a holdout cannot be changed after the fact: give the arm of `lists`, or leave the column out",
        ),
    }
    for name, (found, step) in words.items():
        if row[name]:
            rows = count(int(row[name]), "row")
            yield Fault("treatments", f"{rows} of {one.id} {found} (first: {row[f'{name}_first']})", step)


def _tracked(one: Acceptance, at: Watched | None, repeat: RepeatBuying, terms: Terms) -> Tracked:
    """One decision, measured where chance has parted its customers and acting has begun."""
    listed = Arms(one.listed - one.held_out, one.held_out)
    begun, until = repeat.as_of >= one.starts, last_day(one, repeat)
    expected = _expected(one, listed, Period(one.starts, until).years) if begun else None
    row = Tracked(
        one.id, one.kind, one.subject, one.accepted_at, one.starts, until, listed, expected, None, None, None,
        None, "", "",
    )  # fmt: skip
    if one.fault is not None:
        return replace(row, verdict=NOT_MEASURABLE, why=one.fault)
    if not begun:
        why = f"the evidence ends on {repeat.as_of}, before acting starts on {one.starts}"
        return replace(row, verdict=TOO_EARLY, why=why)
    if at is None or not one.held_out:
        why = "nobody was left alone, so what would have happened anyway is not known"
        return replace(row, verdict=NO_HOLDOUT, why=why)
    if faults := list(_contradictions(one, at)):
        return replace(row, verdict=NOT_MEASURABLE, why="; ".join(map(str, faults)))
    return _measured(row, one, at, terms)


def _warned(row: Tracked, one: Acceptance, each: Sequence[Acceptance], at: Watched | None) -> Tracked:
    """The row with how many of its arms other accepted decisions acted on, and a warning where any was left alone."""
    if at is None or not one.held_out or one.fault is not None or at.repeat.as_of < one.starts:
        return row
    row = replace(row, elsewhere=treated_beside(one, each, at))
    words = elsewhere_words(row)
    return replace(row, why=f"{row.why}; {words}") if words else row


def _measured(row: Tracked, one: Acceptance, at: Watched, terms: Terms) -> Tracked:
    found = compared(one, at)
    row = replace(row, arms=found.arms)
    if one.kind not in BY_BUYING | BY_MONEY:
        return replace(row, verdict=NOT_MEASURABLE, why=UNSEEN)
    if found.value is None or found.bought is None:
        known = f"{found.arms.treated:,} and {found.arms.holdout:,}"
        why = f"an arm has nobody to compare with: {known} customers are known, and it takes {FEWEST} in each"
        return replace(row, verdict=NOT_MEASURABLE, why=why)
    if found.uneven < UNEVEN:
        return replace(row, uneven=found.uneven, verdict=UNEVEN_ARMS, why=uneven_words(found, one.holdout))
    row = replace(row, measured=_of_all(found.value, found.arms.treated))
    if found.complied >= LEAST_ACTED:
        effect = _by_buying(one, found, at) if one.kind in BY_BUYING else _by_money(one, found, row.expected)
        row = replace(row, effect=effect)
    works = found.bought if one.kind in BY_BUYING else found.value
    return judged(replace(row, p_better=works.p_better), found, terms)


def _expected(one: Acceptance, arms: Arms, years: float) -> Ranged | None:
    """What was to come in by now from those acted on, before cost: the part of its time, or years, that has gone by."""
    whole = sum(one.gain_by_year)
    if one.expected is None or whole <= 0:
        return None
    if one.gain_days is None:
        gone = sum(gain * min(max(years - year, 0.0), 1.0) for year, gain in enumerate(one.gain_by_year))
    else:
        gone = whole * min(years * DAYS_PER_YEAR / one.gain_days, 1.0)
    share = gone / whole * arms.treated / max(arms.treated + arms.holdout, 1)
    mean, p05, p95 = one.expected
    cost = whole - mean
    return Ranged(share * whole, share * (p05 + cost), share * (p95 + cost))


def _of_all(effect: Effect, customers: int) -> Ranged:
    """The gain from all customers acted on."""
    return Ranged(customers * effect.difference, customers * effect.always.low, customers * effect.always.high)


def _by_buying(one: Acceptance, found: Compared, at: Watched) -> MeasuredEffect | None:
    """The effect by how many more bought, over how many more buy for each one whom the action works on."""
    rises = reach(one, at)
    if rises is None or rises <= 0 or found.bought is None:
        return None
    return _scaled(one, found.bought, rises * found.complied, (found.bought.difference, rises))


def _by_money(one: Acceptance, found: Compared, expected: Ranged | None) -> MeasuredEffect | None:
    """The effect by the money of each customer, over what it was to be at the effect that was assumed."""
    if expected is None or not one.effect or expected.mean <= 0 or found.value is None:
        return None
    each = expected.mean / max(one.listed - one.held_out, 1) / one.effect
    return _scaled(one, found.value, each * found.complied, (None, None))


def _scaled(one: Acceptance, effect: Effect, scale: float, rise: tuple[float | None, float | None]) -> MeasuredEffect:
    share = Ranged(effect.difference / scale, effect.always.low / scale, effect.always.high / scale)
    return MeasuredEffect(one.effect, share, effect.standard_error / scale, *rise)


def _together(decisions: Sequence[Tracked]) -> tuple[KindEffect, ...]:
    """What the measured decisions of each kind show together; those whose arms do not differ at all tell nothing."""
    kinds: defaultdict[str, list[tuple[Tracked, MeasuredEffect]]] = defaultdict(list)
    for one in decisions:
        if one.effect is not None and one.effect.standard_error > 0:
            kinds[one.kind].append((one, one.effect))
    return tuple(_kind(kind, found) for kind, found in sorted(kinds.items()))


def _kind(kind: str, found: Sequence[tuple[Tracked, MeasuredEffect]]) -> KindEffect:
    told = pooled_effect([each.share.mean for _, each in found], [each.standard_error for _, each in found])
    arms = [one.arms for one, _ in found]
    return KindEffect(
        kind,
        told.mean,
        told.standard_error,
        told.spread,
        tuple(one.id for one, _ in found),
        sum(arm.treated for arm in arms),
        sum(arm.holdout for arm in arms),
    )
