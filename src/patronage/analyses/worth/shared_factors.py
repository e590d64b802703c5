"""What moves the value of all customers together, draw by draw: parameters, calendar, margin and costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from patronage.analyses.worth.stationary import Asked, Histories, Laws, orders_ahead
from patronage.evidence.engine import Engine
from patronage.evidence.queries.basis import MARGIN_DECLARED, ValueBasis
from patronage.evidence.queries.lifetime import column_sums
from patronage.findings.lifetime import Calendar
from patronage.findings.worth import CustomerProfit
from patronage.kernels.draws import stream
from patronage.kernels.lapse import Hazard
from patronage.kernels.parameter_effects import Parameters, parameter_factors
from patronage.kernels.spend import NAMES, expected_spend
from patronage.vocabulary.estimate import Floats
from patronage.vocabulary.terms import Terms


@dataclass(frozen=True, slots=True)
class Weights:
    """What each customer brings, (customers,): orders that count, gain and cost, at the fitted parameters.

    A customer whose orders lose money counts by the size of its loss, so that gains and losses that cancel out leave a
    total to move.
    """

    worth: Floats
    gain: Floats
    cost: Floats


@dataclass(frozen=True, slots=True)
class Shared:
    """Factors of mean 1, (draws,): of customers alive, orders, gains and costs; still_: without the calendar."""

    alive: Floats
    orders: Floats
    gain: Floats
    cost: Floats
    still_orders: Floats
    still_gain: Floats
    still_cost: Floats


@dataclass(frozen=True, slots=True)
class Outside:
    """Uncertain inputs from outside the models, (draws,) of mean 1: calendar, margin rate and cost of an order."""

    calendar: Floats
    margin: Floats
    cost: Floats


def shared_factors(
    laws: Laws, customers: Histories, weights: Weights, known: tuple[Asked, Outside], terms: Terms
) -> Shared:
    """All factors, each source of uncertainty on a stream of its own, so that one more moves none of the others."""
    asked, outside = known
    alive, orders, gain = _of_parameters(laws, customers, (weights.worth, asked), terms)
    renewed = _of_hazard(laws, customers, (weights.worth, asked), terms)
    size = np.abs(weights.gain)
    part = float(size[customers.renews].sum() / size.sum()) if size.sum() else 0.0
    spend = _of_spend(laws, customers, size, terms)
    still, moved = (_mixed(gain * each, renewed, part) for each in (1.0, outside.calendar))
    return Shared(
        alive,
        _mixed(orders * outside.calendar, renewed, part),
        _mean_one(moved * spend * outside.margin),
        _mean_one(moved * outside.cost),
        _mixed(orders, renewed, part),
        _mean_one(still * spend * outside.margin),
        _mean_one(still * outside.cost),
    )


def outside_factors(
    calendar: Floats, profit: CustomerProfit | None, basis: ValueBasis, known: tuple[Engine, Terms]
) -> Outside:
    """The draws of calendar, margin and costs, each of mean 1.

    calendar: (draws,) factor over the horizon. Costs move as those of the last twelve months do, all parts together.
    """
    engine, terms = known
    ones = np.ones(terms.draws)
    margin = ones
    if basis.kind == MARGIN_DECLARED and basis.rate is not None and basis.rate.draws is not None:
        margin = basis.rate.draws.astype(np.float64)
    cost = ones
    parts = [part for part in profit.parts if part.sign < 0] if profit is not None else []
    if profit is not None and parts:
        sums = engine.records(column_sums(engine.open(profit.customers), [part.column for part in parts]))[0]
        drawn = [
            sums[part.column] * (ones * part.each.mean if part.each.draws is None else part.each.draws)
            for part in parts
        ]
        cost = np.sum(np.asarray(drawn, dtype=np.float64), axis=0)
    return Outside(_mean_one(calendar), _mean_one(margin), _mean_one(cost))


def calendar_over(calendar: Calendar | None, weights: Floats, draws: int) -> Floats:
    """The calendar's factor over months ahead, weighed by what each would bring without it: (draws,)."""
    if calendar is None or not weights.sum() > 0:
        return np.ones(draws)
    months = calendar.factors.shape[1]
    near = np.append(weights[: months - 1], weights[months - 1 :].sum())
    return calendar.factors[:, : near.size].astype(np.float64) @ (near / near.sum())


def _of_parameters(
    laws: Laws, customers: Histories, weighed: tuple[Floats, Asked], terms: Terms
) -> tuple[Floats, Floats, Floats]:
    worth, asked = weighed
    fit = laws.repeat

    def totals(values: Floats) -> Floats:
        moved = replace(fit, parameters=dict(zip(fit.model.names, values.tolist(), strict=True)))
        alive, orders, discounted = orders_ahead(moved, customers.past, asked.future)
        stays = ~customers.renews
        return np.array([alive @ stays, orders @ stays, discounted @ (np.abs(worth) * stays)])

    known = Parameters(fit.values, fit.covariance)
    found = parameter_factors(known, totals, draws=terms.draws, seed=terms.seed, name="repeat_buying.parameters")
    return found[0], found[1], found[2]


def _of_hazard(laws: Laws, customers: Histories, weighed: tuple[Floats, Asked], terms: Terms) -> Floats:
    """The factor on those who renew, (draws,): by interpolation between hazards, or along those of its coefficients."""
    if laws.hazard is None:
        return np.ones(terms.draws)
    worth, asked = weighed
    slopes = laws.hazard.slopes
    if slopes is not None:

        def totals(values: Floats) -> Floats:
            moved = Hazard(0.5, 0.5, slopes._replace(coefficients=np.log(values)))
            return np.array([_renewing_total(customers, worth, (moved, asked))])

        known = Parameters(np.exp(slopes.coefficients), slopes.covariance)
        return parameter_factors(known, totals, draws=terms.draws, seed=terms.seed, name="renewal.hazard")[0]
    drawn = stream(terms.seed, "renewal.hazard").beta(laws.hazard.lapsed, laws.hazard.renewed, terms.draws)
    grid: Floats = np.linspace(float(drawn.min()), float(drawn.max()), 9)
    held = [_renewing_total(customers, worth, (Hazard(each, 1 - each), asked)) for each in grid]
    return _mean_one(np.interp(drawn, grid, held))


def _renewing_total(customers: Histories, worth: Floats, known: tuple[Hazard, Asked]) -> float:
    hazard, asked = known
    return float(customers.renewals(hazard, asked.future).discounted @ np.abs(worth[customers.renews]))


def _of_spend(laws: Laws, customers: Histories, size: Floats, terms: Terms) -> Floats:
    """The factor of spending on what customers bring, size, of which those who lose keep theirs, (draws,)."""
    if laws.spend is None:
        return np.ones(terms.draws)
    spend = laws.spend
    now = expected_spend(spend, customers.valued, customers.mean_value)
    weight = np.divide(size, now, out=np.zeros_like(size), where=(now > 0) & ~customers.losing)
    unmoved = float(size[customers.losing].sum())

    def totals(values: Floats) -> Floats:
        moved = replace(spend, parameters=dict(zip(NAMES, values.tolist(), strict=True)))
        finite = np.append(moved.values[0] * customers.valued + moved.values[1], 2.0).min() > 1
        each = expected_spend(moved, customers.valued, customers.mean_value) if finite else now
        return np.array([unmoved + float(weight @ each)])

    known = Parameters(spend.values, spend.covariance)
    return parameter_factors(known, totals, draws=terms.draws, seed=terms.seed, name="spend.parameters")[0]


def _mixed(bought: Floats, renewed: Floats, part: float) -> Floats:
    return (1 - part) * bought + part * renewed


def _mean_one(draws: Floats) -> Floats:
    mean = float(draws.mean())
    return draws / mean if mean else np.ones_like(draws)
