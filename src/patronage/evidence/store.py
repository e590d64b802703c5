"""Stored tables: the Parquet files in which findings about every customer live."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# pyarrow ships no types; this file is where its tables become stored tables.

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A finished table on disk.

    path: the Parquet file. rows: its number of rows. columns: names in order.
    """

    path: Path
    rows: int
    columns: tuple[str, ...]

    def records(self, limit: int | None = None) -> list[dict[str, object]]:
        """The first rows as plain values, in stored order; all of them when no limit is given."""
        return list(islice(self.rows_one_by_one(), limit))

    def rows_one_by_one(self) -> Iterator[dict[str, object]]:
        """Each row as plain values, in stored order, without holding the table."""
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=4096):
                yield from batch.to_pylist()


def stored(path: Path) -> StoredTable:
    """The stored table that a Parquet file holds."""
    with pq.ParquetFile(path) as file:
        return StoredTable(path, file.metadata.num_rows, tuple(file.schema_arrow.names))


def rows_where(table: StoredTable, column: str, value: str, limit: int) -> list[dict[str, object]]:
    """The first rows of a stored table whose column holds a text, in stored order."""
    found: list[dict[str, object]] = []
    with pq.ParquetFile(table.path) as file:
        for batch in file.iter_batches(batch_size=65_536):
            hits = batch.filter(pc.equal(batch.column(column), value))
            found.extend(hits.to_pylist())
            if len(found) >= limit:
                break
    return found[:limit]
