"""The rows that cannot be used: their reasons in words, their place and their raw cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from patronage.evidence.loaded import RowReason
from patronage.evidence.marking import BROKEN, DETAIL
from patronage.evidence.places import SOURCE_PLACE
from patronage.evidence.text_rows import FILE, FURTHER, LINE

if TYPE_CHECKING:
    from patronage.evidence.engine import Engine
    from patronage.evidence.marking import Marked
    from patronage.evidence.readers import RawSource

REASONS = "reasons"
"""Column of all reasons of a row, in words."""

_RAW_LINE = "raw_line_id"

_OWN = (LINE, "source_file", SOURCE_PLACE, REASONS)


def quarantined(marked: Marked, rows: ir.Table, raw: RawSource) -> ir.Table:
    """One row per bad row: line_id, source_file, source_place, reasons, then the raw cells by their source names.

    line_id: number of the row over all files. source_place: as people look it up in the file, such as `line 62`.
    """
    bad = raw.places().told(rows.filter(rows[BROKEN] != 0))
    names = _free_names([*raw.columns, "cells beyond the header"])
    inner = [*raw.columns.values(), FURTHER]
    # The cells are looked up in the source, so that good rows need not carry them this far.
    written = raw.table.select(**{_RAW_LINE: raw.table[LINE]}, **{f"raw_{cell}": raw.table[cell] for cell in inner})
    bad = bad.inner_join(written, bad[LINE] == written[_RAW_LINE])
    cells = {name: bad[f"raw_{cell}"].cast("string") for name, cell in zip(names, inner, strict=True)}
    own = {SOURCE_PLACE: bad[SOURCE_PLACE], REASONS: _words(bad, marked).join("; ")}
    table = bad.select(bad[LINE], source_file=_file(bad, raw), **own, **cells)
    return table.order_by(LINE)


def reason_counts(marked: Marked, rows: ir.Table, raw: RawSource, engine: Engine) -> tuple[RowReason, ...]:
    """Each reason with its rows and the place of the first, the most frequent first."""
    bad = raw.places().told(rows.filter(rows[BROKEN] != 0))
    place = bad[SOURCE_PLACE] if len(raw.files) == 1 else _file(bad, raw) + ibis.literal(", ") + bad[SOURCE_PLACE]
    words = bad.select(bad[LINE], place=place, reason=_words(bad, marked).unnest())
    counted = words.group_by("reason").aggregate(
        rows=words.count(), first_row=words[LINE].min(), first_place=words.place.argmin(words[LINE])
    )
    found = engine.records(counted.order_by(counted.rows.desc(), "first_row", "reason"))
    return tuple(RowReason(row["reason"], row["rows"], row["first_row"], row["first_place"]) for row in found)


def _file(bad: ir.Table, raw: RawSource) -> ir.Value:
    named = ((bad[FILE] == place, name) for place, name in enumerate(raw.files))
    return ibis.cases(*named, else_=ibis.null("string"))


def _words(bad: ir.Table, marked: Marked) -> ir.Value:
    """All reasons of each row as a list."""
    found: list[ir.Value] = []
    for bit, reason in enumerate(marked.reasons):
        words = bad[f"{DETAIL}{bit}"] if reason is None else ibis.literal(reason)
        found.append(ibis.ifelse((bad[BROKEN] & (1 << bit)) != 0, words, ibis.null("string")))
    return ibis.array(found).filter(_is_said)


def _is_said(word: ir.Value) -> ir.Value:
    return word.notnull()


def _free_names(names: list[str]) -> list[str]:
    """Names of raw cells that collide neither with the quarantine's own nor, but for case, with each other."""
    taken = {name.lower() for name in _OWN}
    free: list[str] = []
    for name in names:
        candidate, turn = name, 1
        while candidate.lower() in taken:
            turn += 1
            candidate = f"{name} ({turn})"
        taken.add(candidate.lower())
        free.append(candidate)
    return free
