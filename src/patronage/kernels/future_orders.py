"""The predictive law of each customer's future orders and of their worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtri

from patronage.kernels.alive_groups import AliveGroups, group_law, group_moments, part
from patronage.kernels.alive_orders import Future, OrderLaw, OrderMoments
from patronage.kernels.arrays import Floats, not_negative, same_length, share
from patronage.kernels.compiled import compiled
from patronage.kernels.draws import QUANTILES, stream
from patronage.kernels.repeat_buying import RepeatFit, alive_groups, chance_alive
from patronage.kernels.repeat_counts import Codes, checked_histories, levels
from patronage.kernels.spend import SpendFit

Singles = NDArray[np.float32]
_EXACT_SHAPE = 25.0
_ROWS = 20_000
"""Where customers stand in phases, so many groups are drawn at a time: they may be nearly as many as the customers."""


@dataclass(frozen=True, slots=True)
class Customers:
    """Histories of customers to score: x, t_x, T as in RepeatCounts, each (customers,), in any order."""

    x: Floats
    t_x: Floats
    T: Floats


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is asked of the predictive law.

    spend: the law of spend per order; given, quantiles are of worth in units of the customer's expected spend per
    order. levels: of the quantiles. draws: points per distinct (x, T).
    """

    future: Future
    spend: SpendFit | None = None
    levels: tuple[float, ...] = QUANTILES
    draws: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuses levels outside (0, 1) and fewer than ten draws."""
        for level in self.levels:
            share(level, "level")
        if self.draws < 10:
            raise ValueError(f"draws must be at least 10, got {self.draws}")


@dataclass(frozen=True, slots=True)
class PredictiveTable:
    """The predictive law of customers alive, per pair asked for.

    draws: (pairs, draws) ascending: of the count of orders; where they are discounted, of the sum of the discount
    factors; with spend, of that sum with each order weighed by its spend over the customer's expected spend.
    whole: whether they are counts.
    """

    x: Floats
    T: Floats
    draws: Singles
    whole: bool


@dataclass(frozen=True, slots=True)
class OrderScores:
    """What each customer will order within the horizon.

    p_alive, expected, discounted: (customers,). quantiles: (customers, levels), of orders; with a discount or spend in
    the outlook as in PredictiveTable: times the expected spend per order (of one sign) they are quantiles of worth.
    variance: (customers,) of what the quantiles are of.
    """

    p_alive: Floats
    expected: Floats
    discounted: Floats
    quantiles: Floats
    variance: Floats


def score(fit: RepeatFit, customers: Customers, outlook: Outlook) -> OrderScores:
    """Everything about each customer's future orders, with 2F1 and the predictive law once per group of customers."""
    x, t_x, age = checked_histories(customers.x, customers.t_x, customers.T)
    groups, chance = alive_groups(fit, x, t_x, age), chance_alive(fit, x, t_x, age)
    moments, place, at = group_moments(groups, outlook.future), groups.place, np.array(outlook.levels)
    mean, square = np.empty(len(groups)), np.empty(len(groups))
    quantiles = np.empty((len(x), at.size))
    for rows in _parts(groups):
        everybody = rows == slice(0, len(groups))
        own = slice(None) if everybody else np.flatnonzero((place >= rows.start) & (place < rows.stop))
        told = OrderMoments(*(column[rows] for column in moments))
        table = _table(part(groups, rows), told, outlook)
        mean[rows] = table.mean(axis=1, dtype=np.float64)
        square[rows] = np.square(table, dtype=np.float64).mean(axis=1)
        quantiles[own] = _quantiles(table, place[own] - np.int32(rows.start), chance[own], at, _whole(outlook))
    variance = np.maximum(chance * square[place] - (chance * mean[place]) ** 2, 0.0)
    plain, discounted = (chance * column[place] for column in moments[:2])
    return OrderScores(chance, plain, discounted, quantiles, variance)


def _parts(groups: AliveGroups) -> list[slice]:
    """All groups at once, or some at a time."""
    size = len(groups) if groups.phases is None else _ROWS
    return [slice(start, min(start + size, len(groups))) for start in range(0, len(groups), size)]


def predictive_table(
    fit: RepeatFit, x: ArrayLike, T: ArrayLike, outlook: Outlook, t_x: ArrayLike | None = None
) -> PredictiveTable:
    """The predictive law of customers alive at T after x repeats, for the pairs given: (pairs,).

    t_x: (pairs,) of the last repeat, which only regular buying asks for; by default T, or 0 where x is.
    """
    x, age = not_negative(x, "x", axes=1), not_negative(T, "T", axes=1)
    same_length(x=x, T=age)
    last = np.where(x > 0, age, 0.0) if t_x is None else not_negative(t_x, "t_x", axes=1)
    groups = alive_groups(fit, x, last, age)
    draws = _table(groups, group_moments(groups, outlook.future), outlook)[groups.place]
    return PredictiveTable(x, age, draws, _whole(outlook))


def p_at_least(fit: RepeatFit, customers: Customers, horizon: float, orders: int = 1) -> Floats:
    """P(at least so many orders within the horizon) of each customer, (customers,); orders >= 1."""
    if orders < 1:
        raise ValueError(f"orders must be at least 1, got {orders}")
    x, t_x, age = checked_histories(customers.x, customers.t_x, customers.T)
    groups = alive_groups(fit, x, t_x, age)
    law = group_law(groups, Future(horizon))
    place = law.start[:-1] + orders - 1
    known = place < law.start[1:]
    chance = np.where(known, law.at_least[np.where(known, place, 0)], 0.0)
    return chance_alive(fit, x, t_x, age) * chance[groups.place]


def _whole(outlook: Outlook) -> bool:
    return outlook.spend is None and outlook.future.discount == 0


def _table(groups: AliveGroups, moments: OrderMoments, outlook: Outlook) -> Singles:
    """Ascending draws of a customer alive, (groups, draws).

    The count is read off its exact law at even levels. The mean discount factor of k orders has the mean and the
    variance / k of the factor at the time of one order. The spend of k orders over the expected one is
    Gamma(p k) / (p k) times (p x + q - 1) / Gamma(p x + q), and independent of the count.
    """
    counts = _counts(group_law(groups, outlook.future), outlook.draws)
    if _whole(outlook):
        return counts
    timing, one, other = _points(outlook)
    mean = moments.discounted / moments.plain
    spread = np.sqrt(np.maximum(moments.discounted_twice / moments.plain - mean**2, 0.0))
    by_x = levels(groups.x)
    factors = _spend_factors(outlook.spend, (int(counts.max(initial=0)), by_x.values), (one, other))
    floor = float(np.exp(-outlook.future.discount * outlook.future.horizon))
    _weigh(counts, _Timing(mean, spread, timing, floor), _Factors(factors[0], factors[1], by_x.place))
    counts.sort(axis=1)
    return counts


class _Timing(NamedTuple):
    mean: Floats
    spread: Floats
    noise: Floats
    floor: float


class _Factors(NamedTuple):
    of_orders: Floats
    of_customer: Floats
    at_x: Codes


def _points(outlook: Outlook) -> tuple[Floats, Floats, Floats]:
    """Three coordinates to set beside the even levels of the count: a Kronecker sequence with a seeded shift.

    The first is scaled to mean 0 and variance 1. The steps are powers of 1 / g, g^4 = g + 1 (Roberts 2018).
    """
    shift = stream(outlook.seed, "future_orders.points").random(3)
    steps = 1.2207440846057596 ** -np.arange(1.0, 4.0)
    points = (shift[:, None] + steps[:, None] * np.arange(outlook.draws)) % 1.0
    points = np.clip(points, 0.25 / outlook.draws, 1 - 0.25 / outlook.draws)
    return np.sqrt(12.0) * (points[0] - 0.5), points[1], points[2]


def _spend_factors(
    spend: SpendFit | None, sizes: tuple[int, Floats], points: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Spend of k orders over k expected ones given nu, (orders, draws), and expected nu over nu, (x levels, draws)."""
    most, x = sizes
    if spend is None:
        return np.ones((most + 1, len(points[0]))), np.ones((len(x), len(points[0])))
    p, q, _ = spend.values
    whole = p * x + q
    if (whole <= 1).any():
        raise ValueError(f"expected spend is infinite where p x + q is at most 1: p={p:.4g}, q={q:.4g}")
    shape = p * np.maximum(np.arange(most + 1.0), 1.0)
    return _gamma_points(shape, points[0]) / shape[:, None], (whole - 1)[:, None] / _gamma_points(whole, points[1])


def _gamma_points(shape: Floats, levels_at: Floats) -> Floats:
    """Quantiles of Gamma(shape, 1), (shapes, levels): exact for small shapes, else by Wilson & Hilferty (1931)."""
    ninth = 1 / (9 * shape[:, None])
    result = shape[:, None] * (1 - ninth + ndtri(levels_at)[None, :] * np.sqrt(ninth)) ** 3
    small = shape <= _EXACT_SHAPE
    result[small] = gammaincinv(shape[small, None], levels_at[None, :])
    return result


@compiled
def _counts(law: OrderLaw, draws: int) -> Singles:
    """The count of orders at even levels, (pairs, draws)."""
    result = np.empty((law.start.size - 1, draws), dtype=np.float32)
    for i in range(law.start.size - 1):
        most = law.start[i + 1] - law.start[i]
        k = 0
        for j in range(draws):
            while k < most and law.at_least[law.start[i] + k] > 1.0 - (j + 0.5) / draws:
                k += 1
            result[i, j] = k
    return result


@compiled
def _weigh(draws: Singles, timing: _Timing, factors: _Factors) -> None:
    """Turns counts into discounted and spend-weighted sums, in place."""
    for i in range(draws.shape[0]):
        for j in range(draws.shape[1]):
            k = int(draws[i, j])
            if k == 0:
                continue
            shrink = timing.mean[i] + timing.spread[i] * timing.noise[j] / np.sqrt(k)
            shrink = min(max(shrink, timing.floor), 1.0)
            draws[i, j] = k * shrink * factors.of_orders[k, j] * factors.of_customer[factors.at_x[i], j]


@compiled
def _quantiles(draws: Singles, index: Codes, chance: Floats, at: Floats, whole: bool) -> Floats:
    result = np.zeros((index.size, at.size))
    size = draws.shape[1]
    for i in range(index.size):
        gone = 1.0 - chance[i]
        for j in range(at.size):
            if at[j] <= gone:
                continue
            place = (at[j] - gone) / chance[i] * size
            if whole:
                result[i, j] = draws[index[i], min(int(place), size - 1)]
                continue
            place = min(max(place - 0.5, 0.0), size - 1.0)
            low = min(int(place), size - 2)
            below, above = draws[index[i], low], draws[index[i], low + 1]
            result[i, j] = below + (place - low) * (above - below)
    return result
