"""A run says first what does not agree with the accounts."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from patronage.faces.cli.app import app
from patronage.study.options import RunOptions
from patronage.study.study import open_study

STRATEGY = """
company: {name: Shop, currency: GBP}
sources:
  orders: {from: orders.csv, columns: {customer_id: who, ordered_at: day, amount: amount}}
  books: {from: books.csv, columns: {period: month, line: line, amount: amount}}
pools:
  - {id: service, cost: 12000, practical_capacity: 90000}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop whose accounts have more revenue and less service than is measured and declared."""
    (tmp_path / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    (tmp_path / "orders.csv").write_text("who,day,amount\na,2024-01-05,100\nb,2024-02-01,50\n", encoding="utf-8")
    booked = "month,line,amount\n2024-01,revenue,120\n2024-02,revenue,50\n2024,service,9000\n2024-01,service,1000\n"
    (tmp_path / "books.csv").write_text(booked, encoding="utf-8")
    return tmp_path


def test_what_does_not_reconcile_comes_first(shop: Path) -> None:
    run = open_study(shop).run(RunOptions(only="order_summary"))
    assert run.record["notes"] == [
        "Books, 2024, service: booked 9,000.00, measured 12,000.00, a difference of 3,000.00 GBP.",
        "Books, 2024-01, revenue: booked 120.00, measured 100.00, a difference of -20.00 GBP.",
    ]
    assert [row.agrees for row in run.finding("order_summary").books] == [False, False, True, True]
    told = CliRunner().invoke(app, ["run", str(shop), "--only", "order_summary"]).output
    assert told.index("Books, 2024-01, revenue") < told.index("rows read")
