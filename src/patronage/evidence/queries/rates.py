"""Rates of currencies: the days on which each holds, and order lines with the rate of their day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.sums import counted, number, settled

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, Table

CODE = "row_currency"
RATE = "row_rate"
SINCE = "row_rate_since"
FIRST = "row_rate_first"


def rate_days(rates: Table, *, holds_days: int) -> Table:
    """One row per currency and day on which a rate holds: money_currency, money_day (date), rate, rate_since (date).

    A rate holds from its day until the day before the next one, and never longer than holds_days after its
    own. rates: currency (code), date, rate (project currency for one unit); of one day the last counts.
    """
    # A day of its own for each rate makes the later join one of equal keys, which every engine does by hash.
    daily = rates.group_by("currency", day=rates.date.date()).aggregate(rate=rates.rate.argmax(rates.date))
    following = daily.day.lead().over(ibis.window(group_by=daily.currency, order_by=daily.day))
    spans = daily.mutate(gap=following.delta(daily.day, unit="day"))
    longest = ibis.literal(holds_days + 1, "int64")
    spans = spans.mutate(length=ibis.least(ibis.coalesce(spans.gap, longest), longest))
    held = spans.mutate(offset=ibis.range(0, spans.length).unnest())
    return held.select(
        money_currency=held.currency,
        # A date and an interval make a time on DuckDB, which ibis takes for a date.
        money_day=(held.day.cast("timestamp(6)") + held.offset.as_interval("D")).date(),
        rate=held.rate,
        rate_since=held.day,
    )


def first_rates(rates: Table) -> Table:
    """One row per currency: first_currency and first_rate, the day of its first rate (date)."""
    first = rates.group_by("currency").aggregate(first_rate=rates.date.min().date())
    return first.rename(first_currency="currency")


def with_rates(rows: Table, days: Table, firsts: Table, *, at: str, own: str) -> Table:
    """The rows, which have row_currency and a time `at`, with the rate of their day.

    Adds row_rate (1 in the project's own currency, null where none holds), row_rate_since (its day) and row_rate_first
    (the day of the currency's first rate of all). days: of rate_days. firsts: of first_rates. own: the project's code.
    """
    placed = rows.mutate(money_at=rows[at].date())
    joined = placed.left_join(days, [placed[CODE] == days.money_currency, placed.money_at == days.money_day]).drop(
        "money_currency", "money_day"
    )
    joined = joined.left_join(firsts, joined[CODE] == firsts.first_currency).drop("first_currency")
    rate = ibis.ifelse(joined[CODE] == own, number(1.0), joined.rate)
    added = {RATE: rate, SINCE: joined.rate_since, FIRST: joined.first_rate}
    return joined.mutate(**added).drop("rate", "rate_since", "first_rate", "money_at")


def converted_lines(lines: Table, own: StringValue) -> Table:
    """One row per currency other than the project's: currency, lines, amount there and here, oldest_days of its rates.

    lines: good order lines with row_currency, row_rate and row_rate_since; amount in the project's currency.
    """
    other = lines.filter((lines[CODE] != own) & lines[RATE].notnull())
    age = other.ordered_at.date().delta(other[SINCE], unit="day")
    found = other.group_by(currency=other[CODE]).aggregate(
        lines=other.count(),
        own_amount=settled((other.amount / other[RATE]).sum()),
        amount=settled(other.amount.sum()),
        oldest_days=age.max(),
    )
    return found.order_by(found.lines.desc(), "currency")


def days_without_rate(lines: Table) -> Table:
    """One row per currency and day with lines that no rate holds for: currency, day (date), lines."""
    lost = lines.filter(lines[CODE].notnull() & lines[RATE].isnull() & lines.ordered_at.notnull())
    placed = lost.select(currency=lost[CODE], day=lost.ordered_at.date())
    found = placed.group_by("currency", "day").aggregate(lines=counted(placed.day.notnull()))
    return found.order_by("currency", "day")
