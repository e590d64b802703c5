"""Real order lines for the tests of what customers are worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from patronage.evidence.assemble import assembled_orders
from patronage.evidence.embedded import embedded_engine
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


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine that never trusts what it read before: these tests write many tables to one path within a second."""
    made = embedded_engine(tmp_path / "engine")
    made.connection.raw_sql("set enable_external_file_cache = false")
    yield made
    made.close()


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


CDNOW = """
copy (
    select row_number() over () as line_id, customer_id::varchar as customer_id,
        transaction_date::timestamp as ordered_at, null::varchar as order_id, null::varchar as product_id,
        null::varchar as product, cds::double as quantity, null::double as unit_price, spend_usd as amount,
        null::double as discount, null::double as tax, null::double as unit_cost, null::double as list_price,
        null::varchar as channel_id, null::varchar as delivery_option_id, null::varchar as place, true as is_product,
        false as is_return, false as is_repeat, null::varchar as returns_order_id
    from read_parquet('{source}')
) to '{target}' (format parquet)
"""


@pytest.fixture(scope="session")
def cdnow_lines(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one-in-ten sample of CDNOW's new customers of early 1997."""
    source = data_folder / "cdnow" / "sample_transactions.parquet"
    target = tmp_path_factory.mktemp("cdnow") / "orders.parquet"
    duckdb.sql(CDNOW.format(source=source.as_posix(), target=target.as_posix()))
    return target


@pytest.fixture
def cdnow_orders(cdnow_lines: Path, engine: Engine) -> Callable[[date], Orders]:
    """The order lines of the CDNOW sample up to a day."""

    def build(as_of: date) -> Orders:
        table = stored(cdnow_lines)
        loaded = Loaded(
            "orders", table, table, table.rows, (), (), frozenset({"customer_id", "ordered_at", "amount"}), 0
        )
        return assembled_orders(loaded, None, engine, as_of)

    return build


@dataclass(frozen=True, slots=True)
class Company:
    """A made-up company whose customers buy by BG/NBD and spend by gamma-gamma.

    customers: how many come, evenly over `arrivals` days from 2020-01-01. r, alpha (days), a, b: of buying and leaving.
    p, q, gamma: of spending. days: how long it is watched.
    """

    customers: int = 400
    arrivals: int = 300
    days: int = 1100
    r: float = 0.8
    alpha: float = 60.0
    a: float = 0.8
    b: float = 2.5
    p: float = 4.0
    q: float = 4.0
    gamma: float = 60.0

    def lines(self, seed: int) -> list[dict[str, Any]]:
        """Order lines of all customers over all days, one order a line."""
        random = np.random.default_rng(seed)
        rows: list[dict[str, Any]] = []
        for number in range(self.customers):
            day = float(random.integers(0, self.arrivals))
            rate, leaves = random.gamma(self.r, 1 / self.alpha), random.beta(self.a, self.b)
            spend = random.gamma(self.q, 1 / self.gamma)
            first = True
            while day < self.days:
                at = datetime.fromisoformat("2020-01-01") + timedelta(days=day)
                amount = round(random.gamma(self.p, 1 / spend), 2)
                rows.append({"customer_id": f"c{number:05d}", "ordered_at": at, "amount": max(amount, 0.01)})
                if not first and random.random() < leaves:
                    break
                first = False
                day += random.exponential(1 / rate) if rate > 1e-9 else self.days
        return rows


@pytest.fixture(scope="session")
def company() -> Company:
    """A company small enough for a test and large enough to be understood."""
    return Company()
