"""Where prices differ by more than product, volume and month explain, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patronage.analyses.right_to_win.discounts import unexplained_discounts
from patronage.analyses.right_to_win.price_rows import Floats, PriceRows, Whole, price_rows
from patronage.evidence.queries.baskets import PRODUCT, item_lines, item_names
from patronage.evidence.queries.bridge import UNKNOWN_PLACE
from patronage.evidence.queries.prices import customer_levels, labelled_customers, named_products
from patronage.evidence.queries.segments import customer_segments
from patronage.evidence.queries.who import customer_places
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Customers, Orders, Products, Relation
from patronage.findings.right_to_win import PriceDiscipline
from patronage.kernels.arrays import group_sums
from patronage.kernels.customer_prices import CustomerPrices, customer_prices
from patronage.kernels.draws import stream
from patronage.kernels.price_dispersion import LEAST_LINES, OUTLIER, Lines, PriceDispersion, price_dispersion
from patronage.strategy.segments import SegmentRules
from patronage.vocabulary.errors import EstimationError, Fault
from patronage.vocabulary.estimate import Estimate, estimate
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.terms import Terms

DIGITS = 6
NOTHING = 1e-9
"""Share of a price that is but the rounding of a machine."""


@dataclass(frozen=True, slots=True)
class _Priced:
    """Rows beside their expected prices, and the price level of each customer.

    below: (rows,) currency that the level of the row's customer leaves below the expected price.
    """

    known: PriceRows
    told: PriceDispersion
    levels: CustomerPrices
    below: Floats

    def a_year(self, values: Floats) -> Floats:
        """Sums of the period as sums of a year."""
        return np.round(values / self.known.years, DIGITS)


def price_discipline(
    orders: Orders, products: Products | None, customers: Customers | None, segments: SegmentRules | None, terms: Terms
) -> PriceDiscipline:
    """Price dispersion of the last twelve months within products, after volume and month, and the money it leaves.

    A price is what was paid for a unit in one order, after discount and after the returns that name the order; what was
    free is no price. What single rows differ by is noise; leakage is what customers' lasting levels below the expected
    price leave, pulled to the level of all by as much as few rows allow. Raises EstimationError without products, units
    or enough rows.
    """
    priced = _priced(price_rows(orders, products), terms)
    known, told, levels = priced.known, priced.told, priced.levels
    by_place = by_segment = None
    if "place" in orders.given:
        by_place = _by_group(priced, orders, customer_places(orders), "place")
    if segments is not None and segments.segments:
        rules = [(rule.id, rule.rule) for rule in segments.segments]
        by_segment = _by_group(priced, orders, customer_segments(orders, rules, customers), "segment")
    return PriceDiscipline(
        grade=Grade.BEHAVIOUR,
        lines=known.lines,
        products=known.products.rows,
        explained_by_volume=told.by_volume,
        explained_by_time=told.by_time,
        unexplained_share=told.unexplained,
        leakage=_leakage(priced, terms),
        raw_leakage=round(float(levels.raw_leakage.sum()) / known.years, DIGITS),
        discount_leakage=_discounts(orders, products, known),
        why=_why(priced, terms.currency),
        since=known.period.start,
        free_lines=known.free,
        unjudged_lines=int(np.count_nonzero(~told.judged)),
        slips=told.slips,
        by_place=by_place,
        by_segment=by_segment,
        by_product=orders.engine.write("by_product", [_by_product(priced, orders)]),
        customers=_customers(priced, orders),
    )


def _priced(known: PriceRows, terms: Terms) -> _Priced:
    rows = known.rows
    if int(np.bincount(rows["product"]).max()) < LEAST_LINES:
        told = f"no product has {LEAST_LINES} rows with a price, so none has a price to expect"
        raise EstimationError(Fault("price_discipline", told, "give a longer history"))
    found = price_dispersion(Lines(rows["product"], rows["month"], np.log(rows["quantity"]), np.log(rows["price"])))
    near = found.judged & (np.abs(found.residual) <= OUTLIER)
    if not (np.bincount(rows["customer"][near], minlength=1) > 1).any():
        told = "no customer has two rows with an expected price, so noise cannot be told from a price level"
        raise EstimationError(Fault("price_discipline", told, "map the column that names the customer"))
    levels = customer_prices(found, rows["customer"], known.customers.rows, draws=terms.draws, seed=terms.seed)
    gap = np.maximum(1 - levels.index, 0.0)[rows["customer"]]
    return _Priced(known, found, levels, np.where(near, found.expected_money * gap, 0.0))


def _leakage(priced: _Priced, terms: Terms) -> Estimate:
    """What lasting levels leave below the expected price, a year.

    What is expected is what these customers pay on average, which moves with their levels: that uncertainty is shared.
    """
    levels, years = priced.levels, priced.known.years
    centre_sd = levels.lasting_sd * float(np.sqrt(np.sum(levels.lines**2))) / max(float(levels.lines.sum()), 1.0)
    shift = centre_sd * stream(terms.seed, "price_discipline.expected").standard_normal(levels.total.size)
    draws = levels.total + shift * float(levels.money[levels.leakage > 0].sum())
    # Rounded, so that where nothing differs the rounding of a machine is no leakage.
    mean, draws = round(float(levels.leakage.sum()) / years, DIGITS), np.round(draws / years, DIGITS)
    return estimate(draws, f"{terms.currency} a year", Grade.BEHAVIOUR, mean=mean)


def _customers(priced: _Priced, orders: Orders) -> StoredTable:
    """One row per customer, most leakage first."""
    rows, levels, engine = priced.known.rows, priced.levels, orders.engine
    size = levels.index.size
    table = {
        "code": np.arange(size),
        "revenue": priced.a_year(group_sums(rows["customer"], rows["amount"], size)),
        "leakage": priced.a_year(levels.leakage),
        "price_index": np.round(levels.index, DIGITS),
        "raw_index": np.round(levels.raw_index, DIGITS),
        "lines": levels.lines.astype(np.int64),
    }
    people, figures = engine.open(priced.known.customers), engine.memory("levels", table)
    return engine.keep(customer_levels(people, customer_places(orders), figures), "customers")


def _by_group(priced: _Priced, orders: Orders, groups: Relation, name: str) -> StoredTable:
    """The table by_place or by_segment, from groups, which has the customer_id and its `name`."""
    engine = orders.engine
    labelled = labelled_customers(engine.open(priced.known.customers), groups, name)
    return engine.write(f"by_{name}", [_by_label(priced, engine.columns(labelled)["label"])])


def _by_label(priced: _Priced, labels: NDArray[Any]) -> dict[str, Any]:
    """One row per place or segment of customers, most leakage first."""
    names, code = np.unique(
        [str(label) if label is not None else UNKNOWN_PLACE for label in labels], return_inverse=True
    )
    sums = _sums(priced, code[priced.known.rows["customer"]], names.size)
    return _ordered({"name": names.astype(object), "customers": np.bincount(code, minlength=names.size)} | sums)


def _by_product(priced: _Priced, orders: Orders) -> dict[str, Any]:
    """One row per product, most leakage first."""
    engine = orders.engine
    names = item_names(item_lines(orders, None, PRODUCT))
    named = engine.columns(named_products(engine.open(priced.known.products), names))
    told = [" ".join(str(name or code).split()) for name, code in zip(named["name"], named["product_id"], strict=True)]
    sums = _sums(priced, priced.known.rows["product"], len(told))
    return _ordered({"name": np.array(told, dtype=object), "product_id": named["product_id"]} | sums)


def _sums(priced: _Priced, code: Whole, size: int) -> dict[str, Any]:
    """Revenue and leakage a year, deviation of the log price from its expectation, and rows, of each group."""
    told = priced.told
    near = told.judged & (np.abs(told.residual) <= OUTLIER)
    count = np.bincount(code[near], minlength=size)
    squares = group_sums(code[near], told.residual[near] ** 2, size)
    return {
        "revenue": priced.a_year(group_sums(code, priced.known.rows["amount"], size)),
        "leakage": priced.a_year(group_sums(code, priced.below, size)),
        "dispersion": np.round(np.sqrt(squares / np.maximum(count, 1)), DIGITS),
        "lines": np.bincount(code, minlength=size).astype(np.int64),
    }


def _ordered(table: dict[str, Any]) -> dict[str, Any]:
    order = np.argsort(-table["leakage"], kind="stable")
    return {name: values[order] for name, values in table.items()}


def _discounts(orders: Orders, products: Products | None, known: PriceRows) -> float | None:
    listed = products is not None and "list_price" in products.given
    if not ({"discount", "list_price"} & orders.given or listed):
        return None
    return round(unexplained_discounts(known.rows) / known.years, DIGITS)


def _why(priced: _Priced, currency: str) -> str:
    """What was judged and what was not, and what came of it."""
    known, told = priced.known, priced.told
    left = int(np.count_nonzero(~told.judged))
    words = f"{known.lines - left:,} of {known.lines + known.free:,} rows are judged"
    apart = [
        f"{number:,} {reason}"
        for number, reason in (
            (known.free, "without a price above 0"),
            (left, f"of products with fewer than {LEAST_LINES} rows"),
            (
                told.slips,
                f"beyond a factor of {round(float(np.exp(OUTLIER)))} of the expected price, taken for slips",
            ),
        )
        if number
    ]
    if apart:
        words += "; apart stand " + ", ".join(apart)
    if not (np.abs(told.residual) > NOTHING).any():
        return f"{words}. Each product has one price for everybody: nothing differs that would want a reason."
    if priced.levels.leakage.sum() <= NOTHING * priced.levels.money.sum():
        return f"{words}. What prices differ by is noise of single rows: no customer pays less for long."
    lasting = priced.levels.leakage.sum() / known.years
    return (
        f"{words}. Single rows differ by {priced.levels.line_sd:.1%} around their customer's level, levels by "
        f"{priced.levels.lasting_sd:.1%}; customers below the expected price pay {currency} {lasting:,.0f} a year "
        f"less. A level that lasts may have its reason, such as a service not given."
    )
