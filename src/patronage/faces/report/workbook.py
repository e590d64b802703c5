"""The ledger and the working lists as Excel workbooks, where a text is never a formula."""

# pyright: reportUnknownMemberType=false
# xlsxwriter types only part of its methods; this file is the one that calls them.

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from patronage.evidence.replacing import replacing
from patronage.faces.decision_facts import flat_decision
from patronage.faces.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from patronage.decisions.decision import Decision
    from patronage.study.working_list import WorkingList

WIDE = {
    "kind": 18, "about": 36, "from": 22, "to": 26, "status": 16, "unit": 22, "pays from": 40, "reason": 90, "test": 70,
    "who": 26, "what": 40, "why": 60, "the ledger is empty": 30, "no decision is accepted yet": 34,
}  # fmt: skip
"""Widths, in letters, of the columns whose texts are longer than a figure; texts beyond them go on in a next line."""

WIDTH = 14
FORMATS = {"chance it pays": "0%", "hours": "#,##0.0", "payback years": "#,##0.0"}
"""How numbers of a column are shown where whole ones would tell too little; the cell keeps every digit."""

WHOLE = "#,##0"
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_575


def write_ledger(decisions: Sequence[Decision], path: Path) -> None:
    """The ledger as one sheet, a row a decision."""
    rows = [flat_decision(decision) for decision in decisions]
    columns = list(rows[0]) if rows else ["the ledger is empty"]
    _write(path, [("Ledger", columns, [list(row.values()) for row in rows])])


def write_lists(lists: Iterable[WorkingList], path: Path) -> None:
    """Each working list as a sheet of its own, named after its decision, and one that tells who is left alone."""
    columns = ("who", "when", "what", "amount", "why", "owner")
    found = list(lists)
    sheets: list[tuple[str, Sequence[str], Sequence[Sequence[Any]]]] = [
        (
            f"{words_of(one.decision.move.kind)[:20]} {one.decision.id}",
            columns,
            [[row[name] for name in columns] for row in islice(one.rows, MOST_ROWS)],
        )
        for one in found
    ]
    if alone := [[one.decision.id, len(one.rows), one.held_out] for one in found if one.held_out]:
        sheets.append(("Holdout", ("decision", "customers to act on", "left alone by chance"), alone))
    _write(path, sheets or [("Lists", ("no decision is accepted yet",), [])])


def _write(path: Path, sheets: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), options)
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        shown = {text: book.add_format({"num_format": text, "valign": "top"}) for text in {WHOLE, *FORMATS.values()}}
        for name, columns, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, list(columns), bold)
            for index, row in enumerate(rows[:MOST_ROWS], start=1):
                for place, value in enumerate(row):
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        sheet.write_number(index, place, value, shown[FORMATS.get(columns[place], WHOLE)])
                    elif value is not None:
                        sheet.write_string(index, place, str(value)[:LONGEST_CELL], plain)
            if rows:
                sheet.autofilter(0, 0, min(len(rows), MOST_ROWS), len(columns) - 1)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, WIDE.get(column, WIDTH))
        try:
            book.close()
        except FileCreateError as error:
            # The library wraps what the system said, which is what a reader can act on.
            said = error.args[0]
            raise (said if isinstance(said, OSError) else OSError(str(said))) from None
