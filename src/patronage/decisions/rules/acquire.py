"""What to pay for a new customer: the head of marketing decides the most that is bid for one, by how it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from patronage.decisions.appraisal import declared
from patronage.decisions.decision import (
    Basis,
    Decision,
    Learning,
    Move,
    Status,
    nothing_to_gain,
    refused,
)
from patronage.decisions.stop_paying import Acquiring, Way, spending_on, stopped
from patronage.decisions.targeting import life_pattern, shared_factor
from patronage.evidence.queries.basis import REVENUE
from patronage.evidence.queries.first_purchase import first_lines, first_purchases
from patronage.evidence.queries.newcomers import (
    FirstYears,
    all_newcomers,
    came_by,
    first_seen,
    newcomers,
)
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import LifetimeValue, RepeatBuying
from patronage.kernels.selection import shrunk
from patronage.strategy.actions import CostsOfAction
from patronage.vocabulary.grade import weakest
from patronage.vocabulary.horizon import DAYS_PER_YEAR
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, listed, money, years

QUESTIONS = ("3.19a", "4.81b")

MONTHS_BACK = 24
"""How far back a customer counts as new."""

SILENT_BEFORE = 365
"""Days of history before which a customer first seen may well be an old one; half of a history that is shorter."""

LATER = "a longer history would lift this"

LEAST = 20
"""Fewest newcomers of a way of coming that is told apart."""

TODAY = "what is paid today"

MARGIN = "declare company.gross_margin or give unit costs"

SAME = "its money at stake is a part of that of all new customers, and the two do not add up"

TEST = (
    "Let chance decide in which half of the weeks new customers of these ways are paid for, and compare how many come "
    "and what they bring within a year."
)


def acquire(
    lifetime: LifetimeValue, repeat: RepeatBuying, orders: Orders, terms: Terms, costs: CostsOfAction | None
) -> tuple[Decision, ...]:
    """The most that may be paid for a new customer: of all, by place, by first product and by channel.

    Every row tells of the same newcomers, whom a company can stop paying for but once, so each excludes the others.
    """
    engine = orders.engine
    customers, days = engine.open(lifetime.customers), engine.open(repeat.days)
    since = _since(engine.value(first_seen(customers)), terms.as_of)
    life = life_pattern(lifetime, terms, engine)
    span = FirstYears(terms.horizon.years, terms.discount_rate, life.rate)
    new = newcomers(customers, days, since, terms.as_of, span)
    rows = engine.records(all_newcomers(new))
    if not rows:
        because = f"No customer was first seen after {since}, so nothing tells what a new one is worth; {LATER}."
        return (refused(_move(""), QUESTIONS, because),)
    at = Acquiring(
        lifetime, costs.of("acquire") if costs else None, terms, since, life, shared_factor(lifetime, engine)
    )
    decisions = [_decision("", _pooled([(*_figures(row), "all new customers") for row in rows]), at)]
    told = engine.records(came_by(new, first_purchases(first_lines(orders, new), None), LEAST))
    # Every kind tells of the same newcomers: one row more is no further money.
    for kind in ("place", "first product", "channel"):
        ways = _pooled([(*_figures(row), str(row["name"])) for row in told if row["kind"] == kind])
        if len(ways) > 1:
            row = _decision(kind, ways, at)
            decisions.append(replace(row, reason=f"{row.reason.rstrip('.')}; {SAME}."))
    ids = [row.id for row in decisions]
    return tuple(replace(row, conflicts_with=tuple(one for one in ids if one != row.id)) for row in decisions)


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


def _decision(kind: str, ways: list[Way], at: Acquiring) -> Decision:
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
    spending = spending_on(kind, ways, at.action, at)
    dear = [way for way in ways if way.mean < spending.each]
    if not dear:
        because = f"{opening}; {_paying(ways, spending.each, at.terms)}."
        return replace(nothing_to_gain(_move(kind), QUESTIONS, because, at_stake=money_seen), evidence=evidence)
    row = Decision(
        _move(kind), QUESTIONS, f"{opening}; ", Status.NOTHING_TO_GAIN, weakest((at.lifetime.grade, at.action.grade)),
        sum(way.revenue for way in dear),
        learning=Learning(None, TEST),
        evidence=(*evidence, declared("acquire", at.action)),
    )  # fmt: skip
    return stopped(row, kind, dear, spending, at)


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


def _opening(kind: str, ways: list[Way], at: Acquiring) -> str:
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
