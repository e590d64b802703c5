"""Where rows that were set aside stand, as people look them up."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronage.evidence.places import lines_of

HEADER = "customer,day,amount\n"


def places(loaded: Any) -> list[str]:
    return [row["source_place"] for row in loaded.quarantine.records()]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"{HEADER}a,2024-01-01,1\nb,soon,1\nc,2024-01-01,1\nd,late,1", ["line 3", "line 5"]),
        (f"{HEADER}a,2024-01-01,1\r\nb,soon,1\r\n".replace("amount\n", "amount\r\n"), ["line 3"]),
        (f'{HEADER}"a\nb",2024-01-01,1\nc,soon,"1"\nd,2024-01-01,1\n', ["line 4"]),
        ('customer,day,"amo\nunt"\na,2024-01-01,1\nb,soon,1\n', ["line 4"]),
        (f"{HEADER}a,2024-01-01,1\n\n\nb,soon,1\n", ["line 5"]),
        (f"sep=,\nSales of the year\n\n{HEADER}a,2024-01-01,1\nb,soon,1\n", ["line 6"]),
        (f"{HEADER}a,2024-01-01,1\nb,soon\n\nc,soon,1\n", ["line 3", "line 5"]),
        ("\ufeff" + f'{HEADER}"a,\n2",2024-01-01,1\nb,soon,ü\n', ["line 4"]),
    ],
)  # fmt: skip
def test_a_row_of_text_is_found_by_its_line(loading: Any, content: str, expected: list[str]) -> None:
    columns = {"customer_id": "customer", "ordered_at": "day", "amount": "amo\nunt"} if "amo\nunt" in content else None
    loaded = loading.csv(content, columns)
    assert places(loaded) == expected
    assert loaded.reasons[0].first_place == expected[0]
    assert places(loading.csv(content.removeprefix("\ufeff").encode("utf-16"), columns)) == expected


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["a,2024-01-01,1", 'b,soon,"x\ny"', '"c\n\nd",2024-01-01,2', "", "e,soon,3"]), max_size=12)
)
def test_every_line_named_begins_the_row_that_was_set_aside(loading: Any, rows: list[str]) -> None:
    content = HEADER + "z,2024-01-01,9\n" + "".join(f"{row}\n" for row in rows)
    loaded = loading.csv(content)
    begins = {f"line {number}": line for number, line in enumerate(content.split("\n"), 1)}
    assert [begins[place][0] for place in places(loaded)] == [row[0] for row in rows if "soon" in row]


def test_files_of_one_pattern_count_each_by_itself(loading: Any) -> None:
    loading.file(f"{HEADER}a,2024-01-01,1\na,2024-01-01,2\n", "orders_1.csv")
    loading.file(f"{HEADER}b,2024-01-02,1\nb,soon,1\n", "orders_2.csv")
    loading.file(f'{HEADER}"b\n",2024-01-02,1\nb,soon,1\n', "orders_3.csv")
    loaded = loading.load("orders_*.csv")
    told = [(row["source_file"], row["source_place"]) for row in loaded.quarantine.records()]
    assert told == [("orders_2.csv", "line 3"), ("orders_3.csv", "line 4")]
    assert loaded.reasons[0].first_place == "orders_2.csv, line 3"
    loading.file(f"{HEADER}b,2024-01-02,1\nb,soon,1\n", "orders_3.csv")
    assert places(loading.load("orders_*.csv")) == ["line 3", "line 3"]


def test_a_row_of_a_workbook_is_found_by_sheet_and_row(loading: Any) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Cover"  # pyright: ignore[reportOptionalMemberAccess]  a new workbook has a sheet
    sheet = book.create_sheet("Sales 2024")
    day = date(2024, 1, 1)
    for row in (["Sales"], [], ["customer", "day", "amount"], ["a", day, 1], [], ["b", "soon", 2]):
        sheet.append(row)
    book.save(loading.folder / "book.xlsx")
    assert places(loading.load("book.xlsx", sheet="Sales 2024")) == ["sheet 'Sales 2024', row 6"]


def test_records_of_json_and_rows_of_tables_are_counted(loading: Any) -> None:
    records = [{"customer": "a", "day": day, "amount": 1} for day in ("2024-01-01", "soon", "2024-01-02")]
    loading.file(json.dumps(records), "orders.json")
    assert places(loading.load("orders.json")) == ["record 2"]
    lines = [json.dumps(record) for record in records]
    loading.file("\n".join(lines), "orders.jsonl")
    assert places(loading.load("orders.jsonl")) == ["line 2"]
    loading.file("\n\n".join(lines), "orders.jsonl")
    assert places(loading.load("orders.jsonl")) == ["line 3"]
    loading.file("\n\n".join([*lines, "{broken"]), "orders.jsonl")
    assert places(loading.load("orders.jsonl")) == ["line 3", "line 7"]
    pq.write_table(pa.Table.from_pylist(records), loading.folder / "orders.parquet")
    assert places(loading.load("orders.parquet")) == ["row 2"]
    with closing(sqlite3.connect(loading.folder / "orders.sqlite")) as connection:
        connection.execute("create table sales (customer, day, amount)")
        connection.executemany("insert into sales values (:customer, :day, :amount)", records)
        connection.commit()
    assert places(loading.load("orders.sqlite")) == ["row 2"]


def test_lines_of_a_file_count_the_last_with_or_without_its_end(tmp_path: Path) -> None:
    path = tmp_path / "text"
    for content, lines in ((b"", 0), (b"a", 1), (b"a\n", 1), (b"a\r\nb", 2), (b"\n\n", 2)):
        path.write_bytes(content)
        assert lines_of(path) == lines
