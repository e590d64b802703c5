"""One job of the scale benchmark: run as `python -m benchmarks.scale.jobs JOB FILE FOLDER MEMORY`; prints JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
from benchmarks.bench_repeat_buying import valued
from benchmarks.peers.timing import told

from patronage.evidence.assemble import assembled_orders
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.load import LoadSettings, load
from patronage.evidence.loaded import Loaded
from patronage.evidence.queries.activity_cost import order_counts
from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.evidence.queries.cohorts import cohort_cells
from patronage.evidence.queries.periods import Period
from patronage.evidence.queries.profit import customer_values, with_costs
from patronage.evidence.queries.repeat import buying_days, repeat_histories
from patronage.evidence.queries.sums import number, settled
from patronage.evidence.store import stored
from patronage.evidence.tables import Orders
from patronage.kernels.future_orders import Customers
from patronage.kernels.repeat_buying import RepeatModel, fit_repeat_buying
from patronage.kernels.repeat_counts import repeat_counts
from patronage.kernels.spend import fit_spend
from patronage.kernels.whale import whale_curve
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.sources import SourceMapping

AS_OF = date(2023, 12, 29)
YEAR = Period(date(2022, 12, 30), AS_OF)
BY_REVENUE = ValueBasis(REVENUE, "revenue", "EUR revenue", Grade.BEHAVIOUR, None)
EACH = {"orders": 2.5, "lines": 0.4, "units": 0.1, "returns": 3.0, "returned_units": 0.2, "active": 5.0}
"""Cost of one of each, in currency, as activities would give it."""

GIVEN = {"customer_id": "customer_id", "ordered_at": "ordered_at", "amount": "amount"}


def orders_of(path: Path, engine: Engine) -> Orders:
    """Canonical order lines as the analyses get them."""
    table = stored(path)
    loaded = Loaded("orders", table, table, table.rows, (), (), frozenset(GIVEN), 0)
    return assembled_orders(loaded, None, engine, AS_OF)


def summary(path: Path, engine: Engine) -> dict[str, float]:
    """Order lines to x, t_x, T and spend of every customer, stored."""
    kept = engine.keep(repeat_histories(buying_days(orders_of(path, engine), BY_REVENUE), as_of=AS_OF), "histories")
    return {"customers": kept.rows}


def margin(path: Path, engine: Engine) -> dict[str, float]:
    """Order lines to every customer's margin, cost by activities and counts of a year, stored."""
    orders = orders_of(path, engine)
    counts = order_counts(orders, YEAR, 1.0)
    cost = settled(sum((counts[name] * number(each) for name, each in EACH.items()), number(0.0)))
    costs = counts.mutate(cost=cost, avoidable_cost=cost * number(0.5))
    kept = engine.keep(with_costs(customer_values(orders, BY_REVENUE, YEAR), costs, tuple(EACH)), "margins")
    return {"customers": kept.rows}


def whale(_: Path, engine: Engine) -> dict[str, float]:
    """Stored margins to the whale curve of profit."""
    table = engine.open(engine.folder / "margins.parquet")
    found = engine.columns(table.select(profit=table.margin - table.cost_to_serve))["profit"]
    return {"customers": len(found), "peak": float(np.max(whale_curve(found).cumulative))}


def cohorts(path: Path, engine: Engine) -> dict[str, float]:
    """Order lines to every cohort's months."""
    return {"cells": len(engine.records(cohort_cells(orders_of(path, engine))))}


def scoring(_: Path, engine: Engine) -> None:
    """Stored histories to the 12-month value of every customer, with p05, p50 and p95; fitted before, not timed."""
    table = pq.read_table(engine.folder / "histories.parquet", columns=["x", "t_x", "age", "mean_value"])
    days = [table[name].to_numpy().astype(float) for name in ("x", "t_x", "age")]
    known = Customers(days[0], days[1] / 7, days[2] / 7)
    mean = np.nan_to_num(table["mean_value"].to_numpy(zero_copy_only=False).astype(float))
    valued_days = (known.x > 0) & (mean > 0)
    fit = fit_repeat_buying(repeat_counts(known.x, known.t_x, known.T), RepeatModel.BG_NBD)
    spend = fit_spend(known.x[valued_days], mean[valued_days])
    few = slice(0, 500)
    valued(fit, spend, Customers(known.x[few], known.t_x[few], known.T[few]), mean[few])
    told(lambda: _scored(fit, spend, known, mean))


def _scored(fit: Any, spend: Any, known: Customers, mean: np.ndarray) -> dict[str, float]:
    total = 0.0
    for first in range(0, mean.size, 500_000):
        part = slice(first, first + 500_000)
        each, _ = valued(fit, spend, Customers(known.x[part], known.t_x[part], known.T[part]), mean[part])
        total += float(each.sum())
    return {"customers": mean.size, "total": total}


def rewrite(path: Path, engine: Engine) -> dict[str, float]:
    """The lines read and written again as they are."""
    table = engine.open(path)
    return {"rows": engine.keep(table, "copy").rows}


def quarantine(path: Path, engine: Engine) -> dict[str, float]:
    """Every line judged; good lines with flagged repeats, and bad ones with reasons and raw cells, stored."""
    columns = {name: name for name in engine.open(path).columns if name in MAPPED}
    mapping = SourceMapping(table="orders", location=str(path), columns=columns)
    found = load(mapping, path.parent, engine, LoadSettings("EUR", AS_OF))
    return {"good": found.good.rows, "bad": found.quarantine.rows, "lost": found.rows_in - found.good.rows
            - found.quarantine.rows, "reasons": len(found.reasons)}  # fmt: skip


MAPPED = frozenset({"customer_id", "ordered_at", "amount"})


def by_ibis(path: Path, engine: Engine) -> None:
    """Values of every customer over a year, as the expressions of the package ask for them, made and run."""
    orders = orders_of(path, engine)

    def asked() -> dict[str, float]:
        values = customer_values(orders, BY_REVENUE, YEAR)
        return engine.records(values.aggregate(customers=values.count(), revenue=values.revenue.sum()))[0]

    told(asked, times=TIMES)


def by_hand(path: Path, engine: Engine) -> None:
    """The same by SQL written by hand, over a connection with the same settings."""

    def asked() -> dict[str, float]:
        found = engine.connection.con.execute(HAND.format(path=path, start=YEAR.start, end=YEAR.end)).fetchall()[0]
        return dict(zip(("customers", "revenue"), found, strict=True))

    told(asked, times=TIMES)


TIMES = 3
"""How often the two forms of one question are asked, to compare the least processor time of each."""

HAND = """
with orders as (
    select * from read_parquet('{path}') where ordered_at < date '{end}' + interval 1 day
), each as (
    select customer_id,
        count(distinct coalesce(order_id, coalesce(customer_id, '') || ' ' || cast(ordered_at as date)))
            filter (not is_return) as orders,
        count(*) filter (not is_return) as lines, round(sum(amount), 6) as revenue,
        round(sum(case when is_product then amount else 0 end), 6) as margin
    from orders where is_product and ordered_at >= date '{start}' group by customer_id
)
select count(*), sum(revenue) from each
"""

JOBS: dict[str, Callable[[Path, Engine], dict[str, Any]]] = {
    job.__name__: job
    for job in (summary, margin, whale, cohorts, rewrite, quarantine)
}  # fmt: skip
PREPARED: dict[str, Callable[[Path, Engine], object]] = {"scoring": scoring, "by_ibis": by_ibis, "by_hand": by_hand}
"""Jobs that prepare something first, and time the rest themselves."""

if __name__ == "__main__":
    name, file, folder, memory = sys.argv[1:]
    runs = embedded_engine(Path(folder), memory=memory)
    try:
        if name in PREPARED:
            PREPARED[name](Path(file), runs)
        else:
            told(lambda: JOBS[name](Path(file), runs))
    except duckdb.Error as error:
        sys.exit(str(error).splitlines()[0])
    finally:
        runs.close()
