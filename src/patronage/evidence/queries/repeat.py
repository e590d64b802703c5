"""Histories of repeat buying, made from the days on which customers bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.occasions import occasions
from patronage.evidence.queries.sums import PLACES, counted, number
from patronage.evidence.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ibis.expr.types import Table, Value

    from patronage.evidence.queries.basis import ValueBasis
    from patronage.evidence.tables import Orders

CONTRACT_LIKE = "contract_like"


@dataclass(frozen=True, slots=True)
class RenewingKind:
    """Customers with so many gaps, all above low and up to high days, who are gone (silent for over late days) or not.

    gap_days, gap_cv: the period at which they renew, and its coefficient of variation.
    """

    gaps: int
    low: float
    high: float
    late: float
    gone: bool
    gap_days: float
    gap_cv: float


def buying_days(orders: Orders, basis: ValueBasis) -> Table:
    """One row per customer and purchase day (date): revenue and value in currency.

    Keys: customer_id, day. Money is rounded to six places, so that equal evidence gives equal tables.
    """
    days = occasions(orders, basis).select("customer_id", "day", "revenue", "value")
    return days.mutate(**{name: rounded(days[name], PLACES) for name in ("revenue", "value")})


def repeat_histories(days: Table, *, as_of: date) -> Table:
    """One row per customer seen by a day: how often, how lately and since when it has bought, counted on that day.

    days: as buying_days gives them; later ones are left out. Key: customer_id. first_day, last_day: dates. x: purchase
    days after the first. t_x, age: days from the first purchase day to the last one and to as_of. mean_value: mean of
    `value` over the valued repeat days, those with a value above 0, whose number is `valued`; null for none.
    occasions_value: of all purchase days, in currency; occasions_squares: the sum of the squares of their values.
    losing: whether they lose in all, or one of them loses and most bring nothing.
    """
    known = days.filter(days.day <= ibis.literal(as_of))
    value = known["value"]
    customers = known.group_by("customer_id").aggregate(
        first_day=known.day.min(),
        last_day=known.day.max(),
        x=known.count() - 1,
        first_value=value.argmin(known.day),
        gained=value.sum(where=value > 0),
        occasions_value=rounded(value.sum(), PLACES),
        occasions_squares=rounded((value * value).sum(), PLACES),
        above=counted(value > 0),
        below=counted(value < 0),
    )
    gained_first = customers.first_value > 0
    # Days have six places, so that a rounded sum is the same in whatever order it was added.
    valued_sum = rounded(customers.gained - ibis.ifelse(gained_first, customers.first_value, number(0.0)), PLACES)
    customers = customers.mutate(valued=customers.above - ibis.ifelse(gained_first, 1, 0), valued_sum=valued_sum)
    mean = rounded(customers.valued_sum / customers.valued, PLACES)
    mostly = (customers.below > 0) & (2 * customers.above < customers.x + 1)
    return customers.mutate(
        t_x=_days_between(customers.first_day, customers.last_day),
        age=_days_between(customers.first_day, ibis.literal(as_of)),
        mean_value=ibis.ifelse(customers.valued > 0, mean, ibis.null("float64")),
        losing=(customers.occasions_value < 0) | mostly,
    ).drop("valued_sum", "first_value", "gained", "above", "below")


def typed_histories(histories: Table, types: Table | None) -> Table:
    """The same rows with buying_type, gap_days, gap_cv (null where unknown) and fitted.

    types: customer_id, buying_type, told, median_gap_days, gap_cv; None where nobody has told the types. fitted: false
    for customers told to be contract-like, who renew rather than buy.
    """
    if types is None:
        nothing = {"gap_days": ibis.null("float64"), "gap_cv": ibis.null("float64")}
        return histories.mutate(buying_type=ibis.null("string"), **nothing, fitted=ibis.literal(value=True))
    known = types.select(
        known_id=types.customer_id,
        buying_type=types.buying_type,
        gap_days=types.median_gap_days.cast("float64"),
        gap_cv=types.gap_cv.cast("float64"),
        told=types.told,
    )
    joined = histories.left_join(known, histories.customer_id == known.known_id)
    contract = ibis.coalesce(joined.told & (joined.buying_type == CONTRACT_LIKE), ibis.literal(value=False))
    return joined.mutate(fitted=~contract).drop("known_id", "told")


def gap_spans(histories: Table, days: Table, *, below: int) -> Table:
    """The same rows with shortest and longest, in days, of the gaps of customers to fit with 1 to below - 1; else null.

    days: as buying_days gives them.
    """
    few = histories.filter(histories.fitted & (histories.x > 0) & (histories.x < below)).select(few_id="customer_id")
    lagged = _lagged(days.semi_join(few, days.customer_id == few.few_id))
    told = lagged.mutate(gap=_days_between(lagged.before, lagged.day))
    spans = told.group_by(known_id=told.customer_id).aggregate(shortest=told.gap.min(), longest=told.gap.max())
    return histories.left_join(spans, histories.customer_id == spans.known_id).drop("known_id")


def span_counts(spans: Table) -> Table:
    """One row per x, shortest, longest and silent (days since the last purchase) of the customers with spans: n."""
    known = spans.filter(spans.shortest.notnull()).mutate(silent=spans.age - spans.t_x)
    return known.group_by("x", "shortest", "longest", "silent").aggregate(n=known.count())


def contract_periods(histories: Table) -> Table:
    """One row per median gap, to a tenth of a day, of those who renew: gap, n, and gap_cv, the mean of theirs."""
    renewing = histories.filter(~histories.fitted & (histories.gap_days > 0))
    rows = renewing.mutate(gap=rounded(renewing.gap_days, 1))
    return rows.group_by("gap").aggregate(n=rows.count(), gap_cv=rounded(rows.gap_cv.mean(), PLACES)).order_by("gap")


def with_renewing(spans: Table, kinds: Sequence[RenewingKind]) -> Table:
    """The histories without their spans, the customers of the kinds told to renew: not fitted, gap_days and gap_cv set.

    The first kind that a customer is of holds.
    """
    silent = spans.age - spans.t_x
    fitted, gap, cv = spans.fitted, spans.gap_days, spans.gap_cv
    for kind in reversed(kinds):
        late = silent > kind.late
        inside = (spans.shortest > kind.low) & (spans.longest <= kind.high) & (spans.x == kind.gaps)
        own = ibis.coalesce(inside & (late if kind.gone else ~late), ibis.literal(value=False))
        fitted = ibis.ifelse(own, ibis.literal(value=False), fitted)
        gap = ibis.ifelse(own, ibis.literal(kind.gap_days, "float64"), gap)
        cv = ibis.ifelse(own, ibis.literal(kind.gap_cv, "float64"), cv)
    return spans.mutate(fitted=fitted, gap_days=gap, gap_cv=cv).drop("shortest", "longest")


def newcomer_counts(histories: Table, *, young: float, grown: float) -> Table:
    """One row: customers up to `young` days of age, those of them who bought once, and renewing ones among the grown.

    grown: days of age up to which customers older than one and a half times `young` count as grown. Columns: young,
    once, grown, renewing.
    """
    age = histories.age
    old = (age > 1.5 * young) & (age <= grown)
    return histories.aggregate(
        young=counted(age <= young),
        once=counted((age <= young) & (histories.x == 0)),
        grown=counted(old),
        renewing=counted(old & ~histories.fitted),
    )


def history_counts(histories: Table) -> Table:
    """One row per history that occurs among the customers to fit: x, t_x, age (days) and n, customers that share it."""
    kept = histories.filter(histories.fitted)
    return kept.group_by("x", "t_x", "age").aggregate(n=kept.count())


def counts_at_both(days: Table, histories: Table, *, split: date, as_of: date) -> Table:
    """One row per pair of histories, on an earlier and a later day, of the customers to fit seen by the earlier one.

    x, t_x, age: on the earlier day, in days. x_full, t_x_full, age_full: on the later. n: customers that share both.
    """
    then, now = repeat_histories(days, as_of=split), repeat_histories(days, as_of=as_of)
    fitted = histories.filter(histories.fitted).select(known_id=histories.customer_id)
    late = now.select(late_id=now.customer_id, x_full=now.x, t_x_full=now.t_x, age_full=now.age)
    early = then.select("customer_id", "x", "t_x", "age")
    both = early.join(late, early.customer_id == late.late_id)
    kept = both.semi_join(fitted, both.customer_id == fitted.known_id)
    return kept.group_by("x", "t_x", "age", "x_full", "t_x_full", "age_full").aggregate(n=kept.count())


def gap_counts(days: Table, histories: Table, *, split: date) -> Table:
    """One row per time in whole days between successive purchase days of the customers to fit: gap, n and n_late.

    n: how often it occurs. n_late: how often it ended after an earlier day, of customers seen by that day.
    """
    fitted = histories.filter(histories.fitted).select(known_id=histories.customer_id)
    known = days.semi_join(fitted, days.customer_id == fitted.known_id).select("customer_id", "day")
    lagged = _lagged(known)
    told = lagged.mutate(gap=_days_between(lagged.before, lagged.day))
    late = (told.day > ibis.literal(split)) & (told["first"] <= ibis.literal(split))
    return told.group_by("gap").aggregate(n=told.count(), n_late=counted(late)).order_by("gap")


def _lagged(days: Table) -> Table:
    """Purchase days but the first of each customer, with the day before each and the first."""
    own = ibis.window(group_by=days.customer_id)
    in_order = ibis.window(group_by=days.customer_id, order_by=days.day)
    lagged = days.select("customer_id", "day", before=days.day.lag().over(in_order), first=days.day.min().over(own))
    return lagged.filter(lagged.before.notnull())


def _days_between(start: Value, end: Value) -> Value:
    return end.delta(start, unit="day").cast("int64")
