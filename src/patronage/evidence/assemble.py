"""Good rows made into the typed tables that analyses ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import ibis

from patronage.evidence.queries.identity import merged_customers, merged_lists, with_merged_ids
from patronage.evidence.queries.occasions import undoing_lines
from patronage.evidence.tables import ActivityEvents, Books, Customers, Exits, Orders, Products, Treatments
from patronage.vocabulary.errors import EvidenceError, Fault

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from patronage.evidence.engine import Engine
    from patronage.evidence.identity import Identities
    from patronage.evidence.loaded import Loaded


def last_good_day(orders: Loaded, engine: Engine) -> date:
    """The day of the last good order, the default as-of date."""
    return engine.value(engine.open(orders.good).ordered_at.max()).date()


def first_good_day(orders: Loaded, engine: Engine) -> date:
    """The day of the first good order."""
    return engine.value(engine.open(orders.good).ordered_at.min()).date()


def assembled_orders(loaded: Loaded, products: Loaded | None, engine: Engine, as_of: date) -> Orders:
    """The order lines up to the as-of date, inclusive, with the margin of each line whose cost is known.

    Raises EvidenceError when no line is that early.
    """
    lines = up_to(engine.open(loaded.good), "ordered_at", as_of)
    with_margin = _with_line_margin(lines, None if products is None else engine.open(products.good))
    if not engine.value(lines.count()):
        raise EvidenceError(
            Fault("orders", f"no line is dated on or before {as_of:%Y-%m-%d}", "choose a later --as-of date")
        )
    share = _costed_share(with_margin, engine) if products is not None or "unit_cost" in loaded.given else 0.0
    return _with_undoing(Orders(with_margin, engine, as_of, loaded.given, share, loaded))


def assembled_customers(loaded: Loaded, engine: Engine) -> Customers:
    """The customers as the company keeps them."""
    return Customers(engine.open(loaded.good), engine, loaded.given)


def assembled_products(loaded: Loaded, engine: Engine) -> Products:
    """The products with their names, categories and costs."""
    return Products(engine.open(loaded.good), engine, loaded.given)


def assembled_books(loaded: Loaded, engine: Engine) -> Books:
    """The accounts."""
    return Books(engine.open(loaded.good), engine)


def assembled_events(loaded: Loaded, engine: Engine, as_of: date) -> ActivityEvents:
    """The work done up to the as-of date; every column beyond the contract's own is a driver."""
    events = up_to(engine.open(loaded.good), "at", as_of)
    own = {"line_id", "source_file", "activity_id", "customer_id", "at", "minutes", "order_id", "role_id"}
    drivers = tuple(name for name in events.columns if name not in own)
    return ActivityEvents(events, engine, drivers)


def assembled_exits(loaded: Loaded, engine: Engine, as_of: date) -> Exits:
    """The customers who left up to the as-of date."""
    return Exits(up_to(engine.open(loaded.good), "at", as_of), engine)


def assembled_treatments(loaded: Loaded, engine: Engine, as_of: date) -> Treatments:
    """Who was acted on up to the as-of date."""
    return Treatments(up_to(engine.open(loaded.good), "at", as_of), engine)


def under_merged_ids(table: Any, identities: Identities) -> Any:
    """A typed table in which each merged customer has one id; source_customer_id keeps that of the source."""
    if isinstance(table, Customers):
        same = table.engine.open(identities.table)
        return replace(table, table=merged_customers(table.table, same))
    if isinstance(table, Orders):
        same = table.engine.open(identities.table)
        return _with_undoing(replace(table, table=with_merged_ids(table.table, same), identities=identities))
    if table.table is None or "customer_id" not in table.table.columns:
        return table
    same = table.engine.open(identities.table)
    # The lists of accepted decisions name the ids of their day, two of which may since have become one customer.
    merge = merged_lists if "treated" in table.table.columns else with_merged_ids
    return replace(table, table=merge(table.table, same))


def up_to(table: Table, column: str, as_of: date) -> Table:
    """The rows dated on or before a day."""
    end = datetime.combine(as_of + timedelta(days=1), time.min)
    return table.filter(table[column] < ibis.timestamp(end.isoformat()))


def _with_undoing(orders: Orders) -> Orders:
    """The same lines, those that undo others stored besides."""
    return replace(orders, undoing=orders.engine.keep(undoing_lines(orders.table), "undoing"))


def _costed_share(lines: Table, engine: Engine) -> float:
    """Of product revenue, the share whose unit cost is known."""
    sized = lines.mutate(size=ibis.ifelse(lines.is_product, lines.amount.abs(), 0.0))
    found = engine.records(
        sized.aggregate(revenue=sized["size"].sum(), costed=sized["size"].sum(where=sized.line_margin.notnull()))
    )[0]
    return (found["costed"] or 0.0) / found["revenue"] if found["revenue"] else 0.0


def _with_line_margin(lines: Table, products: Table | None) -> Table:
    unit_cost = lines.unit_cost
    if products is not None:
        costs = products.select(costed_product=products.product_id, product_cost=products.unit_cost)
        lines = lines.left_join(costs, lines.product_id == costs.costed_product).drop("costed_product")
        unit_cost = ibis.coalesce(lines.unit_cost, lines.product_cost)
    margin = lines.amount - unit_cost * lines.quantity
    return lines.mutate(line_margin=ibis.ifelse(lines.is_product, margin, ibis.null("float64"))).drop(
        *({"product_cost"} & set(lines.columns))
    )
