"""What an action on a group of customers is worth, or the threshold at which it would pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patronage.decisions.decision import Basis, BreakEven, Cost, Decision, Driver, Learning, Move, Status
from patronage.decisions.timing import Pattern
from patronage.decisions.trial import Trial, trial_words
from patronage.decisions.words import money, money_range, percent, years
from patronage.strategy.actions import ActionCost
from patronage.vocabulary.estimate import Estimate, Floats, estimate
from patronage.vocabulary.grade import Grade, weakest
from patronage.vocabulary.terms import Terms

LIKELY = 0.5
"""Least probability of beating today's state at which a proposal is made; the default is today's state."""

WIDEST = 100.0
"""Largest spread of a gain, in means; a gain of next to nothing has no larger one worth telling."""


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
class Sums:
    """Draws of what goes into a value, and of the value itself."""

    effect: Floats
    gain: Floats
    cost: Floats

    @property
    def value(self) -> Floats:
        """Effect times gain, less cost."""
        return self.effect * self.gain - self.cost


def appraised(case: Case, action: ActionCost | None, terms: Terms) -> Decision:
    """The decision on a case: proposed where it beats today's state, else the threshold in words.

    Without a declared cost, without an effect, or with value in revenue alone nothing is proposed.
    """
    if action is None or case.in_revenue:
        return _unpriced(case, action, terms)
    cost = total_cost(case, action, terms)
    mean_cost = float(cost.mean())
    needed = mean_cost / case.gain.mean if case.gain.mean > 0 else None
    if needed is None or needed > case.most:
        return _hopeless(case, mean_cost, terms)
    if action.effect is None:
        return _unmeasured(case, action, mean_cost, terms)
    effect = action.effect.draws(terms.draws, terms.seed, f"{case.section}.effect")
    return _valued(case, action, Sums(np.minimum(effect, case.most), _row(case.gain, terms), cost), terms)


def total_cost(case: Case, action: ActionCost, terms: Terms) -> Floats:
    """Draws of what acting on every customer of the case costs.

    Each case bears the fixed part in full, since each may be accepted alone.
    """
    each = action.cost.draws(terms.draws, terms.seed, f"{case.section}.cost")
    return case.customers * each + action.one_off.draws(terms.draws, terms.seed, f"{case.section}.one_off")


def shared_factor(total: Estimate, terms: Terms) -> Floats:
    """The draws of a total around their mean, the shock that all values of a run share; ones where it has none."""
    if total.draws is None or total.draws.size != terms.draws or total.mean <= 0:
        return np.ones(terms.draws)
    factor = np.maximum(total.draws.astype(np.float64), 0.0)
    return factor / factor.mean() if factor.mean() > 0 else np.ones(terms.draws)


def spread_gain(mean: float, noise: float, shared: Floats, random: np.random.Generator) -> Floats:
    """Draws of a group's gain: its mean, the shared factor, and its customers' own noise as a log-normal factor."""
    if mean <= 0:
        return np.zeros(shared.size)
    spread = noise / mean if noise < WIDEST * mean else WIDEST
    sigma = np.sqrt(np.log1p(spread**2))
    own = np.exp(sigma * random.standard_normal(shared.size) - sigma**2 / 2)
    return mean * shared * own


def _valued(case: Case, action: ActionCost, sums: Sums, terms: Terms) -> Decision:
    grade = weakest((case.gain.grade, action.grade))
    effect, cost = float(sums.effect.mean()), float(sums.cost.mean())
    needed = cost / case.gain.mean
    gained = effect * case.gain.mean
    value = estimate(sums.value, terms.currency, grade, mean=gained - cost)
    better = value.p_above(0.0)
    worth_it = value.mean > 0 and better >= LIKELY
    by_year = [gained * weight for weight in case.pattern.weights]
    by_year[0] -= cost
    status = Status.PROPOSED if worth_it else Status.NOTHING_TO_GAIN
    return Decision(
        case.move, case.questions, _reason(case, value, (effect, gained, cost), worth_it=worth_it), status, grade,
        case.at_stake,
        value=value if worth_it else None,
        value_raw=value if worth_it else None,
        value_by_year=tuple(by_year) if worth_it else (),
        p_better=better,
        cost=Cost(one_off=cost),
        hours=case.customers * action.hours.mean,
        payback=case.pattern.payback(gained, cost) if worth_it else None,
        break_even=BreakEven(needed, case.effect.unit),
        drivers=_drivers(case, action, sums),
        learning=Learning(_worth_of_knowing(case, sums), trial_words(case.trial, effect)),
        evidence=(*case.evidence, _declared(case, action)),
    )  # fmt: skip


def _reason(case: Case, value: Estimate, means: tuple[float, float, float], *, worth_it: bool) -> str:
    """What is proposed, or why not; means: of the effect, of what it brings and of the cost.

    Where it rests on an assumption, the threshold and the test come before the money.
    """
    effect, gained, cost = means
    currency, move = value.unit, case.move.to_state
    told = case.effect.threshold.format(share=percent(cost / case.gain.mean))
    declared = f"costs {money(cost, currency)} and at the effect the company declares ({percent(effect)})"
    doubt = " on average, more likely than not less than it costs" if gained > cost else ""
    outcome = (
        f"{declared} is worth {money_range(value, currency)} net over {years(case.pattern.years)}"
        if worth_it
        else f"{declared} brings {money(gained, currency)}{doubt}, so today's state stands"
    )
    pays = "pays" if worth_it else "would pay"
    if value.grade is Grade.ASSUMPTION:
        lead = f"{move[:1].upper()}{move[1:]}: this {pays} as soon as {told}, which a test is to show first"
        return f"{lead}; {case.opening}; it {outcome}."
    return f"{case.opening}; {move} {outcome}; it {pays} as soon as {told}."


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
    declared = () if action is None else (_declared(case, action),)
    return Decision(
        case.move, case.questions, f"{case.opening}; no proposal, because {why}.", Status.REFUSED, case.gain.grade,
        case.at_stake,
        learning=Learning(None, trial_words(case.trial, None)),
        evidence=(*case.evidence, *declared),
    )  # fmt: skip


def _unmeasured(case: Case, action: ActionCost, cost: float, terms: Terms) -> Decision:
    needed = cost / case.gain.mean
    told = case.effect.threshold.format(share=percent(needed))
    reason = (
        f"{case.opening}; no proposal, because what {case.move.to_state} achieves is neither measured nor declared: "
        f"at {money(cost, terms.currency)} it pays as soon as {told}; run the test, or declare {case.section}.effect."
    )
    return Decision(
        case.move, case.questions, reason, Status.REFUSED, case.gain.grade, case.at_stake,
        cost=Cost(one_off=cost),
        hours=case.customers * action.hours.mean,
        break_even=BreakEven(needed, case.effect.unit),
        learning=Learning(None, trial_words(case.trial, needed)),
        evidence=(*case.evidence, _declared(case, action)),
    )  # fmt: skip


def _hopeless(case: Case, cost: float, terms: Terms) -> Decision:
    most = money(max(case.gain.mean, 0.0) * case.most, terms.currency)
    reason = (
        f"{case.opening}; {case.move.to_state} costs {money(cost, terms.currency)}, more than the {most} "
        f"that its full success would bring, so today's state stands."
    )
    return Decision(
        case.move, case.questions, reason, Status.NOTHING_TO_GAIN, case.gain.grade, case.at_stake,
        cost=Cost(one_off=cost), evidence=case.evidence,
    )  # fmt: skip


def _drivers(case: Case, action: ActionCost, sums: Sums) -> tuple[Driver, ...]:
    effect, gain, cost = float(sums.effect.mean()), case.gain.mean, float(sums.cost.mean())
    e05, e95 = _ends(sums.effect)
    g05, g95 = _ends(sums.gain)
    c05, c95 = _ends(sums.cost)
    found = (
        Driver(case.effect.unit, e05 * gain - cost, e95 * gain - cost, action.grade),
        Driver("money at each unit of effect", effect * g05 - cost, effect * g95 - cost, case.gain.grade),
        Driver("cost of acting", effect * gain - c05, effect * gain - c95, action.grade),
    )
    return tuple(sorted(found, key=lambda driver: -abs(driver.at_p95 - driver.at_p05)))


def _worth_of_knowing(case: Case, sums: Sums) -> float:
    """Expected value of perfect information about the effect alone: the other inputs stand at their means."""
    value = sums.effect * case.gain.mean - float(sums.cost.mean())
    return float(np.maximum(value, 0.0).mean() - max(float(value.mean()), 0.0))


def _declared(case: Case, action: ActionCost) -> Basis:
    figures: dict[str, float | int | str] = {"cost per customer": action.cost.mean}
    if action.one_off.mean:
        figures["cost once"] = action.one_off.mean
    if action.effect is not None:
        figures[case.effect.unit] = action.effect.mean
    return Basis("costs_of_action", 1, case.move.kind, figures)


def _row(value: Estimate, terms: Terms) -> Floats:
    return np.full(terms.draws, value.mean) if value.draws is None else value.draws.astype(np.float64)


def _ends(row: Floats) -> tuple[float, float]:
    low, high = np.quantile(row, (0.05, 0.95))
    return float(low), float(high)
