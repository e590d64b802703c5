"""Baskets of customers on a day of the past: what they had bought by then, and what they first bought after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Columns = Mapping[str, NDArray[Any]]

MOST_ITEMS = 3000
STILL_SOLD = 5
"""Customers who bought an item in the slice before a day, below which it counts as no longer sold."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day between two slices. number: 0 for the end, k for the day before slice k - 1 begins. days: of a slice."""

    number: int
    days: int

    @property
    def age(self) -> int:
        """How many days before the end it lies."""
        return self.number * self.days


@dataclass(frozen=True, slots=True)
class Shelf:
    """Items that customers could need on a day.

    items: (items,) codes. owners: customers who had bought each by then. buyers: those who did in the slice before.
    """

    items: Whole
    owners: Floats
    buyers: Floats


@dataclass(frozen=True, slots=True)
class Baskets:
    """Customers on a day.

    customers: (rows,) numbers, those with an item on the shelf. owned: (rows, items) sparse, 1 where bought by then.
    later: (rows, items) whether first bought in the slice after, no rows where that is not known. waits: (rows, items)
    sparse, days until then.
    """

    day: Day
    shelf: Shelf
    customers: Whole
    owned: sparse.csr_array
    later: Flags
    waits: sparse.csr_array


def shelf(counts: Columns, day: Day, enough: int, most: int = MOST_ITEMS) -> Shelf:
    """The items that enough customers had bought by a day and that were still sold, the most bought ones.

    counts: of item_counts, row number = code.
    """
    owners, buyers = counts[f"owners_{day.number}"], counts[f"buyers_{day.number}"]
    able = np.flatnonzero((owners >= enough) & (buyers >= STILL_SOLD))
    best = able[np.argsort(-owners[able], kind="stable")][:most]
    items = np.sort(best)
    return Shelf(items, owners[items].astype(np.float64), buyers[items].astype(np.float64))


def baskets(pairs: Columns, day: Day, on: Shelf, *, look_ahead: bool) -> Baskets:
    """The baskets of the customers of some pairs.

    pairs: columns of numbered_items: customer, code, age. look_ahead: whether to give what was bought after the day.
    """
    place = np.full(max(int(pairs["code"].max(initial=0)), int(on.items.max(initial=0))) + 1, -1)
    place[on.items] = np.arange(on.items.size)
    item, age = place[pairs["code"]], pairs["age"].astype(np.int64)
    had = (item >= 0) & (age >= day.age)
    customers, row = np.unique(pairs["customer"][had], return_inverse=True)
    shape = (customers.size, on.items.size)
    owned = sparse.csr_array((np.ones(row.size), (row, item[had])), shape=shape)
    if not look_ahead:
        nothing = np.zeros((0, on.items.size), dtype=np.bool_)
        return Baskets(day, on, customers, owned, nothing, sparse.csr_array((0, on.items.size)))
    after = (item >= 0) & (age < day.age) & (age >= day.age - day.days) & np.isin(pairs["customer"], customers)
    rows = np.searchsorted(customers, pairs["customer"][after])
    waits = sparse.csr_array(((day.age - age[after]).astype(np.float64), (rows, item[after])), shape=shape)
    return Baskets(day, on, customers, owned, waits.toarray() > 0, waits)


def some(found: Baskets, rows: Whole) -> Baskets:
    """The same day for some of the customers."""
    ahead = found.later.shape[0] > 0
    later = found.later[rows] if ahead else found.later
    waits = found.waits[rows] if ahead else found.waits
    return Baskets(found.day, found.shelf, found.customers[rows], found.owned[rows], later, waits)
