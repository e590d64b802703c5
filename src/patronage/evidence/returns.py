"""Returns tied to the orders that they undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from patronage.evidence.text_rows import LINE

if TYPE_CHECKING:
    from collections.abc import Collection

    from patronage.evidence.engine import Engine

MOST_PAIRS = 20_000_000
"""Pairs of a return and a bought quantity beyond which only purchases of just its quantity are looked at."""

_KEYS = ("customer_id", "thing", "price")


def can_tie(given: Collection[str]) -> bool:
    """Whether order lines of the given columns say enough for their returns to be tied."""
    return "order_id" in given and ("product_id" in given or "product" in given)


def lines_to_tie(lines: ir.Table) -> ir.Table:
    """The good order lines that ties depend on: those of customers who gave just that product back."""
    named = lines.mutate(thing=ibis.coalesce(lines.product_id, lines["product"]))
    back = named.filter(named.is_return).select("customer_id", "thing").distinct()
    return named.semi_join(back, ["customer_id", "thing"]).select(
        LINE, "customer_id", "ordered_at", "order_id", "product_id", "product", "quantity", "unit_price", "amount",
        "is_product", "is_return",
    )  # fmt: skip


def tied_returns(lines: ir.Table, engine: Engine) -> ir.Table:
    """One row per return that ties to an order: line_id and returns_order_id.

    A return ties to the latest earlier purchase by the same customer of the same product at the
    same price and of at least that quantity. Where no quantity is known a line counts as one piece.
    lines: good order lines.
    """
    pieces = ibis.coalesce(lines.quantity, lines.amount.sign().cast("float64"))
    named = lines.mutate(thing=ibis.coalesce(lines.product_id, lines["product"]), pieces=pieces)
    priced = named.filter(named.is_product & named.customer_id.notnull() & named.thing.notnull() & (named.pieces != 0))
    # Prices are compared to a hundredth of a penny, so that a division's last digit parts nothing.
    price = ibis.coalesce(priced.unit_price, priced.amount / priced.pieces).abs()
    priced = priced.mutate(price=(price * 10_000).round(), quantity=priced.pieces)
    returns = priced.filter(priced.quantity < 0).select(
        *_KEYS, return_line=priced[LINE], returned_at=priced.ordered_at, returned=-priced.quantity
    )
    bought = priced.filter((priced.quantity > 0) & ~priced.is_return & priced.order_id.notnull())
    bought = bought.semi_join(returns, list(_KEYS))
    purchases = bought.group_by(*_KEYS, "quantity", "ordered_at").aggregate(
        order_id=bought.order_id.argmax(bought[LINE]), line=bought[LINE].max()
    )
    wanted = _with_quantities(returns, purchases, engine)
    latest = wanted.asof_join(
        purchases,
        on=wanted.returned_at >= purchases.ordered_at,
        predicates=[wanted[key] == purchases[key] for key in (*_KEYS, "quantity")],
        rname="bought_{name}",
    )
    found = latest.filter(latest.order_id.notnull() & (latest.quantity >= latest.returned))
    chosen = found.group_by("return_line").aggregate(
        returns_order_id=found.order_id.argmax(ibis.struct({"at": found.ordered_at, "line": found.line}))
    )
    return chosen.select(**{LINE: chosen.return_line}, returns_order_id=chosen.returns_order_id)


def _with_quantities(returns: ir.Table, purchases: ir.Table, engine: Engine) -> ir.Table:
    """Each return beside every quantity that its customer ever bought of its product at its price, if that suffices."""
    quantities = purchases.select(*_KEYS, "quantity").distinct()
    counts = quantities.group_by(*_KEYS).aggregate(choices=quantities.count())
    pairs = returns.inner_join(counts, list(_KEYS))
    if (engine.value(pairs.choices.sum()) or 0) > MOST_PAIRS:
        return returns.mutate(quantity=returns.returned)
    joined = returns.inner_join(quantities, list(_KEYS))
    return joined.filter(joined.quantity >= joined.returned)
