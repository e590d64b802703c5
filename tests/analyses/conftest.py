"""Builders of evidence for tests of queries and analyses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patronage.evidence.assemble import assembled_orders
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.loaded import Loaded
from patronage.evidence.store import stored
from patronage.evidence.tables import Orders
from patronage.vocabulary.estimate import Estimate
from patronage.vocabulary.horizon import Horizon, TimeUnit
from patronage.vocabulary.terms import Terms

ORDER_COLUMNS = {
    "line_id": pa.int64(), "customer_id": pa.string(), "ordered_at": pa.timestamp("us"), "order_id": pa.string(),
    "product_id": pa.string(), "product": pa.string(), "quantity": pa.float64(), "unit_price": pa.float64(),
    "amount": pa.float64(), "discount": pa.float64(), "tax": pa.float64(), "unit_cost": pa.float64(),
    "list_price": pa.float64(), "channel_id": pa.string(), "delivery_option_id": pa.string(), "place": pa.string(),
    "is_product": pa.bool_(), "is_return": pa.bool_(), "is_repeat": pa.bool_(), "returns_order_id": pa.string(),
}  # fmt: skip

Rows = Sequence[Mapping[str, Any]]

RETAIL_SLICE = """
copy (
    select row_number() over (order by invoice_date, invoice_no, stock_code, quantity) as line_id,
        customer_id::varchar as customer_id, invoice_date as ordered_at, invoice_no as order_id,
        stock_code as product_id, description as product, quantity::double as quantity, unit_price_gbp as unit_price,
        quantity * unit_price_gbp as amount, null::double as discount, null::double as tax, null::double as unit_cost,
        null::double as list_price, null::varchar as channel_id, null::varchar as delivery_option_id, country as place,
        regexp_matches(stock_code, '^[0-9]') as is_product, quantity < 0 as is_return, false as is_repeat,
        null::varchar as returns_order_id
    from (
        select * from read_parquet('{folder}/lines_2009_2010.parquet') where invoice_date < '2010-12-01'
        union all
        select * from read_parquet('{folder}/lines_2010_2011.parquet')
    )
    where customer_id % 8 = 0
) to '{target}' (format parquet)
"""
RETAIL_GIVEN = frozenset(
    {"customer_id", "ordered_at", "order_id", "product_id", "product", "quantity", "unit_price", "place"}
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine that works in the test's own folder."""
    made = embedded_engine(tmp_path / "engine")
    yield made
    made.close()


@pytest.fixture
def make_orders(engine: Engine, tmp_path: Path) -> Callable[..., Orders]:
    """Orders from plain rows; a row needs customer_id, ordered_at (text or datetime) and amount."""

    def build(rows: Rows, as_of: date | None = None, given: frozenset[str] | None = None) -> Orders:
        filled = [_line(index, row) for index, row in enumerate(rows, start=1)]
        path = tmp_path / "good_orders.parquet"
        pq.write_table(pa.Table.from_pylist(filled, schema=pa.schema(ORDER_COLUMNS.items())), path)
        table = stored(path)
        columns = given or frozenset().union(*(row.keys() for row in rows))
        loaded = Loaded("orders", table, table, table.rows, (), (), columns, 0)
        last = max(line["ordered_at"] for line in filled).date()
        return assembled_orders(loaded, None, engine, as_of or last)

    return build


@pytest.fixture(scope="session")
def retail_lines_slice(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of Online Retail, every eighth customer, codes without digits in front kept apart."""
    target = tmp_path_factory.mktemp("retail_slice") / "orders.parquet"
    folder = (data_folder / "online_retail").as_posix()
    duckdb.sql(RETAIL_SLICE.format(folder=folder, target=target.as_posix()))
    return target


@pytest.fixture
def retail_slice(retail_lines_slice: Path, engine: Engine) -> Callable[[date], Orders]:
    """The order lines of every eighth customer of Online Retail up to a day."""

    def build(as_of: date) -> Orders:
        table = stored(retail_lines_slice)
        loaded = Loaded("orders", table, table, table.rows, (), (), RETAIL_GIVEN, 0)
        return assembled_orders(loaded, None, engine, as_of)

    return build


@pytest.fixture
def make_terms() -> Callable[..., Terms]:
    """Terms of a run with plain defaults."""

    def build(as_of: date, gross_margin: Estimate | None = None, **changes: Any) -> Terms:
        settings: dict[str, Any] = {
            "discount_rate": 0.10,
            "time_unit": TimeUnit.WEEK,
            "horizon": Horizon(3.0),
        } | changes
        return Terms("Acme", "GBP", as_of, gross_margin=gross_margin, **settings)

    return build


def _line(index: int, row: Mapping[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = dict.fromkeys(ORDER_COLUMNS) | {"line_id": index, "is_product": True, "is_repeat": False}
    line |= row
    if isinstance(line["ordered_at"], str):
        line["ordered_at"] = datetime.fromisoformat(line["ordered_at"])
    if line["is_return"] is None:
        line["is_return"] = (line["quantity"] or 0) < 0 or line["amount"] < 0
    return line
