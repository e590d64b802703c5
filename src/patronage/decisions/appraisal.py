"""What an action on a group of customers is worth, or the threshold at which it would pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patronage.decisions.decision import Assumed, Basis, BreakEven, Cost, Decision, Driver, Learning, Move, Status
from patronage.decisions.timing import Flow, Pattern, payback, undiminished
from patronage.decisions.trial import Trial, trial_words
from patronage.decisions.weighing import (
    Weighed,
    break_even,
    ends,
    net_by_year,
    paid_by_year,
    strongest_first,
    weighed,
    worth_of_knowing,
)
from patronage.strategy.actions import ActionCost
from patronage.vocabulary.estimate import Estimate, Floats
from patronage.vocabulary.grade import Grade, weakest
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import money, money_range, percent, years


@dataclass(frozen=True, slots=True)
class EffectWords:
    """How the effect of an action is spoken of.

    unit: of the effect, such as "share of customers treated who stay because of it". threshold: a clause with
    {share} in it, such as "more than {share} of them stay because of it".
    """

    unit: str
    threshold: str


@dataclass(frozen=True, slots=True)
class Case:
    """A move on a group of customers before it is valued.

    opening: a clause with the customers and their money. gain: money over the horizon, discounted, for each
    unit of effect, which is the share of customers treated for whom the action works. most: the largest effect
    there can be, since nobody can be kept who was not leaving. in_revenue: whether gain is revenue,
    against which no cost can be set.
    """

    move: Move
    questions: tuple[str, ...]
    opening: str
    customers: int
    at_stake: float
    gain: Estimate
    effect: EffectWords
    trial: Trial
    pattern: Pattern
    evidence: tuple[Basis, ...]
    most: float = 1.0
    in_revenue: bool = False

    @property
    def section(self) -> str:
        """Where the strategy file declares the action."""
        return f"costs_of_action.{self.move.kind}"


@dataclass(frozen=True, slots=True)
class Paid:
    """Draws of what acting on every customer of a case costs: once, and in every year of the horizon.

    pattern: when what is paid in every year falls. fixed: what of once hangs on no customer. action: where it is
    declared.
    """

    once: Floats
    yearly: Floats
    pattern: Pattern
    fixed: Floats
    action: str

    @property
    def present(self) -> Floats:
        """Draws of the present value of all that is paid."""
        return self.once + self.yearly * self.pattern.worth_in_years

    @property
    def running(self) -> Flow:
        """What is paid as time goes, at the mean."""
        return Flow(float(self.yearly.mean()) * self.pattern.worth_in_years, self.pattern)

    @property
    def cost(self) -> Cost:
        """The cost at the mean."""
        once = float(self.once.mean())
        mean, draws = float(self.yearly.mean()), self.fixed + self.yearly * self.pattern.worth_in_years
        fixed = float(self.fixed.mean()) + self.running.present
        return Cost(once, mean, paid_by_year(once, self.running), fixed, self.action, draws.astype(np.float32))

    def words(self, currency: str) -> str:
        """What is paid, such as GBP 120 or GBP 120 once and GBP 900 a year (GBP 2,820 in today's money)."""
        cost = self.cost
        if not cost.yearly:
            return money(cost.one_off, currency)
        told = f"{money(cost.one_off, currency)} once and {money(cost.yearly, currency)} a year"
        return f"{told} ({money(cost.present, currency)} in today's money)"


@dataclass(frozen=True, slots=True)
class Priced:
    """A case with what acting on it costs, and the effect from which it pays."""

    case: Case
    action: ActionCost
    paid: Paid
    needed: float

    @property
    def threshold(self) -> str:
        """The effect from which it pays, as a clause."""
        return self.case.effect.threshold.format(share=percent(self.needed))


def appraised(case: Case, action: ActionCost | None, terms: Terms) -> Decision:
    """The decision on a case: proposed where it beats today's state, else the threshold in words.

    Without a declared cost, without an effect, or with value in revenue alone nothing is proposed.
    """
    if action is None or case.in_revenue:
        return _unpriced(case, action, terms)
    paid = paid_for(case, action, terms)
    needed = break_even(paid.cost.present, case.gain.mean, case.most)
    if needed is None:
        return _hopeless(case, paid, terms)
    priced = Priced(case, action, paid, needed)
    if action.effect is None:
        return _unmeasured(priced, terms)
    effect = action.effect.draws(terms.draws, terms.seed, f"{case.section}.effect")
    return _valued(priced, effect, terms)


def paid_for(case: Case, action: ActionCost, terms: Terms) -> Paid:
    """What acting on every customer of the case costs.

    Each case bears what hangs on no customer, once and in every year, in full, since each may be accepted alone.
    """
    each = action.cost.draws(terms.draws, terms.seed, f"{case.section}.cost")
    one_off = action.one_off.draws(terms.draws, terms.seed, f"{case.section}.one_off")
    yearly = action.yearly.draws(terms.draws, terms.seed, f"{case.section}.yearly")
    pattern = undiminished(case.pattern.years, terms.discount_rate)
    return Paid(case.customers * each + one_off, yearly, pattern, one_off, case.section)


def _valued(priced: Priced, told: Floats, terms: Terms) -> Decision:
    """The decision at the effect that is declared (told, in draws), or at as much of it as can be had."""
    case, action, paid = priced.case, priced.action, priced.paid
    effect = np.minimum(told, case.most)
    grade = weakest((case.gain.grade, action.effect_grade or action.grade))
    gain, cost = _row(case.gain, terms), paid.cost
    gained = Flow(float(effect.mean()) * case.gain.mean, case.pattern)
    verdict = weighed(effect * gain - paid.present, gained.present - cost.present, terms, grade)
    # What the test would settle is the effect: all else stands at its mean.
    known = worth_of_knowing(effect * case.gain.mean - cost.present)
    decision = Decision(
        case.move, case.questions, _reason(priced, verdict, (_at_effect(priced, told), gained.present), terms),
        Status.NOTHING_TO_GAIN, grade, case.at_stake,
        cost=cost,
        hours=case.customers * action.hours.mean,
        break_even=BreakEven(priced.needed, case.effect.unit),
        drivers=_drivers(priced, effect, gain),
        learning=Learning(known, trial_words(case.trial, float(effect.mean()))),
        evidence=(*case.evidence, declared(case.move.kind, action, case.effect.unit)),
        assumed=Assumed(float(effect.mean()), case.effect.unit),
    )  # fmt: skip
    return verdict.told(decision, net_by_year(gained, cost), payback(cost.one_off, gained, paid.running))


def _at_effect(priced: Priced, told: Floats) -> str:
    """At which effect the value was worked out: as known (told, in draws), else as much of it as can be had."""
    case, known = priced.case, priced.action.effect_told
    if known is not None:
        used = percent(float(np.minimum(told, case.most).mean()))
        return f"at the effect {known} ({used})"
    declares, used = percent(float(told.mean())), percent(float(np.minimum(told, case.most).mean()))
    if declares == used:
        return f"at the effect the company declares ({used})"
    most = percent(case.most)
    if told.mean() > case.most:
        return f"at an effect of {used} (of the {declares} that the company declares, at most {most} can be had)"
    return f"at an effect of {used} (the company declares {declares}, and no more than {most} can be had)"


def _reason(priced: Priced, verdict: Weighed, at: tuple[str, float], terms: Terms) -> str:
    """What is proposed, or why not; at: which effect, in words, and what it brings.

    Where it rests on an assumption, the threshold and the test come before the money.
    """
    effect, gained = at
    case, currency, move = priced.case, terms.currency, priced.case.move.to_state
    declared = f"costs {priced.paid.words(currency)} and {effect}"
    doubt = " on average, more likely than not less than it costs" if verdict.value.mean > 0 else ""
    outcome = (
        f"{declared} is worth {money_range(verdict.value, currency)} net over {years(case.pattern.years)}"
        if verdict.worth_it
        else f"{declared} brings {money(gained, currency)}{doubt}, so today's state stands"
    )
    pays = "pays" if verdict.worth_it else "would pay"
    if verdict.value.grade is Grade.ASSUMPTION:
        lead = f"{move[:1].upper()}{move[1:]}: this {pays} as soon as {priced.threshold}, which a test is to show first"
        return f"{lead}; {case.opening}; it {outcome}."
    return f"{case.opening}; {move} {outcome}; it {pays} as soon as {priced.threshold}."


def _unpriced(case: Case, action: ActionCost | None, terms: Terms) -> Decision:
    hundredth = money(case.gain.mean / 100, terms.currency)
    if case.in_revenue:
        why = (
            f"each 1% of effect ({case.effect.unit}) brings {hundredth} of revenue, against which no cost can be set: "
            f"declare company.gross_margin or give unit costs"
        )
    else:
        why = (
            f"each 1% of effect ({case.effect.unit}) is worth {hundredth} over {years(terms.horizon.years)}, "
            f"so it pays at any total cost below that: declare {case.section}.cost to see the threshold"
        )
    cost = () if action is None else (declared(case.move.kind, action, case.effect.unit),)
    return Decision(
        case.move, case.questions, f"{case.opening}; no proposal, because {why}.", Status.REFUSED, case.gain.grade,
        case.at_stake,
        learning=Learning(None, trial_words(case.trial, None)),
        evidence=(*case.evidence, *cost),
    )  # fmt: skip


def _unmeasured(priced: Priced, terms: Terms) -> Decision:
    case, action, paid = priced.case, priced.action, priced.paid
    reason = (
        f"{case.opening}; no proposal, because what {case.move.to_state} achieves is neither measured nor declared: "
        f"at {paid.words(terms.currency)} it pays as soon as {priced.threshold}; run the test, or declare "
        f"{case.section}.effect."
    )
    return Decision(
        case.move, case.questions, reason, Status.REFUSED, case.gain.grade, case.at_stake,
        cost=paid.cost,
        hours=case.customers * action.hours.mean,
        break_even=BreakEven(priced.needed, case.effect.unit),
        learning=Learning(None, trial_words(case.trial, priced.needed)),
        evidence=(*case.evidence, declared(case.move.kind, action, case.effect.unit)),
    )  # fmt: skip


def _hopeless(case: Case, paid: Paid, terms: Terms) -> Decision:
    most = money(max(case.gain.mean, 0.0) * case.most, terms.currency)
    reason = (
        f"{case.opening}; {case.move.to_state} costs {paid.words(terms.currency)}, more than the {most} "
        f"that its full success would bring, so today's state stands."
    )
    return Decision(
        case.move, case.questions, reason, Status.NOTHING_TO_GAIN, case.gain.grade, case.at_stake,
        cost=paid.cost, evidence=case.evidence,
    )  # fmt: skip


def _drivers(priced: Priced, effect: Floats, gain: Floats) -> tuple[Driver, ...]:
    case, grade, paid = priced.case, priced.action.grade, priced.paid
    known = priced.action.effect_grade or grade
    mean, each, cost = float(effect.mean()), case.gain.mean, paid.cost.present
    e05, e95 = ends(effect)
    g05, g95 = ends(gain)
    c05, c95 = ends(paid.present)
    return strongest_first(
        (
            Driver(case.effect.unit, e05 * each - cost, e95 * each - cost, known),
            Driver("money at each unit of effect", mean * g05 - cost, mean * g95 - cost, case.gain.grade),
            Driver("cost of acting", mean * each - c05, mean * each - c95, grade),
        )
    )


def declared(kind: str, action: ActionCost, unit: str = "") -> Basis:
    """What the strategy file declares of an action; unit: of its effect."""
    figures: dict[str, float | int | str] = {"cost per customer": action.cost.mean}
    if action.one_off.mean:
        figures["cost once"] = action.one_off.mean
    if action.yearly.mean:
        figures["cost a year"] = action.yearly.mean
    if action.effect is not None:
        figures[unit] = action.effect.mean
    return Basis("costs_of_action", 1, kind, figures)


def _row(value: Estimate, terms: Terms) -> Floats:
    return np.full(terms.draws, value.mean) if value.draws is None else value.draws.astype(np.float64)
