"""The engine of a run: runs expressions, keeps their results as Parquet, hands out Arrow batches as numpy."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportUnknownParameterType=false
# pyarrow ships no types, and Ibis few; this file is where both become numpy columns and stored tables.

from __future__ import annotations

import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from patronage.evidence.replacing import replacing
from patronage.evidence.store import StoredTable, stored

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from ibis.backends.duckdb import Backend
    from ibis.expr.types import Scalar, Table

Columns = dict[str, NDArray[Any]]
"""Columns of one table as numpy arrays of equal length, by name."""


class Runs(Protocol):
    """What runs the expressions of an engine: DuckDB in this process, or Spark."""

    @property
    def name(self) -> str:
        """The engine's name, as runs and fingerprints have it."""
        ...

    @property
    def connection(self) -> Any:
        """Ibis's own connection."""
        ...

    def read(self, path: Path) -> Table:
        """The expression that reads a Parquet file."""
        ...

    def arrow(self, expression: Table) -> pa.Table:
        """The whole result, its columns of the types that the expression tells, times without a zone."""
        ...

    def batches(self, expression: Table, size: int) -> Iterator[pa.RecordBatch]:
        """The result in pieces of at most `size` rows, in the expression's order."""
        ...

    def write(self, expression: Table, path: Path) -> None:
        """Writes the result as one Parquet file, in the expression's order."""
        ...

    def hold(self, name: str, rows: pa.Table | Table) -> Table:
        """Rows or a result held under a name until it is released."""
        ...

    def release(self, name: str) -> None:
        """Lets go of what is held under a name, if anything is."""
        ...

    def system_errors(self) -> AbstractContextManager[None]:
        """What the engine raises inside the block as errors of the system or of the product."""
        ...

    def memory_beside(self) -> int:
        """Most bytes that were held outside this process, 0 where nothing was or nobody can tell."""
        ...

    def close(self) -> None:
        """Ends the work; temporary files go with it."""
        ...


class Engine:
    """An engine that keeps its results in one folder; `embedded_engine` and `spark_engine` make one."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.runs = runs
        self._opened: dict[Path, Table] = {}

    def open(self, table: StoredTable | Path) -> Table:
        """The expression that reads a stored table."""
        path = table.path if isinstance(table, StoredTable) else table
        if path not in self._opened:
            self._opened[path] = self.runs.read(path)
        return self._opened[path]

    def columns(self, expression: Table) -> Columns:
        """A small result as numpy columns: float64, int64, bool, datetime64[us] or object for text.

        Missing numbers arrive as NaN, missing texts as None. Meant for aggregates, never a whole table.
        """
        with self.runs.system_errors():
            return numpy_columns(self.runs.arrow(expression))

    def value(self, expression: Scalar) -> Any:
        """A single number, text, date or None."""
        with self.runs.system_errors():
            return self.runs.arrow(expression.as_table()).column(0)[0].as_py()

    def records(self, expression: Table) -> list[dict[str, Any]]:
        """A small result as plain rows."""
        with self.runs.system_errors():
            return self.runs.arrow(expression).to_pylist()

    def batches(self, expression: Table, *, size: int = 100_000) -> Iterator[Columns]:
        """The result in pieces of at most `size` rows, so that no table is held whole."""
        with self.runs.system_errors():
            for batch in self.runs.batches(expression, size):
                if batch.num_rows:
                    yield numpy_columns(pa.Table.from_batches([batch]))

    def keep(self, expression: Table, name: str) -> StoredTable:
        """The result stored as Parquet under the engine's folder, written whole or not at all."""
        path = self.folder / f"{name}.parquet"
        with replacing(path) as temporary, self.runs.system_errors():
            self.runs.write(expression, temporary)
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
        rows = pa.table({key: _arrow(v) for key, v in columns.items()})
        return self.runs.hold(f"{name}_{uuid.uuid4().hex[:8]}", rows)

    @property
    def connection(self) -> Backend:
        """The DuckDB connection itself, for the readers of sources in this room; the embedded engine alone has one."""
        if self.runs.name != "duckdb":
            raise TypeError(f"sources are read by the embedded engine, not by {self.runs.name}")
        return self.runs.connection

    @contextmanager
    def staged(self, expression: Table, name: str) -> Generator[Table]:
        """The result held as a temporary table, which spills to disk, until the block ends."""
        unique = f"{name}_{uuid.uuid4().hex[:8]}"
        try:
            with self.runs.system_errors():
                table = self.runs.hold(unique, expression)
            yield table
        finally:
            self.runs.release(unique)

    def within(self, folder: Path) -> Engine:
        """The same engine, keeping its results in another folder."""
        twin = Engine(folder, self.runs)
        twin._opened = self._opened
        return twin

    def close(self) -> None:
        """Ends the engine's work; temporary files go with it."""
        self.runs.close()


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
