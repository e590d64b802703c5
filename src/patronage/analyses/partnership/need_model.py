"""Scores of what customers need next, learned from what is bought together, and the lists made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from patronage.analyses.partnership.need_baskets import Baskets, Shelf
from patronage.kernels.next_need import co_purchase_lift, hit_rate, item_weights, need_scores, top_needs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

RIDGES = (30.0, 100.0, 300.0, 1000.0)
"""Tried strengths of the pull towards nothing, in customers."""

ITEMS_TO_CHOOSE = 600
"""Most bought items that the strength is chosen on: inverting takes items cubed operations."""

CUSTOMERS_TO_CHOOSE = 2000

AT_ONCE = 2500
"""Customers whose scores of all items are held at once."""

CANDIDATES = 100
"""Items of each customer, best first, that are put in order."""

LIST = 10
"""Length of the lists that are judged."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How scores are made. ridge: in customers. fresh: whether items that sell better of late are moved up."""

    ridge: float
    fresh: bool


@dataclass(frozen=True, slots=True)
class Needs:
    """What having one item says of needing another.

    weights: (items, items), row owned, column needed. lift: the same shape, how many times as often both are bought.
    factor: (items,) by which scores are multiplied.
    """

    weights: Floats
    lift: Floats
    factor: Floats


def chosen_scores(found: Baskets) -> Choice:
    """The choice whose lists held most of what was first bought after the day, among the most bought items."""
    order = np.argsort(-found.shelf.owners, kind="stable")[:ITEMS_TO_CHOOSE]
    few = np.sort(order)
    shelf = Shelf(found.shelf.items[few], found.shelf.owners[few], found.shelf.buyers[few])
    rows = np.flatnonzero(found.later[:, few].any(axis=1))[:CUSTOMERS_TO_CHOOSE]
    if not rows.size:
        return Choice(RIDGES[1], fresh=True)
    baskets = found.owned[:, few]
    together = (baskets.T @ baskets).toarray()
    owned, later = baskets[rows], found.later[np.ix_(rows, few)]
    rates: dict[Choice, float] = {}
    for ridge in RIDGES:
        scores = need_scores(owned, item_weights(together, ridge))
        for fresh in (False, True):
            listed = best_of(scores * _factor(shelf, fresh=fresh), owned, LIST)
            rates[Choice(ridge, fresh)] = hit_rate(listed, later).of_purchases
    return max(rates, key=lambda choice: rates[choice])


def learned_needs(found: Baskets, choice: Choice) -> Needs:
    """What the baskets of a day say of items bought together."""
    together = (found.owned.T @ found.owned).toarray()
    lift = co_purchase_lift(together, found.owned.shape[0])
    return Needs(item_weights(together, choice.ridge), lift, _factor(found.shelf, fresh=choice.fresh))


def scores_of(found: Baskets, needs: Needs) -> Floats:
    """Score of each item for each customer, (rows, items)."""
    return need_scores(found.owned, needs.weights) * needs.factor


def listed_needs(found: Baskets, scores: Floats, top: int) -> Whole:
    """The best items that each customer has not bought, (rows, top), -1 where nothing is left."""
    return best_of(scores, found.owned, top)


def popular(found: Baskets) -> Whole:
    """The list of the items that most customers bought of late, less what each has bought."""
    return best_of(np.broadcast_to(found.shelf.buyers, found.owned.shape), found.owned, LIST)


def because(found: Baskets, needs: Needs, listed: Whole) -> tuple[Whole, Floats]:
    """For each place of a list the owned item that speaks most for it, -1 for none, and the lift between the two."""
    reason = np.full(listed.shape, -1, dtype=np.int64)
    lift = np.ones(listed.shape)
    starts, sizes = found.owned.indptr[:-1], np.diff(found.owned.indptr)
    owned = np.asarray(found.owned.indices, dtype=np.int64)
    for place in range(listed.shape[1]):
        wanted = listed[:, place]
        weight = needs.weights[owned, np.repeat(np.maximum(wanted, 0), sizes)]
        best = np.maximum.reduceat(weight, starts)
        # The first owned item of each customer that carries the best weight.
        first = np.flatnonzero(weight == np.repeat(best, sizes))
        row = np.repeat(np.arange(sizes.size), sizes)[first]
        rows, at = np.unique(row, return_index=True)
        chosen = owned[first[at]]
        told = (wanted[rows] >= 0) & (best[rows] > 0)
        reason[rows[told], place] = chosen[told]
        lift[rows[told], place] = needs.lift[chosen[told], wanted[rows[told]]]
    return reason, lift


def best_of(scores: Floats, owned: sparse.csr_array, top: int) -> Whole:
    """As top_needs gives them, sorting only the items that may come first, some customers at a time."""
    top = min(top, owned.shape[1])
    starts = range(0, max(owned.shape[0], 1), AT_ONCE)
    return np.vstack([_best(scores[start : start + AT_ONCE], owned[start : start + AT_ONCE], top) for start in starts])


def _best(scores: Floats, owned: sparse.csr_array, top: int) -> Whole:
    have = owned.toarray() > 0
    may = min(CANDIDATES, owned.shape[1])
    if may == owned.shape[1]:
        return top_needs(scores, have, top)
    # In the order of their codes, so that equal scores still go to the item that comes first.
    first = np.sort(np.argpartition(np.where(have, np.inf, -scores), may - 1, axis=1)[:, :may], axis=1)
    listed = top_needs(np.take_along_axis(scores, first, axis=1), np.take_along_axis(have, first, axis=1), top)
    return np.where(listed >= 0, np.take_along_axis(first, np.maximum(listed, 0), axis=1), -1)


def _factor(shelf: Shelf, *, fresh: bool) -> Floats:
    """How much of an item's buyers of all time bought it of late, held by few at first."""
    if not fresh:
        return np.ones(shelf.items.size)
    return (shelf.buyers + 1) / (shelf.owners + 5)
