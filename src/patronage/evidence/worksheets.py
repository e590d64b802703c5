"""Worksheets of Excel workbooks read row by row, each cell as the text that stands for it."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from patronage.evidence.csv_dialect import header_place
from patronage.evidence.text_rows import fitted
from patronage.vocabulary.errors import EvidenceError, Fault, nearest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from patronage.evidence.text_rows import TextRow

_WHOLE_BOUND = 2**53


def sheet_rows(path: Path, sheet: str | None, where: str) -> tuple[str, list[str], Iterator[TextRow]]:
    """The name of a worksheet, its header and its rows below, numbered as the sheet numbers them; blank rows are none.

    sheet: its name, the first one where none is given. Raises EvidenceError when the file is no
    workbook, has no such sheet, or the sheet is empty.
    """
    name, rows = _rows(path, sheet, where)
    first = list(islice(rows, 20))
    place = header_place([_cut(cells, 0) for _, cells in first])
    header = [(cell or "").strip() for cell in first[place][1]] if first else []
    while header and not header[-1]:
        header.pop()
    if not header:
        raise EvidenceError(Fault(where, "the worksheet is empty", "name another with sheet: <name>"))
    below = chain(first[place + 1 :], rows)
    return name, header, (fitted(_cut(cells, len(header)), header, place=number) for number, cells in below)


def text_of(cell: Any) -> str | None:
    """A cell of a workbook or database as text: times as ISO 8601, whole numbers without a fraction."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _WHOLE_BOUND else repr(cell)
    if isinstance(cell, dt.datetime):
        # Workbooks keep days as midnights; without it a day and a time of the day can be joined.
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return cell.hex()
    return str(cell)


def _rows(path: Path, sheet: str | None, where: str) -> tuple[str, Iterator[tuple[int, list[str | None]]]]:
    """The name of the worksheet and its rows that are not blank, each with its number."""
    book = _opened(path, where)
    if sheet is not None and sheet not in book.sheetnames:
        step = nearest(sheet, book.sheetnames) or f"the sheets are {', '.join(map(repr, book.sheetnames))}"
        book.close()
        raise EvidenceError(Fault(where, f"there is no sheet {sheet!r}", step))
    chosen = book[sheet] if sheet is not None else book.worksheets[0]
    return chosen.title, _filled_rows(book, chosen)


def _opened(path: Path, where: str) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    with _unwarned():
        try:
            return openpyxl.load_workbook(path, read_only=True, data_only=True)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
            raise EvidenceError(Fault(where, f"this is no Excel workbook that can be read: {error}")) from error


def _filled_rows(book: Any, sheet: Any) -> Iterator[tuple[int, list[str | None]]]:
    with _unwarned():
        try:
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                texts = [text_of(cell) for cell in cells]
                if any(text and text.strip() for text in texts):
                    yield number, texts
        finally:
            book.close()


@contextmanager
def _unwarned() -> Generator[None]:
    with warnings.catch_warnings():
        # openpyxl warns of styles and validations that it drops; cells are all that is read here.
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        yield


def _cut(cells: list[str | None], width: int) -> list[str | None]:
    """The cells without the empty ones beyond the header, and with those that the sheet leaves out at the end."""
    kept = list(cells)
    while len(kept) > width and not (kept[-1] or "").strip():
        kept.pop()
    return kept + [None] * (width - len(kept))
