"""One finding on the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patronage.evidence.store import stored
from patronage.faces.cli.finding_screen import tell_finding
from patronage.faces.names import SegmentNames

ESTIMATE = {"mean": 1234.4, "sd": 1.0, "p05": 900.0, "p50": 1000.0, "p95": 1500.0, "unit": "GBP", "grade": "behaviour"}


def told(summary: dict[str, Any], capsys: pytest.CaptureFixture[str], **tables: Any) -> str:
    data = {"finding": "two_words", "as_of": "2021-12-31", "grade": "behaviour", "summary": summary, "tables": {}}
    tell_finding(data, tables, SegmentNames({"north": "The North"}).row)
    return capsys.readouterr().out


def test_figures_stand_one_a_line_under_words(capsys: pytest.CaptureFixture[str]) -> None:
    summary = {
        "total": ESTIMATE, "parts": {"won_back": 12.345, "lost": -1_000_000.4}, "sure": True, "many": 12345,
        "none_given": None, "names": ["a", "b"], "nothing": [], "why_not": "", "draws": {"shape": [1000]},
    }  # fmt: skip
    lines = [line.rstrip() for line in told(summary, capsys).splitlines()]
    assert lines[0] == "two words as of 2021-12-31, evidence: behaviour"
    assert {name: figure.strip() for name, figure in (line.split("  ", 1) for line in lines[3:])} == {
        "total": "1,234 (900 to 1,500) GBP",
        "parts won back": "12.35",
        "parts lost": "-1,000,000",
        "sure": "yes",
        "many": "12,345",
        "none given": "-",
        "names": "a, b",
        "nothing": "none",
    }


def test_lists_of_rows_become_tables(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": "desk", "rate": ESTIMATE, "counts": {"a_b": 1}}, {"id": "[b]", "rate": None, "counts": {}}]
    text = told({"pools": rows, "one": [{"id": "x"}]}, capsys)
    assert "pools: 2 rows" in text
    assert "one: 1 row\n" in text
    assert "desk  1,234 (900 to 1,500) GBP  a b 1" in text
    assert "[b]   -" in text


def test_a_wide_table_shows_what_fits_and_names_the_rest(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    columns = {f"column_{place}": [f"{'x' * 20}{row}" for row in range(12)] for place in range(5)}
    pq.write_table(pa.table(columns), tmp_path / "wide.parquet")
    text = told({}, capsys, wide=stored(tmp_path / "wide.parquet"))
    assert "wide: 10 of 12 rows" in text
    assert "and the columns column 3, column 4" in text
    assert "All rows: --table NAME --csv FILE, or --parquet FILE" in text
    assert max(map(len, text.splitlines())) <= 80


def test_segments_are_told_by_their_names_and_ids_without_one_in_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pq.write_table(pa.table({"name": ["north", "far_east"], "customers": [1, 2]}), tmp_path / "t.parquet")
    table = stored(tmp_path / "t.parquet")
    text = told({}, capsys, by_segment=table, by_place=table)
    assert text.count("The North") == text.count("north") == 1
    assert text.count("far east") == text.count("far_east") == 1


def test_an_estimate_without_spread_is_one_number(capsys: pytest.CaptureFixture[str]) -> None:
    sure = {"mean": 2317.0, "sd": 0.0, "p05": 2317.0, "p50": 2317.0, "p95": 2317.0, "unit": "GBP", "grade": "behaviour"}
    assert "total   2,317 GBP " in told({"total": sure}, capsys)


def test_estimates_in_a_row_are_numbered_and_sentences_follow_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    text = told({"season": [ESTIMATE, ESTIMATE], "notes": ["One is told.", "So is another."]}, capsys)
    assert "no.   mean  p05    p95  unit" in text
    assert "notes   One is told. So is another." in text


def test_a_table_without_rows_shows_no_columns(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "none.parquet")
    assert "aside: no rows" in told({}, capsys, aside=stored(tmp_path / "none.parquet"))


def test_an_unnamed_currency_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    text = told({"unit": "XXX revenue", "in_currency": True, "total": ESTIMATE | {"unit": "XXX revenue"}}, capsys)
    assert "XXX" not in text
    assert "in currency  yes" in text
