"""Customers of randomised experiments with what they brought since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.periods import twelve_months_to
from patronage.evidence.queries.sums import counted, number, settled, whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from ibis.expr.types import Table

    from patronage.evidence.queries.periods import Period

NEW, ONCE, LATELY, LONG_AGO = "never bought before", "bought once", "bought again, lately", "bought again, long ago"
"""Segments by what customers did before an experiment, where the company declares none."""

LATELY_DAYS = 182
"""Days since the last purchase up to which it counts as lately."""


WATCH_DAYS, PLANNED_SHARE = "watch_days", "planned_share"
"""Columns that treatments may have beyond their own: days that outcomes are watched for, and each arm's chance."""

MERGED = "source_customer_id"
"""Column that treatments have where ids were merged: the id as the source has it."""


def experiment_spans(treatments: Table) -> Table:
    """One row per experiment: experiment_id, start and last (days of the first and last treatment), customers.

    watch_days: for how many days after the last treatment outcomes count, least_watch_days: the fewest that a row says;
    null where nothing tells. crossed: customers of whom one id of the source is under more than one arm. merged_apart:
    customers whose merged ids are under different ones. nameless: rows without an arm. Ordered by experiment_id.
    """
    rows = _with(treatments.filter(treatments.experiment_id.notnull()), WATCH_DAYS)
    rows = rows.mutate(source_id=rows.source_customer_id if MERGED in rows.columns else rows.customer_id)
    ids = rows.group_by("experiment_id", "customer_id", "source_id").aggregate(
        low=rows.arm.min(),
        high=rows.arm.max(),
        nameless=counted(rows.arm.isnull()),
        first=rows["at"].min(),
        latest=rows["at"].max(),
        fewest=rows[WATCH_DAYS].min(),
        most=rows[WATCH_DAYS].max(),
    )
    each = ids.group_by("experiment_id", "customer_id").aggregate(
        crossed=counted(ids.low != ids.high),
        apart=ids.low.min() != ids.high.max(),
        nameless=whole(ids.nameless.sum()),
        first=ids["first"].min(),
        latest=ids.latest.max(),
        fewest=ids.fewest.min(),
        most=ids.most.max(),
    )
    spans = each.group_by("experiment_id").aggregate(
        start=each["first"].min().date(),
        last=each.latest.max().date(),
        customers=each.count(),
        watch_days=each.most.max(),
        least_watch_days=each.fewest.min(),
        crossed=counted(each.crossed > 0),
        merged_apart=counted(each.apart & (each.crossed == 0)),
        nameless=whole(each.nameless.sum()),
    )
    return spans.order_by("experiment_id")


def experiment_arms(treatments: Table, experiment: str) -> Table:
    """One row per arm of an experiment: arm, customers, cost (mean of a customer, 0 where none is given).

    planned_share: chance with which customers were drawn into it, null where nothing tells. Customers whose merged ids
    are under different arms are in none.
    """
    rows = _with(_of_one_arm(treatments, experiment), PLANNED_SHARE)
    arms = rows.group_by("arm").aggregate(
        customers=rows.customer_id.nunique(),
        paid=settled(rows.cost.sum()),
        planned_share=rows[PLANNED_SHARE].mean(),
    )
    return arms.select("arm", "customers", "planned_share", cost=arms.paid / arms.customers).order_by("arm")


def standing_before(histories: Table, day: date) -> Table:
    """One row per customer with a purchase before an experiment: customer_id, segment by what it did until then.

    histories: of repeat_histories, on the day before. day: that day.
    """
    silent = ibis.literal(day).delta(histories.last_day, unit="day")
    again = ibis.ifelse(silent <= LATELY_DAYS, ibis.literal(LATELY), ibis.literal(LONG_AGO))
    return histories.select("customer_id", segment=ibis.ifelse(histories.x == 0, ibis.literal(ONCE), again))


def experiment_outcomes(treatments: Table, experiment: str, segments: Table, days: Table, since: Period) -> Table:
    """One row per customer of an experiment: customer_id, arm, segment, value (brought in a period, in currency).

    value_before: brought in the twelve months that end on the day before the first treatment, which is the day before
    the period. silent: days from the last purchase to the first treatment, null without one. named: whether an order
    names the customer at all. segments: customer_id and segment, as they stood before. days: of repeat_buying.
    Customers whose merged ids are under different arms are left out.
    """
    rows = _of_one_arm(treatments, experiment)
    each = rows.group_by("customer_id").aggregate(arm=rows.arm.min())
    day, worth = days.day.cast("date"), days["value"]
    start = since.start - timedelta(days=1)
    past = twelve_months_to(start - timedelta(days=1))
    brought = days.group_by(bought_id=days.customer_id).aggregate(
        since=settled(worth.sum(where=day.between(ibis.literal(since.start), ibis.literal(since.end)))),
        past=settled(worth.sum(where=day.between(ibis.literal(past.start), ibis.literal(past.end)))),
        lately=day.max(where=day <= ibis.literal(past.end)),
    )
    known = segments.select(known_id=segments.customer_id, known_segment=segments.segment)
    joined = each.left_join(brought, each.customer_id == brought.bought_id)
    joined = joined.left_join(known, joined.customer_id == known.known_id)
    return joined.select(
        "customer_id",
        "arm",
        segment=ibis.coalesce(joined.known_segment, ibis.literal(NEW)),
        value=ibis.coalesce(joined.since, number(0.0)),
        value_before=ibis.coalesce(joined.past, number(0.0)),
        silent=ibis.literal(start).delta(joined.lately, unit="day"),
        named=joined.bought_id.notnull(),
    )


def customers_like_tested(standing: Table, days: Table, places: Table, reach: Table, as_of: date) -> Table:
    """Customers of today who stand as those of an experiment stood before it, and bought as lately as they had.

    standing: customer_id and segment, as of today. days: of repeat_buying. places: of customer_places. reach: segment
    and longest (most days of silence that it tells of). One row per customer_id: place, segment, amount (revenue of the
    twelve months up to the as-of date, in currency), last_day.
    """
    day = days.day.cast("date")
    year = twelve_months_to(as_of)
    late = day.between(ibis.literal(year.start), ibis.literal(year.end))
    seen = days.filter(day <= ibis.literal(as_of))
    bought = seen.group_by(bought_id=seen.customer_id).aggregate(
        last_day=day.max(), amount=settled(seen.revenue.sum(where=late))
    )
    known = places.select(placed_id=places.customer_id, place=places.place)
    limits = reach.select(tested=reach.segment, longest=reach.longest)
    rows = standing.select("customer_id", "segment").inner_join(bought, standing.customer_id == bought.bought_id)
    rows = rows.inner_join(limits, rows.segment == limits.tested)
    rows = rows.left_join(known, rows.customer_id == known.placed_id)
    silent = ibis.literal(as_of).delta(rows.last_day, unit="day")
    kept = rows.filter(silent <= rows.longest)
    return kept.select("customer_id", "place", "segment", "amount", "last_day")


def named_experiment(rows: Table, experiment: str, running: Table | None = None) -> Table:
    """Rows of customers_like_tested with the experiment that tells of them before their own columns, in_test after.

    in_test: whether the customer is in the experiment itself while it runs. running: the treatments, None where the
    experiment is over.
    """
    columns, in_test = rows.columns, ibis.literal(False)
    if running is not None:
        own = running.filter(running.experiment_id == experiment).select(tested_id="customer_id").distinct()
        rows = rows.left_join(own, rows.customer_id == own.tested_id)
        in_test = rows.tested_id.notnull()
    return rows.select(experiment=ibis.literal(experiment), **{name: rows[name] for name in columns}, in_test=in_test)


def under_one_another(tables: Sequence[Table]) -> Table:
    """The customers of several experiments, one row each per experiment, ordered by experiment and customer_id."""
    rows = tables[0] if len(tables) == 1 else ibis.union(*tables)
    return rows.order_by("experiment", "customer_id")


def segments_today(customers: Table, experiment: str) -> Table:
    """One row per segment of those whom an experiment tells of: segment, customers, amount (revenue a year).

    Beside them tested and tested_amount, of those who are in the experiment while it runs and are in neither of the
    first two. customers: of treatment_policy. Ordered by segment.
    """
    rows = customers.filter(customers.experiment == experiment)
    sums = rows.group_by("segment").aggregate(
        customers=counted(~rows.in_test),
        amount=settled(rows.amount.sum(where=~rows.in_test)),
        tested=counted(rows.in_test),
        tested_amount=settled(rows.amount.sum(where=rows.in_test)),
    )
    return sums.order_by("segment")


def treatment_list(customers: Table, experiment: str, worth: Mapping[str, float], names: Mapping[str, str]) -> Table:
    """The working list of some segments, most revenue first; worth: what treating one customer brings net, by segment.

    Customers in the experiment itself are left off while it runs. customers: of treatment_policy. names: of segments,
    by id; another one goes by its id. One row per customer_id: place, amount, value, why (plain words). Currency.
    """
    mine = (customers.experiment == experiment) & ~customers.in_test
    rows = customers.filter(mine & customers.segment.isin(list(worth)))
    value = rows.segment.cases(*((name, number(each)) for name, each in worth.items()), else_=number(0.0))
    told = ((segment, names.get(segment, segment)) for segment in worth)
    name = rows.segment.cases(*told, else_=rows.segment)
    said = ibis.literal("in segment ").concat(name, ibis.literal(", bought last on "))
    kept = rows.mutate(value=value, why=said.concat(rows.last_day.cast("date").cast("string")))
    return kept.order_by(kept.amount.desc(), kept.customer_id).select("customer_id", "place", "amount", "value", "why")


def _of_one_arm(treatments: Table, experiment: str) -> Table:
    """The rows of an experiment, but those of customers under more than one arm."""
    rows = treatments.filter(treatments.experiment_id == experiment)
    each = rows.group_by("customer_id").aggregate(arms=rows.arm.nunique())
    return rows.anti_join(each.filter(each.arms > 1), "customer_id")


def _with(rows: Table, name: str) -> Table:
    """The rows with a column of numbers that treatments may have, null where they do not."""
    told = rows[name].cast("float64") if name in rows.columns else ibis.null("float64")
    return rows.mutate(**{name: told})
