"""Our side of each job: run as `python -m benchmarks.peers.ours JOB FILE`; prints one line of JSON."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from benchmarks.bench_repeat_buying import valued
from benchmarks.peers.timing import told

from patronage.evidence.assemble import assembled_orders
from patronage.evidence.embedded import embedded_engine
from patronage.evidence.engine import Engine
from patronage.evidence.loaded import Loaded
from patronage.evidence.queries.basis import REVENUE, ValueBasis
from patronage.evidence.queries.repeat import buying_days, repeat_histories
from patronage.evidence.store import StoredTable, stored
from patronage.kernels.future_orders import Customers
from patronage.kernels.repeat_buying import RepeatModel, fit_repeat_buying
from patronage.kernels.repeat_counts import repeat_counts
from patronage.kernels.spend import fit_spend
from patronage.study.options import RunOptions
from patronage.study.study import open_study
from patronage.vocabulary.grade import Grade

AS_OF = date(2023, 12, 29)
BY_REVENUE = ValueBasis(REVENUE, "revenue", "EUR revenue", Grade.BEHAVIOUR, None)


@contextmanager
def _histories(path: Path) -> Generator[tuple[Engine, StoredTable]]:
    """Order lines to x, t_x, T and spend of every customer, stored until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    engine = embedded_engine(folder)
    try:
        table = stored(path)
        given = frozenset({"customer_id", "ordered_at", "amount"})
        loaded = Loaded("orders", table, table, table.rows, (), (), given, 0)
        orders = assembled_orders(loaded, None, engine, AS_OF)
        yield engine, engine.keep(repeat_histories(buying_days(orders, BY_REVENUE), as_of=AS_OF), "histories")
    finally:
        engine.close()
        shutil.rmtree(folder)


def summary(path: Path) -> dict[str, float]:
    """Order lines to x, t_x, T and spend of every customer, stored."""
    with _histories(path) as (engine, kept):
        found = engine.open(kept)
        sums = engine.records(found.aggregate(x=found.x.sum(), t_x=found.t_x.sum(), T=found.age.sum()))[0]
        return {"customers": kept.rows} | {name: float(value) for name, value in sums.items()}


def _columns(path: Path) -> tuple[Customers, np.ndarray]:
    table = pq.read_table(path)
    x, t_x, age, mean = (table[name].to_numpy() for name in ("x", "t_x", "T", "mean"))
    return Customers(x, t_x, age), mean


def _imported() -> None:
    """An expression over one row: what loads the modules that Ibis imports only when it is first asked."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        engine = embedded_engine(Path(folder))
        engine.value(engine.memory("one", {"value": np.ones(1)}).count())
        engine.close()


def fit_bg(customers: tuple[Customers, np.ndarray]) -> dict[str, float]:
    """Grouped and fitted."""
    known, _ = customers
    fit = fit_repeat_buying(repeat_counts(known.x, known.t_x, known.T), RepeatModel.BG_NBD)
    return {"log_likelihood": fit.log_likelihood} | fit.parameters


def fit_gg(customers: tuple[Customers, np.ndarray]) -> dict[str, float]:
    """Gamma-gamma on those who bought again."""
    known, mean = customers
    bought = known.x > 0
    return dict(fit_spend(known.x[bought], mean[bought]).parameters)


def value(customers: tuple[Customers, np.ndarray]) -> dict[str, float]:
    """Discounted value of twelve months with p05, p50 and p95 of every customer, fits included."""
    known, mean = customers
    bought = known.x > 0
    fit = fit_repeat_buying(repeat_counts(known.x, known.t_x, known.T), RepeatModel.BG_NBD)
    each, _ = valued(fit, fit_spend(known.x[bought], mean[bought]), known, mean)
    return {"total": float(each.sum())}


STRATEGY = """\
company: {{name: Benchmark, currency: EUR, horizon_years: 3, discount_rate: 0.1}}
sources:
  orders:
    from: {path}
    columns: {{customer_id: customer_id, ordered_at: ordered_at, amount: amount}}
"""


def ranked(path: Path) -> dict[str, float]:
    """Order lines to every customer's value of twelve months with its interval, best first: the peers' steps."""
    with _histories(path) as (engine, kept):
        found = engine.columns(engine.open(kept).select("customer_id", "x", "t_x", "age", "mean_value"))
    known = Customers(found["x"].astype(float), found["t_x"] / 7, found["age"] / 7)
    mean = np.nan_to_num(found["mean_value"])
    bought = (known.x > 0) & (mean > 0)
    fit = fit_repeat_buying(repeat_counts(known.x, known.t_x, known.T), RepeatModel.BG_NBD)
    each, _ = valued(fit, fit_spend(known.x[bought], mean[bought]), known, mean)
    order = np.argsort(-each, kind="stable")
    return {"total": float(each.sum()), "best": float(each[order[0]])}


def run(path: Path) -> dict[str, float]:
    """The same by `run --only lifetime_value`: rows judged, repeats flagged, models chosen, laws drawn, a ledger."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        (folder / "strategy.yaml").write_text(STRATEGY.format(path=path.as_posix()), encoding="utf-8")
        done = open_study(folder).run(RunOptions(only="lifetime_value"))
        return {"total": done.finding("lifetime_value").total.mean}
    finally:
        shutil.rmtree(folder)


LINES: dict[str, Callable[[Path], dict[str, float]]] = {"summary": summary, "ranked": ranked, "run": run}
CUSTOMERS: dict[str, Callable[[tuple[Customers, np.ndarray]], dict[str, float]]] = {
    "fit_bg": fit_bg,
    "fit_gg": fit_gg,
    "value": value,
}

if __name__ == "__main__":
    job, file = sys.argv[1], Path(sys.argv[2])
    if job in LINES:
        told(lambda: LINES[job](file), warm=_imported)
    else:
        read = _columns(file)
        few = Customers(read[0].x[:500], read[0].t_x[:500], read[0].T[:500]), read[1][:500]
        told(lambda: CUSTOMERS[job](read), warm=lambda: CUSTOMERS[job](few))
