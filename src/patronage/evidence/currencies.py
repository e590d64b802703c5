"""Money in other currencies: the rates that convert it at load, and the days on which none holds."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from patronage.evidence.loaded import ConvertedLines, RateGap
from patronage.evidence.queries.rates import (
    CODE,
    FIRST,
    RATE,
    SINCE,
    converted_lines,
    days_without_rate,
    first_rates,
    rate_days,
    with_rates,
)
from patronage.evidence.rules import Cells, Rule, currency_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from patronage.evidence.engine import Engine

MONEY = ("unit_price", "amount", "discount", "tax", "unit_cost", "list_price")
"""The columns of an order line that count money."""

HOLDS_DAYS = 31
"""Days for which a rate holds where none follows and the strategy file does not say: a month, as in monthly tables."""

_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a project.

    table: good rows of the rates table: currency, date, rate into the project's currency. holds_days: days after its
    own for which a rate holds where no later one follows.
    """

    table: ir.Table
    holds_days: int = HOLDS_DAYS

    def coded(self) -> ir.Table:
        """The rates by the codes of their currencies."""
        return self.table.mutate(currency=currency_code(self.table.currency))


def with_row_rates(rows: ir.Table, rates: Rates, own: str) -> ir.Table:
    """The rows, which have row_currency and read_ordered_at, with the rate of their day.

    A row that names no currency counts in the project's own, whose rate is 1.
    """
    placed = rows.mutate(**{CODE: ibis.coalesce(rows[CODE].nullif(""), ibis.literal(own))})
    days = rate_days(rates.coded(), holds_days=rates.holds_days)
    return with_rates(placed, days, first_rates(rates.coded()), at="read_ordered_at", own=own)


def rate_rules(rows: ir.Table, rates: Rates) -> list[Rule]:
    """The rules of lines in another currency: a rate holds on their day."""
    dated = rows["read_ordered_at"].notnull() & rows[RATE].isnull()
    early = rows[FIRST].isnull() | (rows["read_ordered_at"].date() < rows[FIRST])
    before = rows[CODE].concat(" has no rate on or before the day of the line")
    days = "1 day" if rates.holds_days == 1 else f"{rates.holds_days:,} days"
    after = rows[CODE].concat(f" has no rate within {days} before the day of the line")
    return [Rule("rate_before", before, dated & early), Rule("rate_old", after, dated & ~early)]


def own_rate_rule(cells: Cells, own: str) -> Rule:
    """The rule of a rates table: what the project's own currency is worth in itself."""
    broken = (currency_code(cells.read["currency"]) == own) & (cells.read["rate"] != 1)
    return Rule("own_rate", f"{own} is the currency of the project, and its rate is not 1", broken)


def converted(columns: Mapping[str, ir.Value], rate: ir.Value) -> dict[str, ir.Value]:
    """The columns of order lines with all money at a rate."""
    return {name: value * rate if name in MONEY else value for name, value in columns.items()}


def row_money(rows: ir.Table) -> dict[str, ir.Value]:
    """The columns that tell how the money of a row was converted, none where no rates are given."""
    return {name: rows[name] for name in (CODE, RATE, SINCE)} if RATE in rows.columns else {}


def told_currencies(good: ir.Table, engine: Engine, own: str) -> tuple[ConvertedLines, ...]:
    """What was converted, currency by currency, those with the most lines first."""
    if RATE not in good.columns:
        return ()
    return tuple(ConvertedLines(**row) for row in engine.records(converted_lines(good, ibis.literal(own))))


def rate_gaps(rows: ir.Table, rates: Rates | None, engine: Engine) -> tuple[RateGap, ...]:
    """The stretches of days with lines in a currency for which no rate holds, in order."""
    if rates is None or RATE not in rows.columns:
        return ()
    missing: defaultdict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in engine.records(days_without_rate(rows)):
        missing[row["currency"]].append((row["day"], row["lines"]))
    if not missing:
        return ()
    covered = _covered(rates, engine)
    return tuple(gap for code, days in missing.items() for gap in _gaps(code, days, covered.get(code, [])))


def gap_words(gaps: Iterable[RateGap]) -> list[str]:
    """Each gap in a sentence."""
    return [_words(gap) for gap in gaps]


def _words(gap: RateGap) -> str:
    lines = "1 line" if gap.lines == 1 else f"{gap.lines:,} lines"
    days = f"on {gap.first_day}" if gap.first_day == gap.last_day else f"from {gap.first_day} to {gap.last_day}"
    name = gap.currency if _CODE.fullmatch(gap.currency) else repr(gap.currency)
    return f"{name} has no rate {days}, {lines}"


def _covered(rates: Rates, engine: Engine) -> dict[str, list[date]]:
    """The days on which a rate holds, in order, by currency."""
    days = rate_days(rates.coded(), holds_days=rates.holds_days)
    found: defaultdict[str, list[date]] = defaultdict(list)
    for row in engine.records(days.select("money_currency", "money_day").order_by("money_currency", "money_day")):
        found[row["money_currency"]].append(row["money_day"])
    return found


def _gaps(code: str, days: list[tuple[date, int]], covered: list[date]) -> list[RateGap]:
    """The days without a rate joined to stretches, each as long as no rate holds."""
    found: list[RateGap] = []
    for place, group in _between(days, covered).items():
        first = covered[place - 1] + timedelta(days=1) if place else group[0][0]
        last = covered[place] - timedelta(days=1) if place < len(covered) else group[-1][0]
        found.append(RateGap(code, first, last, sum(lines for _, lines in group)))
    return found


def _between(days: list[tuple[date, int]], covered: list[date]) -> dict[int, list[tuple[date, int]]]:
    """The days by the number of covered days before them, which tells the gap that each lies in."""
    groups: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    for day, lines in days:
        groups[bisect_left(covered, day)].append((day, lines))
    return groups
