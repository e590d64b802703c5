"""The same tables on DuckDB and on Spark, and whether what they give is the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis.expr.operations as ops
import pyarrow as pa

from patronage.evidence.engine import Engine
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import ActivityEvents, Books, Customers, Exits, Orders, Products

if TYPE_CHECKING:
    from ibis.expr.types import Table

Make = Callable[["Side"], "Table"]


def as_typed(engine: Engine, expression: Table) -> pa.Table:
    """The result as the engine itself types it, before it is made into what the expression tells."""
    connection: Any = engine.runs.connection
    found = connection.raw_sql(connection.compile(expression))
    return found.toArrow() if engine.runs.name == "spark" else found.to_arrow_table()


@dataclass(frozen=True)
class Side:
    """One engine with the tables of this test, opened from the same files."""

    engine: Engine
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
    left, right = as_typed(sides.duckdb.engine, one), as_typed(sides.spark.engine, other)
    assert_equal_tables(left, right, in_order=in_order)


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
