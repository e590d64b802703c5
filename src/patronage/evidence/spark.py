"""The engine past one machine: Spark, by the same expressions."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportUnknownParameterType=false
# pyarrow ships no types, and Ibis and pyspark few.

from __future__ import annotations

import re
import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from patronage.evidence.engine import Engine
from patronage.evidence.spark_errors import spark_errors
from patronage.evidence.spark_session import DEFAULT_MASTER, Started, java_memory, started

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ibis.expr.types import Table
    from pyspark.sql import DataFrame, SparkSession

ROWS_AT_ONCE = 1_000_000
"""Rows that pass through this process at once when parts become one file."""

_SETTINGS = {
    # As DuckDB stores times, and not as the 96 bits of old.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # A sum or a cast that overflows is an error on both engines, never a null.
    "spark.sql.ansi.enabled": "true",
}


def spark_engine(folder: Path, *, master: str = DEFAULT_MASTER, memory: str | None = None) -> Engine:
    """Spark at a master, with its results inside the folder, which every worker must reach by the same path.

    memory: of Spark where the master is local, of each executor else, such as 4GB. Where Spark is at
    work in this process already, a session of its own is opened there. Raises EngineError where
    Spark cannot be started or does not answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return Engine(folder, Spark(started(master, folder, memory), folder))


class Spark:
    """Spark as what runs the expressions of an engine."""

    name = "spark"

    def __init__(self, begun: Started, folder: Path) -> None:
        self._begun = begun
        self._session: SparkSession = begun.session
        self._folder = folder
        for setting, value in _SETTINGS.items():
            self._session.conf.set(setting, value)
        self.connection = ibis.pyspark.connect(self._session)

    def read(self, path: Path) -> Table:
        """The expression that reads a Parquet file."""
        return self._named(f"stored_{uuid.uuid4().hex[:12]}", self._file(path))

    def arrow(self, expression: Table) -> pa.Table:
        """The whole result, collected in this process."""
        return self._frame(expression).toArrow().cast(plain_schema(expression))

    def batches(self, expression: Table, size: int) -> Iterator[pa.RecordBatch]:
        """The result in pieces of at most `size` rows, by way of the disk, since Spark hands rows over all at once."""
        with self._parts(expression) as files:
            schema = plain_schema(expression)
            for file in files:
                yield from _pieces(file, schema, size)

    def write(self, expression: Table, path: Path) -> None:
        """Writes the result as parts, and makes them one Parquet file, in order."""
        schema = plain_schema(expression)
        with self._parts(expression) as files, pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for file in files:
                for piece in _pieces(file, schema, ROWS_AT_ONCE):
                    writer.write_batch(piece)

    def hold(self, name: str, rows: pa.Table | Table) -> Table:
        """Rows under a name; a result is kept as a file, so that it is computed once."""
        if isinstance(rows, pa.Table):
            return self._named(name, self._session.createDataFrame(rows))
        path = self._held(name)
        self.write(rows, path)
        return self._named(name, self._file(path))

    def release(self, name: str) -> None:
        """Forgets a name and its file."""
        self._session.catalog.dropTempView(name)
        self._held(name).unlink(missing_ok=True)

    def system_errors(self) -> AbstractContextManager[None]:
        """What Spark meets at its work as errors of the system or of the product."""
        return spark_errors(self._begun.master)

    def memory_beside(self) -> int:
        """The most that Spark's own process on this machine held."""
        return java_memory()

    def close(self) -> None:
        """Ends Spark where this engine began it."""
        self._begun.end()

    def _frame(self, expression: Table) -> DataFrame:
        return self._session.sql(self.connection.compile(expression))

    def _file(self, path: Path) -> DataFrame:
        from pyspark.sql.pandas.types import from_arrow_schema

        # Asked for them, Spark would begin a job to look at the types that stand in the file's footer.
        types: Any = from_arrow_schema(pq.read_schema(path), prefer_timestamp_ntz=True)
        return self._session.read.schema(types).parquet(literal_uri(path))

    def _named(self, name: str, frame: DataFrame) -> Table:
        frame.createOrReplaceTempView(name)
        return self.connection.table(name)

    def _held(self, name: str) -> Path:
        return self._folder / f"{name}.held.parquet"

    @contextmanager
    def _parts(self, expression: Table) -> Generator[list[Path]]:
        """The files of a result, in its order, until the block ends."""
        folder = self._folder / f"parts_{uuid.uuid4().hex[:12]}"
        try:
            self._frame(expression).write.parquet(uri(folder))
            yield sorted(folder.glob("part-*.parquet"))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def uri(path: Path) -> str:
    """A path as Spark writes to it, whatever file system its cluster takes by default."""
    return f"file:{path.absolute().as_posix() if path.drive == '' else '/' + path.absolute().as_posix()}"


def literal_uri(path: Path) -> str:
    """A path as Spark reads it without taking any of its letters for a pattern."""
    return re.sub(r"([\\*?\[\]{}])", r"\\\1", uri(path))


def plain_schema(expression: Table) -> pa.Schema:
    """The types that an expression tells, times without a zone: they are UTC everywhere."""
    told: Any = expression.schema().to_pyarrow()
    return pa.schema([(field.name, _without_zone(field.type)) for field in told])


def _without_zone(kind: pa.DataType) -> pa.DataType:
    return pa.timestamp("us") if pa.types.is_timestamp(kind) else kind


def _pieces(file: Path, schema: pa.Schema, size: int) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(file) as part:
        for batch in part.iter_batches(batch_size=size):
            yield from pa.Table.from_batches([batch]).cast(schema).to_batches()
