"""Order lines of a few rows, and what a query makes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.loaded import Loaded
from patronage.evidence.store import StoredTable
from patronage.evidence.tables import Customers, Orders

TEXTS = ("customer_id", "order_id", "product_id", "product", "place", "channel_id", "returns_order_id")
NUMBERS = ("quantity", "amount", "tax", "unit_cost", "line_margin")
FLAGS = ("is_product", "is_return", "is_repeat")
DECLARED = {
    **dict.fromkeys(("customer_id", "name", "actor_id", "parent_id"), pa.string()),
    **dict.fromkeys(("geography", "industry", "application"), pa.string()),
    **dict.fromkeys(("acquired_at", "left_at"), pa.timestamp("us")),
    **dict.fromkeys(("employees", "revenue"), pa.float64()),
}  # fmt: skip
NO_TABLE = StoredTable(Path("none.parquet"), 0, ())

Rows = list[dict[str, Any]]
Records = Callable[[Any], Rows]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return embedded_engine(tmp_path)


@pytest.fixture
def records(engine: Engine) -> Records:
    """The rows of an expression."""
    return engine.records


@pytest.fixture
def orders_of(engine: Engine) -> Callable[..., Orders]:
    """Orders from plain rows; a row needs ordered_at as text and amount."""

    def build(rows: Rows, as_of: date = date(2024, 12, 31), given: frozenset[str] = frozenset({"quantity"})) -> Orders:
        kinds = {
            **dict.fromkeys(TEXTS, pa.string()),
            **dict.fromkeys(NUMBERS, pa.float64()),
            **dict.fromkeys(FLAGS, pa.bool_()),
            "ordered_at": pa.timestamp("us"),
            "line_id": pa.int64(),
        }
        lines = [{"is_product": True, "is_repeat": False, "is_return": row["amount"] < 0} | row for row in rows]
        timed = [line | {"ordered_at": datetime.fromisoformat(str(line["ordered_at"]))} for line in lines]
        table = ibis.memtable(pa.Table.from_pylist(timed, schema=pa.schema(kinds.items())))
        loaded = Loaded("orders", NO_TABLE, NO_TABLE, 0, (), (), given, 0)
        return Orders(table, engine, as_of, given, 0.0, loaded)

    return build


@pytest.fixture
def customers_of(engine: Engine) -> Callable[..., Customers]:
    """Customers from plain rows."""

    def build(*rows: dict[str, Any]) -> Customers:
        table = ibis.memtable(pa.Table.from_pylist(list(rows), schema=pa.schema(DECLARED.items())))
        return Customers(table, engine, frozenset())

    return build
