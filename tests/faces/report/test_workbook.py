"""The ledger and the working lists as workbooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from patronage.decisions.decision import Cost, Decision, Move, Status
from patronage.faces.report.workbook import write_ledger, write_lists
from patronage.study.working_list import WorkingList
from patronage.vocabulary.estimate import certain
from patronage.vocabulary.grade import Grade

ROW = Decision(
    Move("win_back", "=1+1", "no offer", "an offer"), ("1.1",), "Because. " * 40, Status.ACCEPTED, Grade.BEHAVIOUR,
    308_393.4, value=certain(13_510.2, "GBP", Grade.BEHAVIOUR), p_better=0.94, cost=Cost(549.0), hours=15.25,
    payback=0.08, owner="@Ann",
)  # fmt: skip


def sheets(path: Path) -> list[Any]:
    return list(openpyxl.load_workbook(path).worksheets)


def cells(sheet: Any, row: int) -> dict[str, Any]:
    return {head.value: sheet.cell(row, head.column) for head in sheet[1]}


def test_the_ledger_shows_money_whole_chances_as_shares_and_keeps_every_digit(tmp_path: Path) -> None:
    write_ledger([ROW], tmp_path / "ledger.xlsx")
    (sheet,) = sheets(tmp_path / "ledger.xlsx")
    found = cells(sheet, 2)
    formats = {
        name: found[name].number_format for name in ("at stake", "value", "chance it pays", "hours", "customers")
    }
    assert formats == {
        "at stake": "#,##0", "value": "#,##0", "chance it pays": "0%", "hours": "#,##0.0", "customers": "#,##0",
    }  # fmt: skip
    assert found["at stake"].value == 308_393.4
    assert found["kind"].value == "win back"


def test_headings_stay_in_sight_and_long_texts_have_room(tmp_path: Path) -> None:
    write_ledger([ROW], tmp_path / "ledger.xlsx")
    (sheet,) = sheets(tmp_path / "ledger.xlsx")
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:X2"
    reason = cells(sheet, 2)["reason"]
    assert sheet.column_dimensions[reason.column_letter].width > 80
    assert reason.alignment.wrap_text


def test_no_text_is_ever_a_formula(tmp_path: Path) -> None:
    row = {"who": "=HYPERLINK(1)", "when": "2021-01-01", "what": "+1", "amount": 1234.5, "why": "-2", "owner": "@x"}
    write_ledger([ROW], tmp_path / "ledger.xlsx")
    write_lists([WorkingList(ROW, (row,))], tmp_path / "lists.xlsx")
    for path in (tmp_path / "ledger.xlsx", tmp_path / "lists.xlsx"):
        (sheet,) = sheets(path)
        assert {cell.data_type for line in sheet.iter_rows() for cell in line if cell.value is not None} == {"s", "n"}
    assert cells(sheet, 2)["who"].value == "=HYPERLINK(1)"
    assert sheet.title == f"win back {ROW.id}"


def test_nothing_to_write_says_so(tmp_path: Path) -> None:
    write_ledger([], tmp_path / "ledger.xlsx")
    write_lists([], tmp_path / "lists.xlsx")
    assert sheets(tmp_path / "ledger.xlsx")[0]["A1"].value == "the ledger is empty"
    assert sheets(tmp_path / "lists.xlsx")[0]["A1"].value == "no decision is accepted yet"
