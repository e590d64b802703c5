"""Whom to grow: the head of sales decides which customers are offered which category that their like buy already."""

from __future__ import annotations

import numpy as np

from patronage.decisions.appraisal import Case, EffectWords
from patronage.decisions.decision import Basis, Decision, Move, nothing_to_gain
from patronage.decisions.targeting import Group, Target, decided, life_pattern, years_covered
from patronage.decisions.tested import experiment_basis, known_action
from patronage.decisions.timing import Pattern, annuity, pattern_of
from patronage.decisions.trial import Trial
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import REVENUE
from patronage.evidence.queries.lists import category_gaps
from patronage.findings.lifetime import LifetimeValue
from patronage.findings.partnership import CategoryGap
from patronage.findings.trust import TrackRecord
from patronage.strategy.actions import CostsOfAction
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.grade import weakest
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, money, percent

QUESTIONS = ("1.33a", "1.53c", "3.25")

TODAY = "no offer"

EFFECT = EffectWords(
    "share of customers treated who take it up because of the offer",
    "more than {share} of them take it up because of the offer",
)


def grow(  # noqa: PLR0913  each parameter is a need of its own, read by the wiring
    gap: CategoryGap,
    lifetime: LifetimeValue | None,
    terms: Terms,
    engine: Engine,
    costs: CostsOfAction | None,
    *,
    record: TrackRecord | None = None,
) -> tuple[Decision, ...]:
    """Decisions to offer customers a category that they lack, one for each category, each customer in the best one.

    The measured uptake is what happens without an offer, so it is no gain of acting: the gain is what the offer adds.
    """
    years = annuity(terms.horizon.years, terms.discount_rate)
    customers = None if lifetime is None else engine.open(lifetime.customers)
    covered = 1.0 if lifetime is None else years_covered(lifetime, terms, engine)
    candidates = category_gaps(engine.open(gap.customers), customers, years, covered)
    pattern = _pattern(lifetime, terms, engine)

    def case(group: Group, gain: Estimate) -> Case:
        name = group.segment
        opening = (
            f"{count(group.customers, 'customer buys', 'customers buy')} what buyers of {name} buy, but not {name}; "
            f"unasked, {percent(group.base)} take it up, worth {money(group.amount, terms.currency)} a year"
        )
        return Case(
            Move("grow", f"customers without {name}", TODAY, f"an offer of {name}"), QUESTIONS, opening,
            group.customers, group.amount, gain, EFFECT,
            Trial("get the offer", f"buy {name}", group.base, 1.0, group.customers),
            pattern,
            (_basis(group, gap), *experiment_basis(record, "grow")),
            most=group.room,
            in_revenue=gap.basis == REVENUE,
        )  # fmt: skip

    # What a category brings is counted before cost to serve, so it moves as all value before cost does.
    shared = np.ones(terms.draws) if lifetime is None else lifetime.shared_gain.astype(np.float64)
    grade = gap.grade if lifetime is None else weakest((gap.grade, lifetime.grade))
    action = known_action(costs, record, "grow")
    return decided(candidates, Target("grow", action, grade, shared, case), terms, engine) or (_nobody(),)


def _pattern(lifetime: LifetimeValue | None, terms: Terms, engine: Engine) -> Pattern:
    if lifetime is None:
        return pattern_of(0.0, 0.0, years=terms.horizon.years, discount_rate=terms.discount_rate)
    return life_pattern(lifetime, terms, engine)


def _basis(group: Group, gap: CategoryGap) -> Basis:
    figures: dict[str, float | int | str] = {
        "uptake without an offer": group.base,
        "worth of that uptake a year": group.amount,
        "value of one adoption": group.gain / group.customers,
        "adoptions predicted in the held-out period": gap.predicted,
        "adoptions observed in the held-out period": gap.observed,
    }
    return Basis("category_gap", group.customers, "customers", figures)


def _nobody() -> Decision:
    reason = (
        "No customer lacks a category that its like buy and that would bring back the cost of an offer, so there is "
        "nobody to grow by one."
    )
    return nothing_to_gain(Move("grow", "customers who lack a category", TODAY, "an offer"), QUESTIONS, reason)
