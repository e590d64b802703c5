"""Candidates of an action grouped into one decision for each segment, with the list of people attached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from patronage.decisions.appraisal import Case, appraised
from patronage.decisions.decision import Basis, Decision
from patronage.decisions.timing import Pattern, pattern_of
from patronage.decisions.weighing import net_factor, spread_gain
from patronage.evidence.engine import Engine
from patronage.evidence.queries.lifetime import column_sums
from patronage.evidence.queries.lists import (
    Acting,
    by_mean_room,
    pace_of_life,
    people,
    segment_sums,
    worth_acting_on,
)
from patronage.evidence.queries.newcomers import first_seen
from patronage.evidence.tables import Relation
from patronage.findings.lifetime import LifetimeValue
from patronage.kernels.draws import stream
from patronage.strategy.actions import ActionCost
from patronage.vocabulary.estimate import Estimate, Floats, estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import DAYS_PER_YEAR
from patronage.vocabulary.terms import Terms

ACTIVE = 0.8
"""Least chance of being active at which a customer counts as one who stays."""

MOST_SEGMENTS = 6
"""Most decisions of one rule; what the segments with less money come to stands in the evidence of the last."""

SLIGHT = 0.05
"""Share of the money of all segments below which one gets no row of its own."""

BUYERS = {
    "contract_like": "contract-like buyers",
    "regular": "regular buyers",
    "irregular": "irregular buyers",
    "once": "one-time buyers",
}
"""How the buying types are called in a subject."""


@dataclass(frozen=True, slots=True)
class Group:
    """One segment of candidates added up: money in currency; base, outcome and room as in evidence/queries/lists."""

    segment: str
    customers: int
    amount: float
    gain: float
    noise: float
    base: float
    outcome: float
    room: float

    @property
    def soon(self) -> float:
        """Chance that one who is active shows the outcome; it is how far a test's share rises for each one kept."""
        return min(self.outcome / self.base, 1.0) if self.base > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Target:
    """What the decisions of one action have in common.

    case: makes the case of a group from the group and its gain. grade: of the gain. shared: (draws,) mean 1, by which
    the gains of all customers move together. leaving: whether the effect saves customers who are leaving, so that its
    gain depends on who is left in the group.
    """

    kind: str
    action: ActionCost | None
    grade: Grade
    shared: Floats
    case: Callable[[Group, Estimate], Case]
    leaving: bool = False


def decided(candidates: Relation, target: Target, terms: Terms, engine: Engine) -> tuple[Decision, ...]:
    """One decision for each segment of the candidates whom the action can pay for, most money first."""
    acting = acting_of(target.action)
    kept = worth_acting_on(candidates, acting)
    if target.leaving:
        kept = by_mean_room(kept)
    decisions: list[Decision] = []
    groups = [group_of(row) for row in engine.records(segment_sums(kept))]
    told = _worth_a_row(groups)
    for group in told:
        random = stream(terms.seed, f"{target.kind}:{group.segment}")
        draws = spread_gain(group.gain, group.noise, target.shared, random)
        case = target.case(group, estimate(draws, terms.currency, target.grade, mean=group.gain))
        decision = appraised(case, target.action, terms)
        listed = engine.keep(people(kept, group.segment, _within(acting, group)), f"people_{decision.id}")
        decisions.append(replace(decision, people=listed))
    return (*decisions[:-1], _with_rest(decisions[-1], groups[len(told) :])) if decisions else ()


def _worth_a_row(groups: list[Group]) -> list[Group]:
    """The first groups, most money first, down to a twentieth of all of it; at least one where there is any."""
    least = SLIGHT * sum(group.gain for group in groups)
    return [group for group in groups[:MOST_SEGMENTS] if group.gain >= least] or groups[:1]


def _within(acting: Acting | None, group: Group) -> Acting | None:
    """Acting with an effect no larger than there is room for."""
    if acting is None or acting.effect is None:
        return acting
    return Acting(acting.cost, min(acting.effect, group.room))


def _with_rest(last: Decision, rest: list[Group]) -> Decision:
    """The last decision, which also tells what the segments without a row of their own come to."""
    if not rest:
        return last
    figures: dict[str, float | int | str] = {
        "segments without a row of their own": len(rest),
        "money a year in the largest of them": rest[0].amount,
        "money a year in all of them": sum(group.amount for group in rest),
    }
    customers = sum(group.customers for group in rest)
    return replace(last, evidence=(*last.evidence, Basis("segments left out", customers, None, figures)))


def group_of(row: dict[str, Any]) -> Group:
    """A group from a row of segment_sums."""
    numbers = {name: float(row[name]) for name in ("amount", "gain", "noise", "base", "outcome", "room")}
    return Group(str(row["segment"]), int(row["customers"]), **numbers)


def acting_of(action: ActionCost | None) -> Acting | None:
    """What acting on one customer costs and how often it works, at the means; None where no cost is declared."""
    if action is None:
        return None
    return Acting(action.cost.mean, None if action.effect is None else action.effect.mean)


def shared_factor(lifetime: LifetimeValue, engine: Engine) -> Floats:
    """Draws of the factor, mean 1, by which what all share moves the value of customers who are worth something."""
    customers = engine.open(lifetime.customers)
    row = engine.records(column_sums(customers.filter(customers.value > 0), ("value", "cost_to_serve")))[0]
    net, cost = float(row["value"] or 0.0), float(row["cost_to_serve"] or 0.0)
    return net_factor(net, cost, lifetime.shared_gain, lifetime.shared_cost)


def life_pattern(lifetime: LifetimeValue, terms: Terms, engine: Engine) -> Pattern:
    """When within the horizon the value of active customers comes in, thinning out as they leave."""
    customers = engine.open(lifetime.customers)
    row = engine.records(pace_of_life(customers, ACTIVE, years_covered(lifetime, terms, engine)))[0]
    value, yearly = float(row["value"] or 0.0), float(row["yearly"] or 0.0)
    return pattern_of(value, yearly, years=terms.horizon.years, discount_rate=terms.discount_rate)


def years_covered(lifetime: LifetimeValue, terms: Terms, engine: Engine) -> float:
    """Years of data within the last twelve months: less than 1 where the first customer was seen later."""
    start = engine.value(first_seen(engine.open(lifetime.customers)))
    days = DAYS_PER_YEAR if start is None else (terms.as_of - start).days + 1
    return min(days / DAYS_PER_YEAR, 1.0)


def buyer(segment: str) -> str:
    """The name of one customer of a buying type."""
    return buyers(segment).removesuffix("s")


def buyers(segment: str) -> str:
    """The name of a buying type in a subject."""
    return BUYERS.get(segment, "other customers" if segment == "unknown" else f"{segment} customers")
