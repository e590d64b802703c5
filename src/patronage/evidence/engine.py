"""The embedded engine: runs expressions, keeps their results as Parquet, hands out Arrow batches."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportUnknownParameterType=false
# pyarrow ships no types, and Ibis few; this file is where both become numpy columns and stored tables.

from __future__ import annotations

import errno
import os
import re
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from patronage.evidence.replacing import replacing
from patronage.evidence.store import StoredTable, stored

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from ibis.backends.duckdb import Backend
    from ibis.expr.types import Scalar, Table

Columns = dict[str, NDArray[Any]]
"""Columns of one table as numpy arrays of equal length, by name."""

_REFUSALS = {
    **{os.strerror(n).lower(): n for n in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS)},
    "there is not enough space on the disk": errno.ENOSPC,
}
"""What the system may have against a file, by its words, which are all that DuckDB passes on."""


class Engine:
    """DuckDB in this process, with its temporary files inside the folder it was given."""

    def __init__(self, folder: Path, *, memory: str | None = None, threads: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        settings: dict[str, Any] = {
            "temp_directory": str(folder / "spill"),
            "preserve_insertion_order": False,
            # DuckDB 1.5 may answer from its cache of a file that was rewritten a moment ago.
            "enable_external_file_cache": False,
        }
        if memory is not None:
            settings["memory_limit"] = memory
        if threads is not None:
            settings["threads"] = threads
        self._connection = ibis.duckdb.connect(":memory:", **settings)
        self._opened: dict[Path, Table] = {}

    def open(self, table: StoredTable | Path) -> Table:
        """The expression that reads a stored table."""
        path = table.path if isinstance(table, StoredTable) else table
        if path not in self._opened:
            self._opened[path] = self._connection.read_parquet(literal_path(path))
        return self._opened[path]

    def columns(self, expression: Table) -> Columns:
        """A small result as numpy columns: float64, int64, bool, datetime64[us] or object for text.

        Missing numbers arrive as NaN, missing texts as None. Meant for aggregates, never a whole table.
        """
        with system_errors():
            return numpy_columns(self._connection.to_pyarrow(expression))

    def value(self, expression: Scalar) -> Any:
        """A single number, text, date or None."""
        with system_errors():
            return self._connection.to_pyarrow(expression).as_py()

    def records(self, expression: Table) -> list[dict[str, Any]]:
        """A small result as plain rows."""
        with system_errors():
            return self._connection.to_pyarrow(expression).to_pylist()

    def batches(self, expression: Table, *, size: int = 100_000) -> Iterator[Columns]:
        """The result in pieces of at most `size` rows, so that no table is held whole."""
        with system_errors():
            for batch in self._connection.to_pyarrow_batches(expression, chunk_size=size):
                if batch.num_rows:
                    yield numpy_columns(pa.Table.from_batches([batch]))

    def keep(self, expression: Table, name: str) -> StoredTable:
        """The result stored as Parquet under the engine's folder, written whole or not at all."""
        path = self.folder / f"{name}.parquet"
        with replacing(path) as temporary, system_errors():
            self._connection.to_parquet(expression, temporary, compression="zstd")
        self._opened.pop(path, None)
        return stored(path)

    def write(self, name: str, batches: Iterable[Mapping[str, NDArray[Any] | list[Any]]]) -> StoredTable:
        """Pieces of equal columns stored as one Parquet file; raises ValueError when there are none."""
        path = self.folder / f"{name}.parquet"
        with replacing(path) as temporary:
            writer: pq.ParquetWriter | None = None
            try:
                for piece in batches:
                    table = pa.table({key: _arrow(values) for key, values in piece.items()})
                    if writer is None:
                        writer = pq.ParquetWriter(temporary, table.schema, compression="zstd")
                    writer.write_table(table.cast(writer.schema))
            finally:
                if writer is not None:
                    writer.close()
            if writer is None:
                raise ValueError(f"nothing to write for {name}")
        self._opened.pop(path, None)
        return stored(path)

    def memory(self, name: str, columns: Mapping[str, NDArray[Any] | list[Any]]) -> Table:
        """A small table of values as an expression, for broadcast joins."""
        unique = f"{name}_{uuid.uuid4().hex[:8]}"
        return self._connection.create_table(
            unique, pa.table({key: _arrow(v) for key, v in columns.items()}), temp=True
        )

    @property
    def connection(self) -> Backend:
        """The DuckDB connection itself, for the readers of sources in this room."""
        return self._connection

    @contextmanager
    def staged(self, expression: Table, name: str) -> Generator[Table]:
        """The result held as a temporary table, which spills to disk, until the block ends."""
        unique = f"{name}_{uuid.uuid4().hex[:8]}"
        try:
            with system_errors():
                table = self._connection.create_table(unique, expression, temp=True)
            yield table
        finally:
            self._connection.drop_table(unique, force=True)

    def within(self, folder: Path) -> Engine:
        """The same engine, keeping its results in another folder."""
        folder.mkdir(parents=True, exist_ok=True)
        twin = object.__new__(Engine)
        twin.folder = folder
        twin._connection = self._connection
        twin._opened = self._opened
        return twin

    def close(self) -> None:
        """Closes the connection; temporary files go with it."""
        self._connection.disconnect()


def literal_path(path: Path) -> str:
    """A path as DuckDB reads it without taking any of its letters for a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def numpy_columns(table: pa.Table) -> Columns:
    """Arrow columns as numpy: missing numbers as NaN, missing texts as None, times as datetime64[us]."""
    return {name: _numpy(table.column(name)) for name in table.column_names}


def _numpy(column: pa.ChunkedArray) -> NDArray[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return column.cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    if pa.types.is_decimal(kind) or (pa.types.is_integer(kind) and column.null_count):
        return column.cast(pa.float64()).to_numpy()
    if pa.types.is_integer(kind):
        return column.to_numpy().astype(np.int64)
    if pa.types.is_floating(kind):
        return column.to_numpy().astype(np.float64)
    return column.to_numpy()


def _arrow(values: NDArray[Any] | list[Any]) -> pa.Array:
    return pa.array(values)


@contextmanager
def system_errors() -> Generator[None]:
    """A full disk, a forbidden file and too little memory inside DuckDB as the system's own errors.

    Raises OSError and MemoryError for them; every other error of DuckDB stays what it is.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise MemoryError(str(error).partition("\n")[0]) from error
    except duckdb.IOException as error:
        text = str(error).lower()
        number = next((number for words, number in _REFUSALS.items() if words in text), None)
        if number is None:
            raise
        raise OSError(number, os.strerror(number)) from error
