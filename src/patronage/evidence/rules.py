"""The rules that every row keeps, as expressions that are true where a row breaks one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from patronage.evidence.cells import is_blank, is_endless, stripped
from patronage.evidence.contracts import Contract, Field, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

EARLIEST = date(1950, 1, 1)
"""Dates before this day are taken for empty ones that some program wrote as 1900."""

_SIGN = r"US\$|[£€$]|\b[A-Z]{3}\b"
_DOLLARS = {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a row.

    reason: in plain words, as text or as an expression where it names what the row holds.
    broken: true where the row breaks it.
    """

    name: str
    reason: str | ir.Value
    broken: ir.Value


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of the mapped columns: as the source writes them, and as their kind reads them."""

    written: Mapping[str, ir.Value]
    read: Mapping[str, ir.Value]


def row_rules(contract: Contract, fields: tuple[Field, ...], cells: Cells, last_day: date) -> list[Rule]:
    """The rules of one table for the columns that its source maps.

    last_day: the last day that a date of the past may have.
    """
    rules: list[Rule] = []
    for field in fields:
        if field.name in cells.written:
            rules.extend(_field_rules(field, cells, last_day))
    if contract.table == "orders":
        rules.extend(_amount_rules(cells))
    return rules


def currency_rule(contract: Contract, code: ir.Value, currency: str) -> Rule:
    """Rows in another currency than the project's; a row that names none counts in the project's."""
    reason = ibis.literal("currency ").concat(code, _other_money(contract, currency))
    return Rule("currency", reason, (code != "") & (code != currency.upper()))


def symbol_rules(contract: Contract, cells: Cells, currency: str, own: ir.Value | None = None) -> list[Rule]:
    """Rules of money that is written with the sign or code of another currency than its row counts in.

    own: the currency of each row, where a table of rates converts it; without it the project's.
    """
    if contract.table != "orders":
        return []
    rules: list[Rule] = []
    for name in ("amount", "unit_price"):
        written = cells.written.get(name)
        if written is None or not written.type().is_string():
            continue
        found = _symbol_code(written.re_extract(_SIGN, 0).upper())
        if own is None:
            other = ~found.isin([currency, "$"] if currency in _DOLLARS else [currency])
            reason = ibis.literal(f"{name} in ").concat(found, _other_money(contract, currency))
        else:
            other = ~((found == own) | ((found == "$") & own.isin(sorted(_DOLLARS))))
            reason = ibis.literal(f"{name} in ").concat(found, ", the line counts in ", own)
        finite = cells.read[name].notnull() & ~cells.read[name].isnan() & ~is_endless(cells.read[name])
        rules.append(Rule(f"{name}_currency", reason, written.re_search(_SIGN) & finite & other))
    return rules


def currency_code(written: ir.Value) -> ir.Value:
    """The code of a currency as a cell names it, by code or sign."""
    return _symbol_code(stripped(written.cast("string")).upper())


def _other_money(contract: Contract, currency: str) -> str:
    """The project's currency, and what to do about rows in another one; only order lines have a day to convert by."""
    step = "map a rates table under sources" if contract.table == "orders" else "convert the file first"
    return f", the project counts in {currency}; {step}"


def _symbol_code(code: ir.Value) -> ir.Value:
    return ibis.cases((code == "£", "GBP"), (code == "€", "EUR"), (code == "US$", "USD"), else_=code)


def _field_rules(field: Field, cells: Cells, last_day: date) -> list[Rule]:
    name, written, read = field.name, cells.written[field.name], cells.read[field.name]
    rules: list[Rule] = []
    if field.filled:
        gone = read.isnull() if field.kind is Kind.KEY else is_blank(written)
        rules.append(Rule(f"{name}_missing", f"{name} is missing", gone))
    if field.kind is Kind.NUMBER:
        rules.extend(_number_rules(field, written, read))
    if field.kind is Kind.TIME:
        rules.append(Rule(f"{name}_unreadable", f"{name} is not a date", ~is_blank(written) & read.isnull()))
        if field.past:
            end = datetime.combine(last_day + timedelta(days=1), time.min)
            start = datetime.combine(EARLIEST, time.min)
            rules.append(Rule(f"{name}_future", f"{name} is dated after today", read >= ibis.literal(end)))
            rules.append(Rule(f"{name}_ancient", f"{name} is dated before 1950", read < ibis.literal(start)))
    return rules


def _number_rules(field: Field, written: ir.Value, read: ir.Value) -> list[Rule]:
    name = field.name
    endless = read.isnan() | is_endless(read)
    missing = is_blank(written)
    if field.nan_is_missing and written.type().is_floating():
        missing = missing | written.isnan()
    # What reads as not a number is endless, not unreadable; ibis takes it for missing on Spark.
    unread = read.isnull() & ~read.isnan().fill_null(False)
    rules = [Rule(f"{name}_unreadable", f"{name} is not a number", ~missing & unread)]
    rules.append(Rule(f"{name}_endless", f"{name} is not a finite number", endless))
    if field.limit is not None:
        big = f"{name} is beyond any belief ({field.limit:,.0f} or more)"
        rules.append(Rule(f"{name}_absurd", big, ~endless & (read.abs() >= field.limit)))
    if field.above is not None:
        rules.append(Rule(f"{name}_low", f"{name} is not above {field.above:g}", read <= field.above))
    if field.least is not None:
        rules.append(Rule(f"{name}_low", f"{name} is below {field.least:g}", read < field.least))
    return rules


def _amount_rules(cells: Cells) -> list[Rule]:
    """Rules of the money of an order line: it is there, or follows from quantity and price."""
    parts = [name for name in ("amount", "quantity", "unit_price") if name in cells.written]
    blank = {name: is_blank(cells.written[name]) for name in parts}
    rules: list[Rule] = []
    if {"quantity", "unit_price"} <= set(parts):
        uncounted = blank["quantity"] | blank["unit_price"]
        if "amount" in parts:
            reason = "amount is missing and does not follow from quantity and unit_price"
            rules.append(Rule("amount_missing", reason, blank["amount"] & uncounted))
        else:
            rules.append(Rule("quantity_missing", "quantity is missing", blank["quantity"]))
            rules.append(Rule("unit_price_missing", "unit_price is missing", blank["unit_price"]))
            size = cells.read["quantity"] * cells.read["unit_price"]
            big = "quantity x unit_price is beyond any belief (1,000,000,000,000 or more)"
            ordinary = (cells.read["quantity"].abs() < 1e9) & (cells.read["unit_price"].abs() < 1e12)
            rules.append(Rule("worth_absurd", big, ordinary & (size.abs() >= 1e12)))
    elif "amount" in parts:
        rules.append(Rule("amount_missing", "amount is missing", blank["amount"]))
    return rules
