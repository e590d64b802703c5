"""Customers whom several working lists name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ibis.expr.types import Table


def listed_customers(lists: Sequence[Table]) -> Table:
    """Working lists one under the other.

    One row per list and customer_id: list (place in the sequence, int64), value (currency, null where unknown).
    """
    parts = [_numbered(table, place) for place, table in enumerate(lists)]
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def shared_customers(listed: Table) -> Table:
    """How many customers two lists share: one row per pair that shares any: one < other (places), customers."""
    other = listed.select(customer_id="customer_id", other="list")
    pairs = listed.join(other, "customer_id").filter(_.list < _.other)
    return pairs.group_by(one=pairs.list, other=pairs.other).aggregate(customers=pairs.count())


def on_several_lists(listed: Table) -> Table:
    """Customers on more than one list: one row per list and customer: person (int64 from 0), list, value."""
    several = listed.group_by("customer_id").aggregate(lists=listed.count()).filter(_.lists > 1)
    rows = listed.semi_join(several, "customer_id")
    person = ibis.dense_rank().over(order_by=rows.customer_id).cast("int64")
    return rows.select("list", "value", person=person)


def list_totals(listed: Table) -> Table:
    """One row per list: list (place), value (sum of the values above 0, currency)."""
    return listed.group_by("list").aggregate(value=ibis.coalesce(listed.value.sum(where=listed.value > 0), 0.0))


def _numbered(table: Table, place: int) -> Any:
    number = ibis.literal(place, type="int64")
    return table.select(customer_id=table.customer_id, value=table.value.cast("float64"), list=number)
