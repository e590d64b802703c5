"""What customers bought of each category in two periods, read from the order lines for the category gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from patronage.analyses.partnership.gap_categories import Categories, gap_categories
from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.basis import value_basis
from patronage.evidence.queries.baskets import chosen_customers, numbers_within
from patronage.evidence.queries.categories import (
    category_buyers,
    period_categories,
    period_customers,
    period_lines,
)
from patronage.evidence.queries.periods import Period, compared_periods
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders, Products
from patronage.kernels.draws import stream
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.terms import Terms

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

SHORTEST_DAYS = 60
FEWEST_BUYERS = 10
"""Customers who bought a category in each of the two periods, below which it is left out."""

LARGEST_SAMPLE = 50_000
"""Customers that uptake is learned from."""


@dataclass(frozen=True, slots=True)
class GapEvidence:
    """Stored tables of two periods of equal length. codes: those of the categories that count, in rising order."""

    engine: Engine
    periods: tuple[Period, Period]
    categories: Categories
    codes: Whole
    customers: StoredTable
    cells: StoredTable

    @property
    def names(self) -> list[str]:
        """The categories that count, by name."""
        return [self.categories.names[code] for code in self.codes]


@dataclass(frozen=True, slots=True)
class Grid:
    """Customers by category.

    first, later: (customers, categories) whether bought in the period; later_value: spent on it in the second, in
    currency. people: columns of period_customers, one row per customer.
    """

    first: Flags
    later: Flags
    later_value: Floats
    people: Columns

    def of(self, rows: Flags) -> Grid:
        """The same for some customers."""
        people = {name: values[rows] for name, values in self.people.items()}
        return Grid(self.first[rows], self.later[rows], self.later_value[rows], people)


def gap_evidence(orders: Orders, products: Products | None, terms: Terms) -> GapEvidence:
    """Customers and categories of the last two periods.

    Raises EstimationError without products, with a short history and with fewer than two categories.
    """
    periods = _periods(orders)
    categories = gap_categories(orders, products, terms.seed)
    if not categories.products:
        told = "no known customer bought a product that has a code and a category"
        raise EstimationError(Fault("category_gap", told, "map customer_id and product_id to columns that are filled"))
    engine = orders.engine
    lines = period_lines(orders, value_basis(orders, terms), periods)
    customers = engine.keep(period_customers(lines).order_by("customer"), "gap_customers")
    members = engine.memory("members", {"product_id": categories.products, "code": categories.codes})
    cells = engine.keep(
        period_categories(lines, engine.open(customers), members).order_by("customer", "code"), "gap_cells"
    )
    buyers = engine.columns(category_buyers(engine.open(cells)))
    codes = buyers["code"][(buyers["first"] >= FEWEST_BUYERS) & (buyers["later"] >= FEWEST_BUYERS)]
    if codes.size < 2:
        told = f"{codes.size} categories have {FEWEST_BUYERS} buyers or more in each of two periods, expected 2 or more"
        raise EstimationError(Fault("category_gap", told, "give product categories, or names that tell families"))
    return GapEvidence(engine, periods, categories, codes, customers, cells)


def sampled_grid(found: GapEvidence, seed: int) -> Grid:
    """The customers of the first period, or a sample of them drawn by lot."""
    people, cells = found.engine.open(found.customers), found.engine.open(found.cells)
    if found.customers.rows > LARGEST_SAMPLE:
        lot = np.sort(stream(seed, "category_gap.sample").permutation(found.customers.rows)[:LARGEST_SAMPLE])
        chosen = found.engine.memory("gap_sample", {"customer": lot})
        people, cells = chosen_customers(people, chosen), chosen_customers(cells, chosen)
    known = _grid(found, found.engine.columns(people.order_by("customer")), found.engine.columns(cells))
    return known.of(np.asarray(known.people["first"], dtype=np.bool_))


def grid_within(found: GapEvidence, start: int, end: int) -> Grid:
    """The customers of some numbers who bought in the last period."""
    people = found.engine.columns(numbers_within(found.engine.open(found.customers), start, end))
    cells = found.engine.columns(numbers_within(found.engine.open(found.cells), start, end))
    known = _grid(found, people, cells)
    return known.of(np.asarray(known.people["later"], dtype=np.bool_))


def _grid(found: GapEvidence, people: Columns, cells: Columns) -> Grid:
    place = np.full(len(found.categories.names), -1)
    place[found.codes] = np.arange(found.codes.size)
    column = place[cells["code"]]
    inside = column >= 0
    row, column = np.searchsorted(people["customer"], cells["customer"][inside]), column[inside]

    def filled(name: str) -> Floats:
        table = np.zeros((len(people["customer"]), found.codes.size))
        table[row, column] = cells[name][inside]
        return table

    return Grid(filled("first") > 0, filled("later") > 0, filled("later_value"), people)


def _periods(orders: Orders) -> tuple[Period, Period]:
    if "product_id" not in orders.given:
        told = "no column names the product of a line"
        raise EstimationError(Fault("orders.product_id", told, "map the column that does, to see what customers lack"))
    first: date = orders.engine.value(orders.table.ordered_at.min()).date()
    periods = compared_periods(first, orders.as_of)
    if periods is None or periods[1].days < SHORTEST_DAYS:
        days = (orders.as_of - first).days + 1
        told = f"a history of {days} days has no two periods of {SHORTEST_DAYS} days"
        raise EstimationError(Fault("category_gap", told, f"give {2 * SHORTEST_DAYS} days or more"))
    return periods
