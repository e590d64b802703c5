"""What every customer will bring over the horizon, and all of them together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patronage.analyses.worth.lifetime_words import Counted, lifetime_notes
from patronage.analyses.worth.months import ends_ahead, horizon_end
from patronage.analyses.worth.repeat_buying import fitted
from patronage.analyses.worth.shared_factors import Shared, Weights, calendar_over, outside_factors, shared_factors
from patronage.analyses.worth.spending import Kept, spending
from patronage.analyses.worth.stationary import (
    COLUMNS,
    Asked,
    Histories,
    Laws,
    Scores,
    cumulated,
    hazard,
    histories,
    scores,
    worth_per_order,
)
from patronage.evidence.queries.basis import ValueBasis, value_basis
from patronage.evidence.queries.lifetime import (
    costed_facts,
    customer_facts,
    kept_value,
    lifetime_customers,
    recent_value,
)
from patronage.evidence.queries.periods import twelve_months_to, years_before
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import Calendar, LifetimeValue, Renewing, RepeatBuying, Spend
from patronage.findings.worth import CustomerProfit
from patronage.kernels.alive_orders import Future
from patronage.kernels.draws import stream
from patronage.kernels.group_totals import GroupTotals, SharedFactors, group_draws
from patronage.kernels.repeat_buying import RepeatModel
from patronage.kernels.spend import SpendFit
from patronage.vocabulary.estimate import Estimate, Floats, estimate
from patronage.vocabulary.grade import Grade, weakest
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms


@dataclass(frozen=True, slots=True)
class Facts:
    """What the evidence says of each customer, stored, and as arrays in the order of their ids.

    cost: what serving one order costs, (customers,), in currency.
    """

    table: StoredTable
    histories: Histories
    cost: Floats
    kept: Kept


@dataclass(frozen=True, slots=True)
class Valued:
    """Scores of each customer in money, (customers,): gain and cost over the horizon, net worth of an order."""

    scores: Scores
    gain: Floats
    cost: Floats
    net: Floats
    factor: Floats


def lifetime_value(
    orders: Orders, repeat: RepeatBuying, calendar: Calendar | None, profit: CustomerProfit | None, terms: Terms
) -> LifetimeValue:
    """Discounted value of each customer over the horizon, net of cost to serve where it is known.

    The mean of a customer is the closed form of the chosen model times its expected worth of an order, times one
    calendar factor for all. Totals move with parameters, calendar, margin and costs, and with luck.
    Source: Fader, Hardie & Lee (2005); Fader & Hardie (2013) for spend.
    """
    basis = value_basis(orders, terms)
    served = profit if profit is not None and profit.cost_to_serve_known else None
    facts = _facts(orders, repeat, served, basis)
    laws, why_spend = _laws(repeat, facts)
    asked = _asked(repeat, terms)
    worth = worth_per_order(laws, facts.histories)
    weights = _month_weights(repeat, laws, (facts.histories, worth, asked), terms)
    over = calendar_over(calendar, weights, terms.draws)
    valued = _valued(scores(laws, facts.histories, asked), facts, worth, float(over.mean()))
    outside = outside_factors(over, served, basis, (orders.engine, terms))
    shared = shared_factors(laws, facts.histories, Weights(worth, valued.gain, valued.cost), (asked, outside), terms)
    unit = basis.unit if served is None else f"{basis.unit} after cost to serve"
    grade = weakest([Grade.BEHAVIOUR, basis.grade, *([] if served is None else [served.grade])])
    totals = _totals(valued, shared, terms, (unit, grade))
    return LifetimeValue(
        grade=grade,
        as_of=repeat.as_of,
        basis=basis.kind,
        unit=unit,
        notes=lifetime_notes(
            Counted(basis, RepeatModel(repeat.chosen), why_spend, calendar is not None, served is not None),
            _renewing(laws, facts.histories),
        ),
        model=repeat.chosen,
        horizon_years=terms.horizon.years,
        discount_rate=terms.discount_rate,
        cost_to_serve_known=served is not None,
        spend=None if laws.spend is None else _spend(laws.spend),
        kept=laws.kept,
        per_order=laws.per_order,
        renewing=_renewing(laws, facts.histories),
        calendar_factor=float(over.mean()),
        **totals,
        shared_gain=shared.gain.astype(np.float32),
        shared_cost=shared.cost.astype(np.float32),
        customers=_customers(orders, facts, valued),
    )


def _facts(orders: Orders, repeat: RepeatBuying, profit: CustomerProfit | None, basis: ValueBasis) -> Facts:
    engine = orders.engine
    days, known = engine.open(repeat.days), engine.open(repeat.table)
    recent = recent_value(orders, basis, twelve_months_to(repeat.as_of))
    facts = customer_facts(known, days, recent, after=years_before(repeat.as_of, 1))
    costs = None if profit is None else engine.open(profit.customers)
    table = engine.keep(costed_facts(facts, costs).order_by("customer_id"), "facts")
    opened = engine.open(table)
    columns = engine.columns(opened.order_by("customer_id").select(*COLUMNS, "orders_12m", "cost_12m"))
    kept = Kept(**engine.records(kept_value(opened, days))[0])
    cost = _cost_per_order(columns["orders_12m"].astype(float), columns["cost_12m"].astype(float))
    return Facts(table, histories(columns, TimeUnit(repeat.unit)), cost, kept)


def _cost_per_order(orders: Floats, cost: Floats) -> Floats:
    """What an order of each customer cost over the twelve months; the mean of all where it bought nothing then."""
    if not orders.sum():
        return np.zeros_like(cost)
    mean = float(cost.sum() / orders.sum())
    return np.where(orders > 0, cost / np.maximum(orders, 1), mean)


def _laws(repeat: RepeatBuying, facts: Facts) -> tuple[Laws, str]:
    spend, why = spending(facts.histories, facts.kept)
    return Laws(fitted(repeat), hazard(facts.histories), spend, facts.kept.share, facts.kept.per_order), why


def _asked(repeat: RepeatBuying, terms: Terms) -> Asked:
    unit = TimeUnit(repeat.unit)
    discount = math.log1p(terms.discount_rate) / unit.per_year
    return Asked(Future(terms.horizon.in_units(unit), discount), seed=terms.seed)


def _month_weights(repeat: RepeatBuying, laws: Laws, known: tuple[Histories, Floats, Asked], terms: Terms) -> Floats:
    """What each month ahead brings in a stationary world, discounted."""
    customers, worth, asked = known
    days = TimeUnit(repeat.unit).days
    ends = ends_ahead(repeat.as_of, horizon_end(repeat.as_of, terms.horizon.years))
    futures = [Future((end - repeat.as_of).days / days, asked.future.discount) for end in ends]
    return np.maximum(np.diff(cumulated(laws, customers, worth, futures), prepend=0.0), 0.0)


def _valued(found: Scores, facts: Facts, worth: Floats, factor: float) -> Valued:
    moved = np.where(facts.histories.renews, 1.0, factor)
    orders = found.discounted * moved
    return Valued(found, orders * worth, orders * facts.cost, worth - facts.cost, moved)


def _totals(valued: Valued, shared: Shared, terms: Terms, told: tuple[str, Grade]) -> dict[str, Estimate]:
    """The estimates of all customers together: total, stationary_total, alive, expected_orders."""
    unit, grade = told
    gain, cost = float(valued.gain.sum()), float(valued.cost.sum())
    still_gain, still_cost = float((valued.gain / valued.factor).sum()), float((valued.cost / valued.factor).sum())
    variance = float((_sd(valued) ** 2).sum())
    still_variance = float(((_sd(valued) / valued.factor) ** 2).sum())
    chance, expected = valued.scores.p_alive, valued.scores.expected * valued.factor
    both = GroupTotals([gain, still_gain], [cost, still_cost], [variance, still_variance])
    drawn = [
        group_draws(both, SharedFactors(*factors), seed=terms.seed, name="lifetime_value.luck")
        for factors in ((shared.gain, shared.cost), (shared.still_gain, shared.still_cost))
    ]
    luck = stream(terms.seed, "lifetime_value.alive").standard_normal(terms.draws)
    alive = float(chance.sum())
    living = np.clip(alive * shared.alive + math.sqrt(float((chance * (1 - chance)).sum())) * luck, 0.0, len(chance))
    ordered = float(expected.sum())
    counted = np.maximum(ordered * shared.orders + math.sqrt(ordered) * luck, 0.0)
    return {
        "total": estimate(drawn[0][0], unit, grade, mean=gain - cost),
        "stationary_total": estimate(drawn[1][1], unit, grade, mean=still_gain - still_cost),
        "alive": estimate(living, "customers", Grade.BEHAVIOUR, mean=alive),
        "expected_orders": estimate(counted, "purchase days", Grade.BEHAVIOUR, mean=ordered),
    }


def _sd(valued: Valued) -> Floats:
    return np.sqrt(valued.scores.variance) * np.abs(valued.net) * valued.factor


def _customers(orders: Orders, facts: Facts, valued: Valued) -> StoredTable:
    engine = orders.engine
    quantiles = np.sort(valued.scores.quantiles * (valued.net * valued.factor)[:, None], axis=1)
    columns: dict[str, NDArray[Any]] = {
        "p_alive": valued.scores.p_alive,
        "expected_orders": valued.scores.expected * valued.factor,
        "value": valued.gain - valued.cost,
        "p05": quantiles[:, 0],
        "p50": quantiles[:, 1],
        "p95": quantiles[:, 2],
        "cost_to_serve": valued.cost,
        "per_order": valued.net,
        "cost_per_order": facts.cost,
        "sd": _sd(valued),
    }

    def batches() -> Iterator[dict[str, NDArray[Any]]]:
        done = 0
        for batch in engine.batches(engine.open(facts.table).order_by("customer_id").select("customer_id")):
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


def _renewing(laws: Laws, customers: Histories) -> Renewing | None:
    if laws.hazard is None:
        return None
    return Renewing(int(customers.renews.sum()), laws.hazard.lapsed, laws.hazard.renewed)
