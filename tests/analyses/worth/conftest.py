"""Real order lines for the tests of what customers are worth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from patronage.evidence.assemble import assembled_orders
from patronage.evidence.engine import Engine
from patronage.evidence.loaded import Loaded
from patronage.evidence.store import stored
from patronage.evidence.tables import Orders

RETAIL = """
copy (
    select row_number() over () as line_id, customer_id::varchar as customer_id, invoice_date as ordered_at,
        invoice_no as order_id, stock_code as product_id, description as product, quantity::double as quantity,
        unit_price_gbp as unit_price, quantity * unit_price_gbp as amount, null::double as discount,
        null::double as tax, null::double as unit_cost, null::double as list_price, null::varchar as channel_id,
        null::varchar as delivery_option_id, country as place, true as is_product, quantity < 0 as is_return,
        false as is_repeat, null::varchar as returns_order_id
    from (
        select * from read_parquet('{first}') where invoice_date < '2010-12-01'
        union all
        select * from read_parquet('{second}')
    )
) to '{target}' (format parquet)
"""
GIVEN = frozenset({"customer_id", "ordered_at", "order_id", "product_id", "product", "quantity", "unit_price", "place"})


@pytest.fixture(scope="session")
def retail_lines(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both years of Online Retail without their overlap, every line counted as product."""
    folder = data_folder / "online_retail"
    target = tmp_path_factory.mktemp("retail") / "orders.parquet"
    first, second = folder / "lines_2009_2010.parquet", folder / "lines_2010_2011.parquet"
    duckdb.sql(RETAIL.format(first=first.as_posix(), second=second.as_posix(), target=target.as_posix()))
    return target


@pytest.fixture
def retail_orders(retail_lines: Path, engine: Engine) -> Callable[[date], Orders]:
    """The order lines of Online Retail up to a day."""

    def build(as_of: date) -> Orders:
        table = stored(retail_lines)
        loaded = Loaded("orders", table, table, table.rows, (), (), GIVEN, 0)
        return assembled_orders(loaded, None, engine, as_of)

    return build
