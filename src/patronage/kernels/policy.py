"""Which treatment for which segment, learned from a randomised test and valued on customers it was not learned from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from patronage.kernels.arrays import Floats, finite, not_negative, same_length, share
from patronage.kernels.selection import shrunk

FEWEST = 2
"""Customers of a cell that tell anything of how they differ."""

POWER, SIGNIFICANCE = 0.80, 0.05


class Valued(NamedTuple):
    """A mean net outcome of a customer, with its standard error."""

    mean: float
    error: float


@dataclass(frozen=True, slots=True)
class Policy:
    """The arm for each segment, and what it is worth to treat so.

    arms: (segments,) the arm for each. default: the arm for all that a deviation must beat. best: (segments,) the arm
    that did best there by what is pooled. gain, gain_error, p_better: (segments,) of it over the default; 0, 0 and 0.5
    where the default is best. value: of treating by a policy learned so, on customers it was not learned from.
    over_default: the same less the default for all. uniform: of each arm for all. naive: what the best mean of each
    segment claims for itself; naive_value: what that rule is worth on customers it was not learned from. needed:
    (segments,) customers in each of two arms that show a difference as large as the pooled one, infinite where there is
    none to show.
    """

    arms: NDArray[np.int64]
    best: NDArray[np.int64]
    default: int
    gain: Floats
    gain_error: Floats
    p_better: Floats
    value: Valued
    over_default: Valued
    uniform: tuple[Valued, ...]
    naive: float
    naive_value: Valued
    needed: Floats

    @property
    def optimism(self) -> float:
        """What picking the best mean of each segment claims beyond what it is worth."""
        return self.naive - self.naive_value.mean


@dataclass(frozen=True, slots=True)
class Cells:
    """Customers of a randomised test, added up: (folds, segments, arms) each.

    units: how many. y, y_squares: sums of their outcomes and of the squares of these. Folds part customers by chance.
    """

    units: ArrayLike
    y: ArrayLike
    y_squares: ArrayLike


def learned_policy(cells: Cells, cost: ArrayLike, *, default: int | None = None, sure: float = 0.95) -> Policy:
    """The arm for each segment, deviating from the default only where it is surely better.

    cost: (arms,) of treating a customer so. default: the arm of today; None for the arm that is best for all. sure:
    probability of being better that a deviation takes. Differences to the default are pooled over segments by empirical
    Bayes; each policy is learned on all folds but one and valued on that one by doubly robust scores.
    Sources: Dudik, Erhan, Langford & Li (2014); Athey & Wager (2021); what a deviation takes is our own.
    """
    net = _net(cells, cost)
    share(sure, "sure")
    if default is not None and not 0 <= default < net.units.shape[2]:
        raise ValueError(f"default must be one of {net.units.shape[2]} arms from 0, got {default}")
    whole = _learned(net.over_all(), default, sure)
    folds = range(net.units.shape[0])
    parts = [(net.without(fold), net.only(fold)) for fold in folds]
    own = [_scores(rest, one, _learned(rest, default, sure)) for rest, one in parts]
    naive = [_scores(rest, one, _naively(rest)) for rest, one in parts]
    best = _naively(net.over_all())
    weight = net.over_all().weight
    return Policy(
        whole.arms, whole.best, whole.default, whole.gain, whole.error, whole.p_better,
        _value([part.policy for part in own]),
        _value([part.over for part in own]),
        _uniform(net.over_all()),
        float(weight @ net.over_all().mean[np.arange(weight.size), best.arms]),
        _value([part.policy for part in naive]),
        _needed(net.over_all(), whole),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Net:
    """Outcomes net of cost."""

    units: Floats
    y: Floats
    yy: Floats

    def over_all(self) -> _Table:
        """All folds together."""
        return _Table(self.units.sum(axis=0), self.y.sum(axis=0), self.yy.sum(axis=0))

    def only(self, fold: int) -> _Table:
        """One fold."""
        return _Table(self.units[fold], self.y[fold], self.yy[fold])

    def without(self, fold: int) -> _Table:
        """All folds but one."""
        one, all_of_them = self.only(fold), self.over_all()
        return _Table(all_of_them.units - one.units, all_of_them.y - one.y, all_of_them.yy - one.yy)


@dataclass(frozen=True, slots=True)
class _Table:
    """Sums by segment and arm, (segments, arms)."""

    units: Floats
    y: Floats
    yy: Floats

    @property
    def weight(self) -> Floats:
        """Share of each segment."""
        return self.units.sum(axis=1) / self.units.sum()

    @property
    def chance(self) -> Floats:
        """Share of each arm."""
        return self.units.sum(axis=0) / self.units.sum()

    @property
    def mean(self) -> Floats:
        """Mean of each cell; of the arm where the cell is empty."""
        arm = self.y.sum(axis=0) / self.units.sum(axis=0)
        return np.where(self.units > 0, self.y / np.maximum(self.units, 1), arm)

    @property
    def variance(self) -> Floats:
        """Variance of one outcome around its cell's mean, pooled over the segments of an arm."""
        freedom = np.maximum(self.units.sum(axis=0) - (self.units > 0).sum(axis=0), 1)
        within = self.yy - np.where(self.units > 0, self.y**2 / np.maximum(self.units, 1), 0.0)
        return np.maximum(within, 0.0).sum(axis=0) / freedom


class _Learned(NamedTuple):
    arms: NDArray[np.int64]
    best: NDArray[np.int64]
    default: int
    gain: Floats
    error: Floats
    p_better: Floats


class _Scored(NamedTuple):
    """Number, sum and sum of squares of the scores of a policy, and of their difference to the default's."""

    policy: tuple[float, float, float]
    over: tuple[float, float, float]


def _learned(table: _Table, default: int | None, sure: float) -> _Learned:
    segments, arms = table.units.shape
    base = int(np.argmax(table.weight @ table.mean)) if default is None else default
    gain, error = np.zeros(segments), np.zeros(segments)
    p_better, chosen = np.full(segments, 0.5), np.full(segments, base)
    best = np.full(segments, -math.inf)
    spread = table.variance / np.maximum(table.units, 1e-300)
    for arm in range(arms):
        able = (table.units[:, arm] >= FEWEST) & (table.units[:, base] >= FEWEST)
        if arm == base or not able.any():
            continue
        told = shrunk((table.mean[:, arm] - table.mean[:, base])[able], np.sqrt(spread[:, arm] + spread[:, base])[able])
        over, sd = np.full(segments, -math.inf), np.zeros(segments)
        over[able], sd[able] = told.corrected, told.sd
        better = over > np.maximum(best, 0.0)
        gain[better], error[better], best[better] = over[better], sd[better], over[better]
        p_better[better] = special.ndtr(over[better] / np.maximum(sd[better], 1e-300))
        chosen[better] = arm
    return _Learned(np.where(p_better >= sure, chosen, base), chosen, base, gain, error, p_better)


def _naively(table: _Table) -> _Learned:
    """The arm with the best mean in each segment, whatever it rests on."""
    nothing = np.zeros(len(table.units))
    best, default = np.argmax(table.mean, axis=1), int(np.argmax(table.weight @ table.mean))
    return _Learned(best, best, default, nothing, nothing, nothing)


def _scores(rest: _Table, one: _Table, policy: _Learned) -> _Scored:
    """Doubly robust scores of the customers of one fold under a policy and means learned from the rest."""
    place = np.arange(len(one.units))
    mine = _moments(rest, one, place, policy.arms)
    units = one.units.sum(axis=1)
    other = np.full(len(place), policy.default)
    theirs = _moments(rest, one, place, other)
    moved = policy.arms != other
    apart = mine.model - theirs.model
    # In a segment that keeps the default, both scores are the same for every customer.
    sums = np.where(moved, units * apart + mine.rest - theirs.rest, 0.0)
    squares = np.where(
        moved, units * apart**2 + 2 * apart * (mine.rest - theirs.rest) + mine.squares + theirs.squares, 0.0
    )
    total = float(units.sum())
    own = units * mine.model + mine.rest
    own_squares = units * mine.model**2 + 2 * mine.model * mine.rest + mine.squares
    return _Scored(
        (total, float(own.sum()), float(own_squares.sum())), (total, float(sums.sum()), float(squares.sum()))
    )


class _Moments(NamedTuple):
    """Of each segment under one arm: the mean of the model, and sums of weighted residuals and of their squares."""

    model: Floats
    rest: Floats
    squares: Floats


def _moments(rest: _Table, one: _Table, place: NDArray[np.int64], arms: NDArray[np.int64]) -> _Moments:
    model, chance = rest.mean[place, arms], (rest.chance + 0.0)[arms]
    n, y, yy = (sums[place, arms] for sums in (one.units, one.y, one.yy))
    residuals = (y - n * model) / chance
    squares = np.maximum(yy - 2 * model * y + n * model**2, 0.0) / chance**2
    return _Moments(model, residuals, squares)


def _value(parts: list[tuple[float, float, float]]) -> Valued:
    n, total, squares = (sum(part[index] for part in parts) for index in range(3))
    mean = total / n
    return Valued(mean, math.sqrt(max(squares / n - mean**2, 0.0) / n))


def _uniform(table: _Table) -> tuple[Valued, ...]:
    n, y, yy = (sums.sum(axis=0) for sums in (table.units, table.y, table.yy))
    return tuple(_value([(float(n[arm]), float(y[arm]), float(yy[arm]))]) for arm in range(len(n)))


def _needed(table: _Table, policy: _Learned) -> Floats:
    """Customers in each of two arms that show the pooled difference of a segment with the usual power."""
    z = float(special.ndtri(1 - SIGNIFICANCE / 2) + special.ndtri(POWER))
    noise = 2 * float(table.variance.max())
    gain = np.where(policy.gain > 0, policy.gain, np.nan)
    return np.nan_to_num(np.ceil(z**2 * noise / gain**2), nan=math.inf)


def _net(cells: Cells, cost: ArrayLike) -> _Net:
    units, squares = not_negative(cells.units, "units", axes=3), not_negative(cells.y_squares, "y_squares", axes=3)
    y, paid = finite(cells.y, "y", axes=3), finite(cost, "cost", axes=1)
    if not units.shape == y.shape == squares.shape:
        raise ValueError(f"units, y and y_squares must have one shape, got {units.shape}, {y.shape}, {squares.shape}")
    folds, _, arms = units.shape
    same_length(cost=paid, arms=units[0, 0])
    if folds < 2 or arms < 2:
        raise ValueError(f"there must be at least 2 folds and 2 arms, got {folds} and {arms}")
    if not (units.sum(axis=1) >= FEWEST).all():
        raise ValueError(f"every arm must have at least {FEWEST} customers in every fold")
    return _Net(units, y - units * paid, squares - 2 * paid * y + units * paid**2)
