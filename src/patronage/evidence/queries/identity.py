"""Customers under several ids: which share a value that tells a person, and tables under the merged ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ibis.expr.types import StringValue, Table

BLANK = ("", "-", ".", "?", "nan", "null", "none", "n/a", "na", "#n/a", "unknown", "nat", "<na>")
"""What stands for no value, in lower case."""

EARLIEST = ("acquired_at",)
"""Columns of a customer of which the earliest counts for all of its ids."""

LAST = ("left_at",)
"""Columns of which the last counts, and none where one of the ids has none."""


def keyed_customers(customers: Table, columns: Sequence[str]) -> Table:
    """One row per customer whose columns all have a value: customer_id and identity_key (text).

    Texts count without the spaces around and doubled within them, and without regard to capitals.
    """
    parts = [plain_text(customers[name]) for name in columns]
    key = parts[0]
    for part in parts[1:]:
        # A missing part makes the whole missing.
        key = key.concat("\x1f", part)
    keyed = customers.select("customer_id", identity_key=key)
    return keyed.filter(keyed.identity_key.notnull())


def plain_text(value: ir.Value) -> StringValue:
    """A value as text in lower case without needless spaces, missing where it stands for none."""
    text = value.cast("string").re_replace(r"\s+", " ").strip().lower()
    return ibis.ifelse(text.isin(BLANK), ibis.null("string"), text)


def exact_pairs(keyed: Table, *, most: int) -> Table:
    """One row per customer that shares its key with others: one (the first id of them) and other.

    keyed: of keyed_customers. Keys that more than `most` customers share tell nobody.
    """
    shared = keyed.group_by("identity_key").aggregate(one=keyed.customer_id.min(), ids=keyed.count())
    telling = shared.filter((shared.ids > 1) & (shared.ids <= most))
    joined = keyed.join(telling, "identity_key")
    found = joined.filter(joined.customer_id != joined.one)
    return found.select("one", other=found.customer_id).order_by("one", "other")


def widely_shared(keyed: Table, *, most: int) -> Table:
    """One row per key that more customers share than one person could have ids: identity_key, ids; the widest first."""
    shared = keyed.group_by("identity_key").aggregate(ids=keyed.count())
    return shared.filter(shared.ids > most).order_by(shared.ids.desc(), "identity_key")


def first_seen_customers(lines: Table | None, customers: Table | None) -> Table:
    """One row per customer id of order lines and customers: customer_id, first_at (time of its first line)."""
    if lines is None:
        if customers is None:
            raise ValueError("neither order lines nor customers tell of customers")
        return customers.select("customer_id").order_by("customer_id")
    known = lines.filter(lines.customer_id.notnull())
    first = known.group_by("customer_id").aggregate(first_at=known.ordered_at.min())
    if customers is None:
        return first.order_by("first_at", "customer_id")
    # No time is ever written out as missing, which Spark would take for one of another kind.
    every = ibis.union(first.select("customer_id"), customers.select("customer_id"), distinct=True)
    found = every.left_join(first, "customer_id").select("customer_id", "first_at")
    return found.order_by(found.first_at.isnull(), "first_at", "customer_id")


def with_merged_ids(table: Table, same: Table) -> Table:
    """The rows with customer_id of the merged customer, and source_customer_id as the source has it.

    same: customer_id and merged_id of the ids that were merged.
    """
    known = same.select(same_source=same.customer_id, same_merged=same.merged_id)
    joined = table.left_join(known, table.customer_id == known.same_source)
    merged = joined.mutate(
        source_customer_id=joined.customer_id, customer_id=ibis.coalesce(joined.same_merged, joined.customer_id)
    )
    return merged.drop("same_source", "same_merged")


def merged_lists(lists: Table, same: Table) -> Table:
    """One row per decision and merged customer of its list: decision_id, customer_id, treated.

    A customer whose ids chance put into both arms is in neither. lists: decision_id, customer_id, treated. same:
    customer_id and merged_id of the ids that were merged.
    """
    merged = with_merged_ids(lists, same)
    found = merged.group_by("decision_id", "customer_id").aggregate(
        treated=merged.treated.any(), alone=(~merged.treated).any()
    )
    return found.filter(~(found.treated & found.alone)).drop("alone")


def merged_customers(customers: Table, same: Table) -> Table:
    """One row per merged customer with the columns of customers.

    Of each column the value of the id that was known first and has one; acquired_at is the earliest, left_at the last,
    and missing where one of the ids did not leave. same: customer_id, merged_id and place (0 for the id known first).
    """
    known = same.select(same_source=same.customer_id, same_merged=same.merged_id, same_place=same.place)
    joined = customers.left_join(known, customers.customer_id == known.same_source)
    place = ibis.coalesce(joined.same_place, ibis.literal(0, "int64"))
    joined = joined.mutate(merged_id=ibis.coalesce(joined.same_merged, joined.customer_id), place=place)
    columns = [name for name in customers.columns if name != "customer_id"]
    found = joined.group_by("merged_id").aggregate(**{name: _one_value(joined, name) for name in columns})
    return found.select(customer_id=found.merged_id, **{name: found[name] for name in columns})


def _one_value(joined: Table, name: str) -> ir.Scalar:
    column = joined[name]
    if name in EARLIEST:
        return column.min()
    if name in LAST:
        return ibis.ifelse(column.count() == joined.count(), column.max(), ibis.null(column.type()))
    return column.argmin(joined.place, where=column.notnull())
