"""Whom to win back: the head of marketing decides which customers who left get an offer to return."""

from __future__ import annotations

from datetime import timedelta

from patronage.decisions.appraisal import Case, EffectWords
from patronage.decisions.decision import Basis, Decision, Move, nothing_to_gain, refused
from patronage.decisions.targeting import Group, Target, buyer, buyers, decided, shared_factor
from patronage.decisions.tested import experiment_basis, known_action
from patronage.decisions.timing import Pattern, pattern_of_early, undiminished
from patronage.decisions.trial import Trial
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import REVENUE
from patronage.evidence.queries.lists import bought_once, lapsed, last_year_paid
from patronage.findings.lifetime import LifetimeValue, RepeatBuying
from patronage.findings.trust import TrackRecord
from patronage.strategy.actions import CostsOfAction
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, money, percent

QUESTIONS = ("1.31b",)

GONE = 0.2
"""Chance of being active below which a customer counts as gone."""

TODAY, MOVE = "no offer", "an offer to return"

EFFECT = EffectWords(
    "share of customers treated who return because of it", "more than {share} of them return because of it"
)

BLIND = {"bg_nbd": "BG/NBD"}
"""Models under which a customer cannot leave before its second purchase."""

CONTEXT = (
    "Stauss and Friege (1999) report a return of 214% on reinstated customers and 23% on new ones from a bought list; "
    "context from one company, no data of this one"
)


def win_back(  # noqa: PLR0913  each parameter is a need of its own, read by the wiring
    lifetime: LifetimeValue,
    repeat: RepeatBuying,
    terms: Terms,
    engine: Engine,
    costs: CostsOfAction | None,
    *,
    record: TrackRecord | None = None,
) -> tuple[Decision, ...]:
    """Decisions to win back customers who left, one for each way of buying; worth is that of a second life.

    A second life is foretold from the first one: it buys at the customer's own posterior rate and leaves again as the
    customer did.
    """
    customers = engine.open(lifetime.customers)
    candidates = lapsed(customers, last_year_paid(engine.open(repeat.days)), GONE)
    action = known_action(costs, record, "win_back")
    pattern = _pattern(lifetime, terms)

    def case(group: Group, gain: Estimate) -> Case:
        one, who = buyer(group.segment), buyers(group.segment)
        their = "its" if group.customers == 1 else "their"
        each = money(group.gain / group.customers, terms.currency)
        opening = (
            f"{count(group.customers, one, who)} who left brought {money(group.amount, terms.currency)} in {their} "
            f"last twelve months of buying, and a second life of one is worth {each} on average"
        )
        return Case(
            Move("win_back", f"{who} who left", TODAY, MOVE), QUESTIONS, opening, group.customers, group.amount, gain,
            EFFECT,
            Trial("get the offer", "buy again within a year", group.outcome, group.soon, group.customers),
            pattern,
            (_basis(group), *experiment_basis(record, "win_back")),
            most=group.room,
            in_revenue=lifetime.basis == REVENUE,
        )  # fmt: skip

    target = Target("win_back", action, lifetime.grade, shared_factor(lifetime, engine), case)
    decisions = decided(candidates, target, terms, engine) or (_nobody(costed=action is not None),)
    return (*decisions, *_once(lifetime, repeat, terms, engine))


def _pattern(lifetime: LifetimeValue, terms: Terms) -> Pattern:
    """When within the horizon the money of second lives comes in."""
    years, rate = terms.horizon.years, terms.discount_rate
    if lifetime.returned_early is None:
        return undiminished(years, rate)
    return pattern_of_early(lifetime.returned_early, years=years, discount_rate=rate)


def _basis(group: Group) -> Basis:
    figures: dict[str, float | int | str] = {
        "revenue of the twelve months up to the last purchase": group.amount,
        "value of a second life for each": group.gain / group.customers,
        "mean chance of being active": group.base,
        "mean chance to buy within a year": group.outcome,
        "context": CONTEXT,
    }
    return Basis("lifetime_value", group.customers, "customers", figures)


def _once(lifetime: LifetimeValue, repeat: RepeatBuying, terms: Terms, engine: Engine) -> tuple[Decision, ...]:
    """A refusal where the model of repeat buying cannot tell whether those who bought once have left."""
    silent = terms.as_of - timedelta(days=365)
    row = engine.records(bought_once(engine.open(lifetime.customers), engine.open(repeat.days), silent))[0]
    if lifetime.model not in BLIND or not row["customers"]:
        return ()
    silence = "has" if row["customers"] == 1 else "have"
    who, worth = count(int(row["customers"]), "customer"), money(float(row["value"]), terms.currency)
    why = (
        f"{who} who bought once, with {worth} of value, {silence} been silent for over a year, and the "
        f"model of buying ({BLIND[lifetime.model]}) cannot tell whether they left, since it lets nobody leave before a "
        f"second purchase; a table of exits, or a test of an offer, would lift this."
    )
    move = Move("win_back", "customers who bought once and fell silent", TODAY, MOVE)
    return (refused(move, QUESTIONS, why, at_stake=float(row["amount"])),)


def _nobody(*, costed: bool) -> Decision:
    move = Move("win_back", "customers who left", TODAY, MOVE)
    if costed:
        why = (
            f"No customer with less than {percent(GONE)} chance of being still active would in a second life bring "
            f"back what an offer costs, so nobody is worth winning back."
        )
    else:
        why = (
            f"No customer has less than {percent(GONE)} chance of being still active and a second life that is worth "
            f"anything, so there is nobody to win back."
        )
    return nothing_to_gain(move, QUESTIONS, why)
