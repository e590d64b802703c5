"""What customers who renew at even intervals will order, with one hazard of lapsing at each renewal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from patronage.kernels.arrays import Floats, finite, not_negative, positive, same_length, share

LATE = 1.5
"""Periods without an order after which a renewal counts as missed."""
LEAST_SPREAD = 0.1
"""Smallest coefficient of variation of a period: no calendar is kept to the day."""


class Hazard(NamedTuple):
    """The chance of lapsing at a renewal: Beta(lapsed, renewed)."""

    lapsed: float
    renewed: float

    @property
    def mean(self) -> float:
        """Its mean."""
        return self.lapsed / (self.lapsed + self.renewed)


@dataclass(frozen=True, slots=True)
class Renewals:
    """Customers who renew, in periods of their own, each (customers,).

    since: periods since the last order, >= 0. spread: coefficient of variation of the periods. ahead: periods within
    the horizon, above 0. discount: continuous rate per period, >= 0.
    """

    since: Floats
    spread: Floats
    ahead: Floats
    discount: Floats


class RenewalScores(NamedTuple):
    """What each customer will order: p_alive, expected, discounted and variance (customers,), quantiles as in score."""

    p_alive: Floats
    expected: Floats
    discounted: Floats
    variance: Floats
    quantiles: Floats


def lapse_hazard(renewed: ArrayLike, since: ArrayLike) -> Hazard:
    """The hazard that all renewals and lapses seen tell, on Jeffreys' prior Beta(1/2, 1/2).

    renewed: (customers,) renewals made. since: (customers,) periods since the last order; more than LATE is a lapse,
    less leaves the next renewal open. Source: discrete hazard of Fader & Hardie (2007) without differences between
    customers.
    """
    made, open_for = not_negative(renewed, "renewed", axes=1), not_negative(since, "since", axes=1)
    same_length(renewed=made, since=open_for)
    return Hazard(float(np.count_nonzero(open_for > LATE)) + 0.5, float(made.sum()) + 0.5)


def renewal_scores(customers: Renewals, hazard: float, levels: tuple[float, ...]) -> RenewalScores:
    """Orders of each customer within its horizon, and quantiles of the sum of their discount factors.

    hazard: chance of lapsing at each renewal. A customer is alive when it will make its next renewal; that it is late
    counts against it: P(alive) = (1 - hazard) P(gap > since) / ((1 - hazard) P(gap > since) + hazard), gaps normal
    around one period. Alive it orders at max(1 - since, 0) and once a period after, until it lapses.
    """
    rows = _checked(customers)
    chance = _p_alive(rows, share(hazard, "hazard"))
    first = np.maximum(1 - rows.since, 0.0)
    most = np.where(first <= rows.ahead, np.floor(rows.ahead - first) + 1, 0.0)
    factor, staying = np.exp(-rows.discount * first), np.ones(len(first))
    expected, discounted, square = np.zeros(len(first)), np.zeros(len(first)), np.zeros(len(first))
    sums = [np.zeros(len(first))]
    for k in range(int(most.max(initial=0))):
        step, reached = np.where(k < most, factor, 0.0), sums[-1]
        expected += np.where(k < most, staying, 0.0)
        discounted += staying * step
        square += staying * (2 * reached * step + step**2)
        sums.append(reached + step)
        staying, factor = staying * (1 - hazard), factor * np.exp(-rows.discount)
    variance = np.maximum(chance * square - (chance * discounted) ** 2, 0.0)
    quantiles = _quantiles(np.stack(sums), chance, (hazard, most), levels)
    return RenewalScores(chance, chance * expected, chance * discounted, variance, quantiles)


def p_renewal(customers: Renewals, hazard: float) -> Floats:
    """P(at least one order within the horizon) of each customer, (customers,): those alive whose next one is due."""
    rows = _checked(customers)
    due = np.maximum(1 - rows.since, 0.0) <= rows.ahead
    return np.where(due, _p_alive(rows, share(hazard, "hazard")), 0.0)


def _quantiles(table: Floats, chance: Floats, law: tuple[float, Floats], levels: tuple[float, ...]) -> Floats:
    """P(N > n) = P(alive) (1 - hazard)^n below the most; the quantile of N is the least n that brings it low enough."""
    hazard, most = law
    found = np.empty((len(chance), len(levels)))
    rows = np.arange(len(chance))
    for column, level in enumerate(levels):
        share(level, "level")
        needed = np.log(np.maximum(chance, 1e-300) / (1 - level)) / -np.log1p(-hazard)
        orders = np.clip(np.ceil(needed - 1e-9), 0, most).astype(np.intp)
        found[:, column] = table[orders, rows]
    return found


def _p_alive(customers: Renewals, hazard: float) -> Floats:
    waiting = (1 - hazard) * ndtr((1 - customers.since) / np.maximum(customers.spread, LEAST_SPREAD))
    return waiting / (waiting + hazard)


def _checked(customers: Renewals) -> Renewals:
    since, spread = not_negative(customers.since, "since", axes=1), not_negative(customers.spread, "spread", axes=1)
    ahead, discount = positive(customers.ahead, "ahead", axes=1), finite(customers.discount, "discount", axes=1)
    not_negative(discount, "discount", axes=1)
    same_length(since=since, spread=spread, ahead=ahead, discount=discount)
    return Renewals(since, spread, ahead, discount)
