from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patronage.evidence.store import StoredTable, stored
from patronage.faces.report.pages import Pages
from patronage.faces.report.sections import _foreseen, how_customers_differ, where_profit_sits
from patronage.findings.worth import CustomerProfit, Whale, WhaleCurve
from patronage.vocabulary.estimate import certain
from patronage.vocabulary.grade import Grade


def table(path: Path, **columns: list[float]) -> StoredTable:
    pq.write_table(pa.table(columns), path)
    return stored(path)


@pytest.fixture
def half_a_year(tmp_path: Path) -> Pages:
    """A run on the 184 days of the second half of a year, in which two customers lost 500."""
    thresholds = table(
        tmp_path / "thresholds.parquet",
        cost_per_order=[5.0], customers_losing=[3], share_losing=[0.75], losing_already=[2], money=[600.0],
    )  # fmt: skip
    curve = table(tmp_path / "curve.parquet", customers_share=[0.0, 1.0], raw=[0.0, 1.0])
    whale = WhaleCurve(
        grade=Grade.BEHAVIOUR, basis="margin_measured", unit="GBP margin", customers=4, total=1000.0,
        raw=Whale(1.5, 0.5, 0.5, in_currency=False), shrunk=None, credibility_of_one=None, peak_p10=1.5, peak_p50=1.5,
        peak_p90=1.5, peaks_in_currency=False, top_tenth=0.9, top_fifth=1.2, curve=curve,
    )  # fmt: skip
    profit = CustomerProfit(
        grade=Grade.BEHAVIOUR, basis="margin_measured", unit="GBP margin", start=date(2024, 7, 1),
        end=date(2024, 12, 31), active_customers=4, revenue=5000.0,
        total=certain(1000.0, "GBP margin", Grade.BEHAVIOUR), anonymous_revenue=0.0, anonymous_profit=0.0,
        cost_to_serve_known=False, losing=2, loss_total=-500.0, customers=curve, parts=(), thresholds=thresholds,
        years=0.5,
    )  # fmt: skip
    findings = {"whale_curve": whale, "customer_profit": profit}
    statuses = dict.fromkeys(findings, "computed")
    run = SimpleNamespace(record={"currency": "GBP"}, statuses=statuses, finding=findings.__getitem__)
    return Pages(cast("Any", run))


def test_losses_of_half_a_year_are_told_by_the_year(half_a_year: Pages) -> None:
    section = where_profit_sits(half_a_year)
    assert section.paragraphs[1] == (
        "2 of 4 customers probably lose money; together they cost GBP 1,000 a year. Total profit from 2024-07-01 to "
        "2024-12-31: GBP 1,000."
    )


def test_the_table_of_thresholds_tells_who_loses_already(half_a_year: Pages) -> None:
    (shown,) = where_profit_sits(half_a_year).tables
    assert "Of them at no cost at all" in [heading.label for heading in shown.columns]


def test_a_forecast_shows_whole_months_with_season_and_trend() -> None:
    cut = [date(2011, 11, 1), date(2011, 12, 1), date(2011, 12, 1), date(2012, 1, 1), date(2012, 2, 1)]
    rows = [{"month": month, "expected": 100.0, "factor": 0.5} for month in cut]
    shown = _foreseen(rows)
    assert [(row["month"], row["expected"]) for row in shown] == [(cut[0], 50.0), (cut[3], 50.0)]
    assert len(_foreseen(rows[2:])) == 3


def test_a_class_of_which_a_trait_is_not_known_has_a_dash_for_it() -> None:
    classes = [
        SimpleNamespace(name=name, customers=5, share=0.5, revenue=10.0, revenue_share=0.5, profile=profile)
        for name, profile in (("a", {"gap": 3.0}), ("b", {"regular": 0.25}))
    ]
    found = SimpleNamespace(chosen=2, why="Two.", segments=classes)
    run = SimpleNamespace(
        record={"currency": "GBP"}, statuses={"behaviour_segments": "computed"}, finding=lambda _: found
    )
    (table,) = how_customers_differ(Pages(cast("Any", run))).tables
    assert [heading.label for heading in table.columns][-2:] == ["Gap", "Regular"]
    assert [[cell.text for cell in row][-2:] for row in table.rows] == [["3", "-"], ["-", "0.25"]]
