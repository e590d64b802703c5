"""Faults of segment rules before any row is read."""

from __future__ import annotations

from pathlib import Path

from patronage.strategy.strategy import load_strategy
from patronage.study.project import Project
from patronage.study.segment_faults import segment_faults

STRATEGY = """\
company: {name: Shop, currency: GBP}
sources:
  orders: {from: orders.csv, columns: {customer_id: c, ordered_at: d, amount: a}}
CUSTOMERSsegments:
  - {id: big, rule: revenue_12m > 1000}
  - id: makers
    rule: industry = 'makers'
  - {id: rest, rule: all}
"""
CUSTOMERS = "  customers: {from: customers.csv, columns: {customer_id: c}}\n"


def faults(folder: Path, customers: str) -> list[str]:
    (folder / "strategy.yaml").write_text(STRATEGY.replace("CUSTOMERS", customers), encoding="utf-8")
    project = Project(folder)
    return [str(fault) for fault in segment_faults(project, load_strategy(project.strategy))]


def test_a_rule_about_the_customers_table_needs_it(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, "")
    assert told == (
        "strategy.yaml line 7, column 11: segments[makers].rule: there is no column 'industry'; "
        "it is one of the customers table: give one under sources"
    )
    assert faults(tmp_path, CUSTOMERS) == []
