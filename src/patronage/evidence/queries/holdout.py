"""What customers known on a day did after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.basis import valued_lines
from patronage.evidence.queries.occasions import occasions
from patronage.evidence.queries.periods import dated_within
from patronage.evidence.queries.sums import counted, settled

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from patronage.evidence.queries.basis import ValueBasis
    from patronage.evidence.queries.periods import Period
    from patronage.evidence.tables import Orders


def since(orders: Orders, basis: ValueBasis, period: Period) -> Table:
    """One row per customer with product lines in a period: purchase days and value (currency, net of returns).

    Key: customer_id. orders: lines up to the end of the period. A purchase undone by the end of the period is none.
    """
    lines = valued_lines(orders, basis)
    named = lines.filter(lines.customer_id.notnull() & lines.is_product & dated_within(lines, "ordered_at", period))
    worth = named.group_by("customer_id").aggregate(value=settled(named["value"].sum()))
    found = occasions(orders, basis)
    late = found.filter(found.day.between(ibis.literal(period.start), ibis.literal(period.end)))
    bought = late.group_by("customer_id").aggregate(orders=late.count())
    joined = worth.left_join(bought, "customer_id").drop("customer_id_right")
    return joined.mutate(orders=ibis.coalesce(joined.orders, 0))


def recent_repeats(days: Table, period: Period) -> Table:
    """One row per customer with a repeat purchase day in a period: customer_id and repeats.

    days: as buying_days gives them.
    """
    start, end = ibis.literal(period.start), ibis.literal(period.end)
    bought = days.group_by("customer_id").aggregate(
        late=counted(days.day.between(start, end)), first_day=days.day.min()
    )
    repeats = bought.late - ibis.ifelse(bought.first_day.between(start, end), 1, 0)
    return bought.select("customer_id", repeats=repeats).filter(lambda row: row.repeats > 0)


def forecast_and_since(histories: Table, happened: Table, repeats: Table) -> Table:
    """One row per customer of the histories, in the order of its id: every column of theirs beside what it did.

    happened: as `since` gives it, of any customers. repeats: as `recent_repeats` gives it. Columns added: actual
    (purchase days since), actual_value, recent (repeat purchase days of the period before), 0 where there are none.
    """
    done = happened.select(done_id=happened.customer_id, orders_since=happened.orders, value_since=happened["value"])
    before = repeats.select(before_id=repeats.customer_id, repeats_before=repeats.repeats)
    joined = histories.left_join(done, histories.customer_id == done.done_id).left_join(
        before, histories.customer_id == before.before_id
    )
    return joined.mutate(
        actual=ibis.coalesce(joined.orders_since, 0),
        actual_value=ibis.coalesce(joined.value_since, 0.0),
        recent=ibis.coalesce(joined.repeats_before, 0),
    ).order_by("customer_id")
