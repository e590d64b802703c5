"""Whom to keep: the head of sales decides which customers who fall silent get a personal contact in time."""

from __future__ import annotations

from patronage.decisions.appraisal import Case, EffectWords
from patronage.decisions.decision import Basis, Decision, Move, nothing_to_gain
from patronage.decisions.targeting import Group, Target, buyer, buyers, decided, life_pattern, shared_factor
from patronage.decisions.tested import experiment_basis, known_action
from patronage.decisions.trial import Trial
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import REVENUE
from patronage.evidence.queries.lists import Band, slipping
from patronage.findings.lifetime import LifetimeValue
from patronage.findings.trust import TrackRecord
from patronage.strategy.actions import CostsOfAction
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, money, percent

QUESTIONS = ("3.19a", "3.27b")

SLIPPING = Band(0.2, 0.8)
"""Chance of being active between that of a customer who is as good as gone and that of one who stays anyway."""

TODAY, MOVE = "no contact", "a personal contact before they leave"

EFFECT = EffectWords(
    "share of customers treated who stay because of it", "more than {share} of them stay because of it"
)


def retain(
    lifetime: LifetimeValue,
    terms: Terms,
    engine: Engine,
    costs: CostsOfAction | None,
    record: TrackRecord | None = None,
) -> tuple[Decision, ...]:
    """Decisions to keep customers who fall silent, one for each way of buying."""
    pattern = life_pattern(lifetime, terms, engine)

    def case(group: Group, gain: Estimate) -> Case:
        one, who = buyer(group.segment), buyers(group.segment)
        loss = money(group.gain * group.room, terms.currency)
        are, their = ("is", "its") if group.customers == 1 else ("are", "their")
        opening = (
            f"{count(group.customers, one, who)} who brought {money(group.amount, terms.currency)} in the last twelve "
            f"months {are} falling silent and {loss} of {their} value is likely to be lost"
        )
        return Case(
            Move("retain", f"{who} falling silent", TODAY, MOVE), QUESTIONS, opening, group.customers, group.amount,
            gain,
            EFFECT,
            Trial("get the contact", "buy again within a year", group.outcome, group.soon, group.customers),
            pattern,
            (_basis(group), *experiment_basis(record, "retain")),
            most=group.room,
            in_revenue=lifetime.basis == REVENUE,
        )  # fmt: skip

    candidates = slipping(engine.open(lifetime.customers), SLIPPING)
    action = known_action(costs, record, "retain")
    shared = shared_factor(lifetime, engine)
    target = Target("retain", action, lifetime.grade, shared, case, leaving=True)
    return decided(candidates, target, terms, engine) or (_nobody(),)


def _basis(group: Group) -> Basis:
    figures: dict[str, float | int | str] = {
        "revenue of the last twelve months": group.amount,
        "value likely to be lost": group.gain * group.room,
        "mean chance of being active": group.base,
        "mean chance to buy within a year": group.outcome,
    }
    return Basis("lifetime_value", group.customers, "customers", figures)


def _nobody() -> Decision:
    band = f"{percent(SLIPPING.low)} and {percent(SLIPPING.high)}"
    reason = (
        f"No customer with between {band} chance of being still active has enough value to lose for a contact to pay, "
        f"so there is nobody to keep by one."
    )
    return nothing_to_gain(Move("retain", "customers falling silent", TODAY, MOVE), QUESTIONS, reason)
