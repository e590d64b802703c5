"""Raw rows made into typed rows, each marked with every rule that it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from patronage.evidence.cells import as_key, as_number, as_text
from patronage.evidence.contracts import Field, Kind
from patronage.evidence.dates import DateForm, as_time
from patronage.evidence.grammar import condition_of, value_of
from patronage.evidence.readers import LINE, RawSource
from patronage.evidence.rules import Cells, Rule, currency_rule, row_rules
from patronage.evidence.survey import CellForms, date_forms, decimal_mark
from patronage.evidence.text_rows import FAULT, FILE, FURTHER
from patronage.vocabulary.errors import EvidenceError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from patronage.evidence.engine import Engine
    from patronage.evidence.resolve import Resolved
    from patronage.vocabulary.expressions import Expression
    from patronage.vocabulary.sources import SourceMapping

BROKEN = "broken_rules"
"""Column of the bit mask of broken rules; 0 for a good row."""

DETAIL = "reason_"
"""Start of the columns of reasons that name what the row holds; the bit of their rule follows."""

RAW = "raw_cells"
"""Column of the raw cells of a row that breaks a rule, null for a good one."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Typed rows with their marks.

    table: columns line_id, file_number, every canonical column, broken_rules, raw_cells, and a
    column of words for each reason that names what the row holds. reasons: in words, by bit; None
    where such a column has the words.
    """

    table: ir.Table
    reasons: tuple[str | None, ...]


def cell_forms(raw: RawSource, found: Resolved, mapping: SourceMapping, engine: Engine) -> CellForms:
    """How the numbers and dates of a source are written; raises EvidenceError where that can be read two ways."""
    table, where = kept_rows(raw, mapping), mapping.table
    written = _written(raw, table, found, ".", where)
    kinds = {field.name: field.kind for field in found.fields}
    faults: list[Fault] = []
    decimal = mapping.decimal or "."
    if mapping.decimal not in {None, ".", ","}:
        faults.append(Fault(f"{where}.decimal", f"{mapping.decimal!r} is no decimal mark", "write '.' or ','"))
    elif mapping.decimal is None and not raw.machine_written:
        numbers = {name: value for name, value in written.items() if kinds[name] is Kind.NUMBER}
        mark = decimal_mark(table, numbers, engine, where)
        if isinstance(mark, Fault):
            faults.append(mark)
        else:
            decimal = mark
    dates = {name: value for name, value in written.items() if kinds[name] is Kind.TIME}
    forms, date_faults = date_forms(table, dates, engine, mapping.date_format, where)
    faults.extend(date_faults)
    if faults:
        raise EvidenceError(*faults)
    return CellForms(decimal, forms)


def kept_rows(raw: RawSource, mapping: SourceMapping) -> ir.Table:
    """The raw rows that the mapping keeps."""
    if mapping.keep is None:
        return raw.table
    names = {name: raw.table[inner] for name, inner in raw.columns.items()}
    decimal = mapping.decimal or "."
    return raw.table.filter(condition_of(mapping.keep, names, where=f"{mapping.table}.keep", decimal=decimal))


@dataclass(frozen=True, slots=True)
class Currency:
    """The project's currency and the last day that a date may have."""

    code: str
    last_day: date


def marked_rows(raw: RawSource, found: Resolved, mapping: SourceMapping, forms: CellForms, terms: Currency) -> Marked:
    """Every kept row typed, and marked with every rule that it breaks, in one pass."""
    table = kept_rows(raw, mapping)
    written = _written(raw, table, found, forms.decimal, mapping.table)
    inner = {f"written_{name}": value for name, value in written.items()}
    if found.currency is not None:
        inner["written_currency"] = _evaluated(found.currency, raw, table, mapping.table, forms.decimal)
    table = table.mutate(**inner)
    read = {
        field.name: _typed(field, table[f"written_{field.name}"], forms)
        for field in found.fields
        if field.name in written
    }
    table = table.mutate(**{f"read_{name}": value for name, value in read.items()})
    cells = Cells(
        {name: table[f"written_{name}"] for name in written}, {name: table[f"read_{name}"] for name in written}
    )
    rules = [_shape_rule(table), *row_rules(found.contract, found.fields, cells, terms.last_day)]
    if found.currency is not None:
        rules.append(currency_rule(table["written_currency"], terms.code))
    columns = _good_columns(table, found, cells, raw, mapping, forms)
    details = {f"{DETAIL}{bit}": rule.reason for bit, rule in enumerate(rules) if not isinstance(rule.reason, str)}
    inner_names = [*raw.columns.values(), FURTHER]
    marked = table.select(LINE, FILE, *inner_names, **columns, **{BROKEN: _mask(rules)}, **details)
    cells_of_row = ibis.struct({name: marked[name] for name in inner_names})
    kept = ibis.ifelse(marked[BROKEN] != 0, cells_of_row, ibis.null(cells_of_row.type()))
    marked = marked.select(LINE, FILE, *columns, BROKEN, *details, **{RAW: kept})
    return Marked(marked, tuple(rule.reason if isinstance(rule.reason, str) else None for rule in rules))


def _written(raw: RawSource, table: ir.Table, found: Resolved, decimal: str, where: str) -> dict[str, ir.Value]:
    return {
        name: _evaluated(expression, raw, table, f"{where}.{name}", decimal)
        for name, expression in found.columns.items()
    }


def _evaluated(expression: Expression, raw: RawSource, table: ir.Table, where: str, decimal: str) -> ir.Value:
    names = {name: table[inner] for name, inner in raw.columns.items()}
    value = value_of(expression, names, where=where, decimal=decimal)
    return value.cast("string") if value.type().is_null() else value


def _typed(field: Field, written: ir.Value, forms: CellForms) -> ir.Value:
    if field.kind is Kind.KEY:
        return as_key(written)
    if field.kind is Kind.TEXT:
        return as_text(written)
    if field.kind is Kind.TIME:
        return as_time(written, forms.dates.get(field.name, DateForm()))
    number = as_number(written, forms.decimal)
    if field.nan_is_missing and written.type().is_floating():
        return ibis.ifelse(number.isnan(), ibis.null("float64"), number)
    return number


def _shape_rule(table: ir.Table) -> Rule:
    return Rule("shape", table[FAULT], table[FAULT].notnull())


def _mask(rules: list[Rule]) -> ir.IntegerValue:
    mask = ibis.literal(0, "int64")
    for bit, rule in enumerate(rules):
        mask = mask + ibis.ifelse(
            rule.broken.fill_null(False), ibis.literal(1 << bit, "int64"), ibis.literal(0, "int64")
        )
    return mask


def _good_columns(
    table: ir.Table, found: Resolved, cells: Cells, raw: RawSource, mapping: SourceMapping, forms: CellForms
) -> dict[str, ir.Value]:
    types = {Kind.KEY: "string", Kind.TEXT: "string", Kind.NUMBER: "float64", Kind.TIME: "timestamp(6)"}
    columns = {field.name: cells.read.get(field.name, ibis.null(types[field.kind])) for field in found.fields}
    if found.contract.table != "orders":
        return columns
    columns["amount"] = _amount(columns)
    names = {**columns, **{name: table[inner] for name, inner in raw.columns.items()}}
    apart = ibis.literal(False)
    if mapping.not_product is not None:
        where = f"{mapping.table}.not_product"
        apart = condition_of(mapping.not_product, names, where=where, decimal=forms.decimal).fill_null(False)
    columns["is_product"] = ~apart
    less = (columns["quantity"] < 0).fill_null(False) | (columns["amount"] < 0).fill_null(False)
    columns["is_return"] = ~apart & less
    return columns


def _amount(columns: Mapping[str, ir.Value]) -> ir.FloatingValue:
    """The money of a line: as given, else quantity x unit_price less the discount, which returns give back."""
    size = columns["quantity"] * columns["unit_price"]
    discount = columns["discount"].abs().fill_null(0.0)
    return ibis.coalesce(columns["amount"], size - ibis.ifelse(columns["quantity"] < 0, -discount, discount))
