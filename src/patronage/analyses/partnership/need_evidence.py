"""What is known of customers and items, read from the order lines for the next need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from patronage.analyses.partnership.need_baskets import (
    MOST_ITEMS,
    Baskets,
    Day,
    Shelf,
    Whole,
    baskets,
    shelf,
    some,
)
from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.baskets import (
    CATEGORY,
    PRODUCT,
    Slices,
    chosen_customers,
    customer_activity,
    item_counts,
    item_lines,
    item_names,
    numbered_customers,
    numbered_items,
    timed_items,
)
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders, Products
from patronage.kernels.draws import stream
from patronage.vocabulary.errors import EstimationError, Fault

HORIZON_DAYS = 90
"""What is foreseen: purchases within this many days, or within a fifth of the history where that is shorter."""

SHORTEST_DAYS = 7
SLICES = 3
LARGEST_SAMPLE = 8000
"""Customers that are learned from and judged on; all are given lists."""


@dataclass(frozen=True, slots=True)
class NeedEvidence:
    """Stored tables of one level, and the columns that are small.

    seed: of the run, for lots. counts, names: one row per item, row number = code. pairs: of numbered_items. customers:
    of numbered_customers.
    """

    engine: Engine
    seed: int
    slices: Slices
    level: str
    counts: Columns
    names: Columns
    pairs: StoredTable
    customers: StoredTable

    @property
    def enough(self) -> int:
        """Customers who must have bought an item: one of 200, at least 5 and at most 20."""
        return int(np.clip(self.customers.rows // 200, 5, 20))

    def lot(self, name: str, of: int, most: int) -> Whole:
        """So many places of a row drawn by lot, in rising order."""
        drawn = stream(self.seed, f"next_need.{name}").permutation(of)[:most]
        return np.sort(drawn).astype(np.int64)

    def day(self, number: int) -> Day:
        """The end, or the day before a slice begins."""
        return Day(number, self.slices.days)


def need_evidence(orders: Orders, products: Products | None, seed: int) -> NeedEvidence:
    """Customers and items at the product level, or by category where too many products have buyers enough.

    Raises EstimationError without products and with a history too short to hold out parts of it.
    """
    slices = _slices(orders)
    found = _at_level(orders, products, (slices, seed), PRODUCT)
    many = np.count_nonzero(found.counts["owners_0"] >= found.enough) > MOST_ITEMS
    if many and products is not None and "category" in products.given:
        return _at_level(orders, products, (slices, seed), CATEGORY)
    return found


def shelf_on(found: NeedEvidence, day: Day) -> Shelf:
    """The items that could be needed on a day; raises EstimationError with fewer than two."""
    on = shelf(found.counts, day, found.enough)
    if on.items.size < 2:
        told = f"{on.items.size} items were bought by {found.enough} customers or more and are still sold"
        raise EstimationError(Fault("next_need", told, "map product_id to a coarser code, or give product categories"))
    return on


def sampled_pairs(found: NeedEvidence) -> Columns:
    """The pairs of all customers, or of a sample drawn by lot."""
    numbered = found.engine.open(found.pairs)
    if found.customers.rows <= LARGEST_SAMPLE:
        return found.engine.columns(numbered.order_by("customer", "code"))
    lot = found.lot("sample", found.customers.rows, LARGEST_SAMPLE)
    return found.engine.columns(chosen_customers(numbered, found.engine.memory("chosen", {"customer": lot})))


def baskets_on(found: NeedEvidence, pairs: Columns, number: int) -> Baskets:
    """The baskets of the customers active in the year before a day; what followed with them, but for the end."""
    day = found.day(number)
    everyone = baskets(pairs, day, shelf_on(found, day), look_ahead=number > 0)
    return some(everyone, np.flatnonzero(activity_of(found, everyone)[f"days_{number}"] > 0))


def activity_of(found: NeedEvidence, of: Baskets) -> Columns:
    """What the customers of some baskets were like on their day: purchase days of a year, days since the last."""
    names = ("customer", f"days_{of.day.number}", f"since_{of.day.number}")
    columns = found.engine.columns(found.engine.open(found.customers).select(*names).order_by("customer"))
    return {name: columns[name][of.customers] for name in names}


def _slices(orders: Orders) -> Slices:
    if "product_id" not in orders.given:
        told = "no column names the product of a line"
        raise EstimationError(Fault("orders.product_id", told, "map the column that does, to see what comes next"))
    first: date = orders.engine.value(orders.table.ordered_at.min()).date()
    history = (orders.as_of - first).days + 1
    days = min(HORIZON_DAYS, history // (SLICES + 2))
    if days < SHORTEST_DAYS:
        told = f"a history of {history} days is too short to hold parts of it out"
        raise EstimationError(Fault("next_need", told, f"give {SHORTEST_DAYS * (SLICES + 2)} days or more"))
    return Slices(orders.as_of, days, SLICES)


def _at_level(orders: Orders, products: Products | None, setting: tuple[Slices, int], level: str) -> NeedEvidence:
    engine, (slices, seed) = orders.engine, setting
    lines = item_lines(orders, products, level)
    customers = engine.keep(numbered_customers(customer_activity(lines, slices)).order_by("customer"), "activity")
    kept = engine.keep(timed_items(lines, slices), "pairs")
    if not kept.rows:
        told = "no known customer kept a product that has a code"
        raise EstimationError(Fault("next_need", told, "map customer_id and product_id to columns that are filled"))
    pairs = engine.open(kept)
    counts = engine.columns(item_counts(pairs, slices))
    items = engine.memory("items", {"item": counts["item"], "code": np.arange(len(counts["item"]))})
    numbered = numbered_items(pairs, engine.open(customers), items).order_by("customer", "code")
    names = engine.columns(item_names(lines).semi_join(items, "item").order_by("item"))
    return NeedEvidence(engine, seed, slices, level, counts, names, engine.keep(numbered, "numbered"), customers)
