"""Delimited text read row by row: what DuckDB's reader refuses, and what is not UTF-8."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from patronage.evidence.csv_dialect import csv_rows
from patronage.evidence.text_rows import fitted
from patronage.vocabulary.errors import EvidenceError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from patronage.evidence.csv_dialect import Dialect
    from patronage.evidence.text_rows import TextRow


def utf8_copy(path: Path, dialect: Dialect, target: Path) -> Path:
    """The same text from its header on, in UTF-8, copied in pieces."""
    with (
        path.open(encoding=dialect.encoding, newline="") as source,
        target.open("w", encoding="utf-8", newline="") as copy,
    ):
        for _ in range(dialect.lines_before):
            next(source, None)
        shutil.copyfileobj(source, copy, 1024 * 1024)
    return target


def repaired_rows(files: list[Path], dialects: list[Dialect], header: tuple[str, ...], where: str) -> Iterator[TextRow]:
    """The rows of files one after another, in the columns of the first header; blank lines are none.

    Raises EvidenceError where a quote is opened and never closed.
    """
    for number, (path, dialect) in enumerate(zip(files, dialects, strict=True)):
        order = [dialect.header.index(name) for name in header]
        straight = order == list(range(len(order)))
        for line, cells in _rows(path, dialect, where):
            row = fitted(cells, dialect.header, number, line)
            yield row if straight else replace(row, cells=[row.cells[place] for place in order])


def row_lines(files: list[Path], dialects: list[Dialect], where: str) -> Iterator[int]:
    """The line of its file in which each row begins, from 1; rows of files one after another, without blank lines."""
    for path, dialect in zip(files, dialects, strict=True):
        for line, _ in _rows(path, dialect, where):
            yield line


def _rows(path: Path, dialect: Dialect, where: str) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=dialect.encoding, newline="") as file:
        lines = _Watched(line.removeprefix("\ufeff") if first else line for first, line in _first_marked(file))
        for _ in range(dialect.lines_before):
            next(lines, None)
        rows = csv_rows(lines, dialect.delimiter)
        next(rows, None)
        lines.start_row()
        for cells in rows:
            if lines.open_quote():
                found = f"the quote opened in line {lines.row_start:,} is never closed"
                raise EvidenceError(Fault(where, found, "close it, or double it where it is part of the text"))
            begun = lines.row_start
            lines.start_row()
            if cells:
                yield begun, cells


def _first_marked(lines: Iterable[str]) -> Iterator[tuple[bool, str]]:
    for place, line in enumerate(lines):
        yield place == 0, line


class _Watched:
    """Lines that remember where the row at hand began and whether the text ended inside its quotes."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._row: list[str] = []
        self._count = 0
        self._ended = False
        self.row_start = 1

    def __iter__(self) -> _Watched:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            self._ended = True
            raise
        self._count += 1
        self._row.append(line)
        return line

    def start_row(self) -> None:
        self._row.clear()
        self.row_start = self._count + 1

    def open_quote(self) -> bool:
        """Whether the text ended in a row of several lines with a quote left open."""
        return self._ended and sum(line.count('"') for line in self._row) % 2 == 1
