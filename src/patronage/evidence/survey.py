"""A look over text cells before they are typed: which decimal mark and which date forms they use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from patronage.evidence.cells import stripped
from patronage.evidence.dates import (
    DateForm,
    DayMonthEvidence,
    day_month_fault,
    day_month_order,
    declared_form,
    found_form,
)
from patronage.vocabulary.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.evidence.engine import Engine

_SHAPES = 40
_POINT = r"\d\.\d{1,2}(?:\D|$)|\d\.\d{4,}|\d,\d{3}(?:,\d{3})*\.\d|,\d{3},\d{3}(?:\D|$)"
_COMMA = r"\d,\d{1,2}(?:\D|$)|\d,\d{4,}|\d\.\d{3}(?:\.\d{3})*,\d|\.\d{3}\.\d{3}(?:\D|$)"
_EITHER = r"^\D*\d{1,3},\d{3}\D*$"
_TRIPLE = r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](?:\d{4}|\d{2})(?:\D|$)"


@dataclass(frozen=True, slots=True)
class CellForms:
    """How the cells of a source are written. decimal: '.' or ','. dates: by canonical column."""

    decimal: str
    dates: Mapping[str, DateForm]


def decimal_mark(table: ir.Table, numbers: Mapping[str, ir.Value], engine: Engine, where: str) -> str | Fault:
    """The decimal mark of the numbers that are text: the one that most cells which tell show.

    Gives a fault where every mark could be either, which would be off by a thousand.
    """
    texts = {name: value for name, value in numbers.items() if value.type().is_string()}
    if not texts or not engine.value(table.aggregate(odd=_any_odd(texts)).odd.as_scalar()):
        return "."
    measures: dict[str, Any] = {}
    for place, value in enumerate(texts.values()):
        either = value.contains(",") & value.re_search(_EITHER)
        measures[f"point_{place}"] = (value.contains(".") & value.re_search(_POINT)).sum()
        measures[f"comma_{place}"] = (value.contains(",") & value.re_search(_COMMA)).sum()
        measures[f"either_{place}"] = either.sum()
        measures[f"sample_{place}"] = value.min(where=either)
    found = engine.records(table.aggregate(**measures))[0]
    point, comma, either = (_total(found, kind, len(texts)) for kind in ("point", "comma", "either"))
    if either and not point and not comma:
        place = next(place for place in range(len(texts)) if found[f"either_{place}"])
        sample = str(found[f"sample_{place}"]).strip()
        return Fault(
            f"{where}.{list(texts)[place]}",
            f"every comma can be read two ways: {sample!r} is {sample.replace(',', '')} or {sample.replace(',', '.')}",
            "set decimal: '.' or decimal: ',' for this source",
        )
    return "," if comma > point else "."


def date_forms(
    table: ir.Table, dates: Mapping[str, ir.Value], engine: Engine, declared: str | None, where: str
) -> tuple[dict[str, DateForm], list[Fault]]:
    """The forms of the date columns, and the refusals of those that can be read two ways."""
    forms: dict[str, DateForm] = {}
    faults: list[Fault] = []
    for name, value in dates.items():
        place = f"{where}.{name}"
        try:
            forms[name], fault = _date_form(table, value, engine, declared, place)
        except ValueError as error:
            forms[name], fault = DateForm(), Fault(place, str(error))
        if fault is not None:
            faults.append(fault)
    return forms, faults


def _date_form(
    table: ir.Table, value: ir.Value, engine: Engine, declared: str | None, where: str
) -> tuple[DateForm, Fault | None]:
    kind = value.type()
    if not (kind.is_string() or kind.is_integer() or kind.is_floating()):
        return DateForm(), None
    cell = value.try_cast("int64").cast("string") if kind.is_floating() else value.cast("string")
    counted = table.select(cell=cell).group_by("cell").aggregate(rows=lambda t: t.count())
    # Kept apart, so that the distinct cells are stripped and not every row.
    with engine.staged(counted, "dates") as distinct:
        tidy = distinct.mutate(cell=stripped(distinct.cell))
        cells = tidy.filter(tidy.cell.notnull() & (tidy.cell != ""))
        samples = [row["sample"] for row in engine.records(_shapes(cells))]
        if declared is not None:
            return declared_form(declared, samples), None
        if not any(re.match(_TRIPLE, sample) for sample in samples):
            return found_form(samples, "dmy"), None
        evidence = DayMonthEvidence(**engine.records(_day_month(cells))[0])
    return found_form(samples, day_month_order(evidence)), day_month_fault(where, evidence)


def _shapes(cells: ir.Table) -> ir.Table:
    """One row per shape of cell (digits as 9, letters as a), the most frequent first, with one sample."""
    shaped = cells.mutate(shape=cells.cell.substr(0, 40).re_replace(r"\d", "9").re_replace("[A-Za-z]", "a"))
    grouped = shaped.group_by("shape").aggregate(rows=shaped.rows.sum(), sample=shaped.cell.min())
    return grouped.order_by(grouped.rows.desc(), "shape").limit(_SHAPES)


def _day_month(cells: ir.Table) -> ir.Table:
    """One row: how many dates of three numbers say that the day, or the month, comes first, and how many do not say."""
    triples = cells.filter(cells.cell.re_search(_TRIPLE))
    split = triples.mutate(
        one=triples.cell.re_extract(_TRIPLE, 1).try_cast("int32"),
        other=triples.cell.re_extract(_TRIPLE, 2).try_cast("int32"),
    )
    either = (split.one <= 12) & (split.other <= 12) & (split.one != split.other)
    return split.aggregate(
        day_first=split.rows.sum(where=(split.one > 12) & (split.other <= 12)).fill_null(0),
        month_first=split.rows.sum(where=(split.other > 12) & (split.one <= 12)).fill_null(0),
        either=split.rows.sum(where=either).fill_null(0),
        sample=split.cell.min(where=either),
    )


def _any_odd(texts: Mapping[str, ir.Value]) -> Any:
    """Whether any text is no number as a machine writes it, and not blank."""
    odd = [value.try_cast("float64").isnull() & (value != "") for value in texts.values()]
    return ibis.or_(*odd).any()


def _total(found: dict[str, Any], kind: str, columns: int) -> int:
    return sum(int(found[f"{kind}_{place}"] or 0) for place in range(columns))
