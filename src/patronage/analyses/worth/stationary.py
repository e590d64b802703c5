"""What every customer is expected to order and bring when rates of buying stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from patronage.analyses.worth.loss_makers import own_worth
from patronage.analyses.worth.repeat_buying import fitted
from patronage.evidence.engine import Columns, Engine
from patronage.findings.lifetime import RepeatBuying
from patronage.kernels.alive_groups import group_moments, moments_in_all
from patronage.kernels.alive_orders import Future
from patronage.kernels.draws import QUANTILES
from patronage.kernels.future_orders import Customers, Outlook, p_at_least, score
from patronage.kernels.lapse import Hazard, Trials, lapse_hazard
from patronage.kernels.mixed_laws import POINTS, Law, mixed_laws
from patronage.kernels.renewal import Renewals, RenewalScores, p_renewal, renewal_scores
from patronage.kernels.repeat_buying import RepeatFit, alive_groups, p_alive
from patronage.kernels.second_life import second_life_orders
from patronage.kernels.spend import SpendFit, expected_spend
from patronage.vocabulary.estimate import Floats
from patronage.vocabulary.horizon import TimeUnit

COLUMNS = (
    "x",
    "t_x",
    "age",
    "valued",
    "mean_value",
    "fitted",
    "gap_days",
    "gap_cv",
    "losing",
    "occasions_value",
    "occasions_squares",
)
"""What the histories of repeat_buying say of each customer, as the models take it."""


NAMES = ("p_alive", "expected", "discounted", "quantiles", "variance")


@dataclass(frozen=True, slots=True)
class MayRenew:
    """Newcomers up to an age who renew with a chance; until, gap: in the models' time unit; spread: of the gap."""

    until: float
    chance: float
    gap: float
    spread: float


def may_renew(repeat: RepeatBuying) -> MayRenew | None:
    """The newcomers of whom some renew, as the laws take them."""
    told, unit = repeat.newcomers, TimeUnit(repeat.unit)
    if told is None:
        return None
    return MayRenew(told.until_days / unit.days, told.chance, told.gap_days / unit.days, told.gap_cv)


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers in the order of their ids, each (customers,).

    past: x, t_x and T for the models, in their time unit. valued, mean_value: repeat days with a value above 0 and
    their mean value, 0 for none. renews: told to be contract-like. gap, spread: median length of their periods in the
    time unit, and its coefficient of variation. own: what an order brings of those whose orders lose money, by
    themselves, in currency; not a number for all others.
    """

    past: Customers
    valued: Floats
    mean_value: Floats
    renews: NDArray[np.bool_]
    gap: Floats
    spread: Floats
    own: Floats

    @property
    def losing(self) -> NDArray[np.bool_]:
        """Whether their own orders lose money."""
        return ~np.isnan(self.own)

    @property
    def renewing(self) -> Customers:
        """The past of those who renew."""
        return Customers(self.past.x[self.renews], self.past.t_x[self.renews], self.past.T[self.renews])

    @property
    def since(self) -> Floats:
        """Periods since the last order of those who renew."""
        return (self.renewing.T - self.renewing.t_x) / self.gap[self.renews]

    def first_due(self, future: Future, who: NDArray[np.bool_], may: MayRenew) -> Renewals:
        """The first renewal of newcomers, as if all of them renewed."""
        age, ones = self.past.T[who], np.ones(int(who.sum()))
        ahead, discount = future.horizon / may.gap, future.discount * may.gap
        return Renewals(age / may.gap, may.spread * ones, ahead * ones, discount * ones, 0 * ones, may.gap * ones)

    def renewals(self, hazard: Hazard, future: Future) -> RenewalScores:
        """What those who renew are expected to order."""
        return renewal_scores(self.due(self.since, future, self.renews), hazard, QUANTILES)

    def due(self, since: Floats, future: Future, who: NDArray[np.bool_]) -> Renewals:
        """Some of those who renew, as many of their periods after the last order as since says."""
        gap = self.gap[who]
        return Renewals(since, self.spread[who], future.horizon / gap, future.discount * gap, self.past.x[who], gap)


@dataclass(frozen=True, slots=True)
class Laws:
    """How customers buy, renew and spend.

    hazard: of lapsing at a renewal, None where nobody renews. spend: None where the evidence cannot tell it; then
    every order is worth per_order. kept: what remains of an order's expected value after free orders and returns that
    name no order. Neither speaks of customers whose orders lose money: they are worth their own. newcomers: of whom
    some renew.
    """

    repeat: RepeatFit
    hazard: Hazard | None
    spend: SpendFit | None
    kept: float
    per_order: float
    newcomers: MayRenew | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A stretch of time ahead in the models' unit with its discount, and whether money is asked for or orders."""

    future: Future
    money: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Scores:
    """What is expected of each customer.

    p_alive, expected, discounted: (customers,), orders. quantiles: (customers, 3) p05, p50, p95 and variance
    (customers,) of the orders; where money is asked for, of the money in units of what one order is expected to bring.
    """

    p_alive: Floats
    expected: Floats
    discounted: Floats
    quantiles: Floats
    variance: Floats


def histories(columns: Columns, unit: TimeUnit) -> Histories:
    """Customers from the numeric columns of their table, COLUMNS."""
    x, t_x, age = (columns[name].astype(float) for name in ("x", "t_x", "age"))
    gap, spread = (np.nan_to_num(columns[name].astype(float)) for name in ("gap_days", "gap_cv"))
    renews = ~columns["fitted"].astype(bool) & (gap > 0)
    return Histories(
        past=Customers(x, t_x / unit.days, age / unit.days),
        valued=columns["valued"].astype(float),
        mean_value=np.nan_to_num(columns["mean_value"].astype(float)),
        renews=renews,
        gap=gap / unit.days,
        spread=spread,
        own=own_worth(columns),
    )


def hazard(customers: Histories, entry: int = 0) -> Hazard | None:
    """The chance of lapsing at a renewal, over all customers who renew; None where nobody does.

    entry: renewals after which a customer is known to renew, of repeat_buying.
    """
    if not customers.renews.any():
        return None
    return lapse_hazard(Trials(customers.renewing.x, customers.since, customers.gap[customers.renews], entry))


def scores(laws: Laws, customers: Histories, asked: Asked) -> Scores:
    """What each customer is expected to order, with those who renew by their own periods."""
    spend = laws.spend if asked.money else None
    outlook = Outlook(asked.future, spend, QUANTILES, seed=asked.seed)
    found = score(laws.repeat, customers.past, outlook)
    all_of_them = Scores(found.p_alive, found.expected, found.discounted, found.quantiles, found.variance)
    if laws.hazard is None:
        return all_of_them
    return _with_newcomers(_with_renewals(all_of_them, customers, laws.hazard, asked.future), customers, laws, asked)


def orders_ahead(fit: RepeatFit, past: Customers, future: Future) -> tuple[Floats, Floats, Floats]:
    """P(alive), expected and discounted orders of each customer under a model, each (customers,)."""
    groups = alive_groups(fit, past.x, past.t_x, past.T)
    moments = group_moments(groups, future)
    alive = p_alive(fit, past.x, past.t_x, past.T)
    return alive, alive * moments.plain[groups.place], alive * moments.discounted[groups.place]


def chance_to_buy(laws: Laws, customers: Histories, horizon: float) -> Floats:
    """P(at least one order within the horizon, in the models' unit) of each customer, (customers,)."""
    chance = p_at_least(laws.repeat, customers.past, horizon)
    if laws.hazard is not None:
        asked = customers.due(customers.since, Future(horizon), customers.renews)
        chance[customers.renews] = p_renewal(asked, laws.hazard)
        who, may = _may_renew(customers, laws), laws.newcomers
        if may is not None and who.any():
            due = customers.first_due(Future(horizon), who, may)
            chance[who] = may.chance * p_renewal(due, laws.hazard) + (1 - may.chance) * chance[who]
    return chance


def second_lives(laws: Laws, customers: Histories, alive: Floats, future: Future) -> Floats:
    """Discounted orders of each customer who is more likely gone than active, if it came back; else not a number.

    alive: chance of being active, (customers,).
    """
    orders, past = np.full(len(alive), np.nan), customers.past
    gone = (alive < 0.5) & ~customers.renews
    orders[gone] = second_life_orders(laws.repeat, past.x[gone], past.t_x[gone], past.T[gone], future)
    lapsed = (alive < 0.5) & customers.renews
    if laws.hazard is not None and lapsed.any():
        again = customers.due(np.zeros(int(lapsed.sum())), future, lapsed)
        told = renewal_scores(again, laws.hazard, QUANTILES)
        orders[lapsed] = told.discounted / told.p_alive
    return orders


def worth_per_order(laws: Laws, customers: Histories) -> Floats:
    """What one future order of each customer is expected to bring, (customers,), in currency."""
    if laws.spend is None:
        common = np.full(len(customers.valued), laws.per_order)
    else:
        common = laws.kept * expected_spend(laws.spend, customers.valued, customers.mean_value)
    return np.where(customers.losing, customers.own, common)


def cumulated(laws: Laws, customers: Histories, worth: Floats, futures: list[Future]) -> Floats:
    """Totals of expected discounted orders, weighed by worth, within each of the futures: (futures,).

    Customers who renew are left out: their periods know no season.
    """
    past, fit = customers.past, laws.repeat
    weight = np.where(customers.renews, 0.0, worth * p_alive(fit, past.x, past.t_x, past.T))
    if laws.newcomers is not None:
        weight *= 1 - laws.newcomers.chance * _may_renew(customers, laws)
    return moments_in_all(alive_groups(fit, past.x, past.t_x, past.T), weight, futures)


def cumulated_ahead(engine: Engine, repeat: RepeatBuying, ends: list[date]) -> Floats:
    """Expected purchase days of all fitted customers from the as-of date to each of the days, (days,)."""
    unit = TimeUnit(repeat.unit)
    columns = engine.columns(engine.open(repeat.table).order_by("customer_id").select(*COLUMNS))
    known = histories(columns, unit)
    laws = Laws(fitted(repeat), None, None, 1.0, 1.0)
    futures = [Future((end - repeat.as_of).days / unit.days) for end in ends]
    return cumulated(laws, known, np.ones(len(known.valued)), futures)


def _may_renew(customers: Histories, laws: Laws) -> NDArray[np.bool_]:
    """Whether each customer is a newcomer who may renew, (customers,)."""
    if laws.newcomers is None or laws.hazard is None:
        return np.zeros(len(customers.valued), dtype=np.bool_)
    return ~customers.renews & (customers.past.x == 0) & (laws.newcomers.until >= customers.past.T)


def _with_newcomers(found: Scores, customers: Histories, laws: Laws, asked: Asked) -> Scores:
    """The scores with those of newcomers mixed of both laws."""
    who, may = _may_renew(customers, laws), laws.newcomers
    if may is None or laws.hazard is None or not who.any():
        return found
    renewing = renewal_scores(customers.first_due(asked.future, who, may), laws.hazard, POINTS)
    past = Customers(customers.past.x[who], customers.past.t_x[who], customers.past.T[who])
    outlook = Outlook(asked.future, laws.spend if asked.money else None, POINTS, seed=asked.seed)
    buying = score(laws.repeat, past, outlook)
    one, other = (Law(each.discounted, each.variance, each.quantiles) for each in (renewing, buying))
    told = mixed_laws(one, other, may.chance, QUANTILES)
    mixed = {name: np.array(getattr(found, name)) for name in NAMES}
    for name in ("p_alive", "expected", "discounted"):
        both = (getattr(each, name) for each in (renewing, buying))
        mixed[name][who] = np.average(np.stack(list(both)), axis=0, weights=[may.chance, 1 - may.chance])
    mixed["quantiles"][who], mixed["variance"][who] = told.quantiles, told.variance
    return Scores(**mixed)


def _with_renewals(found: Scores, customers: Histories, hazard: Hazard, future: Future) -> Scores:
    own = customers.renewals(hazard, future)
    mixed = {name: np.array(getattr(found, name)) for name in NAMES}
    for name, values in mixed.items():
        values[customers.renews] = getattr(own, name)
    return Scores(**mixed)
