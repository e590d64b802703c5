"""Where the rows of a source stand, told as people look them up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from patronage.evidence.text_rows import FILE, LINE, PIECE, PLACE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ibis.expr.types import Table, Value

SOURCE_PLACE = "source_place"
"""Column of a row's place as people look it up, such as `line 62`."""

_CHUNK = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Places:
    """The places of rows by their line_id, the number of a row over all files of a source.

    before, after: the words around the number. shifts: what is added to line_id for the number, for each file; nothing
    for none. numbers: line_id and place_number of every row, where they do not follow from each other.
    """

    before: str = "row "
    after: str = ""
    shifts: tuple[int, ...] = ()
    numbers: Table | None = None

    def told(self, rows: Table) -> Table:
        """The rows, which have line_id and file_number, with their source_place."""
        if self.numbers is None:
            return rows.mutate(**{SOURCE_PLACE: self._words(rows[LINE] + _shift(rows[FILE], self.shifts))})
        known = self.numbers.select(placed_line=LINE, placed_number=PLACE)
        joined = rows.left_join(known, rows[LINE] == known.placed_line)
        told = joined.mutate(**{SOURCE_PLACE: self._words(joined.placed_number)})
        return told.drop("placed_line", "placed_number")

    def _words(self, number: Value) -> Value:
        return ibis.literal(self.before) + number.cast("string") + ibis.literal(self.after)


def rows_in_order() -> Places:
    """Rows counted from 1 over all of a source."""
    return Places()


def lines_of(path: Path) -> int:
    """The lines of a text file of single-byte line ends."""
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return lines + (last != b"\n")


def write_numbers(numbers: Iterator[int], path: Path) -> int:
    """Writes the place numbers of rows in their order as Parquet, in pieces, and gives how many there are."""
    schema = pa.schema([(LINE, pa.int64()), (PLACE, pa.int64())])
    done = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        while piece := [number for number, _ in zip(numbers, range(PIECE), strict=False)]:
            lines = list(range(done + 1, done + len(piece) + 1))
            writer.write_table(pa.table([pa.array(lines), pa.array(piece)], schema=schema))
            done += len(piece)
    return done


def _shift(file: Value, shifts: tuple[int, ...]) -> Value:
    if len(shifts) < 2:
        return ibis.literal(shifts[0] if shifts else 0, "int64")
    return ibis.cases(*((file == place, shift) for place, shift in enumerate(shifts)), else_=0)
