"""Lists of what customers need next: items due again and items new to them, on one scale of chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from patronage.analyses.partnership.need_again import Owned, Rhythm, again_chances
from patronage.analyses.partnership.need_baskets import Baskets, Flags, Floats, Whole
from patronage.analyses.partnership.need_chances import Chances, Listed, chance_of
from patronage.analyses.partnership.need_model import AT_ONCE, best_of
from patronage.kernels.due_again import Habits

TOP = 5
"""Length of the lists, given and judged."""

DIGITS = 6


@dataclass(frozen=True, slots=True)
class Ranked:
    """The likeliest items of each customer, likeliest first.

    items: (rows, top) places on the shelf, -1 for none. chance: of a purchase within the time. wait: days until then.
    again: whether the customer has bought the item before.
    """

    items: Whole
    chance: Floats
    wait: Floats
    again: Flags


def ranked_again(owned: Owned, learned: tuple[Rhythm, Habits], rows: int, within: int) -> Ranked:
    """The likeliest items of those that each customer has bought before."""
    rhythm, habits = learned
    due = again_chances(rhythm, owned, habits, within)
    chance = np.round(due.chance, DIGITS)
    order = np.lexsort((owned.known.item, -chance, owned.rows))
    row = owned.rows[order]
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows))])[:-1]
    place = np.arange(row.size) - starts[row]
    first = place < TOP
    items, told, wait = np.full((rows, TOP), -1, dtype=np.int64), np.zeros((rows, TOP)), np.zeros((rows, TOP))
    at, chosen = (row[first], place[first]), order[first]
    items[at], told[at], wait[at] = owned.known.item[chosen], chance[chosen], due.wait[chosen]
    return Ranked(items, told, wait, items >= 0)


def ranked_new(listed: Listed, chances: Chances) -> Ranked:
    """The listed items that are new to the customers, with the chances learned for such lists."""
    chance, wait = chance_of(chances, listed)
    there = listed.items >= 0
    told = np.where(there, np.round(chance, DIGITS), 0.0)
    return Ranked(listed.items, told, wait, np.zeros(there.shape, dtype=np.bool_))


def joined(again: Ranked, new: Ranked) -> Ranked:
    """The likeliest of both; of equal chances the item bought before comes first."""
    items, chance = np.hstack([again.items, new.items]), np.hstack([again.chance, new.chance])
    order = np.argsort(np.where(items >= 0, -chance, 1.0), axis=1, kind="stable")[:, :TOP]
    wait, kind = np.hstack([again.wait, new.wait]), np.hstack([again.again, new.again])
    return Ranked(
        np.take_along_axis(items, order, axis=1),
        np.take_along_axis(chance, order, axis=1),
        np.take_along_axis(wait, order, axis=1),
        np.take_along_axis(kind, order, axis=1),
    )


def own_favourites(owned: Owned, on: Baskets) -> Whole:
    """The items that each customer bought on most days, filled up by the popular ones: what a list must beat."""
    size = (on.customers.size, on.shelf.items.size)
    days = sparse.csr_array((owned.known.days, (owned.rows, owned.known.item)), shape=size)
    popular = on.shelf.buyers / (on.shelf.buyers.max() + 1)
    lists: list[Whole] = []
    for start in range(0, size[0], AT_ONCE):
        here = days[start : start + AT_ONCE].toarray()
        lists.append(best_of(here + popular, sparse.csr_array(here.shape), TOP))
    return np.vstack(lists)


def bestsellers(on: Baskets) -> Whole:
    """The items that most customers bought in the slice before, the same for all."""
    size = (on.customers.size, on.shelf.items.size)
    best = best_of(on.shelf.buyers[None, :].copy(), sparse.csr_array((1, size[1])), TOP)
    return np.broadcast_to(best, (size[0], best.shape[1]))


def all_bought(owned: Owned, on: Baskets) -> Flags:
    """(rows, items) whether bought in the slice after, for the first time or again."""
    bought = on.later.copy()
    if owned.bought is not None:
        bought[owned.rows[owned.bought], owned.known.item[owned.bought]] = True
    return bought
