"""What an order line is worth: its margin where costs are known, else a declared share, else its revenue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.sums import number
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.grade import Grade

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from patronage.evidence.tables import Orders
    from patronage.vocabulary.terms import Terms

MARGIN_MEASURED = "margin_measured"
MARGIN_DECLARED = "margin_declared"
REVENUE = "revenue"
ENOUGH_COSTED = 0.5
"""Least share of product revenue whose unit cost must be known for margin to count as measured."""


@dataclass(frozen=True, slots=True)
class ValueBasis:
    """In what measure value is counted.

    kind: margin_measured, margin_declared or revenue. rate: declared gross margin as a share of
    revenue, for lines without a cost too; None for revenue. words: for a reader. unit: of money
    in this measure. grade: of the measure itself.
    """

    kind: str
    words: str
    unit: str
    grade: Grade
    rate: Estimate | None


def value_basis(orders: Orders, terms: Terms) -> ValueBasis:
    """Margin from unit costs where they cover half of revenue, else the declared share, else revenue."""
    if orders.costed_share >= ENOUGH_COSTED:
        words = f"margin after unit costs, known for {orders.costed_share:.0%} of product revenue"
        return ValueBasis(MARGIN_MEASURED, words, f"{terms.currency} margin", Grade.BEHAVIOUR, terms.gross_margin)
    if terms.gross_margin is not None:
        words = f"margin at the declared {terms.gross_margin.mean:.0%} of revenue"
        return ValueBasis(
            MARGIN_DECLARED, words, f"{terms.currency} margin", terms.gross_margin.grade, terms.gross_margin
        )
    words = "revenue, since neither unit costs nor a gross margin are known"
    return ValueBasis(REVENUE, words, f"{terms.currency} revenue", Grade.BEHAVIOUR, None)


def valued_lines(orders: Orders, basis: ValueBasis, some: Table | None = None) -> Table:
    """One row per order line, every column of the order lines and `value` in the basis, in currency.

    some: the lines to value, if not all of them.

    Lines that are no product have value 0. A line without a cost under measured margin takes the
    mean margin rate of the lines that have one, and 0 where their revenue adds to nothing.
    """
    lines = orders.table if some is None else some
    if basis.kind == MARGIN_MEASURED:
        every = orders.table
        costed = every.line_margin.notnull() & every.is_product
        rate = every.line_margin.sum(where=costed) / every.amount.sum(where=costed).nullif(number(0.0))
        rates = every.aggregate(mean_rate=rate)
        joined = lines.cross_join(rates)
        value = ibis.coalesce(joined.line_margin, joined.amount * joined.mean_rate, number(0.0))
        return joined.mutate(value=ibis.ifelse(joined.is_product, value, number(0.0))).drop("mean_rate")
    share = number(1.0 if basis.rate is None else basis.rate.mean)
    return lines.mutate(value=ibis.ifelse(lines.is_product, lines.amount * share, number(0.0)))
