"""Raw rows made into typed rows, each marked with every rule that it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from patronage.evidence.cells import as_key, as_number, as_text, tidied
from patronage.evidence.contracts import Contract, Field, Kind
from patronage.evidence.currencies import Rates, converted, own_rate_rule, rate_rules, row_money, with_row_rates
from patronage.evidence.dates import DateForm, as_time
from patronage.evidence.grammar import condition_of, value_of
from patronage.evidence.queries.rates import CODE, RATE
from patronage.evidence.readers import RawSource
from patronage.evidence.rules import Cells, Rule, currency_code, currency_rule, row_rules, symbol_rules
from patronage.evidence.survey import CellForms, date_forms, decimal_mark
from patronage.evidence.tax import net_columns, tax_rules
from patronage.evidence.text_rows import FAULT, FILE, LINE
from patronage.vocabulary.errors import EvidenceError, Fault
from patronage.vocabulary.expressions import Column, columns_of
from patronage.vocabulary.sources import GROSS

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

_TYPES = {Kind.KEY: "string", Kind.TEXT: "string", Kind.NUMBER: "float64", Kind.TIME: "timestamp(6)"}


@dataclass(frozen=True, slots=True)
class Marked:
    """Typed rows with their marks.

    table: columns line_id, file_number, every canonical column, broken_rules, and a
    column of words for each reason that names what the row holds. reasons: in words, by bit; None
    where such a column has the words. absent: canonical columns that are null in every row.
    """

    table: ir.Table
    reasons: tuple[str | None, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MappedSource:
    """A raw source and its mapping, every name found."""

    raw: RawSource
    mapping: SourceMapping
    found: Resolved

    def kept(self, decimal: str) -> ir.Table:
        """The raw rows that the mapping keeps."""
        table, keep = self.raw.table, self.mapping.keep
        return table if keep is None else table.filter(self.condition(keep, table, "keep", decimal))

    def number_texts(self) -> dict[str, ir.Value]:
        """The source's columns behind canonical numbers, by the name of the number."""
        cells: dict[str, ir.Value] = {}
        for name, expression in self.found.columns.items():
            if self.kind(name) is Kind.NUMBER:
                for column in sorted(columns_of(expression)):
                    shown = name if isinstance(expression, Column) else f"{name} ({column})"
                    cells[shown] = tidied(self.raw.table[self.raw.columns[column]])
        return cells

    def condition(self, expression: Expression, table: ir.Table, name: str, decimal: str) -> ir.Value:
        """The truth of an expression over the source's columns."""
        return condition_of(expression, self._cells(table), where=f"{self.mapping.table}.{name}", decimal=decimal)

    def written(self, table: ir.Table, decimal: str) -> dict[str, ir.Value]:
        """The mapped cells as the source writes them, by canonical column; without spaces around them but in texts."""
        cells: dict[str, ir.Value] = {}
        for name, expression in self.found.columns.items():
            value = self._value(expression, table, name, decimal)
            cells[name] = value if self.kind(name) is Kind.TEXT else tidied(value)
        return cells

    def currency_code(self, table: ir.Table, decimal: str) -> ir.Value | None:
        """The code of the currency of each row, where it is mapped, or that of the whole source."""
        expression, declared = self.found.currency, self.mapping.currency
        if expression is None:
            return None if declared is None else ibis.literal(declared.strip().upper())
        return currency_code(self._value(expression, table, "currency", decimal))

    def kind(self, name: str) -> Kind:
        """What a canonical column holds."""
        return next(field.kind for field in self.found.fields if field.name == name)

    def _value(self, expression: Expression, table: ir.Table, name: str, decimal: str) -> ir.Value:
        value = value_of(expression, self._cells(table), where=f"{self.mapping.table}.{name}", decimal=decimal)
        return value.cast("string") if value.type().is_null() else value

    def _cells(self, table: ir.Table) -> dict[str, ir.Value]:
        return {name: table[inner] for name, inner in self.raw.columns.items()}


@dataclass(frozen=True, slots=True)
class RowTerms:
    """What the rules of rows measure against: the project's currency, the last day that a date may have, rates."""

    currency: str
    last_day: date
    rates: Rates | None = None


def cell_forms(source: MappedSource, engine: Engine) -> CellForms:
    """How the numbers and dates of a source are written; raises EvidenceError where that can be read two ways."""
    mapping = source.mapping
    faults: list[Fault] = []
    decimal = mapping.decimal or "."
    if decimal not in {".", ","}:
        faults.append(Fault(f"{mapping.table}.decimal", f"{decimal!r} is no decimal mark", "write '.' or ','"))
    elif mapping.decimal is None and not source.raw.machine_written:
        mark = decimal_mark(source.raw.table, source.number_texts(), engine, mapping.table)
        if isinstance(mark, Fault):
            faults.append(mark)
        else:
            decimal = mark
    table = source.kept(decimal)
    written = source.written(table, decimal)
    dates = {name: value for name, value in written.items() if source.kind(name) is Kind.TIME}
    forms, date_faults = date_forms(table, dates, engine, mapping.date_format, mapping.table)
    faults.extend(date_faults)
    if faults:
        raise EvidenceError(*faults)
    return CellForms(decimal, forms)


def marked_rows(source: MappedSource, forms: CellForms, terms: RowTerms) -> Marked:
    """Every kept row typed, and marked with every rule that it breaks, in one pass."""
    table = source.kept(forms.decimal)
    written = source.written(table, forms.decimal)
    code = source.currency_code(table, forms.decimal)
    named = {} if code is None else {CODE: code}
    table = table.mutate(**{f"written_{name}": value for name, value in written.items()}, **named)
    fields = [field for field in source.found.fields if field.name in written]
    table = table.mutate(**{f"read_{f.name}": _typed(f, table[f"written_{f.name}"], forms) for f in fields})
    if terms.rates is not None and code is not None and source.mapping.table == "orders":
        table = with_row_rates(table, terms.rates, terms.currency)
    cells = Cells(
        {field.name: table[f"written_{field.name}"] for field in fields},
        {field.name: table[f"read_{field.name}"] for field in fields},
    )
    rules = [Rule("shape", table[FAULT], table[FAULT].notnull())]
    rules += row_rules(source.found.contract, source.found.fields, cells, terms.last_day)
    rules += _money_rules(source.found.contract, table, cells, terms)
    rules += _tax_rules(source, cells)
    columns = _good_columns(source, table, cells, forms)
    return _marked(source, table, {**columns, **row_money(table)}, rules)


def _tax_rules(source: MappedSource, cells: Cells) -> list[Rule]:
    """The rules of tax in the amounts of order lines."""
    if source.mapping.table != "orders" or source.mapping.amounts != GROSS:
        return []
    columns = _typed_columns(source, cells)
    return tax_rules(columns, _amount(columns), source.mapping)


def _typed_columns(source: MappedSource, cells: Cells) -> dict[str, ir.Value]:
    return {field.name: cells.read.get(field.name, ibis.null(_TYPES[field.kind])) for field in source.found.fields}


def _money_rules(contract: Contract, table: ir.Table, cells: Cells, terms: RowTerms) -> list[Rule]:
    """The rules of the currency that each row counts in."""
    if contract.table == "rates":
        return [own_rate_rule(cells, terms.currency)]
    if terms.rates is not None and RATE in table.columns:
        rules = rate_rules(table, terms.rates)
        return rules + symbol_rules(contract, cells, terms.currency, table[CODE])
    rules = [currency_rule(contract, table[CODE], terms.currency)] if CODE in table.columns else []
    return rules + symbol_rules(contract, cells, terms.currency)


def _marked(source: MappedSource, table: ir.Table, columns: dict[str, ir.Value], rules: list[Rule]) -> Marked:
    unique = source.found.contract.unique
    told = [(bit, rule) for bit, rule in enumerate(rules) if not isinstance(rule.reason, str)]
    # Words are made for the rows that need them alone.
    details = {f"{DETAIL}{bit}": ibis.ifelse(rule.broken, rule.reason, ibis.null("string")) for bit, rule in told}
    marked = table.select(LINE, FILE, **columns, **{BROKEN: _mask(rules)}, **details)
    reasons = [rule.reason if isinstance(rule.reason, str) else None for rule in rules]
    if unique:
        marked = marked.mutate(**{BROKEN: marked[BROKEN] + _repeated_key(marked, unique, 1 << len(rules))})
        stands = "stands" if len(unique) == 1 else "stand"
        reasons.append(f"{' and '.join(unique)} {stands} in an earlier row already")
    return Marked(marked, tuple(reasons), tuple(name for name, value in columns.items() if _is_nothing(value)))


def _is_nothing(value: ir.Value) -> bool:
    operation = value.op()
    return isinstance(operation, ops.Literal) and operation.value is None


def _repeated_key(marked: ir.Table, key: tuple[str, ...], bit: int) -> ir.Value:
    """The bit of a row whose key an earlier row has that is otherwise good."""
    fine = marked[BROKEN] == 0
    turn = ibis.row_number().over(ibis.window(group_by=[*(marked[name] for name in key), fine], order_by=marked[LINE]))
    return ibis.ifelse(fine & (turn > 0), ibis.literal(bit, "int64"), 0)


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


def _mask(rules: list[Rule]) -> ir.Value:
    mask: ir.Value = ibis.literal(0, "int64")
    for bit, rule in enumerate(rules):
        mask = mask + ibis.ifelse(rule.broken, ibis.literal(1 << bit, "int64"), 0)
    return mask


def _good_columns(source: MappedSource, table: ir.Table, cells: Cells, forms: CellForms) -> dict[str, ir.Value]:
    columns = _typed_columns(source, cells)
    if source.mapping.table != "orders":
        return columns
    columns["amount"] = _amount(columns)
    if source.mapping.amounts == GROSS:
        columns = net_columns(columns, source.mapping)
    if RATE in table.columns:
        columns = converted(columns, table[RATE])
    apart = _not_product(source, table, columns, forms)
    less = (columns["quantity"] < 0).fill_null(False) | (columns["amount"] < 0).fill_null(False)
    return {**columns, "is_product": ~apart, "is_return": ~apart & less}


def _not_product(source: MappedSource, table: ir.Table, columns: Mapping[str, ir.Value], forms: CellForms) -> ir.Value:
    """Whether a line is no product, by the names of the source or else the canonical ones."""
    expression = source.mapping.not_product
    if expression is None:
        return ibis.literal(False)
    names = {**columns, **{name: table[inner] for name, inner in source.raw.columns.items()}}
    where = f"{source.mapping.table}.not_product"
    return condition_of(expression, names, where=where, decimal=forms.decimal).fill_null(False)


def _amount(columns: Mapping[str, ir.Value]) -> ir.Value:
    """The money of a line: as given, else quantity x unit_price less the discount, which returns give back."""
    size = columns["quantity"] * columns["unit_price"]
    discount = columns["discount"].abs().fill_null(0.0)
    return ibis.coalesce(columns["amount"], size - ibis.ifelse(columns["quantity"] < 0, -discount, discount))
