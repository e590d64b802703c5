"""Whom to depend on less: the managing director decides which of the largest customers get a named owner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from patronage.decisions.appraisal import Case, EffectWords, appraised
from patronage.decisions.decision import Basis, Decision, Move, nothing_to_gain
from patronage.decisions.leaving import Staying, share_lost_by_leaving
from patronage.decisions.targeting import acting_of, life_pattern, shared_factor
from patronage.decisions.tested import experiment_basis, known_action
from patronage.decisions.trial import STILL, Trial
from patronage.decisions.weighing import spread_gain
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import REVENUE
from patronage.evidence.queries.lists import SD_OF_INTERVAL, Acting, as_people, largest, repeat_rows
from patronage.findings.lifetime import LifetimeValue, RepeatBuying
from patronage.findings.trust import TrackRecord
from patronage.kernels.draws import stream
from patronage.kernels.repeat_buying import RepeatModel, stated_repeat_buying
from patronage.kernels.staying import staying_bg_nbd, staying_mbg_cnbd_k, staying_mbg_nbd, staying_pareto_nbd
from patronage.strategy.actions import ActionCost, CostsOfAction
from patronage.vocabulary.estimate import Floats, estimate
from patronage.vocabulary.horizon import DAYS_PER_YEAR, TimeUnit
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import money, percent

QUESTIONS = ("3.27b",)

FEW = 10
"""How many customers count as few."""

DEPENDENT = 0.10
"""Share of the value of all customers from which a company depends on the largest few."""

TODAY, MOVE = "no named owner", "a named owner and a second contact for each"

EFFECT = EffectWords(
    "share of customers treated who stay because of it", "more than {share} of them stay because of it within a year"
)

SLIM = 1e-6
"""Chance of being active, or of leaving, below which no value is worked out for each unit of it."""

MODELS = {
    "bg_nbd": (staying_bg_nbd, ("r", "alpha", "a", "b")),
    "mbg_nbd": (staying_mbg_nbd, ("r", "alpha", "a", "b")),
    "pareto_nbd": (staying_pareto_nbd, ("r", "alpha", "s", "beta")),
    "mbg_cnbd_k": (staying_mbg_nbd, ("r", "alpha", "a", "b")),
}


@dataclass(frozen=True, slots=True)
class Few:
    """The largest customers, best first.

    leaving: chance of being active and leaving within a year; where the model does not know a customer, of having left.
    lost: value expected to be lost by it. staying: chance of being active in a year. noise: sd of lost.
    """

    rows: list[dict[str, Any]]
    leaving: Floats
    lost: Floats
    staying: Floats
    noise: Floats

    def first(self, start: int, end: int) -> Few:
        """A stretch of them."""
        part = slice(start, end)
        return Few(self.rows[part], self.leaving[part], self.lost[part], self.staying[part], self.noise[part])

    def share(self, number: int) -> float:
        """Share of the value of all customers in the first few."""
        return float(sum(row["share"] for row in self.rows[:number]))

    @property
    def loss(self) -> float:
        """Value expected to be lost by customers who leave within a year."""
        return float(self.lost.sum())


def protect(  # noqa: PLR0913  each parameter is a need of its own, read by the wiring
    lifetime: LifetimeValue,
    repeat: RepeatBuying | None,
    terms: Terms,
    engine: Engine,
    costs: CostsOfAction | None,
    *,
    record: TrackRecord | None = None,
) -> tuple[Decision, ...]:
    """Decisions about dependence on few customers: the largest one where it matters alone, and the rest of the ten."""
    few = _few(lifetime, repeat, engine, terms)
    move = Move("protect", "the ten largest customers", TODAY, MOVE)
    if few.share(FEW) < DEPENDENT:
        told = percent(few.share(FEW)) if few.rows else "none"
        why = (
            f"The ten largest customers hold {told} of the value of all, below the {percent(DEPENDENT)} from which a "
            f"company depends on few, so there is nothing to protect."
        )
        return (nothing_to_gain(move, QUESTIONS, why, at_stake=_revenue(few)),)
    alone = 1 if few.share(1) >= DEPENDENT and len(few.rows) > 1 else 0
    rest = replace(move, subject=f"the {len(few.rows) - 1} largest customers after the first") if alone else move
    at = Protecting(terms, engine, known_action(costs, record, "protect"), experiment_basis(record, "protect"))
    decisions = [_decision(few.first(alone, FEW), few, rest, lifetime, at)]
    if alone:
        single = replace(move, subject="the largest customer")
        decisions.insert(0, _decision(few.first(0, 1), few, single, lifetime, at))
    return tuple(decisions)


@dataclass(frozen=True, slots=True)
class Protecting:
    """The run's terms and engine, and what is known of the action."""

    terms: Terms
    engine: Engine
    action: ActionCost | None
    experiments: tuple[Basis, ...]


def _decision(part: Few, few: Few, move: Move, lifetime: LifetimeValue, at: Protecting) -> Decision:
    action = at.action
    leaving = float(part.leaving.mean())
    # Successes fall where customers would leave: an effect of `leaving` saves all of the loss.
    share = max(leaving, SLIM)
    gain, noise = part.loss / share, float(np.sqrt((part.noise**2).sum())) / share
    shared = shared_factor(lifetime, at.engine)
    draws = spread_gain(gain, noise, shared, stream(at.terms.seed, f"protect:{move.subject}"))
    case = Case(
        move, QUESTIONS, _opening(part, few, at.terms), len(part.rows), _revenue(part),
        estimate(draws, at.terms.currency, lifetime.grade, mean=gain),
        EFFECT,
        _trial(part),
        life_pattern(lifetime, at.terms, at.engine),
        (_basis(part, few), *at.experiments),
        most=leaving,
        in_revenue=lifetime.basis == REVENUE,
    )  # fmt: skip
    decision = appraised(case, action, at.terms)
    rows = at.engine.memory("few", _list(part, acting_of(action), leaving, at.terms))
    return replace(decision, people=at.engine.keep(as_people(rows), f"people_{decision.id}"))


def _trial(part: Few) -> Trial:
    staying = float(part.staying.mean())
    return Trial("get an owner and a second contact", "still buy in a year", staying, 1.0, len(part.rows), STILL)


def _opening(part: Few, few: Few, terms: Terms) -> str:
    if len(part.rows) == 1:
        who = f"The largest customer holds {percent(float(part.rows[0]['share']))} of the value of all"
    elif len(part.rows) < len(few.rows):
        held = percent(few.share(FEW) - few.share(1))
        who = f"The {len(part.rows)} largest customers after the first hold {held} of the value of all"
    else:
        shares = f"{percent(few.share(1))}, {percent(few.share(5))} and {percent(few.share(FEW))}"
        who = f"The largest customer, the five and the ten largest hold {shares} of the value of all"
    their = "its" if len(part.rows) == 1 else "their"
    return f"{who}, and {money(part.loss, terms.currency)} is expected to be lost by {their} leaving within a year"


def _few(lifetime: LifetimeValue, repeat: RepeatBuying | None, engine: Engine, terms: Terms) -> Few:
    rows = engine.records(largest(engine.open(lifetime.customers), FEW))
    value = np.array([row["value"] for row in rows], dtype=np.float64)
    noise = np.array([((row["p95"] or 0.0) - (row["p05"] or 0.0)) / SD_OF_INTERVAL for row in rows], dtype=np.float64)
    alive = np.array([1.0 if row["p_alive"] is None else row["p_alive"] for row in rows], dtype=np.float64)
    # Who is unknown to the model may have left: value is P(alive) times value if active, which is lost if it has.
    leaving, staying, share = 1.0 - alive, alive.copy(), (1.0 - alive) / np.maximum(alive, SLIM)
    if repeat is not None and rows and repeat.chosen in MODELS:
        places, stays = _staying(rows, repeat, engine)
        if len(places):
            staying[places] = alive[places] * stays(1.0)
            leaving[places] = alive[places] - staying[places]
            share[places] = share_lost_by_leaving(stays, terms.horizon.years, terms.discount_rate)
    return Few(rows, leaving, value * share, staying, noise * share)


def _staying(rows: list[dict[str, Any]], repeat: RepeatBuying, engine: Engine) -> tuple[list[int], Staying]:
    """Places of the customers whom the model of repeat buying knows, and their chance of staying so many years."""
    kernel, names = MODELS[repeat.chosen]
    model = repeat.models[repeat.chosen]
    one, two, three, four = (model.parameters[name] for name in names)
    days = TimeUnit(repeat.unit).days
    places = {row["customer_id"]: place for place, row in enumerate(rows)}
    known = engine.records(repeat_rows(engine.open(repeat.table), list(places)))
    x = np.array([row["x"] for row in known], dtype=np.float64)
    age = np.array([row["age"] / days for row in known], dtype=np.float64)

    def stays(ahead: float) -> Floats:
        if model.k > 1:
            fit = stated_repeat_buying(RepeatModel(repeat.chosen), dict(model.parameters), model.k)
            last = np.array([row["t_x"] / days for row in known], dtype=np.float64)
            return staying_mbg_cnbd_k(fit, (x, last, age), ahead * DAYS_PER_YEAR / days)
        return kernel(x, age, ahead * DAYS_PER_YEAR / days, (one, two, three, four))

    return [places[row["customer_id"]] for row in known], stays


def _list(part: Few, acting: Acting | None, leaving: float, terms: Terms) -> dict[str, list[Any]]:
    """The list as columns; a value that nobody knows is not a number, a place that nobody knows is empty."""
    net = np.full(part.lost.size, np.nan)
    if acting is not None and acting.effect is not None and leaving > 0:
        net = part.lost * min(acting.effect, leaving) / leaving - acting.cost
    why = [
        f"holds {percent(float(row['share']))} of the value of all customers "
        f"({money(float(row['value']), terms.currency)}); {percent(float(chance))} likely to leave within a year"
        for row, chance in zip(part.rows, part.leaving, strict=True)
    ]
    return {
        "customer_id": [str(row["customer_id"]) for row in part.rows],
        "place": [row["place"] or "" for row in part.rows],
        "amount": [float(row["revenue_12m"] or 0.0) for row in part.rows],
        "value": [float(each) for each in net],
        "why": why,
    }


def _basis(part: Few, few: Few) -> Basis:
    figures: dict[str, float | int | str] = {
        "share of the largest customer": few.share(1),
        "share of the five largest": few.share(5),
        "share of the ten largest": few.share(FEW),
        "value of these": float(sum(row["value"] for row in part.rows)),
        "value expected to be lost within a year": part.loss,
        "mean chance of leaving within a year": float(part.leaving.mean()),
    }
    return Basis("lifetime_value", len(part.rows), "customers", figures)


def _revenue(few: Few) -> float:
    return float(sum(row["revenue_12m"] or 0.0 for row in few.rows))
