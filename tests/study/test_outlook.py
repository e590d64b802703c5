"""What a project could compute names the days for which rates of currencies lack, as the run does afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from patronage.study.options import RunOptions
from patronage.study.outlook import outlook
from patronage.study.project import Project
from patronage.study.study import open_study
from patronage.vocabulary.errors import EvidenceError

STRATEGY = """
company: {name: Shop, currency: GBP}
sources:
  orders: {from: orders.csv, columns: {customer_id: who, ordered_at: day, amount: amount, currency: code}}
  rates: {from: rates.csv, columns: {currency: code, date: day, rate: rate}}
"""
GAP = "EUR has no rate from 2024-02-02 to 2024-03-09, 2 lines"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A shop that sells in two currencies, with a gap in its rates."""
    (tmp_path / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    (tmp_path / "rates.csv").write_text("code,day,rate\nEUR,2024-01-01,0.8\nEUR,2024-03-10,0.9\n", encoding="utf-8")
    rows = [
        "a,2024-01-05,10,EUR",
        "b,2024-02-10,10,EUR",
        "a,2024-03-09,10,EUR",
        "b,2024-03-20,10,EUR",
        "a,2024-03-21,5,",
    ]
    (tmp_path / "orders.csv").write_text("\n".join(["who,day,amount,code", *rows, ""]), encoding="utf-8")
    return Project(tmp_path)


def test_gaps_in_the_rates_are_named_before_and_after_a_run(project: Project) -> None:
    assert outlook(project)["warnings"] == [GAP]
    run = open_study(project.folder).run(RunOptions(only="order_summary"))
    assert run.record["notes"] == [f"{GAP}, which are set aside."]
    found = run.finding("order_summary")
    assert (found.lines, found.quarantined, found.revenue) == (3, 2, 22.0)
    (gap,) = found.missing_rates
    assert (gap.currency, gap.first_day.isoformat(), gap.last_day.isoformat(), gap.lines) == (
        "EUR", "2024-02-02", "2024-03-09", 2,
    )  # fmt: skip
    (euro,) = found.currencies
    assert (euro.currency, euro.lines, euro.own_amount, euro.amount, euro.oldest_rate_days) == (
        "EUR",
        2,
        20.0,
        17.0,
        10,
    )


def test_another_rate_converts_the_orders_anew(project: Project) -> None:
    options = RunOptions(only="order_summary")
    assert open_study(project.folder).run(options).finding("order_summary").revenue == 22.0
    (project.folder / "rates.csv").write_text("code,day,rate\nEUR,2024-01-01,0.5\n", encoding="utf-8")
    (project.folder / "strategy.yaml").write_text(STRATEGY.replace("rate: rate}}", "rate: rate}, holds_days: 90}"))
    found = open_study(project.folder).run(options).finding("order_summary")
    assert (found.revenue, found.missing_rates) == (25.0, ())


def test_faults_of_the_rates_are_told_with_all_others(project: Project) -> None:
    (project.folder / "rates.csv").write_text("code,day,rate\nEUR,2024-01-01,-1\n", encoding="utf-8")
    for found in (lambda: outlook(project), lambda: open_study(project.folder).run()):
        with pytest.raises(EvidenceError) as caught:
            found()
        assert str(caught.value) == (
            "rates (rates.csv): none of the 1 rows can be used: rate is not above 0 (1 rows, first: line 2)"
        )
