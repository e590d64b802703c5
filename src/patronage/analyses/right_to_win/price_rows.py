"""What was paid, row by row, read from the order lines for the price discipline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from patronage.evidence.engine import Columns, Engine
from patronage.evidence.queries.periods import Period, twelve_months_to
from patronage.evidence.queries.prices import (
    coded_prices,
    order_prices,
    price_codes,
    price_months,
    prices_since,
)
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Orders, Products
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.horizon import DAYS_PER_YEAR

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SHORTEST_DAYS = 28
MOST_ROWS = 3_000_000
"""Rows that are held at once: where the year has more, its last months count, at least one."""


@dataclass(frozen=True, slots=True)
class PriceRows:
    """Rows with a price above 0, and the customers and products of their numbers.

    rows: columns of coded_prices. years: that they span. free: rows left out for want of a price above 0.
    """

    engine: Engine
    period: Period
    rows: Columns
    customers: StoredTable
    products: StoredTable
    years: float
    free: int

    @property
    def lines(self) -> int:
        """How many rows there are."""
        return len(self.rows["price"])


def price_rows(orders: Orders, products: Products | None) -> PriceRows:
    """The rows of the last twelve months, or of as many of their last months as can be held at once.

    Raises EstimationError without products or quantities, with less than four weeks and without any price.
    """
    period = _period(orders)
    engine = orders.engine
    prices = engine.open(engine.keep(order_prices(orders, products, period), "prices"))
    months = engine.columns(price_months(prices))
    start = _first_month(months)
    if (months["month"] < start).any():
        period = Period(_month(period.start, start), period.end)
        prices = engine.open(engine.keep(prices_since(prices, start), "last_prices"))
    customers = engine.keep(price_codes(prices, "customer_id").order_by("code"), "priced_customers")
    goods = engine.keep(price_codes(prices, "product_id").order_by("code"), "priced_products")
    if not customers.rows:
        told = "no line of a known customer and product has a price above 0"
        raise EstimationError(Fault("orders.amount", told, "map amount, or quantity and unit_price"))
    rows = engine.columns(coded_prices(prices, engine.open(customers), engine.open(goods)))
    full = period == twelve_months_to(orders.as_of)
    free = int(months["free"][months["month"] >= start].sum())
    return PriceRows(engine, period, rows, customers, goods, 1.0 if full else period.days / DAYS_PER_YEAR, free)


def _period(orders: Orders) -> Period:
    if "product_id" not in orders.given:
        told = "no column names the product of a line"
        raise EstimationError(Fault("orders.product_id", told, "map the column that does, to compare like with like"))
    if not {"quantity", "unit_price"} & orders.given:
        told = "no column gives the quantity or the price of a unit"
        raise EstimationError(Fault("orders.quantity", told, "map quantity or unit_price, to know what a unit cost"))
    first: date = orders.engine.value(orders.table.ordered_at.min()).date()
    year = twelve_months_to(orders.as_of)
    period = Period(max(first, year.start), orders.as_of)
    if period.days < SHORTEST_DAYS:
        told = f"the lines span {period.days} days, expected {SHORTEST_DAYS} or more"
        raise EstimationError(Fault("price_discipline", told, "give a longer history"))
    return period


def _first_month(months: Columns) -> int:
    """The first month from which on all rows can be held at once."""
    since = np.cumsum(months["rows"][::-1])
    held = max(int(np.searchsorted(since, MOST_ROWS, side="right")), 1)
    return int(months["month"][::-1][min(held, since.size) - 1]) if since.size else 0


def _month(start: date, number: int) -> date:
    """The first day of the month that lies so many months after that of a day."""
    count = start.year * 12 + start.month - 1 + number
    return date(count // 12, count % 12 + 1, 1)
