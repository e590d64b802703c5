"""Stored tables: the Parquet files in which findings about every customer live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
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
        found: list[dict[str, object]] = []
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=4096 if limit is None else min(limit, 4096) or 1):
                found.extend(batch.to_pylist())
                if limit is not None and len(found) >= limit:
                    return found[:limit]
        return found


def stored(path: Path) -> StoredTable:
    """The stored table that a Parquet file holds."""
    with pq.ParquetFile(path) as file:
        return StoredTable(path, file.metadata.num_rows, tuple(file.schema_arrow.names))
