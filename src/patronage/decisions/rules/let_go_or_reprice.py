"""Whom to reprice or let go: the managing director decides which customers who bring a loss get new terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from patronage.decisions.appraisal import Case, EffectWords, appraised
from patronage.decisions.decision import Basis, Decision, Move, nothing_to_gain
from patronage.decisions.loss_threshold import loss_threshold
from patronage.decisions.targeting import acting_of, life_pattern
from patronage.decisions.timing import Pattern, pattern_of
from patronage.decisions.trial import Trial
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import MARGIN_DECLARED, MARGIN_MEASURED, REVENUE
from patronage.evidence.queries.losses import (
    BOTH,
    LET_GO,
    REPRICE,
    SERVE_CHEAPER,
    Remedies,
    kept_by_unavoidable_cost,
    loss_list,
    loss_makers,
    loss_sums,
)
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Relation
from patronage.findings.lifetime import LifetimeValue
from patronage.findings.worth import ActivityCosts, CustomerProfit
from patronage.kernels.draws import stream
from patronage.strategy.actions import ActionCost, CostsOfAction
from patronage.vocabulary.estimate import Estimate, estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, money

KIND = "let_go_or_reprice"

QUESTIONS = ("1.35a", "1.35b")

REMEDIES = Remedies(dearer=0.10, fewer=0.50, sure=0.5, beyond=0.8416)
"""A tenth more price, half of the avoidable cost; let go where a loss outlasts both with four chances in five."""

TODAY = "the terms of today"

MOVES = {
    REPRICE: ("customers whose loss a small rise of price ends", "a price at which they break even"),
    SERVE_CHEAPER: (
        "customers whose loss a minimum order or a cheaper service ends",
        "a minimum order or a cheaper service",
    ),
    BOTH: (
        "customers whose loss only a rise of price together with a cheaper service may end",
        "a price at which they break even and a cheaper service",
    ),
    LET_GO: ("customers whose loss no fix ends", "letting go those who refuse terms that cover their cost"),
}
"""Subject and new state by remedy."""

ACTIONS = {REPRICE: "reprice", SERVE_CHEAPER: "reprice", BOTH: "reprice", LET_GO: "let_go"}
"""Which declared cost of action a remedy takes."""

EFFECT = EffectWords(
    "share of customers treated who accept the new terms or leave",
    "more than {share} of them accept the new terms or leave",
)

LOSING = "customers who cost more than they bring"

FIGURES = ("amount", "shortfall", "sd", "avoidable_cost", "margin", "p_loss")


@dataclass(frozen=True, slots=True)
class Losses:
    """The loss makers of one remedy added up, a year, in currency; p_loss is their mean chance of a loss."""

    remedy: str
    customers: int
    amount: float
    shortfall: float
    sd: float
    avoidable_cost: float
    margin: float
    p_loss: float


@dataclass(frozen=True, slots=True)
class Mending:
    """What the decisions of all remedies share."""

    profit: CustomerProfit
    pattern: Pattern
    terms: Terms
    engine: Engine


def let_go_or_reprice(  # noqa: PLR0913  each parameter is a need of its own, read by the wiring
    profit: CustomerProfit,
    *,
    activity_costs: ActivityCosts | None,
    lifetime: LifetimeValue | None,
    terms: Terms,
    engine: Engine,
    costs: CostsOfAction | None,
) -> tuple[Decision, ...]:
    """Decisions on customers who cost more than they bring, one for each remedy, on avoidable cost alone.

    Where margin and cost are both assumed there is no proposal, but the threshold in words; so it is beside losses
    on measured margin alone while nothing tells what serving costs.
    """
    threshold = loss_threshold(profit, Move(KIND, LOSING, TODAY, "new terms"), QUESTIONS, terms, engine)
    if _all_assumed(profit, activity_costs, terms):
        return (threshold,)
    at = Mending(profit, _pattern(lifetime, terms, engine), terms, engine)
    losses = loss_makers(engine.open(profit.customers), REMEDIES, profit.years)
    decisions = [
        _decision(losses, row, at, _action(costs, str(row["segment"]))) for row in engine.records(loss_sums(losses))
    ]
    if not profit.cost_to_serve_known:
        return (*decisions, threshold) if profit.thresholds is not None or not decisions else tuple(decisions)
    kept = engine.records(kept_by_unavoidable_cost(engine.open(profit.customers), REMEDIES.sure, profit.years))[0]
    if kept["customers"]:
        decisions.append(_unavoidable(kept, terms))
    return tuple(decisions) or (_nobody(),)


def _all_assumed(profit: CustomerProfit, activity_costs: ActivityCosts | None, terms: Terms) -> bool:
    """Whether nothing measured tells who loses; a measured margin below nothing is a loss whatever serving costs."""
    if not profit.cost_to_serve_known:
        return profit.basis != MARGIN_MEASURED
    margin = terms.gross_margin
    declared = profit.basis == MARGIN_DECLARED and (margin is None or margin.grade is Grade.ASSUMPTION)
    cost = activity_costs is None or activity_costs.grade is Grade.ASSUMPTION
    return profit.basis == REVENUE or (declared and cost)


def _decision(losses: Relation, row: dict[str, Any], at: Mending, action: ActionCost | None) -> Decision:
    group = Losses(str(row["segment"]), int(row["customers"]), *(float(row[name]) for name in FIGURES))
    subject, to_state = MOVES[group.remedy]
    move = Move(KIND, subject, TODAY, to_state)
    case = Case(
        # The case bears the kind of the action, under which its cost and effect are declared.
        replace(move, kind=ACTIONS[group.remedy]), QUESTIONS, _opening(group, at), group.customers,
        max(group.amount * at.profit.years, 0.0),
        _gain(group, at),
        EFFECT,
        Trial("get the new terms", "bring a profit a year later", 1 - group.p_loss, 1.0, group.customers),
        at.pattern,
        (_basis(group),),
    )  # fmt: skip
    return replace(appraised(case, action, at.terms), move=move, people=_people(losses, group, at, action, move))


def _gain(group: Losses, at: Mending) -> Estimate:
    """The loss avoided over the horizon where all losses end; errors of rates and margin are shared by all."""
    terms, years = at.terms, at.pattern.worth_in_years
    shared = stream(terms.seed, "customer_profit").standard_normal(terms.draws)
    draws = (group.shortfall + group.sd * shared) * years
    return estimate(draws, terms.currency, at.profit.grade, mean=group.shortfall * years)


def _people(losses: Relation, group: Losses, at: Mending, action: ActionCost | None, move: Move) -> StoredTable:
    """The working list; the fixed part of the cost is in no row of it."""
    acting = acting_of(action)
    cost, effect = (0.0, None) if acting is None else (acting.cost, acting.effect)
    return at.engine.keep(loss_list(losses, group.remedy, at.pattern.worth_in_years, cost, effect), f"people_{move.id}")


def _opening(group: Losses, at: Mending) -> str:
    currency, one = at.terms.currency, group.customers == 1
    who = f"{count(group.customers, 'customer')} with {money(group.amount, currency)} of revenue a year"
    loss = money(group.shortfall, currency)
    if group.avoidable_cost <= 0:
        return f"{who} {'brings' if one else 'bring'} {loss} a year less than their goods cost, whatever serving costs"
    return (
        f"{who} {'costs' if one else 'cost'} {loss} a year more to serve than they bring, counting only cost that "
        f"would go with them"
    )


def _basis(group: Losses) -> Basis:
    figures: dict[str, float | int | str] = {
        "revenue a year": group.amount,
        "margin a year": group.margin,
        "avoidable cost a year": group.avoidable_cost,
        "loss a year": group.shortfall,
        "mean chance of a loss": group.p_loss,
    }
    return Basis("customer_profit", group.customers, "customers", figures)


def _unavoidable(kept: dict[str, Any], terms: Terms) -> Decision:
    """The row for customers whose loss is allocated cost: a cost allocated but not avoidable saves nothing."""
    move = Move(KIND, "customers whose loss is cost that would stay", TODAY, "new terms")
    who = count(int(kept["customers"]), "customer shows", "customers show")
    because = (
        f"{who} a loss only because cost is allocated that would stay without them; letting them go would lose "
        f"{money(float(kept['contribution']), terms.currency)} a year, so they stay."
    )
    return nothing_to_gain(move, QUESTIONS, because, at_stake=max(float(kept["revenue"]), 0.0))


def _nobody() -> Decision:
    because = "No customer more likely than not costs more than it brings, so there is nobody to reprice or let go."
    return nothing_to_gain(Move(KIND, LOSING, TODAY, "new terms"), QUESTIONS, because)


def _pattern(lifetime: LifetimeValue | None, terms: Terms, engine: Engine) -> Pattern:
    """Losses end by themselves as customers leave, so they are counted for as long as customers stay."""
    if lifetime is None:
        return pattern_of(0.0, 0.0, years=terms.horizon.years, discount_rate=terms.discount_rate)
    return life_pattern(lifetime, terms, engine)


def _action(costs: CostsOfAction | None, remedy: str) -> ActionCost | None:
    return costs.of(ACTIONS[remedy]) if costs else None
