"""Judged rows sifted: those that are bad or may repeat an earlier one are looked at again with all their cells."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np

from patronage.evidence.contracts import Kind
from patronage.evidence.marking import BROKEN, MappedSource, Marked, RowTerms, marked_rows
from patronage.evidence.queries.rates import RATE
from patronage.evidence.repeats import HASH, cells_hash, shared_hashes
from patronage.evidence.returns import can_tie
from patronage.evidence.row_order import parked
from patronage.evidence.text_rows import LINE

if TYPE_CHECKING:
    from collections.abc import Collection, Generator

    from patronage.evidence.engine import Engine
    from patronage.evidence.readers import RawSource
    from patronage.evidence.survey import CellForms

GOOD = "is_good"
"""Column of whether a row breaks no rule."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The judged rows of one source.

    rows: one for each row of the source, with its mask of broken rules. absent: the columns that are missing in every
    row. anew: whether the rows are judged again whenever they are read.
    """

    source: MappedSource
    forms: CellForms
    terms: RowTerms
    marked: Marked
    rows: ir.Table
    absent: dict[str, ir.Value]
    anew: bool


@dataclass(frozen=True, slots=True)
class Sifted:
    """What sifting found.

    every, good: numbers of rows. returns: whether a good order line is a return that may be tied to its order.
    again: the rows to look at again, judged: all that are bad, and all lines that share a hash of their cells.
    raw: the source cut to them. repeatable: whether any lines share one.
    """

    every: int
    good: int
    returns: bool
    again: ir.Table
    raw: RawSource
    repeatable: bool


@contextmanager
def judged(source: MappedSource, forms: CellForms, terms: RowTerms, engine: Engine) -> Generator[Judged]:
    """The judged rows of a source: on disk until the block ends where to judge is dear, else judged as they are read.

    What no row has is not written to disk.
    """
    marked = marked_rows(source, forms, terms)
    absent: dict[str, ir.Value] = {name: ibis.null(marked.table[name].type()) for name in marked.absent}
    if _judged_cheaply(source, forms, marked):
        yield Judged(source, forms, terms, marked, marked.table, absent, anew=True)
        return
    with parked(marked.table.drop(*absent), engine) as rows:
        yield Judged(source, forms, terms, marked, rows.mutate(**absent), absent, anew=False)


@contextmanager
def sifted(work: Judged, columns: Collection[str], engine: Engine) -> Generator[Sifted]:
    """The rows counted, and those to look at again, until the block ends.

    columns: whose cells make an order line equal to another; none where rows may be equal.
    """
    with engine.staged(_marks(work.rows, columns), "marks") as marks:
        good = marks.filter(marks[GOOD])
        counts = _counts(marks, engine)
        wanted = marks.filter(~marks[GOOD])
        hashes = shared_hashes(good, engine) if columns else np.zeros(0, np.int64)
        shared = engine.memory("shared", {HASH: hashes}) if hashes.size else None
        try:
            if shared is not None:
                wanted = marks.filter(~marks[GOOD] | marks[HASH].isin(shared[HASH]))
            some = shared is not None or counts[1] < counts[0]
            with _again(work, wanted.select(LINE) if some else None, engine) as (again, raw):
                yield Sifted(*counts, again, raw, shared is not None)
        finally:
            if shared is not None:
                engine.runs.release(shared.get_name())


def _counts(marks: ir.Table, engine: Engine) -> tuple[int, int, bool]:
    """The rows, the good ones, and whether any of these is a return."""
    back = {"back": marks.is_return.any()} if "is_return" in marks.columns else {}
    found = engine.records(marks.aggregate(every=marks.count(), good=marks[GOOD].sum(), **back))[0]
    return found["every"], found["good"] or 0, bool(found.get("back"))


def _marks(rows: ir.Table, columns: Collection[str]) -> ir.Table:
    """One row per row: line_id, whether it is good, the hash of its cells, whether it is a return that may be tied."""
    marks = {GOOD: rows[BROKEN] == 0}
    if columns:
        marks[HASH] = cells_hash(rows, columns)
    if can_tie(columns):
        marks["is_return"] = marks[GOOD] & rows.is_return
    return rows.select(LINE, **marks)


@contextmanager
def _again(work: Judged, wanted: ir.Table | None, engine: Engine) -> Generator[tuple[ir.Table, RawSource]]:
    """The wanted rows, judged, and the source cut to them, until the block ends."""
    table = work.source.raw.table
    # The cells are looked up in the source, so that good rows need not carry them this far.
    with engine.staged(table.limit(0) if wanted is None else table.semi_join(wanted, LINE), "again") as cells:
        raw = replace(work.source.raw, table=cells)
        if work.anew:
            yield marked_rows(replace(work.source, raw=raw), work.forms, work.terms).table, raw
        else:
            rows = work.rows.limit(0) if wanted is None else work.rows.semi_join(wanted, LINE)
            with engine.staged(rows, "judged") as again:
                yield again, raw


def _judged_cheaply(source: MappedSource, forms: CellForms, marked: Marked) -> bool:
    """Whether to judge rows takes less than to read them back: no cell is text to be read, no row hangs on others."""
    if source.mapping.table != "orders" or source.found.currency is not None or RATE in marked.table.columns:
        return False
    written = source.written(source.raw.table, forms.decimal)
    kinds = {Kind.NUMBER: (dt.Numeric,), Kind.TIME: (dt.Timestamp, dt.Date)}
    return all(isinstance(value.type(), kinds.get(source.kind(name), dt.DataType)) for name, value in written.items())
