"""Where to hold the price: the head of pricing decides where prices below the usual one are brought back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from patronage.decisions.appraisal import Case, EffectWords, appraised
from patronage.decisions.decision import Basis, BreakEven, Decision, Move, Status, nothing_to_gain
from patronage.decisions.targeting import SLIGHT, Group, acting_of, group_of
from patronage.decisions.tested import experiment_basis, known_action
from patronage.decisions.timing import annuity, pattern_of
from patronage.decisions.trial import Trial
from patronage.decisions.weighing import around_mean, spread_gain
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import REVENUE
from patronage.evidence.queries.lists import (
    UNKNOWN,
    below_price,
    leaking_places,
    people,
    segment_sums,
    summed_leakage,
    worth_acting_on,
)
from patronage.evidence.queries.losses import margin_rate
from patronage.evidence.tables import Relation
from patronage.findings.right_to_win import PriceDiscipline
from patronage.findings.trust import TrackRecord
from patronage.findings.worth import CustomerProfit
from patronage.kernels.draws import stream
from patronage.strategy.actions import ActionCost, CostsOfAction
from patronage.vocabulary.estimate import estimate
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count, money, percent

QUESTIONS = ("4.69", "4.83b")

PLACES = 4
"""Most places with a decision of their own; one with less than a twentieth of the leakage gets none."""

TODAY, MOVE = "each price as it was given", "holding to the usual price"

EFFECT = EffectWords(
    "share of customers treated who then pay the usual price and keep buying",
    "more than {share} of them pay the usual price and keep buying",
)

LOST = "share of their volume lost"

NOISE = (
    "Prices that differ by more than product, volume and month explain differ no more than chance would have it, so "
    "there is nothing to gain from discipline."
)

SMALL = "No customer pays so much less than usual that holding the price would bring back its cost."


def price(  # noqa: PLR0913  each parameter is a need of its own, read by the wiring
    discipline: PriceDiscipline,
    profit: CustomerProfit | None,
    terms: Terms,
    engine: Engine,
    costs: CostsOfAction | None,
    *,
    record: TrackRecord | None = None,
) -> tuple[Decision, ...]:
    """Decisions to bring prices back to what product, volume and month explain, one for each place that leaks most."""
    leakage, customers = discipline.leakage, engine.open(discipline.customers)
    told = float(engine.records(summed_leakage(customers))[0]["leakage"])
    if leakage.mean <= 0 or leakage.p05 <= 0 or told <= 0:
        return (_nothing(discipline, NOISE),)
    years = annuity(terms.horizon.years, terms.discount_rate)
    action = known_action(costs, record, "price")
    candidates = worth_acting_on(below_price(customers, leakage.mean / told, years), acting_of(action))
    at = PriceHolding(
        discipline, _margin(profit, terms, engine), years, action, terms, engine, experiment_basis(record, "price")
    )
    first = engine.records(leaking_places(candidates, PLACES))
    places = [row for row in first if row["amount"] >= SLIGHT * leakage.mean] or first[:1]
    return tuple(_decision(candidates, str(row["segment"]), at) for row in places) or (_nothing(discipline, SMALL),)


@dataclass(frozen=True, slots=True)
class PriceHolding:
    """What the decisions of all places share: margin is a share of revenue, 1 where it is not known."""

    discipline: PriceDiscipline
    margin: float
    years: float
    action: ActionCost | None
    terms: Terms
    engine: Engine
    experiments: tuple[Basis, ...]


def _decision(candidates: Relation, place: str, at: PriceHolding) -> Decision:
    chosen = candidates.filter(candidates.segment == place)
    group = group_of(at.engine.records(segment_sums(chosen))[0])
    revenue = float(at.engine.records(leaking_places(chosen, 1))[0]["revenue"])
    case = _case(group, revenue, at)
    decision = appraised(case, at.action, at.terms)
    listed = at.engine.keep(people(candidates, place, acting_of(at.action)), f"people_{decision.id}")
    return _with_bearable_loss(replace(decision, people=listed), _bearable_loss(group, revenue, decision, at))


def _case(group: Group, revenue: float, at: PriceHolding) -> Case:
    where = "customers" if group.segment == UNKNOWN else f"customers in {group.segment}"
    opening = (
        f"{count(group.customers, where.replace('customers', 'customer', 1), where)} with "
        f"{money(revenue, at.terms.currency)} of revenue a year paid {money(group.amount, at.terms.currency)} a year "
        f"less than product, volume and month explain"
    )
    random = stream(at.terms.seed, f"price:{group.segment}")
    draws = spread_gain(group.gain, group.noise, around_mean(at.discipline.leakage, at.terms), random)
    # What noise adds to the raw leakage comes back by itself: so many pay the usual price next year without any action.
    raw = at.discipline.raw_leakage
    base = 1 - at.discipline.leakage.mean / raw if raw > 0 else 0.0
    return Case(
        Move("price", where, TODAY, MOVE), QUESTIONS, opening, group.customers, group.amount,
        estimate(draws, at.terms.currency, at.discipline.grade, mean=group.gain),
        EFFECT,
        Trial("are held to the price", "pay the usual price", min(max(base, 0.0), 1.0), 1.0, group.customers),
        pattern_of(0.0, 0.0, years=at.terms.horizon.years, discount_rate=at.terms.discount_rate),
        (_basis(group, revenue, at), *at.experiments),
    )  # fmt: skip


def _with_bearable_loss(decision: Decision, bearable: float) -> Decision:
    """The decision with the loss of volume that its gain can bear, told where there is a gain."""
    if bearable <= 0 or decision.status is Status.NOTHING_TO_GAIN:
        return decision
    decision = replace(decision, break_even=BreakEven(bearable, LOST))
    if decision.status is not Status.PROPOSED:
        return decision
    reason = f"{decision.reason.rstrip('.')}; the gain is gone once they buy {percent(bearable)} less."
    return replace(decision, reason=reason)


def _bearable_loss(group: Group, revenue: float, decision: Decision, at: PriceHolding) -> float:
    """The share of their volume whose loss would eat up the gain of full discipline after its cost."""
    net = max(group.amount - decision.cost.present / at.years, 0.0)
    return net / (group.amount + at.margin * revenue) if group.amount > 0 else 0.0


def _margin(profit: CustomerProfit | None, terms: Terms, engine: Engine) -> float:
    """Margin as a share of revenue: measured, else declared, else 1, under which every lost sale hurts most."""
    if profit is not None and profit.basis != REVENUE:
        rate = engine.records(margin_rate(engine.open(profit.customers)))[0]["rate"]
        if rate is not None and 0 < rate <= 1:
            return float(rate)
    return 1.0 if terms.gross_margin is None else terms.gross_margin.mean


def _basis(group: Group, revenue: float, at: PriceHolding) -> Basis:
    figures: dict[str, float | int | str] = {
        "leakage a year": group.amount,
        "revenue of these customers": revenue,
        "leakage of all customers a year": at.discipline.leakage.mean,
        "the same before taking noise out": at.discipline.raw_leakage,
        "share of price variance that nothing explains": at.discipline.unexplained_share,
        "margin used, share of revenue": at.margin,
    }
    return Basis("price_discipline", group.customers, "customers", figures)


def _nothing(discipline: PriceDiscipline, because: str) -> Decision:
    """The row for all customers, with the leakage measured over them at stake."""
    move = Move("price", "customers", TODAY, MOVE)
    return nothing_to_gain(move, QUESTIONS, because, at_stake=max(discipline.leakage.mean, 0.0))
