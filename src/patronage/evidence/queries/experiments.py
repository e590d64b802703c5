"""Customers of randomised experiments with what they brought since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.sums import counted, number, whole

if TYPE_CHECKING:
    from datetime import date

    from ibis.expr.types import Table

    from patronage.evidence.queries.periods import Period

NEW, ONCE, LATELY, LONG_AGO = "never bought before", "bought once", "bought again, lately", "bought again, long ago"
"""Segments by what customers did before an experiment, where the company declares none."""

LATELY_DAYS = 182
"""Days since the last purchase up to which it counts as lately."""


def experiment_spans(treatments: Table) -> Table:
    """One row per experiment: experiment_id, start (day of the first treatment), customers, and rows in it.

    crossed: customers under more than one arm. nameless: rows without an arm. Ordered by experiment_id.
    """
    rows = treatments.filter(treatments.experiment_id.notnull())
    each = rows.group_by("experiment_id", "customer_id").aggregate(
        arms=rows.arm.nunique(), nameless=counted(rows.arm.isnull()), first=rows["at"].min()
    )
    spans = each.group_by("experiment_id").aggregate(
        start=each["first"].min().date(),
        customers=each.count(),
        crossed=counted(each.arms > 1),
        nameless=whole(each.nameless.sum()),
    )
    return spans.order_by("experiment_id")


def experiment_arms(treatments: Table, experiment: str) -> Table:
    """One row per arm of an experiment: arm, customers, cost (mean of a customer, 0 where none is given)."""
    rows = treatments.filter(treatments.experiment_id == experiment)
    arms = rows.group_by("arm").aggregate(
        customers=rows.customer_id.nunique(), paid=ibis.coalesce(rows.cost.sum(), number(0.0))
    )
    return arms.select("arm", "customers", cost=arms.paid / arms.customers).order_by("arm")


def standing_before(histories: Table, day: date) -> Table:
    """One row per customer with a purchase before an experiment: customer_id, segment by what it did until then.

    histories: of repeat_histories, on the day before. day: that day.
    """
    silent = ibis.literal(day).delta(histories.last_day, unit="day")
    again = ibis.ifelse(silent <= LATELY_DAYS, ibis.literal(LATELY), ibis.literal(LONG_AGO))
    return histories.select("customer_id", segment=ibis.ifelse(histories.x == 0, ibis.literal(ONCE), again))


def experiment_outcomes(treatments: Table, experiment: str, segments: Table, days: Table, since: Period) -> Table:
    """One row per customer of an experiment: customer_id, arm, segment, value (brought in a period, in currency).

    segments: customer_id and segment, as they stood before. days: of repeat_buying.
    """
    rows = treatments.filter(treatments.experiment_id == experiment)
    each = rows.group_by("customer_id").aggregate(arm=rows.arm.min())
    within = days.day.cast("date").between(ibis.literal(since.start), ibis.literal(since.end))
    bought = days.filter(within)
    brought = bought.group_by(bought_id=bought.customer_id).aggregate(brought=bought["value"].sum())
    known = segments.select(known_id=segments.customer_id, known_segment=segments.segment)
    joined = each.left_join(brought, each.customer_id == brought.bought_id)
    joined = joined.left_join(known, joined.customer_id == known.known_id)
    return joined.select(
        "customer_id",
        "arm",
        segment=ibis.coalesce(joined.known_segment, ibis.literal(NEW)),
        value=ibis.coalesce(joined.brought, number(0.0)),
    )
