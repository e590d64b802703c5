"""Simulated order lines and customers for the comparison, written once per size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.bench_repeat_buying import simulated

START = np.datetime64("2022-01-01")
DAYS = 728
CUSTOMERS_PER_LINE = 0.044
CHUNK = 500_000  # customers drawn at a time, so that memory does not grow with the size

NONE = ("order_id", "product_id", "product", "channel_id", "delivery_option_id", "place", "returns_order_id")
NULLS = ("quantity", "unit_price", "discount", "tax", "unit_cost", "list_price")
FALSE = ("is_return", "is_repeat")


def lines_file(folder: Path, lines: int, seed: int = 1, *, per_line: float = CUSTOMERS_PER_LINE) -> Path:
    """About so many order lines of BG/NBD customers with gamma-gamma spend, as canonical Parquet, of 728 days.

    per_line: customers for each line.
    """
    path = folder / f"lines_{lines}_of_{int(lines * per_line)}.parquet"
    if path.exists():
        return path
    random = np.random.default_rng(seed)
    customers = int(lines * per_line)
    writer: pq.ParquetWriter | None = None
    written = 0
    for first in range(0, customers, CHUNK):
        size = min(CHUNK, customers - first)
        who, day, spend = _days(size, random)
        each = lines * size / customers / who.size
        count = 1 + random.poisson(each - 1, who.size)
        row = np.repeat(np.arange(who.size), count)
        order = np.argsort(day[row], kind="stable")
        row = row[order]
        table = _table(first + who[row], day[row], (spend / count)[row], written, random)
        writer = writer or pq.ParquetWriter(path.with_suffix(".new"), table.schema)
        writer.write_table(table, row_group_size=1_000_000)
        written += table.num_rows
    assert writer is not None
    writer.close()
    path.with_suffix(".new").rename(path)
    return path


def _days(size: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers, days and spend of all purchase days."""
    came = random.integers(0, DAYS - 28, size)
    rate, leaving = random.gamma(0.243, 1 / 4.414, size), random.beta(0.793, 2.426, size)
    nu = random.gamma(3.74, 1 / 15.44, size)
    at, active = came.astype(float), np.arange(size)
    who, days = [active], [came]
    while active.size:
        at[active] += random.exponential(7 / np.maximum(rate[active], 1e-300))
        active = active[at[active] < DAYS]
        who.append(active)
        days.append(at[active].astype(np.int64))
        active = active[random.random(active.size) >= leaving[active]]
    person = np.concatenate(who)
    return person, np.concatenate(days), random.gamma(6.25, 1 / nu[person])


def _table(
    customer: np.ndarray, day: np.ndarray, amount: np.ndarray, first: int, random: np.random.Generator
) -> pa.Table:
    size = customer.size
    seconds = (day * 86_400 + random.integers(0, 86_400, size)).astype("timedelta64[s]")
    columns: dict[str, pa.Array] = {
        "line_id": pa.array(np.arange(first, first + size)),
        "customer_id": pa.array(customer).cast(pa.string()),
        "ordered_at": pa.array((START + seconds).astype("datetime64[us]")),
        "amount": pa.array(np.round(amount, 2)),
        "is_product": pa.array(np.ones(size, bool)),
    }
    columns |= {name: pa.nulls(size, pa.string()) for name in NONE}
    columns |= {name: pa.nulls(size, pa.float64()) for name in NULLS}
    columns |= {name: pa.array(np.zeros(size, bool)) for name in FALSE}
    return pa.table(columns)


def customers_file(folder: Path, size: int) -> Path:
    """The summary of so many customers: x, t_x, T in weeks, and the mean spend of repeat orders."""
    path = folder / f"customers_{size}.parquet"
    if not path.exists():
        customers, mean = simulated(size)
        table = {"x": customers.x, "t_x": customers.t_x, "T": customers.T, "mean": mean}
        pq.write_table(pa.table({name: pa.array(values) for name, values in table.items()}), path)
    return path
