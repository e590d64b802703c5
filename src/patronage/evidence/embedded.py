"""The embedded engine: DuckDB in this process."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportUnknownParameterType=false
# pyarrow ships no types, and Ibis few.

from __future__ import annotations

import errno
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import ibis

from patronage.evidence.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pyarrow as pa
    from ibis.backends.duckdb import Backend
    from ibis.expr.types import Table

_REFUSALS = {
    **{os.strerror(n).lower(): n for n in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS)},
    "there is not enough space on the disk": errno.ENOSPC,
}
"""What the system may have against a file, by its words, which are all that DuckDB passes on."""


def embedded_engine(folder: Path, *, memory: str | None = None, threads: int | None = None) -> Engine:
    """DuckDB in this process, with its results and its temporary files inside the folder.

    memory: most it holds before it spills to disk, such as 4GB; threads: else as many as there are cores.
    """
    folder.mkdir(parents=True, exist_ok=True)
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
    return Engine(folder, DuckDB(ibis.duckdb.connect(":memory:", **settings)))


class DuckDB:
    """DuckDB as what runs the expressions of an engine."""

    name = "duckdb"

    def __init__(self, connection: Backend) -> None:
        self.connection = connection

    def read(self, path: Path) -> Table:
        """The expression that reads a Parquet file."""
        return self.connection.read_parquet(literal_path(path))

    def arrow(self, expression: Table) -> pa.Table:
        """The whole result."""
        return self.connection.to_pyarrow(expression)

    def batches(self, expression: Table, size: int) -> Iterator[pa.RecordBatch]:
        """The result in pieces of at most `size` rows."""
        yield from self.connection.to_pyarrow_batches(expression, chunk_size=size)

    def write(self, expression: Table, path: Path) -> None:
        """Writes the result as one Parquet file."""
        self.connection.to_parquet(expression, path, compression="zstd")

    def hold(self, name: str, rows: pa.Table | Table) -> Table:
        """Rows or a result as a temporary table."""
        return self.connection.create_table(name, rows, temp=True)

    def release(self, name: str) -> None:
        """Drops a temporary table."""
        # Ibis puts the place of a table made of rows before its name, and drops none by both.
        self.connection.drop_table(name.rpartition(".")[2], force=True)

    def system_errors(self) -> AbstractContextManager[None]:
        """A full disk, a forbidden file and too little memory as the system's own errors."""
        return system_errors()

    def memory_beside(self) -> int:
        """Nothing: DuckDB works within this process."""
        return 0

    def close(self) -> None:
        """Closes the connection."""
        self.connection.disconnect()


def literal_path(path: Path) -> str:
    """A path as DuckDB reads it without taking any of its letters for a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


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
