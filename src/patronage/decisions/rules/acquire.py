"""What to pay for a new customer: the head of marketing decides the most that is bid for one, by how it comes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from patronage.decisions.appraisal import LIKELY, shared_factor
from patronage.decisions.decision import (
    Basis,
    BreakEven,
    Cost,
    Decision,
    Driver,
    Learning,
    Move,
    Status,
    nothing_to_gain,
    refused,
)
from patronage.decisions.targeting import REVENUE
from patronage.decisions.timing import annuity, pattern_of
from patronage.decisions.words import NO_CURRENCY, count, listed, money, money_range, years
from patronage.evidence.queries.newcomers import all_newcomers, came_by, first_orders, first_seen, newcomers
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import LifetimeValue, RepeatBuying
from patronage.kernels.draws import stream
from patronage.kernels.selection import shrunk
from patronage.strategy.actions import ActionCost, CostsOfAction
from patronage.vocabulary.estimate import Estimate, Floats, estimate
from patronage.vocabulary.grade import weakest
from patronage.vocabulary.horizon import DAYS_PER_YEAR
from patronage.vocabulary.terms import Terms

QUESTIONS = ("3.19a", "4.81b")

MONTHS_BACK = 24
"""How far back a customer counts as new."""

SILENT_BEFORE = 365
"""Days of history before which a customer first seen may well be an old one; half of a history that is shorter."""

LATER = "a longer history would lift this"

LEAST = 20
"""Fewest newcomers of a way of coming that is told apart."""

LOWER = 1.6449
"""Standard deviations from a mean to its lower 95% bound."""

TODAY = "what is paid today"

MARGIN = "declare company.gross_margin or give unit costs"

SAME = "the money at stake is part of that of all new customers, told by way of coming, and does not add to it"

TEST = (
    "Let chance decide in which half of the weeks new customers of these ways are paid for, and compare how many come "
    "and what they bring within a year."
)


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
        return max(self.mean - LOWER * self.error, 0.0)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the decisions of all kinds share."""

    lifetime: LifetimeValue
    action: ActionCost | None
    terms: Terms
    since: date

    @property
    def years_seen(self) -> float:
        """Years over which newcomers were counted."""
        return (self.terms.as_of - self.since).days / DAYS_PER_YEAR


def acquire(
    lifetime: LifetimeValue, repeat: RepeatBuying, orders: Orders, terms: Terms, costs: CostsOfAction | None
) -> tuple[Decision, ...]:
    """The most that may be paid for a new customer: of all, by place, by first product and by channel."""
    engine = orders.engine
    customers, days = engine.open(lifetime.customers), engine.open(repeat.days)
    since = _since(engine.value(first_seen(customers)), terms.as_of)
    new = newcomers(customers, days, since, terms.as_of, (terms.horizon.years, terms.discount_rate))
    rows = engine.records(all_newcomers(new))
    if not rows:
        because = f"No customer was first seen after {since}, so nothing tells what a new one is worth; {LATER}."
        return (refused(_move(""), QUESTIONS, because),)
    at = Setting(lifetime, costs.of("acquire") if costs else None, terms, since)
    found = [_decision("", _pooled([(*_figures(row), "all new customers") for row in rows]), at)]
    told = engine.records(came_by(new, first_orders(orders.table), LEAST))
    # Every kind tells of the same newcomers: one row more is no further money.
    for kind in ("place", "first product", "channel"):
        ways = _pooled([(*_figures(row), str(row["name"])) for row in told if row["kind"] == kind])
        if len(ways) > 1:
            row = _decision(kind, ways, at)
            found.append(replace(row, reason=f"{row.reason.rstrip('.')}; {SAME}."))
    return tuple(found)


def _since(start: date | None, as_of: date) -> date:
    """The day after which a customer first seen counts as new."""
    back = as_of - timedelta(days=round(MONTHS_BACK * DAYS_PER_YEAR / 12))
    if start is None:
        return back
    return max(back, start + timedelta(days=min(SILENT_BEFORE, (as_of - start).days // 2)))


def _figures(row: dict[str, Any]) -> tuple[int, float, float, float]:
    customers, mean, error, revenue = (float(row[name] or 0.0) for name in ("customers", "mean", "error", "revenue"))
    return int(customers), mean, error, revenue


def _pooled(rows: list[tuple[int, float, float, float, str]]) -> list[Way]:
    """The ways of one kind, means shrunk towards each other by what their errors tell, most worth first."""
    if not rows:
        return []
    told = shrunk([row[1] for row in rows], [row[2] for row in rows])
    ways = [
        Way(name, customers, float(mean), float(error), raw, revenue)
        for (customers, raw, _, revenue, name), mean, error in zip(rows, told.corrected, told.sd, strict=True)
    ]
    return sorted(ways, key=lambda way: -way.mean)


def _move(kind: str) -> Move:
    by = f" by {kind}" if kind else ""
    return Move("acquire", f"new customers{by}", TODAY, "no more than a new customer is worth")


def _decision(kind: str, ways: list[Way], at: Setting) -> Decision:
    money_seen = sum(way.revenue for way in ways)
    opening = _opening(kind, ways, at)
    evidence = (_basis(ways),)
    if at.lifetime.basis == REVENUE:
        because = f"{opening} in revenue; no proposal, because what may be paid is a part of margin: {MARGIN}."
        return replace(refused(_move(kind), QUESTIONS, because, at_stake=money_seen), evidence=evidence)
    if at.action is None:
        because = (
            f"{opening}; pay at most the lower bound, {_ceilings(ways, at.terms)}; no proposal, because what a new "
            f"customer costs today is not declared: declare costs_of_action.acquire.cost to compare."
        )
        row = refused(_move(kind), QUESTIONS, because, at_stake=money_seen)
        return replace(row, evidence=evidence, learning=Learning(None, TEST))
    cost = at.action.cost.mean
    dear = [way for way in ways if way.mean < cost]
    if not dear:
        because = f"{opening}; {_paying(ways, cost, at.terms)}."
        return replace(nothing_to_gain(_move(kind), QUESTIONS, because, at_stake=money_seen), evidence=evidence)
    return replace(_stopping(kind, dear, opening, at.action, at), evidence=evidence)


def _paying(ways: list[Way], cost: float, terms: Terms) -> str:
    """What to say where the mean worth of each way is at least the cost: surely, or not surely for some."""
    told, bound = money(cost, terms.currency), f"the lower bound, {_ceilings(ways, terms)}"
    unsure = listed([way.name for way in ways if way.low < cost])
    if unsure:
        return (
            f"a new customer costs {told}, no more than its worth on average but not surely worth it for {unsure}, so "
            f"today's state stands, and no more than {bound}, is surely earned back"
        )
    return (
        f"each is worth more than the {told} that a new customer costs, so there is nothing to stop paying for, and up "
        f"to {bound}, may be paid"
    )


def _stopping(kind: str, dear: list[Way], opening: str, action: ActionCost, at: Setting) -> Decision:
    """The decision to stop paying for new customers of the ways that cost more than they are worth."""
    terms, grade = at.terms, weakest((at.lifetime.grade, action.grade))
    spent, worth = _flows(kind, dear, action, at)
    value = estimate(spent - worth, terms.currency, grade)
    better = value.p_above(0.0)
    good = value.mean > 0 and better >= LIKELY
    names = listed([way.name for way in dear])
    cost = money(action.cost.mean, terms.currency)
    saved = money_range(value, terms.currency)
    tail = (
        f"{names}: a new customer costs {cost} and is worth less, so not paying is worth {saved} over "
        f"{years(terms.horizon.years)}"
        if good
        else f"{names}: a new customer costs {cost} and may be worth less, not surely enough to stop paying"
    )
    unit = "money" if terms.currency == NO_CURRENCY else terms.currency
    pattern = pattern_of(0.0, 0.0, years=terms.horizon.years, discount_rate=terms.discount_rate)
    paying = float(worth.mean() / spent.mean()) * action.cost.mean if spent.mean() > 0 else 0.0
    return Decision(
        _move(kind), QUESTIONS, f"{opening}; {tail}.", Status.PROPOSED if good else Status.NOTHING_TO_GAIN, grade,
        sum(way.revenue for way in dear),
        value=value if good else None,
        value_raw=value if good else None,
        value_by_year=tuple(value.mean * weight for weight in pattern.weights) if good else (),
        p_better=better,
        cost=Cost(),
        payback=0.0 if good else None,
        break_even=BreakEven(paying, f"{unit} that one of these new customers costs"),
        drivers=_drivers(spent, worth, at.lifetime, action),
        learning=Learning(_worth_of_knowing(value), TEST),
    )  # fmt: skip


def _flows(kind: str, dear: list[Way], action: ActionCost, at: Setting) -> tuple[Floats, Floats]:
    """Draws over the horizon of what is spent on new customers of these ways and of what they are worth."""
    terms = at.terms
    paid = annuity(terms.horizon.years, terms.discount_rate) / at.years_seen
    each = action.cost.draws(terms.draws, terms.seed, "costs_of_action.acquire.cost")
    shared = shared_factor(at.lifetime.total, terms)
    worth = np.zeros(terms.draws)
    for way in dear:
        noise = stream(terms.seed, f"acquire:{kind}:{way.name}").standard_normal(terms.draws)
        worth += way.customers * paid * (way.mean + way.error * noise) * shared
    return sum(way.customers for way in dear) * paid * each, worth


def _drivers(spent: Floats, worth: Floats, lifetime: LifetimeValue, action: ActionCost) -> tuple[Driver, ...]:
    s05, s95 = (float(end) for end in np.quantile(spent, (0.05, 0.95)))
    w05, w95 = (float(end) for end in np.quantile(worth, (0.05, 0.95)))
    return (
        Driver("cost of a new customer", s05 - float(worth.mean()), s95 - float(worth.mean()), action.grade),
        Driver("worth of a new customer", float(spent.mean()) - w05, float(spent.mean()) - w95, lifetime.grade),
    )


def _worth_of_knowing(value: Estimate) -> float:
    """Expected value of perfect information about worth and cost together."""
    draws = np.full(1, value.mean) if value.draws is None else value.draws.astype(np.float64)
    return float(np.maximum(draws, 0.0).mean() - max(float(draws.mean()), 0.0))


def _opening(kind: str, ways: list[Way], at: Setting) -> str:
    terms, number = at.terms, count(sum(way.customers for way in ways), "customer")
    best, last = ways[0], ways[-1]
    top = money(best.mean, terms.currency)
    horizon = years(terms.horizon.years)
    if not kind:
        return f"One of the {number} first seen after {at.since} is worth {top} over its first {horizon}"
    return (
        f"By {kind}, a new customer is worth from {money(last.mean, terms.currency)} ({last.name}) to {top} "
        f"({best.name}) over its first {horizon}, told by the {number} first seen after {at.since}"
    )


def _ceilings(ways: list[Way], terms: Terms) -> str:
    if len(ways) == 1:
        return money(ways[0].low, terms.currency)
    last, *_, best = sorted(ways, key=lambda way: way.low)
    return f"{money(last.low, terms.currency)} ({last.name}) to {money(best.low, terms.currency)} ({best.name})"


def _basis(ways: list[Way]) -> Basis:
    figures: dict[str, float | int | str] = {}
    for way in [*ways[:4], *[each for each in ways[-4:] if each not in ways[:4]]]:
        figures[f"{way.name}: worth of one"] = way.mean
        figures[f"{way.name}: most to pay"] = way.low
        figures[f"{way.name}: new customers"] = way.customers
    return Basis("lifetime_value", sum(way.customers for way in ways), "customers", figures)
