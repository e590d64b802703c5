"""Rows of text written as Parquet in pieces: the way in for what DuckDB does not read as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

PIECE = 20_000
"""Rows that are held at once."""

LINE = "line_id"
"""Column of a row's number in its source, over all files, from 1."""

PLACE = "place_number"
"""Column of the number under which people look up the row: a line of its file, or a row of its sheet."""

FAULT = "row_fault"
"""Column of what is wrong with a row's shape."""

FURTHER = "further_cells"
"""Column of the cells that stand beyond the header."""

FILE = "file_number"
"""Column of the place of a row's file among the source's files, from 0."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row as its source writes it.

    cells: one for each column, None where missing. fault: what is wrong with the row's shape.
    further: cells beyond the header. file: place of its file among the source's, from 0. place: the number under
    which people look it up there.
    """

    cells: Sequence[str | None]
    fault: str | None = None
    further: str | None = None
    file: int = 0
    place: int = 0


def fitted(cells: Sequence[str | None], header: Sequence[str], file: int = 0, place: int = 0) -> TextRow:
    """A row brought to the width of its header, with the fault that it had another.

    Blank cells beyond the header, and columns without a name that a row lacks, are no fault.
    """
    width = len(header)
    if len(cells) == width:
        return TextRow(cells, file=file, place=place)
    fault = f"the row has {len(cells)} cells, the header has {width}"
    if len(cells) < width:
        padded = [*cells, *([None] * (width - len(cells)))]
        return TextRow(padded, fault if any(header[len(cells) :]) else None, None, file, place)
    further = [cell or "" for cell in cells[width:]]
    if not any(cell.strip() for cell in further):
        return TextRow(cells[:width], file=file, place=place)
    return TextRow(cells[:width], fault, " | ".join(further), file, place)


def write_text_rows(rows: Iterable[TextRow], width: int, path: Path) -> int:
    """Writes rows as text columns c0, c1, ... with their faults, and gives how many there are."""
    names = [*(f"c{place}" for place in range(width)), FAULT, FURTHER]
    schema = pa.schema([*((name, pa.string()) for name in names), (FILE, pa.int32()), (PLACE, pa.int64())])
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        piece: list[TextRow] = []
        for row in rows:
            piece.append(row)
            if len(piece) == PIECE:
                writer.write_table(_piece(piece, width, schema))
                count += len(piece)
                piece = []
        if piece:
            writer.write_table(_piece(piece, width, schema))
            count += len(piece)
    return count


def _piece(rows: list[TextRow], width: int, schema: pa.Schema) -> pa.Table:
    columns: dict[str, list[Any]] = {f"c{place}": [row.cells[place] or None for row in rows] for place in range(width)}
    columns |= {
        FAULT: [row.fault for row in rows],
        FURTHER: [row.further for row in rows],
        FILE: [row.file for row in rows],
        PLACE: [row.place for row in rows],
    }
    return pa.table(columns, schema=schema)
