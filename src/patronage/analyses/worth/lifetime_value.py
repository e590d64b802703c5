"""What every customer will bring over the horizon, and all of them together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patronage.analyses.worth.lifetime_words import Counted, lifetime_notes
from patronage.analyses.worth.order_variances import order_variances
from patronage.analyses.worth.own_luck import value_luck
from patronage.analyses.worth.shared_factors import Shared
from patronage.analyses.worth.stationary import second_lives
from patronage.analyses.worth.valuation import Facts, Valuation, Valued, asked_of, valuation
from patronage.evidence.queries.lifetime import lifetime_customers
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders, Relation
from patronage.findings.lifetime import Calendar, HazardSlope, LifetimeValue, Renewing, RepeatBuying, Spend
from patronage.findings.worth import CustomerProfit
from patronage.kernels.draws import stream
from patronage.kernels.group_totals import SharedFactors, lucky_draws
from patronage.kernels.lapse import COVARIATES, LATE, lapse_chance
from patronage.kernels.spend import SpendFit
from patronage.vocabulary.estimate import Estimate, Floats, estimate
from patronage.vocabulary.grade import Grade, weakest
from patronage.vocabulary.horizon import Horizon, TimeUnit
from patronage.vocabulary.terms import Terms


def lifetime_value(
    orders: Orders, repeat: RepeatBuying, calendar: Calendar | None, profit: CustomerProfit | None, terms: Terms
) -> LifetimeValue:
    """Discounted value of each customer over the horizon, net of cost to serve where it is known.

    The mean of a customer is the closed form of the chosen model times its expected worth of an order, times one
    calendar factor for all. Totals move with parameters, calendar, margin and costs, and with luck.
    Source: Fader, Hardie & Lee (2005); Fader & Hardie (2013) for spend.
    """
    served = profit if profit is not None and profit.cost_to_serve_known else None
    made = valuation(orders, repeat, calendar, served, terms)
    unit = made.basis.unit if served is None else f"{made.basis.unit} after cost to serve"
    grade = weakest([repeat.grade, made.basis.grade, *([] if served is None else [served.grade])])
    renewing = _renewing(made, repeat)
    return LifetimeValue(
        grade=grade,
        as_of=repeat.as_of,
        basis=made.basis.kind,
        unit=unit,
        notes=lifetime_notes(_counted(made, repeat, terms, (calendar is not None, served is not None)), renewing),
        model=repeat.chosen,
        horizon_years=terms.horizon.years,
        discount_rate=terms.discount_rate,
        cost_to_serve_known=served is not None,
        spend=None if made.laws.spend is None else _spend(made.laws.spend),
        kept=made.laws.kept,
        per_order=made.laws.per_order,
        renewing=renewing,
        calendar_factor=float(made.calendar.mean()),
        **_worths(orders, made, terms, (unit, grade)),
        **_counts(made.valued, made.shared, terms, _stray(made, repeat, terms)),
        shared_gain=made.shared.gain.astype(np.float32),
        shared_cost=made.shared.cost.astype(np.float32),
        customers=_customers(orders, made.facts, made.valued),
        returned_early=_returned_early(made, repeat, terms),
    )


def _returned_early(made: Valuation, repeat: RepeatBuying, terms: Terms) -> float | None:
    """The share of what customers who are gone would bring, if they came back, that falls into the first year."""
    again, valued = made.valued.again, made.valued
    worth = again > 0
    if not worth.any():
        return None
    year = replace(terms, horizon=Horizon(min(1.0, terms.horizon.years)))
    orders = second_lives(made.laws, made.facts.histories, valued.scores.p_alive, asked_of(repeat, year).future)
    return float((orders * valued.net * valued.factor)[worth].sum() / again[worth].sum())


def _counted(made: Valuation, repeat: RepeatBuying, terms: Terms, known: tuple[bool, bool]) -> Counted:
    fit = made.laws.repeat
    calendar, costs = known
    return Counted(
        made.basis,
        fit.model,
        "" if fit.identified else fit.why_not,
        float(made.facts.histories.past.T.max()) / TimeUnit(repeat.unit).per_year,
        terms.horizon.years,
        spending=made.spending,
        calendar=calendar,
        costs=costs,
        losing=int(np.count_nonzero(made.facts.histories.losing)),
    )


def _stray(made: Valuation, repeat: RepeatBuying, terms: Terms) -> float:
    """Standard deviation of the number of orders of all customers together, by their own luck."""
    horizon = terms.horizon.in_units(TimeUnit(repeat.unit))
    return math.sqrt(float(order_variances(made.laws, made.facts.histories, horizon, made.valued.factor).sum()))


def _worths(orders: Orders, made: Valuation, terms: Terms, told: tuple[str, Grade]) -> dict[str, Estimate]:
    """The value of all customers together: total, and stationary_total, without the calendar."""
    unit, grade = told
    valued, shared = made.valued, made.shared
    gain, cost = float(valued.gain.sum()), float(valued.cost.sum())
    still_gain, still_cost = float((valued.gain / valued.factor).sum()), float((valued.cost / valued.factor).sum())
    luck, still_luck = _luck(orders, made, terms)
    # Parts of the total are drawn with the factors as the finding keeps them, and add to it.
    moved = SharedFactors(shared.gain.astype(np.float32), shared.cost.astype(np.float32))
    drawn = lucky_draws([gain], [cost], moved, luck[None])[0]
    unmoved = SharedFactors(shared.still_gain, shared.still_cost)
    still = lucky_draws([still_gain], [still_cost], unmoved, still_luck[None])[0]
    return {
        "total": estimate(drawn, unit, grade, mean=gain - cost),
        "stationary_total": estimate(still, unit, grade, mean=still_gain - still_cost),
    }


def _luck(orders: Orders, made: Valuation, terms: Terms) -> tuple[Floats, Floats]:
    """The luck of all customers in their value, (draws,), with the calendar and without it."""
    valued, renews = made.valued, made.facts.histories.renews
    value = valued.gain - valued.cost
    luck = np.zeros((2, terms.draws))
    done = 0
    for batch in orders.engine.batches(_ids(orders, made.facts)):
        part = slice(done, done + len(batch["customer_id"]))
        moments = (value[part], valued.sd[part])
        luck += value_luck(batch["customer_id"], moments, renews[None, part].astype(np.int64), 2, terms)
        done = part.stop
    factors = [valued.factor[renews == kind].mean() if (renews == kind).any() else 1.0 for kind in (False, True)]
    return luck.sum(axis=0), luck[0] / factors[0] + luck[1] / factors[1]


def _counts(valued: Valued, shared: Shared, terms: Terms, stray: float) -> dict[str, Estimate]:
    """How many customers are alive, and how many orders they will place: alive, expected_orders."""
    chance, expected = valued.scores.p_alive, valued.scores.expected * valued.factor
    luck = stream(terms.seed, "lifetime_value.alive").standard_normal(terms.draws)
    alive = float(chance.sum())
    living = np.clip(alive * shared.alive + math.sqrt(float((chance * (1 - chance)).sum())) * luck, 0.0, len(chance))
    ordered = float(expected.sum())
    counted = np.maximum(ordered * shared.orders + stray * luck, 0.0)
    return {
        "alive": estimate(living, "customers", Grade.BEHAVIOUR, mean=alive),
        "expected_orders": estimate(counted, "purchase days", Grade.BEHAVIOUR, mean=ordered),
    }


def _ids(orders: Orders, facts: Facts) -> Relation:
    """The ids of the customers in the order of their arrays."""
    return orders.engine.open(facts.table).order_by("customer_id").select("customer_id")


def _customers(orders: Orders, facts: Facts, valued: Valued) -> StoredTable:
    engine = orders.engine
    quantiles = np.sort(valued.scores.quantiles * (valued.net * valued.factor)[:, None], axis=1)
    columns: dict[str, NDArray[Any]] = {
        "p_alive": valued.scores.p_alive,
        "p_buys_12m": valued.soon,
        "second_life": valued.again,
        "expected_orders": valued.scores.expected * valued.factor,
        "value": valued.gain - valued.cost,
        "p05": quantiles[:, 0],
        "p50": quantiles[:, 1],
        "p95": quantiles[:, 2],
        "cost_to_serve": valued.cost,
        "per_order": valued.net,
        "cost_per_order": facts.cost,
        "sd": valued.sd,
    }

    def batches() -> Iterator[dict[str, NDArray[Any]]]:
        done = 0
        for batch in engine.batches(_ids(orders, facts)):
            size = len(batch["customer_id"])
            yield batch | {name: values[done : done + size] for name, values in columns.items()}
            done += size

    scored = engine.open(engine.write("scores", batches()))
    return engine.keep(lifetime_customers(orders, engine.open(facts.table), scored), "customers")


def _spend(fit: SpendFit) -> Spend:
    p, q, gamma = (float(value) for value in fit.values)
    why_not = f"{fit.why_not}; held by a weak prior: {fit.prior}" if fit.prior_used else fit.why_not
    return Spend(
        p,
        q,
        gamma,
        fit.standard_errors,
        fit.covariance,
        fit.log_likelihood,
        int(fit.customers),
        fit.identified,
        why_not,
    )


def _renewing(made: Valuation, repeat: RepeatBuying) -> Renewing | None:
    hazard, customers = made.laws.hazard, made.facts.histories
    if hazard is None:
        return None
    due = customers.since <= LATE
    fails = lapse_chance(hazard, customers.renewing.x[due], customers.gap[customers.renews][due], 0)
    slopes: dict[str, HazardSlope | None] = {"renewals": None, "period": None}
    if hazard.slopes is not None:
        for place, name in enumerate(COVARIATES, 1):
            slope, variance = hazard.slopes.coefficients[place], hazard.slopes.covariance[place, place]
            slopes[name] = HazardSlope(float(slope), math.sqrt(variance)) if variance > 0 else None
    return Renewing(
        int(customers.renews.sum()),
        hazard.lapsed,
        hazard.renewed,
        float(fails.mean()) if fails.size else hazard.mean,
        slopes["renewals"],
        slopes["period"],
        repeat.newcomers,
    )
