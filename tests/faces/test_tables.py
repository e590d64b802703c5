from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.evidence.store import StoredTable, stored
from patronage.faces.tables import chosen, safe_cell, write_csv, write_parquet, write_rows
from patronage.vocabulary.errors import ProjectError

NASTY = ["=1+1", "+A1", "-B1", "@SUM(A1)", "\tx", "<b>bold</b>", 'quo"te', "line\nbreak", "emoji 🎁", "plain"]


def a_table(folder: Path) -> StoredTable:
    path = folder / "nasty.parquet"
    pq.write_table(pa.table({"name": NASTY, "amount": [float(n) for n in range(len(NASTY))]}), path)
    return stored(path)


def test_csv_keeps_every_text_and_lets_none_start_a_formula(tmp_path: Path) -> None:
    write_csv(a_table(tmp_path), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["name", "amount"]
    told = [row[0] for row in rows[1:]]
    assert [text.removeprefix("'") for text in told] == NASTY
    assert not any(text.startswith(("=", "+", "-", "@", "\t")) for text in told)


def test_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    write_rows([{"amount": -3.5, "none": None}], tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines() == ["amount,none", "-3.5,"]


def test_parquet_is_copied_as_it_is(tmp_path: Path) -> None:
    table = a_table(tmp_path)
    write_parquet(table, tmp_path / "copy.parquet")
    assert (tmp_path / "copy.parquet").read_bytes() == table.path.read_bytes()


def test_an_unknown_table_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"^--table: there is no table 'custmers'; did you mean 'customers'\?$"):
        chosen({"customers": a_table(tmp_path)}, "custmers")


@given(st.text())
def test_no_text_becomes_a_formula(text: str) -> None:
    safe = safe_cell(text)
    assert not str(safe).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert str(safe).removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize("number", ["-2", "+1", "-3.5", "+1,5", "-.5", "-7."])
def test_a_text_that_is_a_plain_number_is_written_as_it_is(number: str) -> None:
    assert safe_cell(number) == number


@pytest.mark.parametrize(
    "text", ["=1", "-2+3", "+1;2", "-1.2.3", "--2", "-", "+", "@1", "\t1", "\r1", "-2\n", "-1e5", "+A1", "-٣"]
)
def test_every_other_text_that_starts_like_a_formula_is_guarded(text: str) -> None:
    assert safe_cell(text) == "'" + text
