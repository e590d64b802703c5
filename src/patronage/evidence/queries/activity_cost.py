"""How often each customer makes the company's activities happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
from ibis import _

from patronage.evidence.queries.periods import dated_within
from patronage.evidence.queries.sums import number, settled
from patronage.evidence.queries.who import order_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ibis.expr.types import Table, Value

    from patronage.evidence.queries.periods import Period
    from patronage.evidence.tables import ActivityEvents, Orders

Equation = tuple[float, "Mapping[str, float]"]
"""Time of one event: base, and for each driver what one of it adds."""

ORDER_COUNTS = ("orders", "lines", "units", "returns", "returned_units", "active")
"""Columns of order_counts that may carry a cost."""


OCCURRENCES, UNTIMED, RECORDED = "events", "untimed", "recorded"
"""What is summed beside driver columns: all occurrences, those without recorded minutes, recorded minutes."""


@dataclass(frozen=True, slots=True)
class EventCount:
    """What is summed over the events of one activity.

    what: events, untimed, recorded or the name of a driver column. timed: whether recorded minutes stand for
    themselves; then drivers and untimed count the other events alone.
    """

    activity: str
    what: str
    timed: bool

    @property
    def column(self) -> str:
        """The column that holds the sum."""
        return f"{self.activity}:{self.what}"


def order_counts(orders: Orders, period: Period, years: float) -> Table:
    """One row per customer with product lines in a period, customer_id null for lines without one.

    Columns: orders (numbers with a purchase line), lines (purchase lines), units (one a line where none is
    given), returns (returned lines), returned_units, active (years for a customer who purchased; else 0). Lines of no
    customer and no money are movements of stock and count for nothing.
    """
    table = orders.table
    work = table.is_product & (table.customer_id.notnull() | (table.amount != 0))
    inside = table.filter(dated_within(table, "ordered_at", period) & work)
    lines = inside.mutate(key=order_key(inside), size=ibis.coalesce(inside.quantity.abs(), number(1.0)))
    bought = ~lines.is_return
    counted = lines.group_by("customer_id").aggregate(
        orders=lines.key.nunique(where=bought).cast("float64"),
        lines=bought.sum().cast("float64"),
        units=settled(lines["size"].sum(where=bought)),
        returns=lines.is_return.sum().cast("float64"),
        returned_units=settled(lines["size"].sum(where=lines.is_return)),
    )
    active = (counted.orders > 0) & counted.customer_id.notnull()
    return counted.mutate(active=ibis.ifelse(active, number(years), number(0.0)))


def event_counts(events: ActivityEvents, period: Period, counts: Sequence[EventCount]) -> Table:
    """One row per customer with events in a period (customer_id null for work for no one): a column per count.

    An event stands for `quantity` occurrences, one where none is given; a missing driver is 0.
    """
    inside = events.table.filter(dated_within(events.table, "at", period))
    return inside.group_by("customer_id").aggregate(**{count.column: _counted(inside, count) for count in counts})


def joined_counts(tables: Sequence[Table]) -> Table:
    """One row per customer of any of the tables, their columns side by side, 0 where a customer is not in one."""
    names = [name for table in tables for name in table.columns if name != "customer_id"]
    wide = [
        table.select("customer_id", **{name: table[name] if name in table.columns else number(0.0) for name in names})
        for table in tables
    ]
    stacked = wide[0] if len(wide) == 1 else ibis.union(*wide)
    return stacked.group_by("customer_id").aggregate(**{name: settled(stacked[name].sum()) for name in names})


def total_counts(counts: Table) -> Table:
    """One row: every count summed over all customers, and over those without a name as `anonymous:` columns."""
    names = [name for name in counts.columns if name != "customer_id"]
    nobody = counts.customer_id.isnull()
    return counts.aggregate(
        **{name: settled(counts[name].sum()) for name in names},
        **{f"anonymous:{name}": settled(counts[name].sum(where=nobody)) for name in names},
    )


def event_activities(events: ActivityEvents, period: Period) -> Table:
    """One row per activity with events in a period: activity_id, days on which there are any, first and last time."""
    inside = events.table.filter(dated_within(events.table, "at", period))
    spans = inside.group_by("activity_id").aggregate(
        days=_["at"].date().nunique(), first=_["at"].min(), last=_["at"].max()
    )
    return spans.order_by("activity_id")


def event_span(events: ActivityEvents, period: Period) -> Table:
    """One row: days of a period on which there are events, and the times of the first and the last, null for none."""
    inside = events.table.filter(dated_within(events.table, "at", period))
    return inside.aggregate(days=inside["at"].date().nunique(), first=inside["at"].min(), last=inside["at"].max())


def event_counts_over(counts: Table, times: Mapping[str, float]) -> Table:
    """The counts of event_counts, each column times a factor of its own that brings it to days of another length."""
    scaled = {name: settled(counts[name] * number(each)) for name, each in times.items()}
    return counts.mutate(**scaled)


def least_times(events: ActivityEvents, period: Period, equations: Mapping[str, Equation]) -> Table:
    """One row: for each activity (a column of its id) the least time that its equation gives to one of its events.

    Null for an activity without events. Times are in the units of the equations.
    """
    inside = events.table.filter(dated_within(events.table, "at", period))
    least: dict[str, Value] = {}
    for activity, (base, per) in equations.items():
        time = ibis.ifelse(inside.activity_id == activity, number(base), ibis.null("float64"))
        for driver, each in per.items():
            time = time + ibis.coalesce(inside[driver].cast("float64"), number(0.0)) * number(each)
        least[activity] = time.min()
    return inside.aggregate(**least)


def _counted(events: Table, count: EventCount) -> Value:
    times = ibis.coalesce(events.quantity.cast("float64"), number(1.0))
    its = events.activity_id == count.activity
    if count.what == RECORDED:
        return settled(events.minutes.cast("float64").sum(where=its))
    if count.what == OCCURRENCES:
        return settled(times.sum(where=its))
    covered = its & events.minutes.isnull() if count.timed else its
    if count.what == UNTIMED:
        return settled(times.sum(where=covered))
    driven = times * ibis.coalesce(events[count.what].cast("float64"), number(0.0))
    return settled(driven.sum(where=covered))
