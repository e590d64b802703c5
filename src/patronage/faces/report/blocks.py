"""What a section of the report is made of: paragraphs, pictures, tables, decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patronage.faces.drawing import Picture
from patronage.faces.words import cell, percent, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.evidence.store import StoredTable


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, whether it is a number, and the number it sorts by."""

    text: str
    number: bool
    sort: str


@dataclass(frozen=True, slots=True)
class Heading:
    """One column's label, and whether its cells are numbers."""

    label: str
    number: bool


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of the page."""

    title: str
    columns: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecisionBlock:
    """One decision as the page shows it."""

    kind: str
    status: str
    subject: str
    stake: str
    value: str
    reason: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One section: id for links, short name for the menu, title, and its content in this order."""

    id: str
    short: str
    title: str
    paragraphs: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    decisions: tuple[DecisionBlock, ...] = ()
    tables: tuple[PageTable, ...] = field(default=())


def page_table(title: str, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], note: str = "") -> PageTable:
    """A page table of plain rows; columns: key of the row to its label, in order."""
    headings = tuple(Heading(label, _is_number([row[key] for row in rows])) for key, label in columns.items())
    cells = tuple(tuple(_cell(key, row[key]) for key in columns) for row in rows)
    return PageTable(title, headings, cells, note)


def stored_rows(
    table: StoredTable,
    *,
    limit: int,
    order: str | None = None,
    asked: str = "",
    of: tuple[str, str] | None = None,
) -> tuple[list[dict[str, Any]], str]:
    """The first rows of a small stored table, largest of `order` first, and a note on how many there are in all.

    asked: the finding and its table, as `patronage show` takes them. of: a column and the value of the rows meant, None
    for all of them.
    """
    rows: list[dict[str, Any]] = [row for row in table.rows_one_by_one() if of is None or row[of[0]] == of[1]]
    if order is not None:
        rows.sort(key=lambda row: (row[order] is None, -abs(float(row[order] or 0.0)), str(row)))
    note = (
        f"The first {limit} of {len(rows):,} rows; all of them: patronage show DIR {asked} --csv FILE."
        if len(rows) > limit
        else ""
    )
    return rows[:limit], note


def label(name: str) -> str:
    """A column's name as a heading."""
    text = words_of(name)
    return text[:1].upper() + text[1:]


def _cell(key: str, value: Any) -> Cell:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = (
        percent(value, 1)
        if (isinstance(value, float) and key.endswith("share")) or key.startswith("share")
        else cell(value)
    )
    return Cell(text, number, repr(value) if number else "")


def _is_number(values: Sequence[Any]) -> bool:
    return any(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
