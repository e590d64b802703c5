"""What it is worth to stop paying for new customers of ways that cost more than they bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from patronage.decisions.decision import BreakEven, Decision, Driver, Learning
from patronage.decisions.timing import Flow, Pattern, after_arrival, undiminished
from patronage.decisions.weighing import Weighed, ends, strongest_first, weighed, worth_of_knowing
from patronage.findings.lifetime import LifetimeValue
from patronage.kernels.draws import stream
from patronage.strategy.actions import ActionCost
from patronage.vocabulary.estimate import SD_TO_P95, Floats
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import DAYS_PER_YEAR
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import NO_CURRENCY, listed, money, money_range, years


@dataclass(frozen=True, slots=True)
class Way:
    """A way of coming: its newcomers and what one of them is worth, pooled with the others of its kind.

    mean, error: pooled. raw: its own mean. revenue: of the last twelve months. Currency.
    """

    name: str
    customers: int
    mean: float
    error: float
    raw: float
    revenue: float

    @property
    def low(self) -> float:
        """Lower 95% bound of its mean, never below 0."""
        return max(self.mean - SD_TO_P95 * self.error, 0.0)


@dataclass(frozen=True, slots=True)
class Acquiring:
    """What the rows of all kinds share: action is what the company declares of winning customers.

    since: the day after which a customer counts as new. life: when within its first horizon a new one brings its worth.
    shared: (draws,) mean 1, by which the worth of all customers moves together.
    """

    lifetime: LifetimeValue
    action: ActionCost | None
    terms: Terms
    since: date
    life: Pattern
    shared: Floats

    @property
    def years_seen(self) -> float:
        """Years over which newcomers were counted."""
        return (self.terms.as_of - self.since).days / DAYS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Spending:
    """What is paid for one new customer: the mean, draws of the same, and how it is known."""

    each: float
    draws: Floats
    grade: Grade


def spending_on(kind: str, ways: Sequence[Way], action: ActionCost, at: Acquiring) -> Spending:
    """What a new customer costs.

    What is paid in every year is saved only where nobody is paid for any more, so it counts for all new customers
    together and for no way of coming (kind). What was paid once is gone and counts for neither.
    """
    terms = at.terms
    draws = action.cost.draws(terms.draws, terms.seed, "costs_of_action.acquire.cost")
    if kind:
        return Spending(action.cost.mean, draws, action.grade)
    a_year = sum(way.customers for way in ways) / at.years_seen
    yearly = action.yearly.draws(terms.draws, terms.seed, "costs_of_action.acquire.yearly")
    return Spending(action.cost.mean + action.yearly.mean / a_year, draws + yearly / a_year, action.grade)


def stopped(row: Decision, kind: str, dear: Sequence[Way], spending: Spending, at: Acquiring) -> Decision:
    """The row with what it is worth to stop paying for new customers of these ways.

    Spending is saved as it would have been paid; worth is lost as each customer would have brought it from its
    first day on, what lies beyond the horizon in the last year.
    """
    terms, evenly = at.terms, undiminished(at.terms.horizon.years, at.terms.discount_rate)
    arriving = evenly.worth_in_years / at.years_seen
    customers = arriving * sum(way.customers for way in dear)
    saved = Flow(customers * spending.each, evenly)
    lost = arriving * sum(way.customers * way.mean for way in dear)
    spent, worth = customers * spending.draws, _worth(kind, dear, arriving, at)
    verdict = weighed(spent - worth, saved.present - lost, terms, row.grade)
    missed = (lost * share for share in after_arrival(evenly, at.life))
    by_year = tuple(kept - gone for kept, gone in zip(saved.by_year, missed, strict=True))
    unit = "money" if terms.currency == NO_CURRENCY else terms.currency
    paying = lost / customers
    test = "" if row.learning is None else row.learning.test
    told = replace(
        row,
        reason=_reason(row.reason, verdict, dear, (spending.each, paying), terms),
        break_even=BreakEven(paying, f"{unit} that one of these new customers costs"),
        drivers=_drivers(spent, worth, (saved.present, lost), (spending.grade, at.lifetime.grade)),
        # What the test would settle is the worth of a new customer: what it costs stands at its mean.
        learning=Learning(worth_of_knowing(saved.present - worth), test),
    )
    return verdict.told(told, by_year, 0.0)


def _worth(kind: str, dear: Sequence[Way], arriving: float, at: Acquiring) -> Floats:
    """Draws of what the new customers who arrive over the horizon are worth, each over its own first horizon."""
    worth = np.zeros(at.terms.draws)
    for way in dear:
        noise = stream(at.terms.seed, f"acquire:{kind}:{way.name}").standard_normal(at.terms.draws)
        worth += way.customers * arriving * (way.mean + way.error * noise) * at.shared
    return worth


def _reason(opening: str, verdict: Weighed, dear: Sequence[Way], each: tuple[float, float], terms: Terms) -> str:
    """What is proposed, or why not; each: what a new customer costs, and the cost above which stopping pays.

    Where it rests on an assumption, the threshold and the test come before the money.
    """
    names, cost = listed([way.name for way in dear]), money(each[0], terms.currency)
    saved = money_range(verdict.value, terms.currency)
    tail = (
        f"{names}: a new customer costs {cost} and is worth less, so not paying is worth {saved} over "
        f"{years(terms.horizon.years)}"
        if verdict.worth_it
        else f"{names}: a new customer costs {cost} and may be worth less, not surely enough to stop paying"
    )
    if verdict.value.grade is not Grade.ASSUMPTION:
        return f"{opening}{tail}."
    pays = "pays" if verdict.worth_it else "would pay"
    lead = f"Not paying for {names} {pays} as soon as one of them costs more than {money(each[1], terms.currency)}"
    return f"{lead}, which a test is to show first; {opening[:1].lower()}{opening[1:]}{tail}."


def _drivers(
    spent: Floats, worth: Floats, means: tuple[float, float], grades: tuple[Grade, Grade]
) -> tuple[Driver, ...]:
    (s05, s95), (w05, w95) = ends(spent), ends(worth)
    saved, lost = means
    return strongest_first(
        (
            Driver("cost of a new customer", s05 - lost, s95 - lost, grades[0]),
            Driver("worth of a new customer", saved - w05, saved - w95, grades[1]),
        )
    )
