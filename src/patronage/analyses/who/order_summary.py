"""The order lines in figures, and what does not reconcile with the accounts."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from patronage.evidence.assemble import last_good_day
from patronage.evidence.queries.basis import MARGIN_MEASURED, value_basis
from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.who import lines_after, not_product_lines, order_months, order_totals, period_totals
from patronage.evidence.tables import Books, Orders
from patronage.findings.who import (
    ColumnQuality,
    CurrencyLines,
    IdRule,
    MergedIds,
    MissingRates,
    OrderSummary,
    QuarantineReason,
    Reconciliation,
    SharedValue,
)
from patronage.strategy.activities import Pool, Pools
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.sources import GROSS, NET
from patronage.vocabulary.terms import Terms
from patronage.vocabulary.words import count

REVENUE_LINES = frozenset({"revenue", "sales", "turnover", "net sales"})
COST_LINES = frozenset({"cost of goods", "cost of goods sold", "cogs", "cost of sales"})


@dataclass(frozen=True, slots=True)
class Held:
    """What booked lines are held against beside order lines: whether their costs are known, declared pools by name."""

    costs_known: bool
    pools: Mapping[str, Pool]


def order_summary(orders: Orders, books: Books | None, terms: Terms, pools: Pools | None = None) -> OrderSummary:
    """Totals, period, quality of every column, and the lines of the accounts that the evidence can be held against.

    pools: declared costs, which booked lines of their names are held against.
    """
    totals = orders.engine.records(order_totals(orders))[0]
    basis = value_basis(orders, terms)
    declared = {_plain(name): pool for pool in (pools.pools if pools else ()) for name in (pool.id, pool.name)}
    checked, unread = _reconciled(orders, books, Held(basis.kind == MARGIN_MEASURED, declared))
    return OrderSummary(
        grade=Grade.BEHAVIOUR,
        currency=terms.currency,
        as_of=orders.as_of,
        first_day=totals["first_time"].date(),
        last_day=totals["last_time"].date(),
        value_basis=basis.words,
        books=checked,
        unread_books=unread,
        tax_words=_tax_words(orders),
        **_merged(orders),
        months=orders.engine.keep(order_months(orders), "months"),
        not_product=orders.engine.keep(not_product_lines(orders), "not_product"),
        quarantined_rows=orders.engine.keep(orders.engine.open(orders.loaded.quarantine), "quarantined_rows"),
        **_counted(totals),
        **_loaded(orders),
        **_later(orders),
        note=silence(orders.as_of, last_good_day(orders.loaded, orders.engine)),
    )


def _tax_words(orders: Orders) -> str:
    """What was done about tax, in a sentence; empty where the source says nothing of it."""
    if orders.loaded.amounts == GROSS:
        return "The source's amounts include tax, which was taken off: revenue, prices and margin are net of it."
    if orders.loaded.amounts == NET:
        return "The source's amounts are net of tax."
    if "tax" in orders.given:
        return "Nothing declares whether amounts include tax; they are taken as net of it (amounts: net or gross)."
    return ""


def _merged(orders: Orders) -> dict[str, Any]:
    """Who was under several ids, None where nothing declares it."""
    found = orders.identities
    if found is None:
        return {"merged_ids": None}
    rules = tuple(IdRule(one.rule, one.merged, one.kept_apart) for one in found.rules)
    shared = tuple(SharedValue(one.rule, one.value, one.ids) for one in found.widely_shared)
    table = orders.engine.open(found.table).order_by("merged_id", "place")
    return {
        "merged_ids": MergedIds(found.ids, found.customers, rules, shared),
        "merged_customers": orders.engine.keep(table, "merged_customers"),
    }


def silence(as_of: date, last: date) -> str:
    """How far the as-of date lies after the day of the last good order, in a sentence; empty where it does not."""
    days = (as_of - last).days
    if days <= 0:
        return ""
    return (
        f"The as-of date {as_of} is {count(days, 'day')} after the last order ({last}); nothing is known of the "
        "days after it, and they count as days on which nobody bought."
    )


def books_period(text: str) -> Period | None:
    """The days that a period of the accounts stands for: 2011, 2011-Q1, 2011-03 or 2011-03-15; None for other texts."""
    found = re.fullmatch(r"\s*(\d{4})(?:[- ]?[Qq]([1-4])|-(\d{1,2})(?:-(\d{1,2}))?)?\s*", text)
    if found is None:
        return None
    year, quarter, month, day = (None if part is None else int(part) for part in found.groups())
    try:
        return _days_of(year or 0, quarter, month, day)
    except ValueError:
        return None


def _days_of(year: int, quarter: int | None, month: int | None, day: int | None) -> Period:
    if day is not None and month is not None:
        return Period(date(year, month, day), date(year, month, day))
    first, last = (month, month) if month else (3 * quarter - 2, 3 * quarter) if quarter else (1, 12)
    start = date(year, first, 1)
    return Period(start, date(year, last, calendar.monthrange(year, last)[1]))


def _counted(totals: dict[str, Any]) -> dict[str, Any]:
    same = (
        "lines", "orders", "purchase_orders", "customers", "revenue", "product_revenue", "anonymous_revenue",
        "anonymous_lines", "return_lines", "return_amount", "not_product_lines", "not_product_amount", "repeated_lines",
        "tax",
    )  # fmt: skip
    counted = {name: totals[name] for name in same}
    returns = totals["return_lines"]
    counted["returns_tied_share"] = totals["tied_returns"] / returns if returns else None
    counted["anonymous_share"] = totals["anonymous_revenue"] / totals["revenue"] if totals["revenue"] else 0.0
    return counted


def _loaded(orders: Orders) -> dict[str, Any]:
    loaded = orders.loaded
    return {
        "rows_in": loaded.rows_in,
        "quarantined": loaded.quarantine.rows,
        "columns": tuple(
            ColumnQuality(seen.name, seen.given, seen.missing_share, seen.distinct, seen.least, seen.most)
            for seen in loaded.columns
        ),
        "quarantine": tuple(QuarantineReason(each.reason, each.rows, each.first_place) for each in loaded.reasons),
        "currencies": tuple(
            CurrencyLines(each.currency, each.lines, each.own_amount, each.amount, each.oldest_days)
            for each in loaded.currencies
        ),
        "missing_rates": tuple(
            MissingRates(each.currency, each.first_day, each.last_day, each.lines) for each in loaded.rate_gaps
        ),
    }


def _later(orders: Orders) -> dict[str, Any]:
    """Good lines after the as-of date, which nothing counts."""
    engine = orders.engine
    found = engine.records(lines_after(engine.open(orders.loaded.good), orders.as_of))[0]
    return {"later_lines": found["lines"], "later_amount": found["amount"]}


def _reconciled(orders: Orders, books: Books | None, held: Held) -> tuple[tuple[Reconciliation, ...], tuple[str, ...]]:
    """The booked lines that the evidence can be held against, and those that it cannot, with the reason."""
    if books is None:
        return (), ()
    checked: list[Reconciliation] = []
    unread: list[str] = []
    booked = orders.engine.records(books.table.select("period", "line", "amount").order_by("period", "line"))
    for row in booked:
        measured = _measured(orders, row, held)
        if isinstance(measured, str):
            unread.append(f"{row['period']} {row['line']}: {measured}")
        else:
            difference = round(measured - row["amount"], 6)
            checked.append(Reconciliation(row["period"], row["line"], row["amount"], measured, difference))
    return tuple(checked), tuple(unread)


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").split())


def _measured(orders: Orders, row: dict[str, Any], held: Held) -> float | str:
    """What the evidence adds up to for one booked line, or why it says nothing about it."""
    line = _plain(str(row["line"]))
    period = books_period(str(row["period"]))
    if line not in REVENUE_LINES | COST_LINES | held.pools.keys():
        return "order lines and pools say nothing about this line"
    if period is None:
        return "the period is not of the form 2011, 2011-Q1, 2011-03 or 2011-03-15"
    if line in held.pools:
        pool = held.pools[line]
        return pool.cost.mean * period.years * pool.period.per_year
    if line in COST_LINES and not held.costs_known:
        return "unit costs are not known for half of revenue"
    totals = orders.engine.records(period_totals(orders, period))[0]
    return totals["revenue"] if line in REVENUE_LINES else totals["cost_of_goods"]
