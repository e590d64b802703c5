"""The same tables on DuckDB and on Spark, and whether what they give is the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from patronage.evidence.engine import Engine
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import ActivityEvents, Books, Customers, Exits, Orders, Products

if TYPE_CHECKING:
    from ibis.expr.types import Table
    from pyspark.sql import SparkSession

Make = Callable[["Side"], "Table"]


class SparkEngine:
    """Spark as the assembling of tables sees an engine: it opens stored tables and reads small results."""

    def __init__(self, session: SparkSession) -> None:
        self.connection = ibis.pyspark.connect(session)
        self._names: dict[Path, str] = {}

    def open(self, table: StoredTable) -> Table:
        """The expression that reads a stored table."""
        if table.path not in self._names:
            self._names[table.path] = f"stored_{len(self._names)}"
            frame = self.connection._session.read.parquet(str(table.path))
            frame.createOrReplaceTempView(self._names[table.path])
        return self.connection.table(self._names[table.path])

    def arrow(self, expression: Table) -> pa.Table:
        """The result as Spark types it."""
        return self.connection.raw_sql(self.connection.compile(expression)).toArrow()

    def records(self, expression: Table) -> list[dict[str, Any]]:
        """A small result as plain rows."""
        return self.arrow(expression).to_pylist()

    def value(self, expression: Any) -> Any:
        """A single value."""
        return next(iter(self.records(expression.as_table())[0].values()))


class DuckEngine(Engine):
    """The embedded engine, which also gives results as DuckDB itself types them."""

    def arrow(self, expression: Table) -> pa.Table:
        """The result as DuckDB types it."""
        return self.connection.raw_sql(self.connection.compile(expression)).to_arrow_table()


@dataclass(frozen=True)
class Side:
    """One engine with the tables of this test, opened from the same files."""

    engine: Any
    orders: Orders
    chance: Orders
    customers: Customers
    events: ActivityEvents
    products: Products
    books: Books
    exits: Exits
    stored: dict[str, StoredTable]

    def __getitem__(self, name: str) -> Table:
        return self.engine.open(self.stored[name])


@dataclass(frozen=True)
class BothSides:
    """The same tables on DuckDB and on Spark."""

    duckdb: Side
    spark: Side

    def keep(self, name: str, make: Make) -> None:
        """A result of DuckDB stored for both, as a run stores it between its stages."""
        table = self.duckdb.engine.keep(make(self.duckdb), name)
        for side in (self.duckdb, self.spark):
            side.stored[name] = table


def assert_equal(sides: BothSides, make: Make) -> None:
    """What a query gives is equal on both sides, in order where it gives one."""
    one, other = make(sides.duckdb), make(sides.spark)
    in_order = isinstance(one.op(), ops.Sort | ops.Limit)
    assert_equal_tables(sides.duckdb.engine.arrow(one), sides.spark.engine.arrow(other), in_order=in_order)


def assert_equal_tables(one: pa.Table, other: pa.Table, *, in_order: bool) -> None:
    """The columns have the same names and kinds, and the rows are equal."""
    assert _kinds(other) == _kinds(one)
    assert one.num_rows == other.num_rows
    left, right = (_plain_rows(table, in_order) for table in (one, other))
    different = [pair for pair in zip(left, right, strict=True) if not _same(*pair)]
    assert not different, different[:3]


def _kinds(table: pa.Table) -> dict[str, str]:
    return {field.name: kind_of(field.type) for field in table.schema}


def kind_of(kind: pa.DataType) -> str:
    """What a column holds, whatever the number of its bits."""
    names = ("integer", "floating", "boolean", "string", "date", "timestamp", "null")
    return next((name for name in names if getattr(pa.types, f"is_{name}")(kind)), str(kind))


def _plain_rows(table: pa.Table, in_order: bool) -> list[tuple[Any, ...]]:
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return rows if in_order else sorted(rows, key=_place)


def _place(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Where a row stands among the others: missing first, floats as far as both engines agree."""
    return tuple((cell is not None, f"{cell + 0.0:.9e}" if isinstance(cell, float) else str(cell)) for cell in row)


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(same_cell(*pair) for pair in zip(one, other, strict=True))


def same_cell(one: Any, other: Any) -> bool:
    """Whether two cells are the same: floats to nine digits, missing and not a number only like themselves."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and one == other
