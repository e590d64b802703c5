"""The value of every customer in numbers: facts, laws, scores in money, and what moves them all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

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
    chance_to_buy,
    cumulated,
    hazard,
    histories,
    may_renew,
    scores,
    second_lives,
    worth_per_order,
)
from patronage.evidence.queries.basis import ValueBasis, value_basis
from patronage.evidence.queries.lifetime import costed_facts, customer_facts, kept_value, recent_value
from patronage.evidence.queries.periods import twelve_months_to, years_before
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders
from patronage.findings.lifetime import Calendar, RepeatBuying
from patronage.findings.worth import CustomerProfit
from patronage.kernels.alive_orders import Future
from patronage.vocabulary.estimate import Floats
from patronage.vocabulary.horizon import Horizon, TimeUnit
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
    """Scores of each customer in money, (customers,): gain and cost over the horizon, net worth of an order.

    soon: chance to buy within the next twelve months, without season and trend. again: value of a second life, net of
    cost, of those more likely gone than active; else not a number.
    """

    scores: Scores
    soon: Floats
    again: Floats
    gain: Floats
    cost: Floats
    net: Floats
    factor: Floats

    @property
    def sd(self) -> Floats:
        """Standard deviation of each customer's value by its own luck."""
        return np.sqrt(self.scores.variance) * np.abs(self.net) * self.factor


@dataclass(frozen=True, slots=True)
class Valuation:
    """All that lifetime value is told from.

    calendar: (draws,) factor over the horizon. spending: how an order is valued, a sentence.
    """

    basis: ValueBasis
    facts: Facts
    laws: Laws
    valued: Valued
    shared: Shared
    calendar: Floats
    spending: str


def valuation(
    orders: Orders, repeat: RepeatBuying, calendar: Calendar | None, profit: CustomerProfit | None, terms: Terms
) -> Valuation:
    """The value of each customer over the horizon and the draws of what all share; profit: where costs are known."""
    basis = value_basis(orders, terms)
    facts = _facts(orders, repeat, profit, basis)
    laws, told = _laws(repeat, facts)
    asked = asked_of(repeat, terms)
    worth = worth_per_order(laws, facts.histories)
    weights = _month_weights(repeat, laws, (facts.histories, worth, asked), terms)
    over = calendar_over(calendar, weights, terms.draws)
    found = scores(laws, facts.histories, asked)
    soon = chance_to_buy(laws, facts.histories, Horizon(1.0).in_units(TimeUnit(repeat.unit)))
    again = second_lives(laws, facts.histories, found.p_alive, asked.future)
    valued = _valued((found, soon, again), facts, worth, float(over.mean()))
    outside = outside_factors(over, profit, basis, (orders.engine, terms))
    shared = shared_factors(laws, facts.histories, Weights(worth, valued.gain, valued.cost), (asked, outside), terms)
    return Valuation(basis, facts, laws, valued, shared, over, told)


def _facts(orders: Orders, repeat: RepeatBuying, profit: CustomerProfit | None, basis: ValueBasis) -> Facts:
    engine = orders.engine
    days, bought = engine.open(repeat.days), engine.open(repeat.table)
    recent = recent_value(orders, basis, twelve_months_to(repeat.as_of))
    facts = customer_facts(bought, days, recent, after=years_before(repeat.as_of, 1))
    costs = None if profit is None else engine.open(profit.customers)
    table = engine.keep(costed_facts(facts, costs).order_by("customer_id"), "facts")
    opened = engine.open(table)
    columns = engine.columns(opened.order_by("customer_id").select(*COLUMNS, "orders_12m", "cost_12m"))
    known = histories(columns, TimeUnit(repeat.unit))
    # Those who lose are worth their own: to take their losses off the orders of others would count them twice.
    others = opened if known.losing.all() else opened.filter(~opened.losing)
    kept = Kept(**engine.records(kept_value(others, days))[0])
    cost = _cost_per_order(columns["orders_12m"].astype(float), columns["cost_12m"].astype(float))
    return Facts(table, known, cost, kept)


def _cost_per_order(orders: Floats, cost: Floats) -> Floats:
    """What an order of each customer cost over the twelve months; the mean of all where it bought nothing then."""
    if not orders.sum():
        return np.zeros_like(cost)
    mean = float(cost.sum() / orders.sum())
    return np.where(orders > 0, cost / np.maximum(orders, 1), mean)


def _laws(repeat: RepeatBuying, facts: Facts) -> tuple[Laws, str]:
    spend, why = spending(facts.histories, facts.kept)
    told, kept = hazard(facts.histories, repeat.entry), facts.kept
    return Laws(fitted(repeat), told, spend, kept.share, kept.per_order, may_renew(repeat)), why


def asked_of(repeat: RepeatBuying, terms: Terms) -> Asked:
    """What the laws are asked: orders over the horizon, discounted, in the models' unit."""
    unit = TimeUnit(repeat.unit)
    discount = math.log1p(terms.discount_rate) / unit.per_year
    return Asked(Future(terms.horizon.in_units(unit), discount), seed=terms.seed)


def _month_weights(repeat: RepeatBuying, laws: Laws, known: tuple[Histories, Floats, Asked], terms: Terms) -> Floats:
    """What each month ahead brings or takes in a stationary world, discounted."""
    customers, worth, asked = known
    days = TimeUnit(repeat.unit).days
    ends = ends_ahead(repeat.as_of, horizon_end(repeat.as_of, terms.horizon.years))
    futures = [Future((end - repeat.as_of).days / days, asked.future.discount) for end in ends]
    return np.maximum(np.diff(cumulated(laws, customers, np.abs(worth), futures), prepend=0.0), 0.0)


def _valued(told: tuple[Scores, Floats, Floats], facts: Facts, worth: Floats, factor: float) -> Valued:
    found, soon, again = told
    moved = np.where(facts.histories.renews, 1.0, factor)
    orders = found.discounted * moved
    return Valued(
        found,
        soon,
        again * (worth - facts.cost) * moved,
        orders * worth,
        orders * facts.cost,
        worth - facts.cost,
        moved,
    )
