"""One set of small and nasty tables, opened by DuckDB and by Spark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.evidence.queries.engines import BothSides, Side
from tests.evidence.queries.order_lines import (
    AS_OF,
    BOOKS,
    CUSTOMERS,
    EVENTS,
    EXITS,
    GIVEN,
    IDS,
    LINES,
    ORDER_COLUMNS,
    PRODUCTS,
    RATES,
    Rows,
    filled_lines,
    moments,
    random_lines,
)  # fmt: skip
from tests.evidence.queries.stored_findings import FINDINGS, columns

from patronage.evidence.assemble import (
    assembled_books,
    assembled_customers,
    assembled_events,
    assembled_exits,
    assembled_orders,
    assembled_products,
)
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.loaded import Loaded
from patronage.evidence.spark import spark_engine
from patronage.evidence.store import StoredTable, stored

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SPARK_OPTIONS = {
    # Each expression by itself is compiled, as in a run of a company's own; whole plans of so few rows are not.
    "spark.sql.codegen.factoryMode": "FALLBACK",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
}


def _written(folder: Path, name: str, columns: Mapping[str, Any], rows: Rows) -> StoredTable:
    path = folder / f"{name}.parquet"
    schema = pa.schema(columns.items())
    pq.write_table(pa.Table.from_pylist([{key: row.get(key) for key in schema.names} for row in rows], schema), path)
    return stored(path)


def _loaded(table: StoredTable, name: str) -> Loaded:
    return Loaded(name, table, table, table.rows, (), (), GIVEN, 0)


def _stored_tables(folder: Path) -> dict[str, StoredTable]:
    customers = columns(
        text="customer_id name actor_id parent_id geography industry application",
        moment="acquired_at left_at",
        number="employees revenue",
    )
    events = columns(
        whole="line_id", text="activity_id customer_id order_id role_id", moment="at",
        number="quantity minutes km special",
    )  # fmt: skip
    products = columns(text="product_id name category", number="unit_cost list_price")
    exits = columns(text="customer_id reason reason_source offer", moment="at returned_at")
    tables = {name: _written(folder, name, columns, rows) for name, (columns, rows) in FINDINGS.items()}
    return tables | {
        "orders": _written(folder, "orders", ORDER_COLUMNS, filled_lines(LINES)),
        "chance": _written(folder, "chance", ORDER_COLUMNS, filled_lines(random_lines(seed=7))),
        "customers": _written(folder, "customers", customers, moments(CUSTOMERS)),
        "products": _written(folder, "products", products, PRODUCTS),
        "books": _written(folder, "books", columns(text="period line", number="amount"), BOOKS),
        "exits": _written(folder, "exits", exits, moments(EXITS)),
        "ids": _written(folder, "ids", columns(text="customer_id", whole="place"), IDS),
        "rates": _written(folder, "rates", columns(text="currency", moment="date", number="rate"), moments(RATES)),
        "activity_events": _written(folder, "activity_events", events, moments(EVENTS)),
    }


def _side(engine: Engine, tables: Mapping[str, StoredTable]) -> Side:
    loaded = {name: _loaded(table, name) for name, table in tables.items()}
    return Side(
        engine,
        assembled_orders(loaded["orders"], loaded["products"], engine, AS_OF),
        assembled_orders(loaded["chance"], None, engine, AS_OF),
        assembled_customers(loaded["customers"], engine),
        assembled_events(loaded["activity_events"], engine, AS_OF),
        assembled_products(loaded["products"], engine),
        assembled_books(loaded["books"], engine),
        assembled_exits(loaded["exits"], engine, AS_OF),
        dict(tables),
    )


@pytest.fixture(scope="session")
def on_spark(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Spark with the options of small data, which a session of its own keeps to itself."""
    engine = spark_engine(tmp_path_factory.mktemp("on-spark"), master="local[2]")
    for name, value in SPARK_OPTIONS.items():
        engine.runs.connection._session.conf.set(name, value)
    return engine


@pytest.fixture(scope="session")
def both_sides(on_spark: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothSides]:
    """The nasty tables, opened by both engines."""
    folder = tmp_path_factory.mktemp("both")
    tables = _stored_tables(folder)
    duck = embedded_engine(folder / "engine", threads=2)
    yield BothSides(_side(duck, tables), _side(on_spark, tables))
    duck.close()
