"""When a customer buys an item again that it has bought before, from its own gaps and those of all who buy the item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from patronage.kernels.arrays import Floats, Whole, codes, finite, not_negative, positive, same_length

PRIOR_OWNERS = 20.0
"""Owners, and gaps, of a mean item that are added to each item."""

RIDGE = 1e-3
STEPS = 30


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchases of one item by one customer, one entry per pair.

    item: (pairs,) codes. days: (pairs,) distinct days of purchase, >= 1. span: (pairs,) days from the first of them to
    the last. since: (pairs,) days since the last.
    """

    item: Whole
    days: Floats
    span: Floats
    since: Floats


class Habits(NamedTuple):
    """How items are bought again: gap, mean days between purchases, and again, share of owners who bought twice."""

    gap: Floats
    again: Floats


class Due(NamedTuple):
    """Chance that each pair buys again within the time, and the days until then where it does."""

    chance: Floats
    wait: Floats


def purchases(item: ArrayLike, days: ArrayLike, span: ArrayLike, since: ArrayLike) -> Purchases:
    """The purchases, checked: at least one day each, and no span of a single day."""
    number, between, last = positive(days, "days", axes=1), not_negative(span, "span", axes=1), _since(since)
    code = codes(item, "item", int(np.asarray(item).max(initial=0)) + 1)
    same_length(item=code, days=number, span=between, since=last)
    if ((number > 1) != (between > 0)).any() or (number < 1).any():
        raise ValueError("span must be above 0 where days are 2 or more, and 0 where the day is one")
    return Purchases(code, number, between, last)


def item_habits(known: Purchases, items: int) -> Habits:
    """The habits of each item, pulled towards those of all items by PRIOR_OWNERS.

    Only gaps that have ended count. Returns arrays of (items,); gaps are 1 day or more.
    """
    code = codes(known.item, "item", items)
    gaps = np.bincount(code, known.days - 1, minlength=items)
    spans = np.bincount(code, known.span, minlength=items)
    owners = np.bincount(code, minlength=items)
    twice = np.bincount(code, known.days > 1, minlength=items)
    # Where nothing was ever bought again, the chance is nil whatever the gap.
    mean = spans.sum() / gaps.sum() if gaps.sum() > 0 else 1.0
    share = twice.sum() / max(owners.sum(), 1)
    gap = (spans + PRIOR_OWNERS * mean) / (gaps + PRIOR_OWNERS)
    return Habits(np.maximum(gap, 1.0), (twice + PRIOR_OWNERS * share) / (owners + PRIOR_OWNERS))


def due_again(known: Purchases, habits: Habits, within: float, *, shape: float, pooling: float) -> Due:
    """The chance of another purchase of the item within some days, for a customer who goes on buying.

    Gaps are gamma with mean m and the given shape; m pools the customer's own gaps with those of the item, which count
    as `pooling` gaps. With n purchases the customer buys again at all with chance r = (pooling a + n - 1) / (pooling +
    n - 1), a being the item's share. Given u days since the last one the chance is r (S(u) - S(u + h)) / (r S(u) + 1 -
    r). A single purchase takes gap and share of the item. Returns arrays of (pairs,).
    Source: Boag (1949), a share that never returns, with gamma survival S; wait: the mean of the gap so truncated.
    """
    for name, value in (("within", within), ("shape", shape), ("pooling", pooling)):
        if not value > 0:
            raise ValueError(f"{name} must be positive, got {value}")
    own = known.days - 1
    mean = (pooling * habits.gap[known.item] + known.span) / (pooling + own)
    again = (pooling * habits.again[known.item] + own) / (pooling + own)
    start, end = shape * known.since / mean, shape * (known.since + within) / mean
    alive = special.gammaincc(shape, start)
    falls = np.maximum(alive - special.gammaincc(shape, end), 0.0)
    chance = again * falls / np.maximum(again * alive + 1 - again, 1e-300)
    moment = mean * (special.gammaincc(shape + 1, start) - special.gammaincc(shape + 1, end))
    # Far beyond its time nothing of the curve is left to take a mean of.
    sure = falls > 1e-9
    wait = np.where(sure, moment / np.where(sure, falls, 1.0) - known.since, within / 2)
    return Due(np.clip(chance, 0.0, 1.0), np.clip(wait, 0.0, within))


def logistic_weights(features: ArrayLike, came: ArrayLike) -> Floats:
    """Weights of a logistic regression of what came on features, by Newton's method.

    features: (cases, features), a constant among them if one is wanted. came: (cases,) 0 or 1. A ridge of RIDGE keeps
    weights finite where features part the cases without error. Source: McCullagh & Nelder (1989), section 4.4.
    """
    table, happened = finite(features, "features", axes=2), finite(came, "came", axes=1)
    same_length(features=table[:, 0], came=happened)
    if not np.isin(happened, (0.0, 1.0)).all():
        raise ValueError("came must be 0 or 1")
    weights = np.zeros(table.shape[1])
    for _ in range(STEPS):
        chance = special.expit(table @ weights)
        slope = table.T @ (happened - chance) - RIDGE * weights
        bend = (table * (chance * (1 - chance))[:, None]).T @ table + RIDGE * np.eye(weights.size)
        move = np.linalg.solve(bend, slope)
        move *= min(1.0, 5.0 / max(float(np.abs(move).max(initial=0.0)), 1e-12))
        weights = weights + move
        if float(np.abs(move).max(initial=0.0)) < 1e-8:
            break
    return weights


def logistic_chance(features: ArrayLike, weights: Floats) -> Floats:
    """The chance of each case, (cases,)."""
    return special.expit(finite(features, "features", axes=2) @ weights)


def _since(since: ArrayLike) -> Floats:
    return not_negative(since, "since", axes=1)
