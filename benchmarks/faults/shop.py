"""A small shop on which faults are tried: orders of known customers, a strategy file, one whole run."""

from __future__ import annotations

from pathlib import Path

from benchmarks.faults.children import said
from benchmarks.loop.company import company, write_orders

STRATEGY = """\
company: {name: Shop, currency: GBP, horizon_years: 3, discount_rate: 0.10, gross_margin: 0.5}
sources:
  orders:
    from: orders.csv
    columns: {customer_id: customer_id, ordered_at: ordered_at, amount: amount}
costs_of_action:
  retain: {cost: 1, effect: "0.02..0.20"}
  win_back: {cost: 1, effect: "0.02..0.20"}
  grow: {cost: 1, effect: "0.02..0.20"}
  protect: {cost: 5, effect: "0.02..0.20"}
"""


def shop(folder: Path, customers: int = 250) -> Path:
    """A project folder after one whole run; raises RuntimeError where the run fails."""
    folder.mkdir(parents=True)
    (folder / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    write_orders(folder / "orders.csv", company(3, customers=customers).lines)
    whole, part = said("run", folder), said("run", folder, "--only", "cohorts")
    if whole.code or part.code:
        raise RuntimeError(whole.words + part.words)
    return folder
