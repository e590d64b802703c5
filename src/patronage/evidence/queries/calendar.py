"""Repeat purchases by month, and the days on which the customers behind them came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.evidence.queries.periods import month_of

if TYPE_CHECKING:
    from ibis.expr.types import Table


def repeat_months(days: Table, histories: Table) -> Table:
    """One row per calendar month (its first day) with a repeat purchase day of the customers to fit: month, occasions.

    days: as buying_days gives them. histories: customer_id, first_day and fitted.
    """
    fitted = histories.filter(histories.fitted).select(known_id=histories.customer_id, came=histories.first_day)
    known = days.join(fitted, days.customer_id == fitted.known_id)
    kept = known.filter(known.day > known.came)
    months = kept.mutate(month=month_of(kept.day))
    return months.group_by("month").aggregate(occasions=months.count()).order_by("month")


def arrivals(histories: Table) -> Table:
    """One row per first purchase day of the customers to fit: first_day, customers."""
    kept = histories.filter(histories.fitted)
    return kept.group_by("first_day").aggregate(customers=kept.count()).order_by("first_day")
