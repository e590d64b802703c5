"""Whom to reprice or let go: the managing director decides which customers who bring a loss get new terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from patronage.decisions.appraisal import LIKELY
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
)
from patronage.decisions.loss_threshold import loss_threshold
from patronage.decisions.targeting import REVENUE, life_pattern
from patronage.decisions.timing import Pattern, pattern_of
from patronage.decisions.trial import Trial, trial_words
from patronage.decisions.words import count, money, money_range, years
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import MARGIN_DECLARED
from patronage.evidence.queries.losses import (
    LET_GO,
    REPRICE,
    SERVE_CHEAPER,
    Remedies,
    kept_by_unavoidable_cost,
    loss_list,
    loss_makers,
    loss_sums,
)
from patronage.evidence.relation import Relation
from patronage.findings.lifetime import LifetimeValue
from patronage.findings.worth import ActivityCosts, CustomerProfit
from patronage.kernels.draws import stream
from patronage.strategy.actions import ActionCost, CostsOfAction
from patronage.vocabulary.estimate import Estimate, Floats, estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

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
    LET_GO: ("customers whose loss no fix ends", "letting go those who do not accept terms that pay"),
}
"""Subject and new state by remedy."""

ACTIONS = {REPRICE: "reprice", SERVE_CHEAPER: "reprice", LET_GO: "let_go"}
"""Which declared cost of action a remedy takes."""

REAL = "share of their avoidable cost, as counted, that is real"

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
class Inputs:
    """Draws of the loss avoided over the horizon and of the cost of acting; worked is the mean share it works for."""

    avoided: Floats
    cost: Floats
    worked: float = 1.0

    @property
    def value(self) -> Floats:
        """Loss avoided less cost."""
        return self.avoided - self.cost


@dataclass(frozen=True, slots=True)
class Setting:
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

    Where margin and cost are both assumed there is no proposal, but the threshold in words.
    """
    if _all_assumed(profit, activity_costs, terms):
        return (loss_threshold(profit, Move(KIND, LOSING, TODAY, "new terms"), QUESTIONS, terms),)
    at = Setting(profit, _pattern(lifetime, terms, engine), terms, engine)
    losses = loss_makers(engine.open(profit.customers), REMEDIES)
    found = [
        _decision(losses, row, at, _action(costs, str(row["segment"]))) for row in engine.records(loss_sums(losses))
    ]
    kept = engine.records(kept_by_unavoidable_cost(engine.open(profit.customers), REMEDIES.sure))[0]
    if kept["customers"]:
        found.append(_unavoidable(int(kept["customers"]), float(kept["contribution"]), terms))
    return tuple(found) or (_nobody(),)


def _all_assumed(profit: CustomerProfit, activity_costs: ActivityCosts | None, terms: Terms) -> bool:
    margin = terms.gross_margin
    declared = profit.basis == MARGIN_DECLARED and (margin is None or margin.grade is Grade.ASSUMPTION)
    cost = activity_costs is None or activity_costs.grade is Grade.ASSUMPTION
    return not profit.cost_to_serve_known or profit.basis == REVENUE or (declared and cost)


def _decision(losses: Relation, row: dict[str, Any], at: Setting, action: ActionCost | None) -> Decision:
    group = Losses(str(row["segment"]), int(row["customers"]), *(float(row[name]) for name in FIGURES))
    inputs = _inputs(group, at, action)
    cost, gained = float(inputs.cost.mean()), group.shortfall * inputs.worked * at.pattern.worth_in_years
    value = estimate(inputs.value, at.terms.currency, at.profit.grade, mean=gained - cost)
    better = value.p_above(0.0)
    good = value.mean > 0 and better >= LIKELY
    subject, to_state = MOVES[group.remedy]
    move = Move(KIND, subject, TODAY, to_state)
    each = cost / group.customers
    listed = at.engine.keep(loss_list(losses, group.remedy, at.pattern.worth_in_years, each), f"people_{move.id}")
    trial = Trial("get the new terms", "bring a profit a year later", 1 - group.p_loss, 1.0, group.customers)
    known = float(np.maximum(inputs.value, 0.0).mean() - max(value.mean, 0.0))
    by_year = [gained * weight for weight in at.pattern.weights]
    by_year[0] -= cost
    return Decision(
        move, QUESTIONS, _reason(group, to_state, value if good else None, cost, at.terms),
        Status.PROPOSED if good else Status.NOTHING_TO_GAIN, at.profit.grade, group.shortfall,
        value=value if good else None,
        value_raw=value if good else None,
        value_by_year=tuple(by_year) if good else (),
        p_better=better,
        cost=Cost(one_off=cost),
        hours=None if action is None else group.customers * action.hours.mean,
        payback=at.pattern.payback(gained, cost) if good else None,
        break_even=BreakEven(group.margin / group.avoidable_cost, REAL),
        drivers=_drivers(inputs, at.profit.grade),
        learning=Learning(known, trial_words(trial, 0.5)),
        evidence=(_basis(group, action),),
        people=listed,
    )  # fmt: skip


def _inputs(group: Losses, at: Setting, action: ActionCost | None) -> Inputs:
    """Draws of the loss avoided and of the cost; errors of rates and margin are shared by all customers."""
    terms = at.terms
    shared = stream(terms.seed, "customer_profit").standard_normal(terms.draws)
    avoided = (group.shortfall + group.sd * shared) * at.pattern.worth_in_years
    if action is None:
        return Inputs(avoided, np.zeros(terms.draws))
    where = f"costs_of_action.{action.kind}"
    effect = np.ones(terms.draws)
    if action.effect is not None:
        effect = action.effect.draws(terms.draws, terms.seed, f"{where}.effect")
    cost = group.customers * action.cost.draws(terms.draws, terms.seed, f"{where}.cost")
    cost = cost + action.one_off.draws(terms.draws, terms.seed, f"{where}.one_off")
    return Inputs(avoided * effect, cost, float(effect.mean()))


def _reason(group: Losses, to_state: str, value: Estimate | None, cost: float, terms: Terms) -> str:
    opening = (
        f"{count(group.customers, 'customer')} with {money(group.amount, terms.currency)} of revenue a year "
        f"{'costs' if group.customers == 1 else 'cost'} {money(group.shortfall, terms.currency)} a year more to serve "
        f"than they bring, counting only cost that would go with them"
    )
    if value is None:
        return f"{opening}; {to_state} costs {money(cost, terms.currency)}, which it may well not bring back."
    return (
        f"{opening}; {to_state} costs {money(cost, terms.currency)} and is worth {money_range(value, terms.currency)} "
        f"net over {years(terms.horizon.years)}, whether they accept or leave."
    )


def _drivers(inputs: Inputs, grade: Grade) -> tuple[Driver, ...]:
    avoided, cost = float(inputs.avoided.mean()), float(inputs.cost.mean())
    a05, a95 = (float(end) for end in np.quantile(inputs.avoided, (0.05, 0.95)))
    c05, c95 = (float(end) for end in np.quantile(inputs.cost, (0.05, 0.95)))
    return (
        Driver("loss avoided", a05 - cost, a95 - cost, grade),
        Driver("cost of acting", avoided - c05, avoided - c95, Grade.ASSUMPTION),
    )


def _basis(group: Losses, action: ActionCost | None) -> Basis:
    figures: dict[str, float | int | str] = {
        "revenue a year": group.amount,
        "margin a year": group.margin,
        "avoidable cost a year": group.avoidable_cost,
        "loss a year": group.shortfall,
        "mean chance of a loss": group.p_loss,
        "cost of acting": "counted as nothing, since none is declared" if action is None else action.cost.mean,
    }
    return Basis("customer_profit", group.customers, "customers", figures)


def _unavoidable(customers: int, contribution: float, terms: Terms) -> Decision:
    """The row for customers whose loss is allocated cost: a cost allocated but not avoidable saves nothing."""
    move = Move(KIND, "customers whose loss is cost that would stay", TODAY, "new terms")
    because = (
        f"{count(customers, 'customer shows', 'customers show')} a loss only because cost is allocated that would stay "
        f"without them; letting them go would lose {money(contribution, terms.currency)} a year, so they stay."
    )
    return nothing_to_gain(move, QUESTIONS, because, at_stake=contribution)


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
