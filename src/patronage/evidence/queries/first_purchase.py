"""What is known of customers at their first purchase, beside how they bought since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from patronage.evidence.cells import stripped
from patronage.evidence.queries.sums import PLACES, whole
from patronage.evidence.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ibis.expr.types import Table

    from patronage.evidence.tables import Orders

KNOWN = ("place", "channel", "category", "product", "segment")
"""What may be known of a customer at its first purchase."""

HISTORY = ("x", "t_x", "age", "x_full", "t_x_full", "age_full")


def first_lines(orders: Orders, customers: Table) -> Table:
    """The product lines, no returns, of the first purchase day of each customer: as order lines.

    customers: customer_id, first_day.
    """
    starts = customers.select("customer_id", first_day=customers.first_day.cast("date"))
    lines = orders.table
    bought = lines.filter(lines.customer_id.notnull() & lines.is_product & ~lines.is_return)
    return bought.semi_join(
        starts, [bought.customer_id == starts.customer_id, bought.ordered_at.date() == starts.first_day]
    )


def first_purchases(lines: Table, products: Table | None) -> Table:
    """One row per customer: place, channel, category, product (its id) and product_name of its largest first line.

    lines: as first_lines gives them; of lines of one amount the product that sorts first counts, then the line that
    stands first. products: product_id and category; None where no category is known. Key: customer_id.
    """
    order = [lines.amount.desc(), ibis.coalesce(lines.product_id, ""), lines.line_id]
    ranked = lines.mutate(rank=ibis.row_number().over(ibis.window(group_by=lines.customer_id, order_by=order)))
    largest = ranked.filter(ranked["rank"] == 0)
    first = largest.select(
        "customer_id",
        "place",
        channel=largest.channel_id,
        product=largest.product_id,
        product_name=stripped(ibis.coalesce(largest["product"], largest.product_id)),
    )
    if products is None:
        return first.mutate(category=ibis.null("string"))
    named = products.select(named_id=products.product_id, category=products.category)
    return first.left_join(named, first["product"] == named.named_id).drop("named_id")


def known_customers(histories: Table, first: Table, early: Table, segments: Table | None) -> Table:
    """One row per customer to fit: what first_purchases tells of it, segment, and its histories then and now.

    early: as repeat_histories gives it on an earlier day. segments: customer_id and segment, as known at the first
    purchase. x, t_x, age: on that day, in days, null for those not yet seen. x_full, t_x_full, age_full: now. worth:
    mean value of its orders, in currency.
    """
    fitted = histories.filter(histories.fitted)
    now = fitted.select(
        "customer_id",
        x_full=fitted.x,
        t_x_full=fitted.t_x,
        age_full=fitted.age,
        worth=rounded(fitted.occasions_value / (fitted.x + 1).cast("float64"), PLACES),
    )
    then = early.select(early_id=early.customer_id, x=early.x, t_x=early.t_x, age=early.age)
    rows = now.left_join(then, now.customer_id == then.early_id).drop("early_id")
    told = first.rename(first_id="customer_id")
    rows = rows.left_join(told, rows.customer_id == told.first_id).drop("first_id")
    if segments is None:
        return rows.mutate(segment=ibis.null("string"))
    placed = segments.select(placed_id=segments.customer_id, segment=segments.segment)
    return rows.left_join(placed, rows.customer_id == placed.placed_id).drop("placed_id")


def level_sizes(known: Table, most: int) -> Table:
    """One row per kind and each of its `most` largest levels of known_customers, and one for all its other levels.

    Keys: kind, level (null for the others), largest first, of levels of one size the one that sorts first. name: of a
    product, else the level. customers: of the level, or of all others. alike: levels of the kind that have this name.
    """
    sizes = [
        known.filter(known[kind].notnull())
        .group_by(level=known[kind])
        .aggregate(name=known.product_name.max() if kind == "product" else known[kind].max(), customers=_.count())
        .select("level", "name", "customers", kind=ibis.literal(kind))
        for kind in KNOWN
    ]
    levels = ibis.union(*sizes)
    order = ibis.window(group_by=levels.kind, order_by=[levels.customers.desc(), levels.level])
    same = ibis.window(group_by=[levels.kind, levels["name"]])
    ranked = levels.mutate(rank=ibis.row_number().over(order), alike=levels.count().over(same))
    cut = ranked.mutate(place=ibis.least(ranked["rank"], most))
    own = cut.place < most
    found = cut.group_by("kind", "place").aggregate(
        level=cut.level.max(where=own),
        name=cut["name"].max(where=own),
        customers=whole(cut.customers.sum()),
        alike=cut.alike.max(where=own),
    )
    return found.order_by("kind", "place").drop("place")


def level_histories(known: Table, kind: str, kept: Sequence[str]) -> Table:
    """One row per level of a kind and pair of histories that occurs among the customers of whom the kind is known.

    kept: levels that stand by themselves. level: place among them, their number for any other. x, t_x, age: then, in
    days, null for those not yet seen; x_full, t_x_full, age_full: now. n: customers that share them. worth, squares:
    sums of their worth and of its squares, in currency.
    """
    rows = known.filter(known[kind].notnull())
    places = [(name, ibis.literal(place, "int64")) for place, name in enumerate(kept)]
    level = rows[kind].cases(*places, else_=ibis.literal(len(kept), "int64"))
    levelled = rows.select(*HISTORY, "worth", level=level)
    return levelled.group_by("level", *HISTORY).aggregate(
        n=levelled.count(),
        worth=rounded(levelled.worth.sum(), PLACES),
        squares=rounded((levelled.worth * levelled.worth).sum(), PLACES),
    )
