"""What customers who renew at even intervals will order, with a hazard of lapsing at each renewal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from patronage.kernels.arrays import Floats, finite, not_negative, positive, same_length, share
from patronage.kernels.lapse import Hazard, lapse_chance

LEAST_SPREAD = 0.1
"""Smallest coefficient of variation of a period: no calendar is kept to the day."""


@dataclass(frozen=True, slots=True)
class Renewals:
    """Customers who renew, in periods of their own, each (customers,).

    since: periods since the last order, >= 0. spread: coefficient of variation of the periods. ahead: periods within
    the horizon, above 0. discount: continuous rate per period, >= 0. renewed: renewals made, and length: of a period in
    the unit of the hazard, which only a hazard with covariates asks for.
    """

    since: Floats
    spread: Floats
    ahead: Floats
    discount: Floats
    renewed: Floats | None = None
    length: Floats | None = None


class RenewalScores(NamedTuple):
    """What each customer will order: p_alive, expected, discounted and variance (customers,), quantiles as in score."""

    p_alive: Floats
    expected: Floats
    discounted: Floats
    variance: Floats
    quantiles: Floats


def renewal_scores(customers: Renewals, hazard: Hazard | float, levels: tuple[float, ...]) -> RenewalScores:
    """Orders of each customer within its horizon, and quantiles of the sum of their discount factors.

    hazard: chance of lapsing at each renewal. A customer is alive when it will make its next renewal; that it is late
    counts against it: P(alive) = (1 - hazard) P(gap > since) / ((1 - hazard) P(gap > since) + hazard), gaps normal
    around one period. Alive it orders at max(1 - since, 0) and once a period after, until it lapses. A quantile of the
    number N of orders is the least n that brings P(N > n) = P(alive) P(stays for n more) low enough.
    """
    rows, law = _checked(customers), _law(hazard)
    chance = _p_alive(rows, law)
    first = np.maximum(1 - rows.since, 0.0)
    most = np.where(first <= rows.ahead, np.floor(rows.ahead - first) + 1, 0.0)
    factor, staying = np.exp(-rows.discount * first), np.ones(len(first))
    expected, discounted, square = np.zeros(len(first)), np.zeros(len(first)), np.zeros(len(first))
    sums = [np.zeros(len(first))]
    above = np.array([1 - share(level, "level") for level in levels]) * (1 + 1e-9)
    reached_by = np.zeros((len(first), len(levels)), dtype=np.intp)
    for k in range(int(most.max(initial=0))):
        step, reached = np.where(k < most, factor, 0.0), sums[-1]
        expected += np.where(k < most, staying, 0.0)
        discounted += staying * step
        square += staying * (2 * reached * step + step**2)
        sums.append(reached + step)
        reached_by += ((chance * staying)[:, None] > above) & (k < most)[:, None]
        staying = staying * (1 - _fails(rows, law, k + 1))
        factor = factor * np.exp(-rows.discount)
    variance = np.maximum(chance * square - (chance * discounted) ** 2, 0.0)
    quantiles = np.take_along_axis(np.stack(sums, axis=1), reached_by, axis=1)
    return RenewalScores(chance, chance * expected, chance * discounted, variance, quantiles)


def p_renewal(customers: Renewals, hazard: Hazard | float) -> Floats:
    """P(at least one order within the horizon) of each customer, (customers,): those alive whose next one is due."""
    rows = _checked(customers)
    due = np.maximum(1 - rows.since, 0.0) <= rows.ahead
    return np.where(due, _p_alive(rows, _law(hazard)), 0.0)


def _law(hazard: Hazard | float) -> Hazard | float:
    return hazard if isinstance(hazard, Hazard) else share(hazard, "hazard")


def _fails(customers: Renewals, hazard: Hazard | float, ahead: int) -> Floats:
    ones = np.ones_like(customers.since)
    renewed = ones - 1 if customers.renewed is None else customers.renewed
    return lapse_chance(hazard, renewed, ones if customers.length is None else customers.length, ahead)


def _p_alive(customers: Renewals, hazard: Hazard | float) -> Floats:
    fails = _fails(customers, hazard, 0)
    waiting = (1 - fails) * ndtr((1 - customers.since) / np.maximum(customers.spread, LEAST_SPREAD))
    return waiting / (waiting + fails)


def _checked(customers: Renewals) -> Renewals:
    since, spread = not_negative(customers.since, "since", axes=1), not_negative(customers.spread, "spread", axes=1)
    ahead, discount = positive(customers.ahead, "ahead", axes=1), finite(customers.discount, "discount", axes=1)
    not_negative(discount, "discount", axes=1)
    same_length(since=since, spread=spread, ahead=ahead, discount=discount)
    return Renewals(since, spread, ahead, discount, customers.renewed, customers.length)
